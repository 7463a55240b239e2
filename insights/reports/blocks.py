"""What a document is made of, whatever it was written with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

What = Literal["heading", "paragraph", "item", "table"]
# Levels of headings: 1–6 are the document's own; lines that only look like headings stand below those.
LOOKS_LIKE_ONE = 7
# What is read of a document at most, in characters; the rest is told of and left.
MOST_CHARACTERS = 400_000


@dataclass(frozen=True)
class Block:
    """A heading, a paragraph, an item of a list, or a table.

    `level` is a heading's (1 outermost) or an item's depth in its list (0 outermost). `lead` is what of the text's
    beginning is set in bold, where not all of it is. `place` says where it stands, such as “page 4”. `rows` are a
    table's rows, of cells, of blocks.
    """

    what: What
    text: str = ""
    level: int = 0
    lead: str = ""
    place: str = ""
    rows: tuple[tuple[tuple[Block, ...], ...], ...] = ()


class Unreadable(Exception):
    """The document cannot be read; its words are for the person who sent it, and name a way out."""


def to_plain(block: Block) -> dict[str, Any]:
    """Return a block as JSON takes it."""
    said: dict[str, Any] = {"what": block.what, "text": block.text, "level": block.level}
    if block.lead:
        said["lead"] = block.lead
    if block.place:
        said["place"] = block.place
    if block.rows:
        said["rows"] = [[[to_plain(one) for one in cell] for cell in row] for row in block.rows]
    return said


def from_plain(said: Mapping[str, Any]) -> Block:
    """Return the block that `to_plain` was given."""
    rows = tuple(tuple(tuple(from_plain(one) for one in cell) for cell in row) for row in said.get("rows", ()))
    return Block(said["what"], said["text"], said["level"], said.get("lead", ""), said.get("place", ""), rows)

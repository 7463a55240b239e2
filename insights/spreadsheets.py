"""Text in a cell of a spreadsheet that we write: it must never be taken for a formula.

Every export to a spreadsheet sends its texts through `escaped`; the importer takes the mark off again (`as_typed`).
"""

from __future__ import annotations

# What a spreadsheet begins to calculate with; tab and return are dropped by some, and what follows is read.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def escaped(text: str) -> str:
    """Return `text` as a cell shows it as text: with an apostrophe before it where it looks like a formula."""
    return f"'{text}" if text.startswith(FORMULA) else text


def as_typed(cell: str) -> str:
    """Return a cell's text without the apostrophe that `escaped` put there."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(FORMULA) else cell

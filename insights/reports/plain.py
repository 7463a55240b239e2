"""Plain text as blocks: headings, bullets and wrapped lines are told by how they look."""

from __future__ import annotations

import re

from insights.reports.blocks import LOOKS_LIKE_ONE, Block
from insights.reports.markup import SENTENCE_END, looks_like_a_heading, markdown_blocks, tabbed, tidy
from insights.reports.rules import speaks

BULLET = re.compile(
    r"^(\s*)(?:[•◦▪▫●○■□‣⁃∙·➢➤✓✔*\uf0b7\uf0a7]|[-–—](?=\s)|o(?=\s{1,4}\S)|"
    r"(?:\(?(?:\d{1,2}|[a-z]|[ivx]{1,4})[.)])(?=\s))\s*(.*)$"
)
NUMBERED = re.compile(r"^\s*(?:(?:section|part|chapter)\s+)?(\d{1,2}(?:\.\d{1,2}){0,3})\.?\s+(\S.*)$", re.IGNORECASE)
# Marks of Markdown and of HTML that nobody writes by chance.
MARKED = re.compile(
    r"^#{1,6} \S|^\s*</?(?:p|ul|ol|li|h[1-6]|table|div)\b|\*\*\S[^*\n]*\*\*|^\s*\|?\s*:?-{3,}:?\s*\|",
    re.MULTILINE | re.IGNORECASE,
)
UNDERLINE = re.compile(r"^\s*([=\-_~])\1{2,}\s*$")
# A line shorter than this share of the longest one ends its paragraph.
FULL_LINE = 0.7
MOST_WORDS = 12


def text_blocks(text: str) -> list[Block]:
    """Return the blocks of a text: as Markdown where it is marked as such, else by how its lines look."""
    if MARKED.search(text):
        return markdown_blocks(text)
    return plain_blocks(text)


def plain_blocks(text: str) -> list[Block]:
    """Return the blocks of a text without marks."""
    blocks: list[Block] = []
    lines: list[str] = []
    for part in tabbed(text.split("\n")):
        if isinstance(part, str):
            lines.append(part)
            continue
        blocks += _lines_as_blocks(lines)
        lines = []
        rows = tuple(tuple((Block("paragraph", tidy(cell)),) if tidy(cell) else () for cell in row) for row in part)
        blocks.append(Block("table", rows=rows))
    return blocks + _lines_as_blocks(lines)


def _lines_as_blocks(lines: list[str]) -> list[Block]:
    blocks: list[Block] = []
    longest = max((len(line.rstrip()) for line in lines), default=0)
    wrapped = _is_wrapped(lines, longest)
    open_line = ""  # the last line of a paragraph or an item that may go on
    for place, line in enumerate(lines):
        text = tidy(line)
        before = lines[place - 1] if place else ""
        after = lines[place + 1] if place + 1 < len(lines) else ""
        if not text or UNDERLINE.match(line):
            open_line = ""
            continue
        # A short line is a heading before it is a number of a list: “2. Findings”.
        level = _heading_level(text, line, before=before, after=after)
        bullet = BULLET.match(line)
        if level and not (bullet and not NUMBERED.match(line)):
            blocks.append(Block("heading", _unnumbered(text), level))
            open_line = ""
        elif bullet:
            blocks.append(Block("item", tidy(bullet[2]), min(len(bullet[1].expandtabs(4)) // 2, 5)))
            open_line = line
        elif open_line and _goes_on(open_line, line, wrapped=wrapped, longest=longest):
            last = blocks[-1]
            blocks[-1] = Block(last.what, joined(last.text, text), last.level)
            open_line = line
        else:
            blocks.append(Block("paragraph", text))
            open_line = line
    return [block for block in blocks if block.text]


def _is_wrapped(lines: list[str], longest: int) -> bool:
    """Say whether a program broke the lines: then many end near the longest, and none is very long."""
    full = [line for line in lines if len(line.rstrip()) > FULL_LINE * longest]
    return longest <= 120 and len(full) >= 2


def _goes_on(before: str, line: str, *, wrapped: bool, longest: int) -> bool:
    if line[:1].isspace() and not before[:1].isspace():
        return True
    if not wrapped:
        return False
    return len(before.rstrip()) > FULL_LINE * longest or tidy(line)[:1].islower()


def joined(first: str, second: str) -> str:
    """Return two lines as one; a word that was cut at the end of a line is whole again."""
    if re.search(r"[^\W\d_]-$", first) and second[:1].islower():
        return first[:-1] + second
    return f"{first} {second}"


def _heading_level(text: str, line: str, *, before: str, after: str) -> int:
    """Return the level of the heading that this line looks like, 0 for none."""
    if UNDERLINE.match(after) and text and not before.strip():
        return 1 if "=" in after else 2
    if len(text.split()) > MOST_WORDS or not looks_like_a_heading(text) or not text[:1].strip():
        return 0
    if numbered := NUMBERED.match(line):
        words = numbered[2]
        alone = not before.strip() and not after.strip()
        if words[:1].isupper() and (alone or speaks(words)) and not words.endswith(SENTENCE_END):
            return min(1 + numbered[1].count("."), 6)
        return 0
    letters = [one for one in text if one.isalpha()]
    if len(letters) >= 4 and all(one.isupper() for one in letters):
        return LOOKS_LIKE_ONE
    if BULLET.match(line) or not text[:1].isupper():
        return 0
    if speaks(text) and not before.strip():
        return LOOKS_LIKE_ONE
    # Alone between empty lines, without an end to a sentence, with something below it.
    alone = not before.strip() and not after.strip()
    return LOOKS_LIKE_ONE if alone and not text.endswith(":") and len(text.split()) <= 8 else 0


def _unnumbered(text: str) -> str:
    found = NUMBERED.match(text)
    return found[2] if found else text

"""A PDF as blocks: lines with their sizes, put together into headings, paragraphs, points and tables again."""

from __future__ import annotations

import io
import re
import statistics
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pdfplumber
from pdfminer.layout import LTChar, LTTextBox, LTTextLine
from pdfminer.pdfdocument import PDFPasswordIncorrect
from pdfminer.pdfparser import PDFSyntaxError
from pdfplumber.utils.exceptions import PdfminerException

from insights.reports.blocks import LOOKS_LIKE_ONE, Block, Unreadable
from insights.reports.markup import looks_like_a_heading, tidy
from insights.reports.plain import BULLET, NUMBERED, joined
from insights.reports.rules import speaks

BROKEN = "This PDF is damaged. Save it anew from the program it was made with, or paste its text."
LOCKED = "This PDF is protected by a password. Save a copy without one, or paste its text."
SCANNED = (
    "This PDF holds pictures of pages and no text, as a scanner makes them. Have its text recognised first (OCR, in "
    "the scanner's or a PDF program), or send the document it was printed from."
)
# A table of two cells is drawn with as many lines or boxes; a dot is so wide and high at most, in points.
LEAST_RULES = 2
DOT = 8.0
# So little text on so many pages is none.
LEAST_CHARACTERS = 20
# The share of a page at its head and foot in which running titles and page numbers stand.
MARGIN = 0.11
PAGE_NUMBER = re.compile(
    r"^(?:page\s+)?[-–—|]?\s*(?:\d{1,4}|[ivxl]{1,6})\s*[-–—|]?(?:\s*(?:of|/)\s*\d{1,4})?$", re.IGNORECASE
)
BOLD = re.compile(r"bold|black|heavy|semibold|demi", re.IGNORECASE)
BULLETS_ONLY = re.compile(r"^(?:[•◦▪▫●○■□‣⁃∙·➢✓*–—-]|\uf0b7|\uf0a7|\(?(?:\d{1,2}|[a-z])[.)])$")


@dataclass(frozen=True)
class Line:
    """A line of text on a page: points from the page's top and left, the size of its letters."""

    text: str
    page: int
    top: float
    bottom: float
    left: float
    right: float
    size: float
    bold: bool
    box: int
    height: float  # of the page
    lead: str = ""  # what of its beginning is bold, where not all is

    @property
    def in_margin(self) -> bool:
        return self.bottom < self.height * MARGIN or self.top > self.height * (1 - MARGIN)


@dataclass(frozen=True)
class _Table:
    page: int
    top: float
    block: Block


def pdf_blocks(data: bytes) -> list[Block]:
    """Return the blocks of a PDF; raises Unreadable."""
    lines: list[Line] = []
    tables: list[_Table] = []
    try:
        with pdfplumber.open(io.BytesIO(data), laparams={}) as pdf:
            for number, page in enumerate(pdf.pages, start=1):
                found = list(_tables_of(page, number))
                boxes = [box for box, _ in found]
                written = [line for line in _lines_of(page, number) if not _inside(line, boxes)]
                lines += _beside_bullets(_beside_dots(written, page))
                tables += [table for _, table in found]
                page.close()
    except MemoryError:
        raise
    except (PdfminerException, PDFSyntaxError, PDFPasswordIncorrect) as fault:
        locked = any(isinstance(one, PDFPasswordIncorrect) for one in (fault, *fault.args))
        raise Unreadable(LOCKED if locked else BROKEN) from fault
    except Exception as fault:
        raise Unreadable(BROKEN) from fault
    if sum(len(line.text) for line in lines) + sum(len(one.block.rows) for one in tables) * 9 < LEAST_CHARACTERS:
        raise Unreadable(SCANNED)
    return _blocks(_without_running_titles(lines), tables)


def _lines_of(page: Any, number: int) -> Iterator[Line]:
    height = float(page.height)
    boxes = [box for box in page.layout if isinstance(box, LTTextBox)]
    for place, box in enumerate(boxes):
        for line in box:
            if not isinstance(line, LTTextLine):
                continue
            letters = [one for one in line if isinstance(one, LTChar) and one.get_text().strip()]
            text = tidy(line.get_text())
            if not letters or not text:
                continue
            heavy = [bool(BOLD.search(one.fontname)) for one in letters]
            yield Line(
                text=text,
                page=number,
                top=height - line.y1,
                bottom=height - line.y0,
                left=line.x0,
                right=line.x1,
                size=round(statistics.median(one.size for one in letters) * 2) / 2,
                bold=all(heavy),
                box=place,
                height=height,
                lead="" if all(heavy) else _lead(line),
            )


def _lead(line: LTTextLine) -> str:
    words = []
    for one in line:
        if isinstance(one, LTChar) and one.get_text().strip() and not BOLD.search(one.fontname):
            break
        words.append(one.get_text() if hasattr(one, "get_text") else "")
    return tidy("".join(words))


def _tables_of(page: Any, number: int) -> Iterator[tuple[tuple[float, float, float, float], _Table]]:
    """Yield the tables that are drawn with lines and hold more than one cell, each with its box."""
    if len(page.lines) + len(page.rects) + len(page.curves) < LEAST_RULES:
        # Looking for tables is the slowest of all, and this page has nothing drawn on it.
        return
    for table in page.find_tables():
        rows = []
        for row in table.extract():
            cells = tuple(tuple(_cell(cell or "")) for cell in row)
            if any(cells):
                rows.append(cells)
        if rows and max(len(row) for row in rows) > 1:
            place = f"page {number}"
            yield table.bbox, _Table(number, table.bbox[1], Block("table", place=place, rows=tuple(rows)))


def _cell(text: str) -> Iterator[Block]:
    """Yield what a cell holds: a point for each bullet, else one paragraph."""
    what, words = "paragraph", ""
    for line in text.split("\n"):
        bullet = BULLET.match(line)
        if bullet:
            if words:
                yield Block("item" if what == "item" else "paragraph", words)
            what, words = "item", tidy(bullet[2])
        else:
            words = joined(words, tidy(line)) if words else tidy(line)
    if words:
        yield Block("item" if what == "item" else "paragraph", words)


def _inside(line: Line, boxes: Iterable[tuple[float, float, float, float]]) -> bool:
    middle, across = (line.top + line.bottom) / 2, (line.left + line.right) / 2
    return any(top <= middle <= bottom and left <= across <= right for left, top, right, bottom in boxes)


def _beside_bullets(lines: Sequence[Line]) -> list[Line]:
    """Put a bullet that stands by itself before the line that it belongs to."""
    out: list[Line] = []
    taken: set[int] = set()
    for place, line in enumerate(lines):
        if place in taken:
            continue
        if BULLETS_ONLY.match(line.text):
            beside = [
                (other.left - line.right, index)
                for index, other in enumerate(lines)
                if index not in taken and index != place and other.left >= line.right - 1
                if abs((other.top + other.bottom) - (line.top + line.bottom)) < line.bottom - line.top
            ]
            if beside:
                index = min(beside)[1]
                taken.add(index)
                found = lines[index]
                if index < place:
                    out[out.index(found)] = replace(found, text=f"{line.text} {found.text}", left=line.left)
                    continue
                line = replace(found, text=f"{line.text} {found.text}", left=line.left, lead="")
        out.append(line)
    return out


def _beside_dots(lines: Sequence[Line], page: Any) -> list[Line]:
    """Write a bullet before a line that has one drawn beside it."""
    dots = [
        shape
        for shape in (*page.curves, *page.rects)
        if 0.5 < shape["x1"] - shape["x0"] < DOT and 0.5 < shape["bottom"] - shape["top"] < DOT
    ]
    return [
        replace(line, text=f"• {line.text}", lead="")
        if any(
            0 <= line.left - dot["x1"] < 3 * DOT and line.top - 1 <= dot["top"] and dot["bottom"] <= line.bottom + 1
            for dot in dots
        )
        else line
        for line in lines
    ]


def _without_running_titles(lines: Sequence[Line]) -> list[Line]:
    """Leave out page numbers, and what stands at the head or foot of several pages alike but for numbers."""

    def shape(line: Line) -> str:
        return re.sub(r"\d+", "#", line.text.casefold())

    pages = len({line.page for line in lines})
    seen = Counter({words: len(on) for words, on in _pages_of(lines, shape).items()})
    often = max(2, min(3, pages // 2))
    return [
        line
        for line in lines
        if not line.in_margin or not (PAGE_NUMBER.match(line.text) or (seen[shape(line)] >= often and pages > 1))
    ]


def _pages_of(lines: Sequence[Line], shape: Any) -> dict[str, set[int]]:
    found: dict[str, set[int]] = {}
    for line in lines:
        if line.in_margin:
            found.setdefault(shape(line), set()).add(line.page)
    return found


def _blocks(lines: Sequence[Line], tables: Sequence[_Table]) -> list[Block]:
    sizes = Counter[float]()
    for line in lines:
        sizes[line.size] += len(line.text)
    body = sizes.most_common(1)[0][0] if sizes else 0.0
    larger = sorted((size for size in sizes if size >= body + 1), reverse=True)
    level = {size: min(place, 6) for place, size in enumerate(larger, start=1)}
    known = _words_of(lines)
    blocks: list[Block] = []
    waiting = sorted(tables, key=lambda one: (one.page, one.top))
    last: Line | None = None
    for line in lines:
        while waiting and (waiting[0].page, waiting[0].top) < (line.page, line.top):
            blocks.append(waiting.pop(0).block)
            last = None
        place = f"page {line.page}"
        heading = _heading_level(line, level)
        if heading:
            before = blocks[-1] if blocks else None
            if last is not None and before is not None and before.what == "heading" and _same_heading(last, line):
                blocks[-1] = replace(before, text=f"{before.text} {line.text}")
            else:
                blocks.append(Block("heading", _unnumbered(line.text), heading, place=place))
        elif bullet := BULLET.match(line.text):
            blocks.append(Block("item", tidy(bullet[2]), place=place, lead=line.lead))
        elif last is not None and blocks and blocks[-1].what in ("paragraph", "item") and _goes_on(last, line):
            before = blocks[-1]
            blocks[-1] = replace(before, text=_whole(before.text, line.text, known))
        else:
            blocks.append(Block("paragraph", line.text, place=place, lead=line.lead))
        last = line
    return _by_depth(blocks) + [table.block for table in waiting]


def _heading_level(line: Line, level: dict[float, int]) -> int:
    if not looks_like_a_heading(line.text) or not any(one.isalpha() for one in line.text):
        return 0
    if BULLET.match(line.text) and not NUMBERED.match(line.text):
        return 0
    if line.size in level:
        return level[line.size]
    return LOOKS_LIKE_ONE if line.bold or (speaks(line.text) and len(line.text.split()) <= 5) else 0


def _unnumbered(text: str) -> str:
    found = NUMBERED.match(text)
    return found[2] if found else text


def _same_heading(one: Line, other: Line) -> bool:
    """Say whether two lines that look like headings are one heading."""
    return one.size == other.size and one.bold == other.bold and _next_below(one, other)


def _next_below(one: Line, other: Line) -> bool:
    """Say whether a line stands right below another, without a gap between them."""
    return one.page == other.page and -2 < other.top - one.bottom < 0.7 * (one.bottom - one.top)


def _goes_on(before: Line, line: Line) -> bool:
    """Say whether a line goes on with the paragraph of the line before, on the page or over to the next."""
    if abs(before.size - line.size) > 0.6:
        return False
    if before.box == line.box and before.page == line.page:
        return _next_below(before, line)
    ended = before.text.endswith((".", "!", "?", ":", ";"))
    return not ended and (line.text[:1].islower() or (_next_below(before, line) and line.left >= before.left - 2))


def _words_of(lines: Sequence[Line]) -> Counter[str]:
    return Counter(word for line in lines for word in re.findall(r"[\w-]+", line.text.casefold()))


def _whole(first: str, second: str, known: Counter[str]) -> str:
    """Return two lines as one. A hyphen at the end stays where the document writes the word with one elsewhere."""
    start, end = re.search(r"(\w[\w-]*)-$", first), re.match(r"\w+", second)
    if start and end and f"{start[1]}-{end[0]}".casefold() in known:
        return first + second
    return joined(first, second)


def _by_depth(blocks: Sequence[Block]) -> list[Block]:
    """Return the blocks without a lead that the text no longer begins with."""
    return [replace(one, lead="") if one.lead and not one.text.startswith(one.lead) else one for one in blocks]

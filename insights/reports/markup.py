"""HTML and Markdown as blocks: Markdown is turned into HTML, and a Word document comes as HTML too."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from markdown_it import MarkdownIt

from insights.reports.blocks import LOOKS_LIKE_ONE, Block

HEADINGS = {f"h{level}": level for level in range(1, 7)}
LISTS = ("ul", "ol")
BOLD = ("b", "strong")
UNSEEN = ("script", "style", "head", "title", "sup", "svg", "template")
BREAKS = ("p", "div", "blockquote", "section", "article", "figure", "figcaption", "dt", "dd", "address", "pre", "hr")
LONGEST_HEADING = 120
# Tables within tables are read as text from here on: nobody means that many.
DEEPEST = 3
SENTENCE_END = (".", "!", "?", ";", ",")


class _Cells:
    """A table while it is read."""

    def __init__(self) -> None:
        self.rows: list[list[tuple[Block, ...]]] = []


class Markup(HTMLParser):
    """Collects blocks. Feed it, close it, and take `blocks`."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.blocks: list[Block] = []
        self._kept: list[list[Block]] = []
        self._tables: list[_Cells] = []
        self._runs: list[tuple[str, bool]] = []
        self._bold = 0
        self._unseen = 0
        self._lists = 0
        self._in_item = False
        self._heading = 0
        self._note_depth = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin what the tag begins."""
        if tag in UNSEEN:
            self._unseen += 1
        elif tag in BOLD:
            self._bold += 1
        elif tag == "br":
            self._runs.append(("\n", self._bold > 0))
        elif tag in HEADINGS:
            self._flush()
            self._heading = HEADINGS[tag]
        elif tag in LISTS:
            self._flush()
            self._lists += 1
        elif tag == "li":
            self._flush()
            # Word's notes come as a list at the end; they are references, whatever they say.
            noted = dict(attrs).get("id") or ""
            if noted.partition("-")[0] in ("footnote", "endnote"):
                self._note_depth = self._lists
            self._in_item = True
        elif tag == "table" and len(self._tables) < DEEPEST:
            self._flush()
            self._tables.append(_Cells())
        elif tag == "tr" and self._tables:
            self._flush()
            self._tables[-1].rows.append([])
        elif tag in ("td", "th") and self._tables:
            self._flush()
            self._kept.append(self.blocks)
            self.blocks = []
        elif tag in BREAKS:
            self._flush()

    def handle_endtag(self, tag: str) -> None:
        """End what the tag ends; an end without a beginning is passed over."""
        if tag in UNSEEN:
            self._unseen = max(0, self._unseen - 1)
        elif tag in BOLD:
            self._bold = max(0, self._bold - 1)
        elif tag in HEADINGS:
            self._flush()
            self._heading = 0
        elif tag in LISTS:
            self._flush()
            self._lists = max(0, self._lists - 1)
            self._in_item = False
            if self._lists < self._note_depth:
                self._note_depth = 0
        elif tag == "li":
            self._flush()
            self._in_item = False
        elif tag in ("td", "th") and self._kept and self._tables:
            self._flush()
            cell, self.blocks = tuple(self.blocks), self._kept.pop()
            if not self._tables[-1].rows:
                self._tables[-1].rows.append([])
            self._tables[-1].rows[-1].append(cell)
        elif tag == "table" and self._tables:
            self._flush()
            table = self._tables.pop()
            rows = tuple(tuple(row) for row in table.rows if any(row))
            if rows:
                self.blocks.append(Block("table", rows=rows))
        elif tag in BREAKS:
            self._flush()

    def handle_data(self, data: str) -> None:
        """Take words in."""
        if not self._unseen and not self._note_depth:
            self._runs.append((data, self._bold > 0))

    def close(self) -> None:
        """End whatever was left open."""
        super().close()
        self._flush()
        while self._kept:
            self.blocks = [*self._kept.pop(), *self.blocks]

    def _flush(self) -> None:
        runs, self._runs = self._runs, []
        text = tidy("".join(words for words, _ in runs))
        if not text:
            return
        bold = _bold_start(runs)
        if self._heading:
            self.blocks.append(Block("heading", text, self._heading))
        elif self._lists and self._in_item:
            self.blocks.append(Block("item", text, self._lists - 1, lead="" if bold == text else bold))
            # A second paragraph in the same item goes on with it.
            self._in_item = False
        elif self._lists and self.blocks and self.blocks[-1].what == "item":
            last = self.blocks[-1]
            self.blocks[-1] = Block("item", f"{last.text} {text}", last.level, last.lead)
        elif bold == text and looks_like_a_heading(text):
            self.blocks.append(Block("heading", text, LOOKS_LIKE_ONE))
        else:
            self.blocks.append(Block("paragraph", text, lead="" if bold == text else bold))


def looks_like_a_heading(text: str) -> bool:
    """Say whether a line that stands out is short enough, and no sentence, so that it may be a heading."""
    return len(text) <= LONGEST_HEADING and not text.endswith(SENTENCE_END)


def tidy(text: str) -> str:
    """Return the text on one line, with single spaces; soft hyphens and zero-width characters go."""
    return " ".join(re.sub("[\u00ad\u200b\u2060\ufeff]", "", text).split())


def _bold_start(runs: list[tuple[str, bool]]) -> str:
    start = []
    for words, bold in runs:
        if not bold and words.strip():
            break
        start.append(words)
    return tidy("".join(start))


def html_blocks(html: str) -> list[Block]:
    """Return the blocks of an HTML document or of a piece of one."""
    markup = Markup()
    markup.feed(html)
    markup.close()
    return markup.blocks


def markdown_blocks(text: str) -> list[Block]:
    """Return the blocks of a Markdown document; HTML in it, and tables of cells between tabs, are understood."""
    reader = MarkdownIt("commonmark", {"html": True}).enable("table")
    return html_blocks(reader.render(_tabs_as_tables(text, reader)))


def _tabs_as_tables(text: str, reader: MarkdownIt) -> str:
    """Return the text with each run of lines that hold the same number of cells between tabs as an HTML table."""
    out: list[str] = []
    for lines in tabbed(text.split("\n")):
        if isinstance(lines, str):
            out.append(lines)
            continue
        rows = "".join(
            "<tr>" + "".join(f"<td>{reader.render(cell.strip())}</td>" for cell in line) + "</tr>" for line in lines
        )
        out += ["", "<table>" + re.sub(r"\n+", "\n", rows) + "</table>", ""]
    return "\n".join(out)


def tabbed(lines: list[str]) -> list[str | list[list[str]]]:
    """Return the lines, with each run of two or more that have the same number of cells (≥ 2) as a list of cells."""
    found: list[str | list[list[str]]] = []
    place = 0
    while place < len(lines):
        cells = lines[place].strip("\n").split("\t") if "\t" in lines[place].strip() else []
        run = [cells]
        while cells and place + len(run) < len(lines):
            following = lines[place + len(run)].split("\t")
            if len(following) != len(cells) or not lines[place + len(run)].strip():
                break
            run.append(following)
        if len(cells) > 1 and len(run) > 1:
            found.append(run)
        else:
            found += lines[place : place + len(run)]
        place += len(run)
    return found

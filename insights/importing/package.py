"""The parts of a workbook: its sheets, the texts they share, and their rows as openpyxl understands them.

openpyxl reads XML by a parser in pure Python, opens every sheet to learn its size – a sheet that does not say is read
to its end for that – and reads the shared texts whatever is asked. Here the parts go through the parser in C, and none
is read that nobody asks for. What a cell means is openpyxl's.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Literal, Self
from xml.etree.ElementTree import Element, iterparse
from xml.parsers import expat

from openpyxl.reader.excel import ExcelReader
from openpyxl.styles.stylesheet import apply_stylesheet
from openpyxl.utils import column_index_from_string
from openpyxl.worksheet._reader import (
    DATA_TAG,
    DIMENSION_TAG,
    FORMULA_TAG,
    INLINE_STRING,
    ROW_TAG,
    VALUE_TAG,
    WorkSheetParser,
)
from openpyxl.worksheet.dimensions import SheetDimension
from openpyxl.xml.constants import SHARED_STRINGS, SHEET_MAIN_NS

TEXT_TAG = f"{{{SHEET_MAIN_NS}}}t"
RUN_TEXT = f"{{{SHEET_MAIN_NS}}}r/{TEXT_TAG}"
STRING_TAG = f"{{{SHEET_MAIN_NS}}}si"
# What is kept until its row has been read; all else is let go of as soon as it ends.
OF_A_ROW = frozenset(f"{{{SHEET_MAIN_NS}}}{name}" for name in ("c", "v", "f", "is", "t", "r", "rPh"))
DIGITS = "0123456789"
CHUNK = 64 << 10


class Declares(ValueError):
    """A part declares a document type: no spreadsheet writes that, and a bomb of entities is made of it."""


@dataclass(frozen=True)
class Sheet:
    """A sheet of a workbook: its name, whether it can be seen, and where it stands."""

    name: str
    visible: bool
    part: str


class Package:
    """A workbook that is open for reading. Whatever is damaged raises what openpyxl or the parsers raise."""

    def __init__(self, path: Path) -> None:
        # A path would be refused for the end of its name; an open file is looked into.
        self._file = path.open("rb")
        try:
            # data_only would show what a formula came to when it was last saved, and nothing where it never was.
            self._reader = ExcelReader(self._file, read_only=True, data_only=False, keep_links=False)
            self._reader.read_manifest()
            self._reader.read_workbook()
            apply_stylesheet(self._reader.archive, self._reader.wb)
            self.sheets = [
                Sheet(sheet.name, sheet.state == "visible", rel.target)
                for sheet, rel in self._reader.parser.find_sheets()
                if rel.target in self._reader.valid_files and "chartsheet" not in rel.Type
            ]
        except BaseException:
            self._file.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._reader.archive.close()
        self._file.close()

    def size_of(self, sheet: str) -> int:
        """Return how many rows a sheet says it has; 0 where it does not say before its rows begin."""
        with self._open(self._part(sheet)) as source:
            for event, element in _elements(source, "start", "end"):
                if event == "end" and element.tag == DIMENSION_TAG:
                    boundaries = SheetDimension.from_tree(element).boundaries
                    return int(boundaries[3] or 0)
                if element.tag == DATA_TAG:
                    break
        return 0

    def rows(self, sheet: str) -> Iterator[tuple[int, list[dict[str, Any]]]]:
        """Yield the rows of a sheet that are written down: number and cells (`column` from 1, `value`)."""
        texts = self._shared_texts()
        book = self._reader.wb
        with self._open(self._part(sheet)) as source:
            yield from _Rows(
                source,
                texts,
                epoch=book.epoch,
                date_formats=book._date_formats,
                timedelta_formats=book._timedelta_formats,
            ).parse()

    def _part(self, sheet: str) -> str:
        return next(one.part for one in self.sheets if one.name == sheet)

    def _open(self, part: str) -> IO[bytes]:
        declares_nothing(self._reader.archive, part)
        return self._reader.archive.open(part)

    def _shared_texts(self) -> list[str]:
        part = self._reader.package.find(SHARED_STRINGS)
        if part is None:
            return []
        texts = []
        with self._open(part.PartName[1:]) as source:
            for _, element in _elements(source, "end"):
                if element.tag == STRING_TAG:
                    # As openpyxl has it: the escape of what looks like an escape.
                    texts.append(_text_of(element).replace("x005F_", ""))
                    element.clear()
        return texts


def declares_nothing(archive: zipfile.ZipFile, part: str) -> None:
    """Raise Declares where a part has a document type: that can only stand before its first element."""
    parser = expat.ParserCreate()
    begun = False

    def begin(*_: object) -> None:
        nonlocal begun
        begun = True

    def refuse(*_: object) -> None:
        raise Declares(part)

    parser.StartElementHandler = begin
    parser.StartDoctypeDeclHandler = refuse
    with archive.open(part) as source:
        while not begun and (chunk := source.read(CHUNK)):
            parser.Parse(chunk, False)


def _elements(source: IO[bytes], *events: Literal["start", "end"]) -> Iterator[tuple[str, Element]]:
    # `declares_nothing` has seen that nothing in it can be expanded.
    return iterparse(source, events)  # noqa: S314


class _Rows(WorkSheetParser):  # type: ignore[misc]
    """openpyxl's reading of rows, fed by the parser in C, up to the last row."""

    def parse(self) -> Iterator[tuple[int, list[dict[str, Any]]]]:
        for _, element in _elements(self.source, "end"):
            tag = element.tag
            if tag == ROW_TAG:
                yield self.parse_row(element)
                element.clear()
            elif tag == DATA_TAG:
                return
            elif tag not in OF_A_ROW:
                element.clear()

    def parse_cell(self, element: Element) -> dict[str, Any]:
        """Return a cell. Nearly all hold text, which needs none of what numbers and formulas do."""
        kind, place = element.get("t"), element.get("r")
        if kind not in ("s", "inlineStr") or not place or element.find(FORMULA_TAG) is not None:
            cell: dict[str, Any] = super().parse_cell(element)
            return cell
        self.col_counter = column_index_from_string(place.rstrip(DIGITS))
        value: str | None = None
        if kind == "s":
            if number := element.findtext(VALUE_TAG):
                value = self.shared_strings[int(number)]
        elif (text := element.find(INLINE_STRING)) is not None:
            value = _text_of(text)
        return {"column": self.col_counter, "value": value}


def _text_of(element: Element) -> str:
    """Return the words of a text, whether it stands there plainly or in runs, and not how they are pronounced."""
    if len(element) == 1 and element[0].tag == TEXT_TAG:
        return element[0].text or ""
    return "".join(part.text or "" for path in (TEXT_TAG, RUN_TEXT) for part in element.iterfind(path))

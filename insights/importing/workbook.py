"""XLSX, read row by row: what is in the sheet, never what it would calculate."""

from __future__ import annotations

import datetime
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from defusedxml.common import DefusedXmlException
from django.core.exceptions import ValidationError
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.workbook import Workbook

from insights.importing.rows import Record

OURS = "Insights"
# Unpacked, an honest sheet is ten to twenty times its size; the texts that cells share are held in memory at once.
LARGEST_WHOLE = 1 << 30
LARGEST_SHARED = 64 << 20
STEEPEST = 250
SMALL_PART = 8 << 20
PROLOGUE = 64 << 10
UNREADABLE = (
    "This is not a workbook that can be read. Open it in your spreadsheet, save it as CSV or XLSX, and send that."
)
BOMB = (
    "Unpacked, this file would be larger than any spreadsheet of insights. Save the sheet by itself as CSV, and send "
    "that."
)
# What the library may raise over a file that is damaged, or made to be.
DAMAGED = (
    *(zipfile.BadZipFile, zlib.error, SyntaxError, DefusedXmlException, InvalidFileException, KeyError, ValueError),
    *(TypeError, AttributeError, IndexError, EOFError, OSError, RuntimeError, NotImplementedError, AssertionError),
)


def check(path: Path) -> None:
    """Raise ValidationError for an archive that is no workbook or that would burst when it is unpacked."""
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
            declares = any(_declares(archive, part) for part in parts)
    except DAMAGED as error:
        raise ValidationError({"file": UNREADABLE}) from error
    names = {part.filename for part in parts}
    if declares:
        raise ValidationError({"file": UNREADABLE})
    if any(part.flag_bits & 1 for part in parts):
        raise ValidationError({"file": "This file is locked with a password. Save it without one, and send that."})
    if "xl/workbook.bin" in names:
        raise ValidationError({"file": "This is a binary workbook (.xlsb). Save it as XLSX or CSV, and send that."})
    if "[Content_Types].xml" not in names or not any(name.startswith("xl/") for name in names):
        raise ValidationError({"file": "This is an archive and not a workbook. Send a file in XLSX or CSV."})
    # Python reads no more of a part than its entry says, so what the entries say can be relied on.
    steep = any(part.file_size > SMALL_PART and part.file_size > STEEPEST * part.compress_size for part in parts)
    shared = sum(part.file_size for part in parts if part.filename.lower().endswith("sharedstrings.xml"))
    if steep or shared > LARGEST_SHARED or sum(part.file_size for part in parts) > LARGEST_WHOLE:
        raise ValidationError({"file": BOMB})


def _declares(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> bool:
    """Say whether a part declares entities of its own: no spreadsheet writes that, and a bomb is made of it."""
    if part.flag_bits & 1 or not part.filename.lower().endswith((".xml", ".rels")):
        return False
    with archive.open(part) as content:
        return b"<!DOCTYPE" in content.read(PROLOGUE)


def sheet_of(path: Path) -> str:
    """Return the name of the sheet to read: the one called Insights, else the first that can be seen."""
    with _opened(path) as book:
        seen = [sheet.title for sheet in book.worksheets if sheet.sheet_state == "visible"]
    if not seen:
        raise ValidationError({"file": "There is no sheet in this workbook."})
    return OURS if OURS in seen else seen[0]


def size_of(path: Path, sheet: str) -> int:
    """Return how many rows the sheet says it has; 0 where it does not say."""
    with _opened(path) as book:
        return int(book[sheet].max_row or 0)


def records(path: Path, sheet: str) -> Iterator[Record]:
    """Yield the rows of a sheet. Raises ValidationError where the file turns out to be damaged."""
    with _opened(path) as book:
        try:
            # What a sheet says of its own size may be wrong, and a size of a million columns is a trap.
            book[sheet].reset_dimensions()
            for number, cells in enumerate(book[sheet].iter_rows(values_only=True), 1):
                yield Record(number, [_as_text(cell) for cell in _used(cells)])
        except DAMAGED as error:
            raise ValidationError({"file": UNREADABLE}) from error


@contextmanager
def _opened(path: Path) -> Iterator[Workbook]:
    # A path would be refused for the end of its name; an open file is looked into.
    file = path.open("rb")
    try:
        # data_only would show what a formula came to when it was last saved, and nothing where it never was.
        book = load_workbook(file, read_only=True, data_only=False, keep_links=False)
    except DAMAGED as error:
        file.close()
        raise ValidationError({"file": UNREADABLE}) from error
    try:
        yield book
    finally:
        book.close()
        file.close()


def _used(cells: tuple[Any, ...]) -> tuple[Any, ...]:
    """Leave out the empty cells at the end of a row."""
    end = len(cells)
    while end and cells[end - 1] is None:
        end -= 1
    return cells[:end]


def _as_text(cell: Any) -> str:
    match cell:
        case None:
            return ""
        case bool():
            return "TRUE" if cell else "FALSE"
        case datetime.datetime():
            return cell.date().isoformat() if cell.time() == datetime.time() else cell.isoformat(sep=" ")
        case float() if cell.is_integer():
            return str(int(cell))
        case _:
            # A formula over a whole range is an object that holds its text.
            return str(getattr(cell, "text", cell) or "")

"""XLSX, read row by row: what is in the sheet, never what it would calculate."""

from __future__ import annotations

import datetime
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from xml.parsers.expat import ExpatError

from defusedxml.common import DefusedXmlException
from django.core.exceptions import ValidationError
from openpyxl.utils.exceptions import InvalidFileException

from insights.importing.package import Package
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
    *(
        ExpatError,
        TypeError,
        AttributeError,
        IndexError,
        EOFError,
        OSError,
        RuntimeError,
        NotImplementedError,
        AssertionError,
    ),
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
    with _opened(path) as package:
        seen = [sheet.name for sheet in package.sheets if sheet.visible]
    if not seen:
        raise ValidationError({"file": "There is no sheet in this workbook."})
    return OURS if OURS in seen else seen[0]


def size_of(path: Path, sheet: str) -> int:
    """Return how many rows the sheet says it has; 0 where it does not say."""
    with _opened(path) as package:
        return package.size_of(sheet)


def records(path: Path, sheet: str) -> Iterator[Record]:
    """Yield the rows of a sheet that are written down. Raises ValidationError where it turns out to be damaged."""
    last = 0
    with _opened(path) as package:
        for number, cells in package.rows(sheet):
            # A row that stands where it should not has been read, or is none.
            if number > last:
                last = number
                yield Record(number, _texts(cells))


@contextmanager
def _opened(path: Path) -> Iterator[Package]:
    try:
        with Package(path) as package:
            yield package
    except DAMAGED as error:
        raise ValidationError({"file": UNREADABLE}) from error


def _texts(cells: list[dict[str, Any]]) -> list[str]:
    """Return the cells of a row as texts, each in its column; the empty ones at the end are left out."""
    filled = {cell["column"]: cell["value"] for cell in cells if cell["value"] is not None}
    texts = [""] * max(filled, default=0)
    for column, value in filled.items():
        texts[column - 1] = value if type(value) is str else _as_text(value)
    return texts


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

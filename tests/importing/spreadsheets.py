"""Spreadsheets for tests, made on the spot."""

from __future__ import annotations

import csv
import datetime
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from openpyxl import Workbook, load_workbook

from accounts.models import User
from casestudies.models import Programme
from insights.importing import verbs
from insights.importing.files import look, rows
from insights.importing.running import run_due
from insights.models import Import

HEADINGS = ("Ref", "Insight", "Type", "Who said it", "Date")


def a_row(n: int, **other: str) -> list[str]:
    """Return a good row."""
    said = {
        "Ref": f"R{n}",
        "Insight": f"Staff told us {n} times that the booking screen is slow.",
        "Type": "finding",
        "Who said it": "staff",
        "Date": "3/4/2022",
    }
    return list({**said, **other}.values())


def as_csv(*lines: Sequence[str], delimiter: str = ",", encoding: str = "utf-8") -> bytes:
    """Return rows as CSV."""
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows(lines)
    return out.getvalue().encode(encoding)


def as_xlsx(*lines: Sequence[Any], merged: Sequence[str] = ()) -> bytes:
    """Return rows as a workbook."""
    book = Workbook()
    for line in lines:
        book.active.append(list(line))
    for cells in merged:
        book.active.merge_cells(cells)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def cells_of(content: bytes) -> list[list[Any]]:
    """Return what stands in a workbook's first sheet."""
    return [list(row) for row in load_workbook(io.BytesIO(content)).worksheets[0].iter_rows(values_only=True)]


def put(folder: Path, content: bytes, name: str = "insights.csv") -> Path:
    """Write a file."""
    path = folder / name
    path.write_bytes(content)
    return path


def read(path: Path) -> list[list[str]]:
    """Return the cells of each row below the headings."""
    return [record.cells for record in rows(path, look(path).layout)]


class Importer:
    """Someone who imports into one programme."""

    def __init__(self, person: User, programme: Programme, folder: Path) -> None:
        self.person, self.programme, self.folder = person, programme, folder

    def check(self, content: bytes, *, name: str = "insights.csv", **said: Any) -> Import:
        """Send a file and have its rows checked."""
        begun = verbs.begin(
            person=self.person, programme=self.programme, path=put(self.folder, content, name), name=name
        )
        verbs.check(person=self.person, import_id=begun.id, **said)
        return self.done(begun)

    def write(self, content: bytes, **said: Any) -> Import:
        """Send a file, have it checked and its good rows written."""
        return self.check(content, apply=True, **said)

    def done(self, begun: Import) -> Import:
        """Do what is due, and return the import as it then stands."""
        run_due(only=begun.id, seconds=600)
        begun.refresh_from_db()
        return begun


def counts(found: Import) -> tuple[int, int, int, int]:
    """Return how many rows are new, same, changed and in error."""
    return (found.new, found.same, found.changed, found.error)


def on(year: int, month: int, day: int) -> datetime.date:
    """Return a date."""
    return datetime.date(year, month, day)

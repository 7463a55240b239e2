"""Files that go out: the template to fill in, and the rows that failed, to correct and send back."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

from insights.importing.columns import FIELDS, REASON, heading_of, plain
from insights.importing.files import XLSX
from insights.importing.values import CODED
from insights.importing.verbs import failed_rows
from insights.importing.workbook import OURS
from insights.models import Import
from insights.spreadsheets import escaped

EXAMPLE = {
    "external_id": "A1",
    "text": "Nobody could say who should ring the patient back after the scan.",
    "kind": "finding",
    "source_kind": "staff",
    "collected_on": "3 April 2022",
    "role": "ward sister",
    "place": "ward 7",
}
MEDIA = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def template(format: str) -> bytes:
    """Return the template: the headings and one row to show how; as XLSX also a sheet of what may stand in each."""
    headings = [field.label for field in FIELDS.values()]
    example = [EXAMPLE.get(name, "") for name in FIELDS]
    if format == XLSX:
        about = [[field.label, field.hint, ", ".join(_allowed(name))] for name, field in FIELDS.items()]
        return _workbook({OURS: [headings, example], "What to write": [["Column", "What it holds", "Allowed"], *about]})
    return _delimited([headings, example], ",").encode("utf-8-sig")


def failed(found: Import) -> bytes:
    """Return the rows in error in the format of the file that came, with the reasons in the last column.

    A column of reasons that came with the file, because it had failed before, is left out.
    """
    keep = [at for at, heading in enumerate(found.headings) if plain(heading) != plain(REASON)]
    rows = _failed(found, keep)
    if found.layout.get("format") == XLSX:
        return _workbook({OURS: rows})
    return _delimited(rows, found.layout.get("delimiter") or ",").encode("utf-8-sig")


def failed_format(found: Import) -> str:
    """Return how the file of failed rows is written: `csv` or `xlsx`."""
    return str(found.layout.get("format") or "csv")


def in_words(faults: Sequence[dict[str, str]]) -> str:
    """Return what is wrong with a row as one text."""
    return " ".join(f"{fault['column']}: {fault['reason']}" if fault["column"] else fault["reason"] for fault in faults)


def _failed(found: Import, keep: Sequence[int]) -> Iterator[list[str]]:
    yield [*(heading_of(found.headings, at) for at in keep), REASON]
    for row in failed_rows(found):
        cells = [row.cells[at] if at < len(row.cells) else "" for at in keep]
        # What stood beyond the last heading is not lost: it comes behind the reason.
        yield [*cells, in_words(row.faults), *row.cells[len(found.headings) :]]


def _allowed(name: str) -> list[str]:
    return list(CODED[name].values) if name in CODED else []


def _delimited(rows: Iterable[Sequence[str]], delimiter: str) -> str:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter)
    for row in rows:
        writer.writerow([escaped(cell) for cell in row])
    return out.getvalue()


def _workbook(sheets: dict[str, Iterable[Sequence[str]]]) -> bytes:
    book = Workbook(write_only=True)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        sheet.freeze_panes = "A2"
        for number, row in enumerate(rows):
            cells = []
            for text in row:
                cell = WriteOnlyCell(sheet, value=_kept(escaped(text)))
                # Text, whatever it looks like; the library would take a leading = for a formula.
                cell.data_type = "s"
                if number == 0:
                    cell.font = Font(bold=True)
                cells.append(cell)
            sheet.append(cells)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _kept(text: str) -> str:
    """Return what a workbook can hold of a cell: no control characters, and no more than its limit."""
    return "".join(character for character in text if character >= " " or character in "\t\n\r")[:32_767]

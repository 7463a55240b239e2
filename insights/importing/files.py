"""What a file is – by what is in it, not by its name – and its rows, one by one."""

from __future__ import annotations

import contextlib
import csv
import itertools
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError

from insights.importing import delimited, workbook
from insights.importing.columns import recognised
from insights.importing.rows import Record

CSV, XLSX = "csv", "xlsx"
# The row of headings is looked for in so many rows: above it there may be a title.
LOOKED_AT = 20
EXAMPLES = 3
LONGEST_HEADING = 40
OTHER_KINDS = (
    (b"%PDF", "This is a PDF, whatever its name says. Send the spreadsheet itself, as XLSX or CSV."),
    (b"\x89PNG", "This is a picture. Send the spreadsheet itself, as XLSX or CSV."),
    (b"\xff\xd8\xff", "This is a picture. Send the spreadsheet itself, as XLSX or CSV."),
    (b"\x1f\x8b", "This file is packed (gzip). Unpack it, and send the spreadsheet itself."),
    (b"{\\rtf", "This is a text document. Send the spreadsheet itself, as XLSX or CSV."),
)
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


@dataclass(frozen=True)
class Layout:
    """How a file is read. `heading` is the number of the row of headings, 0 where there is none."""

    format: str
    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""
    heading: int = 0


@dataclass(frozen=True)
class Looked:
    """What the first rows of a file show: how to read it, its headings, and a few rows."""

    layout: Layout
    headings: list[str]
    examples: list[list[str]]
    of: int

    def kept(self) -> dict[str, Any]:
        """Return the layout as JSON holds it."""
        return asdict(self.layout)


def look(path: Path) -> Looked:
    """Look at a file that came. Raises ValidationError, under `file`, where no rows of insights can be in it."""
    layout = _layout(path)
    first = itertools.takewhile(lambda record: record.number <= LOOKED_AT, every_record(path, layout))
    filled = [record for record in first if not record.empty]
    if not filled:
        raise ValidationError({"file": "There is nothing in this file. Send one with a row of headings and your rows."})
    best = max(filled, key=lambda record: len(recognised(record.cells)))
    headed = bool(recognised(best.cells))
    if not headed and len(filled) > 1 and _like_headings(filled[0].cells):
        best, headed = filled[0], True
    heading = best if headed else filled[0]
    width = max(len(record.cells) for record in filled)
    most = settings.IMPORT_COLUMNS
    if width > most:
        raise ValidationError(
            {"file": f"This file has {width:,} columns, and {most} are read at most. Delete those that are empty."}
        )
    after = [record for record in filled if record.number > best.number] if headed else filled
    cells = heading.cells if headed else []
    if headed and layout.format == CSV:
        # A cell beyond the headings is a separator that stands in a text, and said to be so of its row.
        width = len(cells)
    headings = [" ".join(cell.split())[:120] for cell in [*cells, *[""] * (width - len(cells))]]
    return Looked(
        layout=Layout(**{**asdict(layout), "heading": best.number if headed else 0}),
        headings=headings,
        examples=[[cell[:200].replace("\0", "�") for cell in record.cells] for record in after[:EXAMPLES]],
        of=_about(path, layout),
    )


def _like_headings(cells: list[str]) -> bool:
    """Say whether a first row that means nothing to us is one of headings: short names, each another, no figures."""
    names = [" ".join(cell.split()) for cell in cells]
    short = all(0 < len(name) <= LONGEST_HEADING and not name.endswith(".") for name in names)
    return short and len(set(names)) == len(names) and not any(character.isdigit() for character in "".join(names))


def every_record(path: Path, layout: Layout) -> Iterator[Record]:
    """Yield the records of the file from its top, those that are empty too as far as they are written down."""
    if layout.format == XLSX:
        yield from workbook.records(path, layout.sheet)
    else:
        lines = delimited.lines(path, layout.encoding)
        first = next(lines, None)
        if first is None:
            return
        # The line by which Excel tells itself the delimiter is no row, but it counts as one.
        told = first.lower().startswith("sep=")
        yield from delimited.records(itertools.chain(["\n" if told else first], lines), layout.delimiter)


def too_many() -> str:
    """Return what is said of a file with more rows than are read."""
    return (
        f"This file has more than {settings.IMPORT_ROWS:,} rows, which is the most that is read at once. Cut it into "
        "several files; or ask whoever runs this site to raise LHS_IMPORT_ROWS."
    )


def rows(path: Path, layout: Layout) -> Iterator[Record]:
    """Yield the rows of insights: what is below the headings and not empty."""
    for record in every_record(path, layout):
        if record.number > layout.heading and not record.empty:
            yield record


def _layout(path: Path) -> Layout:
    with path.open("rb") as file:
        head = file.read(4096)
        if not head:
            raise ValidationError({"file": "This file is empty (0 bytes). Save it again, and send that."})
        if head.startswith(OLE):
            rest = head + file.read(1 << 20)
            if "EncryptedPackage".encode("utf-16-le") in rest:
                said = "This file is locked with a password. Save it without one, and send that."
            else:
                said = "This is a workbook of the old kind (.xls) or another document. Save it as XLSX, and send that."
            raise ValidationError({"file": said})
    for mark, said in OTHER_KINDS:
        if head.startswith(mark):
            raise ValidationError({"file": said})
    if head.startswith(b"PK\x03\x04"):
        workbook.check(path)
        return Layout(XLSX, sheet=workbook.sheet_of(path))
    encoding = delimited.encoding_of(path)
    sample = list(itertools.islice(delimited.lines(path, encoding), 200))
    control = sum(character < " " and character not in "\t\r\n" for line in sample for character in line)
    if control > 0.1 * sum(map(len, sample)):
        raise ValidationError({"file": "This is not a text or a workbook. Send a spreadsheet, as XLSX or CSV."})
    return Layout(CSV, encoding=encoding, delimiter=delimited.delimiter_of(sample))


def _about(path: Path, layout: Layout) -> int:
    """Return how many rows there are, about: for a CSV its lines, for a sheet what it says of itself."""
    if layout.format == XLSX:
        return workbook.size_of(path, layout.sheet)
    with path.open("rb") as file:
        lines = sum(chunk.count(b"\n") for chunk in iter(lambda: file.read(1 << 20), b""))
    most = settings.IMPORT_ROWS + LOOKED_AT
    if lines > most:
        # Texts over several lines make more lines than rows: only these are counted, and no further than is needed.
        with contextlib.suppress(csv.Error):
            found = csv.reader(delimited.lines(path, layout.encoding), delimiter=layout.delimiter)
            if sum(1 for _ in itertools.islice((row for row in found if any(row)), most + 1)) > most:
                raise ValidationError({"file": too_many()})
    return lines

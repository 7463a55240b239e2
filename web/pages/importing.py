"""The pages of an import: what each shows, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.http import urlencode

from casestudies.models import Programme
from insights.choices import Kind, SourceKind
from insights.importing.columns import DEFAULTS, FIELDS, defaults_of, heading_of, letters, usable
from insights.importing.sheets import in_words
from insights.importing.verbs import rows_of
from insights.models import Import, ImportRow
from insights.models.imported import DUE, Fate, ImportState
from web.words import counted, moment, number

SHOWN = 50
EARLIER = 20
CUT = 160
LEFT_OUT = ""
# Rows of these fields are shown, where the file has them, so that a row can be told from another.
TOLD_BY = ("external_id", "text")
ENCODINGS = {
    "utf-8": "UTF-8",
    "utf-8-sig": "UTF-8",
    "utf-16": "UTF-16",
    "utf-16-le": "UTF-16",
    "utf-16-be": "UTF-16",
    "cp1252": "Windows-1252",
    "latin-1": "Latin-1",
}
BETWEEN = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "upright strokes"}
FATES = {
    Fate.NEW: ("New", "will be added"),
    Fate.CHANGED: ("Changed", "will be edited"),
    Fate.SAME: ("Same", "are here already, and stay as they are"),
    Fate.ERROR: ("In error", "cannot be read as they are"),
}


@dataclass(frozen=True)
class Earlier:
    """An import that there was."""

    name: str
    href: str
    what: str


@dataclass(frozen=True)
class UploadPage:
    """The form to send a file with, and the imports there were."""

    programme: Programme
    errors: tuple[tuple[str, str], ...]
    limit: str
    rows: str
    earlier: tuple[Earlier, ...]


@dataclass(frozen=True)
class Choice:
    """One answer to choose."""

    value: str
    text: str
    selected: bool


@dataclass(frozen=True)
class Column:
    """One column of the file: how it is called, what stands in it, and what it may hold."""

    name: str
    label: str
    examples: tuple[str, ...]
    choices: tuple[Choice, ...]


@dataclass(frozen=True)
class ColumnsPage:
    """The columns to name."""

    found: Import
    read_as: str
    columns: tuple[Column, ...]
    defaults: Mapping[str, tuple[str, tuple[Choice, ...]]]
    submitted: bool
    errors: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Panel:
    """How far the work is. `percent` is None where that is not known."""

    found: Import
    going_on: bool
    heading: str
    said: str
    percent: int | None


@dataclass(frozen=True)
class Row:
    """One row of the file and what becomes of it."""

    number: str
    fate: str
    told_by: str
    why: tuple[str, ...]


@dataclass(frozen=True)
class ImportPage:
    """One import as it stands."""

    found: Import
    panel: Panel
    title: str
    lines: tuple[tuple[str, str, str], ...]
    chosen: str
    rows: tuple[Row, ...]
    more: str
    good: int
    outcome: tuple[str, ...]


def upload_page(programme: Programme, before: QuerySet[Import], fault: str = "") -> UploadPage:
    """Return the page to send a file from."""
    earlier = tuple(
        Earlier(one.name, reverse("web:import-one", args=[programme.slug, one.id]), _what_came_of(one))
        for one in before[:EARLIER]
    )
    return UploadPage(
        programme=programme,
        errors=((fault, "#file"),) if fault else (),
        limit=f"{settings.IMPORT_BYTES // 2**20} MB",
        rows=number(settings.IMPORT_ROWS),
        earlier=earlier,
    )


def _what_came_of(found: Import) -> str:
    said = f"{moment(found.created)}, by {found.person}. "
    if found.state == ImportState.DONE:
        return f"{said}Done: {counted(found.written, 'row')} written, {number(found.error)} in error."
    if found.state == ImportState.CANCELLED:
        return f"{said}Cancelled: {counted(found.written, 'row')} written."
    return f"{said}{ImportState(found.state).label}."


def columns_page(
    found: Import, *, sent: Mapping[str, str] | None = None, fault: ValidationError | None = None
) -> ColumnsPage:
    """Return the page to name the columns on: as they were guessed, or as they were `sent` with a fault."""
    by_column = {column: field for field, column in found.mapping.items()}
    columns = []
    for at in range(len(found.headings)):
        name = f"column-{at}"
        chosen = sent.get(name, "") if sent is not None else by_column.get(at, LEFT_OUT)
        cells = (row[at] for row in found.examples if at < len(row))
        label = heading_of(found.headings, at)
        columns.append(
            Column(
                name=name,
                label=f"{label} (column {letters(at)})" if found.headings.count(label) > 1 else label,
                examples=tuple(_cut(cell, 80) for cell in cells if cell.strip()),
                choices=(
                    Choice(LEFT_OUT, "Leave out", chosen == LEFT_OUT),
                    *(Choice(field, told.label, chosen == field) for field, told in FIELDS.items()),
                ),
            )
        )
    said = sent if sent is not None else {name: found.defaults.get(name, "") for name in DEFAULTS}
    return ColumnsPage(
        found=found,
        read_as=_read_as(found),
        columns=tuple(columns),
        defaults={
            "kind": ("Kind, where no column says it", _choices(Kind, said.get("kind", ""))),
            "source_kind": ("Who said it, where no column says it", _choices(SourceKind, said.get("source_kind", ""))),
        },
        submitted=(sent.get("status") if sent is not None else found.status) == "submitted",
        errors=tuple((reason, f"#{_input_of(name)}") for name, reason in _faults(fault)),
    )


def columns_sent(sent: Mapping[str, str], found: Import) -> tuple[dict[str, int], dict[str, str]]:
    """Return the mapping and the defaults that were sent; raises ValidationError."""
    mapping: dict[str, int] = {}
    for at in range(len(found.headings)):
        field = sent.get(f"column-{at}", LEFT_OUT)
        if field == LEFT_OUT:
            continue
        if field not in FIELDS:
            raise ValidationError({f"column-{at}": "Choose one of the answers on the page."})
        if field in mapping:
            first = heading_of(found.headings, mapping[field])
            raise ValidationError(
                {f"column-{at}": f"“{FIELDS[field].label}” is chosen for “{first}” already. Choose another."}
            )
        mapping[field] = at
    defaults = defaults_of(sent)
    for field in DEFAULTS:
        if field not in mapping and field not in defaults:
            raise ValidationError({field: f"No column holds “{FIELDS[field].label}”. Choose what holds for every row."})
    return usable(mapping), defaults


def panel_of(found: Import) -> Panel:
    """Return how far an import is."""
    writing = found.state == ImportState.WRITING
    verb = "written" if writing else "checked"
    going_on = found.state in DUE
    of = max(found.of, found.done)
    return Panel(
        found=found,
        going_on=going_on,
        heading="Writing the rows" if writing else "Checking the rows",
        said=f"{number(found.done)} of {'' if writing else 'about '}{number(of)} rows {verb}",
        percent=min(100, round(100 * found.done / of)) if of else None,
    )


def import_page(found: Import, *, fate: str, after: int) -> ImportPage:
    """Return the page of an import, with some of its rows."""
    rows = list(rows_of(found, fate=fate).filter(number__gt=after)[: SHOWN + 1])
    address = reverse("web:import-one", args=[found.programme.slug, found.id])
    lines = tuple(
        (name, number(getattr(found, value)), f"{address}?{urlencode({'fate': value})}")
        for value, (name, _) in FATES.items()
    )
    more: dict[str, str | int] = {"fate": fate, "after": rows[SHOWN - 1].number} if len(rows) > SHOWN else {}
    return ImportPage(
        found=found,
        panel=panel_of(found),
        title=_title(found),
        lines=lines,
        chosen=FATES[Fate(fate)][0] if fate else "",
        rows=tuple(_row(row, found) for row in rows[:SHOWN]),
        more=f"{address}?{urlencode(more)}" if more else "",
        good=found.new + found.changed,
        outcome=_outcome(found),
    )


def _title(found: Import) -> str:
    return {
        ImportState.CHECKING: "Checking your spreadsheet",
        ImportState.CHECKED: "What will become of each row",
        ImportState.WRITING: "Writing the good rows",
        ImportState.DONE: "Your spreadsheet is imported",
        ImportState.CANCELLED: "This import was cancelled",
        ImportState.FAILED: "This file could not be read",
    }.get(ImportState(found.state), "Import")


def _outcome(found: Import) -> tuple[str, ...]:
    """Return what came of an import that has ended, as sentences."""
    if found.state == ImportState.FAILED:
        return (found.failure, "Nothing of it was written.")
    if found.state == ImportState.CANCELLED:
        stay = "They stay, as drafts or submitted: withdraw those you do not want." if found.written else ""
        return tuple(filter(None, (f"{counted(found.written, 'row')} had been written before it was cancelled.", stay)))
    if found.state == ImportState.DONE:
        kept = "as drafts" if found.status == "draft" else "as submitted"
        return (
            f"{counted(found.new, 'insight')} added {kept}, {number(found.changed)} edited, "
            f"{number(found.same)} the same as before.",
        )
    return ()


def _row(row: ImportRow, found: Import) -> Row:
    told_by = [
        row.cells[found.mapping[name]]
        for name in TOLD_BY
        if name in found.mapping and found.mapping[name] < len(row.cells)
    ]
    said = " – ".join(filter(None, told_by)) or " ".join(row.cells)
    why = tuple(in_words([fault]) for fault in row.faults) or ((row.note,) if row.note else ())
    return Row(number(row.number), FATES[Fate(row.fate)][0], _cut(said, CUT), why)


def _read_as(found: Import) -> str:
    layout = found.layout
    if layout.get("format") == "xlsx":
        how = f"The sheet “{layout.get('sheet', '')}” is read"
    else:
        encoding = ENCODINGS.get(layout.get("encoding", ""), layout.get("encoding", ""))
        between = BETWEEN.get(layout.get("delimiter", ""), "a separator")
        how = f"Read as text in {encoding} with {between} between the columns"
    heading = layout.get("heading")
    return f"{how}; the headings are in row {heading}." if heading else f"{how}; no row of headings was found."


def _choices(of: Any, chosen: str) -> tuple[Choice, ...]:
    return (
        Choice("", "Each row must say it", not chosen),
        *(Choice(value, str(label), value == chosen) for value, label in of.choices),
    )


def _faults(fault: ValidationError | None) -> Sequence[tuple[str, str]]:
    if fault is None:
        return ()
    return [(name, reason) for name, reasons in fault.message_dict.items() for reason in reasons]


def _input_of(name: str) -> str:
    return "column-0" if name == "mapping" else name


def _cut(said: str, longest: int) -> str:
    said = " ".join(said.split())
    return said if len(said) <= longest else said[: longest - 1] + "…"

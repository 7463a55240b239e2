"""A row of cells → what it says of an insight, or what is wrong with it and where."""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError

from casestudies.models import Programme
from insights.choices import Consent
from insights.importing.columns import FIELDS, heading_of
from insights.importing.rows import Record
from insights.importing.values import CODED, Names, Wrong, coded, date, role_in
from insights.models.words import clean_words
from insights.spreadsheets import as_typed

OF_INSIGHT = (
    "external_id",
    "title",
    "text",
    "section",
    "locator",
    "kind",
    "perspective",
    "level",
    "effect",
    "response",
)
OF_VOICE = ("role", "place", "organisation_id", "collected_on", "consent")
PLACED = ("case_study", "learning_activity")
# What the verbs call a field → what a column calls it.
CALLED = {"source": "source_kind", "source.kind": "source_kind", "organisation_id": "organisation"}
Faults = list[dict[str, str]]


@dataclass(frozen=True)
class Plan:
    """How the rows of one import are read."""

    programme: Programme
    headings: Sequence[str]
    mapping: Mapping[str, int]
    defaults: Mapping[str, str]
    names: Names
    delimited: bool = True

    def fault(self, name: str, reason: str) -> dict[str, str]:
        """Return what is wrong with a field of a row, with the column as the file calls it."""
        name = CALLED.get(name, name.removeprefix("source."))
        column = self.mapping.get(name)
        called = (
            heading_of(self.headings, column) if column is not None else FIELDS[name].label if name in FIELDS else ""
        )
        return {"column": called, "field": name, "reason": reason}


@dataclass
class Said:
    """What a row says. `values` has the fields that are filled, as insights hold them; `faults` what is wrong."""

    number: int
    cells: list[str]
    values: dict[str, Any] = field(default_factory=dict)
    faults: Faults = field(default_factory=list)
    note: str = ""

    @property
    def external_id(self) -> str | None:
        """The row's own reference, if it has one."""
        return self.values.get("external_id") or None

    @property
    def words(self) -> str:
        """The digest of kind, title and text, by which a row without a reference is known again."""
        said = (self.values.get("kind", ""), self.values.get("title", ""), self.values.get("text", ""))
        return hashlib.md5("\n".join(said).encode(), usedforsecurity=False).hexdigest()

    @property
    def digest(self) -> str:
        """The digest that the database keeps of an insight with these words."""
        said = f"{self.values.get('title', '')}\n{self.values.get('text', '')}"
        return hashlib.md5(said.encode(), usedforsecurity=False).hexdigest()

    def digests(self) -> dict[str, str]:
        """Return each field's digest, as it is kept for the next time."""
        return {name: digest_of(name, value) for name, value in self.values.items()}


def digest_of(name: str, value: Any) -> str:
    """Return a short digest of a field's value."""
    return hashlib.blake2b(f"{name}\n{as_words(value)}".encode(), digest_size=8).hexdigest()


def as_words(value: Any) -> str:
    """Return a value as it is compared: nothing said is the empty string."""
    if value is None:
        return ""
    if isinstance(value, datetime.date):
        return value.isoformat()
    return " ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def understood(record: Record, plan: Plan) -> Said:
    """Return what a row says; an empty cell says nothing, and is filled by the default where there is one."""
    cells = [as_typed(cell) for cell in record.cells]
    said = Said(record.number, [cell.replace("\0", "�") for cell in record.cells])
    if record.fault:
        said.faults.append({"column": "", "field": "", "reason": record.fault})
        return said
    if plan.delimited and any(cell.strip() for cell in cells[len(plan.headings) :]):
        reason = (
            f"This row has {len(cells)} cells and the headings are {len(plan.headings)}. Is there a separator inside "
            "a text? Put that text in quotation marks."
        )
        said.faults.append({"column": "", "field": "", "reason": reason})
        return said
    for name, column in plan.mapping.items():
        cell = cells[column].strip() if column < len(cells) else ""
        if not cell:
            continue
        try:
            said.values |= _value(name, cell, plan.names)
        except Wrong as wrong:
            said.faults.append(plan.fault(name, str(wrong)))
        except ValidationError as wrong:
            said.faults.append(plan.fault(name, wrong.messages[0]))
    at = plan.mapping.get("source_kind", len(cells))
    if "role" not in said.values and at < len(cells) and (role := role_in(cells[at])):
        said.values["role"] = role
    for name, value in plan.defaults.items():
        if name not in said.values and not any(fault["field"] == name for fault in said.faults):
            said.values[name] = value
    return said


def _value(name: str, cell: str, names: Names) -> dict[str, Any]:
    match name:
        case "collected_on":
            return {name: date(cell)}
        case "organisation":
            return {"organisation_id": names.organisation(cell)}
        case "audiences":
            return {name: names.audience_ids(cell)}
        case "learning_activity":
            return {name: names.activity(cell)}
        case "case_study":
            return {name: names.case_study(cell)}
        case _ if name in CODED:
            return {name: coded(name, cell)}
        case _:
            return {name: clean_words(cell)}


def insight_fields(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return those values that are an insight's own."""
    return {name: values[name] for name in OF_INSIGHT if name in values}


def voice_fields(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return those values that are its source's, by the names of `insights.capture.Voice`."""
    voice = {name: values[name] for name in OF_VOICE if name in values}
    return {**voice, "kind": values["source_kind"]} if "source_kind" in values else voice


def placed(values: Mapping[str, Any]) -> dict[str, UUID]:
    """Return the case study and the activity that are named."""
    return {name: values[name] for name in PLACED if name in values}


def is_withheld(values: Mapping[str, Any]) -> bool:
    """Say whether the row withholds consent."""
    return values.get("consent") == Consent.WITHHELD

"""A cell in words → a value that insights know. What is not understood is refused with the words that are."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db import models
from django.utils import timezone

from casestudies.models import Audience, CaseStudy, LearningActivity, Organisation, Programme
from insights.choices import Consent, Effect, Kind, Level, Perspective, Response, SourceKind
from insights.importing.columns import plain

CODED: dict[str, type[models.TextChoices]] = {
    "kind": Kind,
    "source_kind": SourceKind,
    "perspective": Perspective,
    "level": Level,
    "effect": Effect,
    "response": Response,
    "consent": Consent,
}
# Beside the values and their labels, in any case, these words are understood.
ALSO: dict[str, dict[str, str]] = {
    "kind": {
        Kind.FINDING: "findings, found",
        Kind.RECOMMENDATION: "recommendations, recommended, rec, recommend",
        Kind.OBSERVATION: "observations, observed, obs",
    },
    "source_kind": {
        SourceKind.STAFF: "staff member, member of staff, member of the staff, employee, colleague, staff members",
        SourceKind.PATIENT: "patients, service user, service users, client, resident",
        SourceKind.FAMILY: "family member, family members, family or carer, relative, relatives, carer, carers, "
        "next of kin, family and carers",
        SourceKind.COORDINATOR: "bedside learning coordinator, bedside learning co ordinator, learning coordinator, "
        "learning co ordinator, co ordinator, blc, bedside coordinator",
        SourceKind.DATA: "dataset, data analysis, figures, dashboard, statistics",
        SourceKind.TEAM: "programme team, project team, the team",
    },
    "perspective": {
        Perspective.PATIENT: "patients, patient perspective, patients perspective",
        Perspective.STAFF: "staff perspective",
        Perspective.WAYS_OF_WORKING: "way of working, working",
    },
    "level": {
        Level.TEAM: "teams, ward, local",
        Level.ORGANISATION: "organization, organisational, trust",
        Level.SYSTEM: "systems, regional",
    },
    "effect": {Effect.ENABLER: "enablers, helps, enabling", Effect.BARRIER: "barriers, hinders, stands in the way"},
    "response": {
        Response.FIX: "fix it, fixed, put right now",
        Response.IMPROVE: "improvement, change locally",
        Response.CHANGE: "change the system, the system has to change",
    },
    "consent": {
        Consent.NOT_NEEDED: "n a, na, none needed, not required, not applicable",
        Consent.GIVEN: "yes, y, consented, granted",
        Consent.WITHHELD: "no, n, refused, not given, declined",
    },
}
# These say who it was as well as of which kind: the kind is understood, the word is kept as the role.
ROLES: dict[str, str] = {
    SourceKind.STAFF: "nurse, staff nurse, ward sister, sister, charge nurse, matron, doctor, consultant, registrar, "
    "gp, midwife, pharmacist, physiotherapist, occupational therapist, therapist, healthcare assistant, "
    "health care assistant, hca, porter, receptionist, ward clerk, manager, ward manager, clinician, surgeon, "
    "anaesthetist, paramedic, dietitian, social worker, radiographer, junior doctor, vaccinator",
    SourceKind.FAMILY: "mother, father, mum, dad, parent, wife, husband, partner, son, daughter, sibling, brother, "
    "grandparent, friend",
}
MONTHS = (
    *("january", "february", "march", "april", "may", "june", "july"),
    *("august", "september", "october", "november", "december"),
)
DAY_FIRST = re.compile(r"(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4}|\d{2})")
YEAR_FIRST = re.compile(r"(\d{4})[/.\-](\d{1,2})[/.\-](\d{1,2})(?:[t ].*)?")
IN_WORDS = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?[\s\-]+([a-z]+)\.?,?[\s\-]+(\d{4}|\d{2})")
NOT_A_DATE = "This is not a date. Write it day first, such as 3/4/2022, 3 April 2022, 2022-04-03 or 03-Apr-22."
QUOTED = 60


class Wrong(Exception):
    """A cell that is not understood; the words say why and what is."""


def _words_for(field: str) -> dict[str, str]:
    words = {}
    for choice in CODED[field]:
        also = ALSO[field].get(choice, "").split(",")
        for word in (choice.value, str(choice.label), str(choice.label).partition(":")[0], *also):
            words[plain(word)] = choice.value
    return words


WORDS = {field: _words_for(field) for field in CODED}
ROLE_WORDS = {role.strip(): str(kind) for kind, roles in ROLES.items() for role in roles.split(",")}


@lru_cache(maxsize=4096)
def coded(field: str, cell: str) -> str:
    """Return the value of a coded field, in any case and however it is spaced. Raises Wrong, naming those allowed."""
    word = plain(cell)
    value = WORDS[field].get(word) or (ROLE_WORDS.get(word) if field == "source_kind" else None)
    if value is None:
        raise Wrong(f"“{_short(cell)}” is not known here. Use one of: {', '.join(CODED[field].values)}.")
    return value


@lru_cache(maxsize=4096)
def role_in(cell: str) -> str:
    """Return the role that a cell about who said it names besides the kind, or nothing."""
    return cell.strip() if plain(cell) in ROLE_WORDS else ""


@lru_cache(maxsize=4096)
def date(cell: str) -> datetime.date:
    """Return the date that a cell says, day first. Raises Wrong."""
    said = " ".join(cell.casefold().split())
    try:
        if found := DAY_FIRST.fullmatch(said):
            day, month, year = found.groups()
            return datetime.date(_year(year), int(month), int(day))
        if found := YEAR_FIRST.fullmatch(said):
            year, month, day = found.groups()
            return datetime.date(int(year), int(month), int(day))
        if found := IN_WORDS.fullmatch(said):
            day, name, year = found.groups()
            months = [n for n, full in enumerate(MONTHS, 1) if len(name) >= 3 and full.startswith(name.rstrip("."))]
            if len(months) == 1:
                return datetime.date(_year(year), months[0], int(day))
    except ValueError as error:
        raise Wrong(NOT_A_DATE) from error
    raise Wrong(NOT_A_DATE)


def _year(said: str) -> int:
    """Return the year; of two figures, the last one that is not to come."""
    if len(said) == 4:
        return int(said)
    now = timezone.localdate().year
    year = now - now % 100 + int(said)
    return year if year <= now else year - 100


@dataclass(frozen=True)
class Names:
    """What rows may name, read once for a batch: each name as it is compared → ids; more than one is unclear."""

    organisations: Mapping[str, frozenset[UUID]]
    audiences: Mapping[str, frozenset[UUID]]
    activities: Mapping[str, frozenset[UUID]]
    case_studies: Mapping[str, frozenset[UUID]]
    audience_names: tuple[str, ...]

    @classmethod
    def of(cls, programme: Programme) -> Names:
        """Read them."""
        audiences = list(Audience.objects.all())
        return cls(
            organisations=_named(Organisation.objects.values_list("id", "name", "slug", "ods_code")),
            audiences=_named((row.id, row.name, row.slug) for row in audiences),
            activities=_named(LearningActivity.objects.filter(programme=programme).values_list("id", "name", "slug")),
            case_studies=_named(CaseStudy.objects.filter(programme=programme).values_list("id", "title", "slug")),
            audience_names=tuple(row.name for row in audiences),
        )

    def organisation(self, cell: str) -> UUID:
        """Return the organisation that is named. Raises Wrong."""
        return _one(
            self.organisations,
            cell,
            none="There is no organisation “{}”. Use its name in the list of organisations or its ODS code, or write "
            "it under Place.",
            many="There is more than one organisation “{}”. Use its ODS code.",
        )

    def activity(self, cell: str) -> UUID:
        """Return the learning activity of the programme that is named. Raises Wrong."""
        none = "The programme has no learning activity “{}”. Use one that it has, or leave this empty."
        return _one(self.activities, cell, none=none, many="The programme has more than one activity “{}”.")

    def case_study(self, cell: str) -> UUID:
        """Return the case study of the programme that is named. Raises Wrong."""
        none = "The programme has no case study “{}”. Use one that it has, or leave this empty."
        return _one(self.case_studies, cell, none=none, many="The programme has more than one case study “{}”.")

    def audience_ids(self, cell: str) -> tuple[UUID, ...]:
        """Return the audiences that are named, one or several with ; | or a new line between. Raises Wrong."""
        none = "There is no audience “{}”. Use one of: " + ", ".join(self.audience_names or ("(none yet)",)) + "."
        whole = self.audiences.get(plain(cell))
        parts = [cell] if whole else [part for part in re.split(r"[;|\n]", cell) if part.strip()]
        if len(parts) == 1 and not whole:
            parts = [part for part in cell.split(",") if part.strip()]
        return tuple(sorted({_one(self.audiences, part, none=none, many=none) for part in parts}))


def _named(rows: Iterable[tuple[Any, ...]]) -> dict[str, frozenset[UUID]]:
    names: dict[str, set[UUID]] = {}
    for id, *said in rows:
        for name in filter(None, said):
            names.setdefault(plain(str(name)), set()).add(id)
    return {name: frozenset(ids) for name, ids in names.items()}


def _one(names: Mapping[str, frozenset[UUID]], cell: str, *, none: str, many: str) -> UUID:
    found = names.get(plain(cell), frozenset())
    if len(found) != 1:
        raise Wrong((many if found else none).format(_short(cell)))
    return next(iter(found))


def _short(cell: str) -> str:
    said = " ".join(cell.split())
    return said if len(said) <= QUOTED else said[: QUOTED - 1] + "…"

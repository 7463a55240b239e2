"""A report on the pages: where to begin, the form that takes one in, and its candidates under their headings."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings
from django.urls import reverse

from accounts.models import User
from casestudies.models import LearningActivity, Programme
from insights.choices import Consent, Effect, Kind, Level, Perspective, SourceKind
from insights.models import Candidate, Report
from insights.reports.comparing import SaidAlready, said_already, to_compare
from insights.reports.screening import details_in
from insights.reports.taking import kept_until, may_take, open_reports
from web.cards import first_words
from web.words import counted, day, percent

SHOWN = 20
ROWS = (2, 12)
PER_ROW = 70
UNTITLED = "Without a heading"


@dataclass(frozen=True)
class Choice:
    """One answer of a menu."""

    value: str
    text: str


def choices_of(choices: Any) -> tuple[Choice, ...]:
    """Return what a menu offers."""
    return tuple(Choice(value, text) for value, text in choices.choices)


MENUS: dict[str, tuple[str, tuple[Choice, ...], bool]] = {
    "kind": ("Kind", choices_of(Kind), False),
    "perspective": ("Perspective", choices_of(Perspective), True),
    "source_kind": ("Who said it", choices_of(SourceKind), False),
    "level": ("What it concerns", choices_of(Level), True),
    "effect": ("Helps or stands in the way", choices_of(Effect), True),
}


@dataclass(frozen=True)
class ReportLine:
    """A report in a list."""

    href: str
    name: str
    said: str


@dataclass(frozen=True)
class ReportsPage:
    """Where to begin: programmes to cut a report for, and reports that were cut."""

    programmes: tuple[Choice, ...]
    reports: tuple[ReportLine, ...]


@dataclass(frozen=True)
class TakePage:
    """The form that takes a report in."""

    programme: str
    action: str
    text: str
    name: str
    consent: str
    consents: tuple[Choice, ...]
    megabytes: int
    reports: tuple[ReportLine, ...]
    errors: tuple[tuple[str, str], ...]
    of_field: Mapping[str, str]


@dataclass(frozen=True)
class AlikeLine:
    """An insight that a candidate may repeat."""

    href: str
    words: str
    alike: str
    status: str


@dataclass(frozen=True)
class CandidateCard:
    """A candidate as it is shown; `saved_href` leads to the draft it became."""

    id: str
    words: str
    values: Mapping[str, str]
    rows: int
    ticked: bool
    why: str
    locator: str
    audiences: str
    same_as: str
    saved_href: str
    alike: tuple[AlikeLine, ...]
    details: Sequence[str]
    errors: Mapping[str, str]


@dataclass(frozen=True)
class Group:
    """The candidates under one heading. `folded` where none of them is ticked."""

    number: int
    heading: str
    said: str
    open_count: int
    folded: bool
    cards: tuple[CandidateCard, ...]


@dataclass(frozen=True)
class Comparing:
    """How far the comparing is: nothing is left once it is done."""

    left: int
    total: int
    found: int
    href: str


@dataclass(frozen=True)
class ReportPage:
    """A report's candidates, and what they are saved with."""

    name: str
    programme: str
    facts: str
    left_out: bool
    kept_until: str
    withheld: bool
    groups: tuple[Group, ...]
    waiting: int
    ticked: int
    saved: int
    comparing: Comparing
    activities: tuple[Choice, ...]
    activity_kinds: tuple[Choice, ...]
    activity: Mapping[str, str]
    menus: Mapping[str, tuple[str, tuple[Choice, ...], bool]]
    errors: tuple[tuple[str, str], ...]
    of_field: Mapping[str, str]
    action: str
    keep_href: str
    discard_href: str
    back_href: str


def reports_page(person: User, programmes: Sequence[Programme]) -> ReportsPage:
    """Return where to begin."""
    return ReportsPage(
        programmes=tuple(Choice(reverse("web:take-report", args=[one.slug]), one.name) for one in programmes),
        reports=_lines(person),
    )


def take_page(
    person: User, programme: Programme, *, typed: Mapping[str, str], faults: Mapping[str, Sequence[str]]
) -> TakePage:
    """Return the form, with what was typed and what is wrong with it."""
    first = {field: reasons[0] for field, reasons in faults.items()}
    fields = ("text", "name", "file", "consent")
    return TakePage(
        programme=programme.name,
        action=reverse("web:take-report", args=[programme.slug]),
        text=typed.get("text", ""),
        name=typed.get("name", ""),
        consent=typed.get("consent") or Consent.NOT_NEEDED,
        consents=tuple(
            one
            for one in choices_of(Consent)
            if one.value != Consent.WITHHELD or may_take(person, programme.id, consent=Consent.WITHHELD)
        ),
        megabytes=settings.REPORT_BYTES // 1024**2,
        reports=_lines(person, programme),
        errors=tuple((words, f"#{field if field in fields else 'text'}") for field, words in first.items()),
        of_field=first,
    )


def _lines(person: User, programme: Programme | None = None) -> tuple[ReportLine, ...]:
    found = open_reports(person)
    if programme is not None:
        found = found.filter(programme=programme)
    return tuple(
        ReportLine(
            href=reverse("web:report", args=[one.id]),
            name=one.name,
            said=f"{one.programme.name}, {day(one.created)}: {one.waiting:,} waiting, {one.saved:,} saved",  # type: ignore[attr-defined]
        )
        for one in found[:SHOWN]
    )


def in_groups(candidates: Sequence[Candidate]) -> list[list[Candidate]]:
    """Return candidates by their headings, in the report's order."""
    return [list(group) for _, group in itertools.groupby(candidates, key=lambda one: one.section)]


def comparing_of(report: Report, found: int, total: int) -> Comparing:
    """Return how far the comparing is."""
    return Comparing(to_compare(report), total, found, reverse("web:report-alike", args=[report.id]))


def alike_lines(alike: Sequence[SaidAlready]) -> tuple[AlikeLine, ...]:
    """Return what a candidate may repeat, in words."""
    return tuple(
        AlikeLine(
            href=reverse("web:insight", args=[one.id]),
            words=one.title or first_words(one.text, 16),
            alike=percent(one.similarity),
            status="" if one.status == "published" else one.status,
        )
        for one in alike
    )


def report_page(
    person: User,
    report: Report,
    candidates: Sequence[Candidate],
    *,
    activity: Mapping[str, str],
    faults: Mapping[str, Sequence[str]],
) -> ReportPage:
    """Return a report's candidates as they stand, or as they were typed, with what is wrong with them."""
    alike = said_already(person=person, report=report)
    by_id = {one.id: one for one in candidates}
    groups = tuple(
        _group(number, group, by_id, alike, faults) for number, group in enumerate(in_groups(candidates), start=1)
    )
    waiting = [one for one in candidates if one.insight_id is None]
    return ReportPage(
        name=report.name,
        programme=report.programme.name,
        facts=f"{report.get_form_display()}, read on {day(report.created)} by {report.person}",
        left_out=report.left_out,
        kept_until=day(kept_until(report)),
        withheld=report.consent == Consent.WITHHELD,
        groups=groups,
        waiting=len(waiting),
        ticked=sum(one.ticked for one in waiting),
        saved=len(candidates) - len(waiting),
        comparing=comparing_of(report, len(alike), len(waiting)),
        activities=tuple(
            Choice(str(one.id), one.name) for one in LearningActivity.objects.filter(programme=report.programme_id)
        ),
        activity_kinds=choices_of(LearningActivity.Kind),
        activity=activity,
        menus=MENUS,
        errors=tuple(_error_lines(faults, by_id)),
        of_field={field: reasons[0] for field, reasons in faults.items()},
        action=reverse("web:report", args=[report.id]),
        keep_href=reverse("web:keep-report", args=[report.id]),
        discard_href=reverse("web:discard-report", args=[report.id]),
        back_href=reverse("web:take-report", args=[report.programme.slug]),
    )


def activity_of(report: Report) -> dict[str, str]:
    """Return the activity's fields as they start."""
    chosen = str(report.learning_activity_id or "")
    return {"activity": chosen, "activity_name": "", "activity_kind": ""}


def _group(
    number: int,
    group: Sequence[Candidate],
    by_id: Mapping[UUID, Candidate],
    alike: Mapping[UUID, Sequence[SaidAlready]],
    faults: Mapping[str, Sequence[str]],
) -> Group:
    cards = tuple(_card(one, by_id, alike.get(one.id, ()), faults) for one in group)
    waiting = [one for one in group if one.insight_id is None]
    ticked = sum(one.ticked for one in waiting)
    said = f"{counted(len(waiting), 'candidate')}, {ticked:,} ticked"
    if len(waiting) < len(group):
        said += f", {len(group) - len(waiting):,} saved"
    return Group(
        number=number,
        heading=group[0].section or UNTITLED,
        said=said,
        open_count=len(waiting),
        folded=not ticked and len(waiting) == len(group) and not any(card.errors for card in cards),
        cards=cards,
    )


def _card(
    one: Candidate,
    by_id: Mapping[UUID, Candidate],
    alike: Sequence[SaidAlready],
    faults: Mapping[str, Sequence[str]],
) -> CandidateCard:
    start = f"candidates.{one.id}."
    same = by_id.get(one.same_as_id) if one.same_as_id else None
    words = one.title or first_words(one.text) or f"Piece {one.position + 1}"
    insight = one.insight
    if insight is not None:
        words = insight.title or first_words(insight.text)
    return CandidateCard(
        id=str(one.id),
        words=words,
        values={"title": one.title, "text": one.text, **{field: getattr(one, field) or "" for field in MENUS}},
        rows=min(max(len(one.text) // PER_ROW + 1, ROWS[0]), ROWS[1]),
        ticked=one.ticked,
        why=one.why,
        locator=one.locator,
        audiences=", ".join(audience.name for audience in one.audiences.all()),
        same_as=(same.title or first_words(same.text) or f"piece {same.position + 1}") if same is not None else "",
        saved_href=reverse("web:insight", args=[insight.id]) if insight is not None else "",
        alike=alike_lines(alike),
        details=details_in(one.text) if insight is None else (),
        errors={field.removeprefix(start): said[0] for field, said in faults.items() if field.startswith(start)},
    )


def _error_lines(faults: Mapping[str, Sequence[str]], by_id: Mapping[UUID, Candidate]) -> list[tuple[str, str]]:
    lines = []
    places = {"candidates": "#groups", "learning_activity": "#activity", "new_activity.kind": "#activity_kind"}
    for field, reasons in faults.items():
        first, _, rest = field.partition(".")
        id, _, name = rest.partition(".")
        one = next((one for one in by_id.values() if str(one.id) == id), None) if first == "candidates" else None
        if one is not None:
            shown = name if name in ("title", "text", *MENUS) else "text"
            lines.append((f"Piece {one.position + 1}: {reasons[0]}", f"#c-{id}-{shown}"))
        else:
            lines.append((reasons[0], places.get(field, "#activity_name")))
    return lines

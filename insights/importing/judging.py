"""What becomes of a row: new, same, changed or in error. Nothing is written here.

A row is known again by its reference, else by its words. What it said last time is kept (`Imported`): where it says the
same again nothing changes, whatever people have made of the insight since, and where it was edited, those fields only.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError

from accounts.models import User
from casestudies.lifecycle import Status
from casestudies.models import Programme
from casestudies.permissions import may
from insights.capture import IN_HAND, NOT_THEIRS, Voice, in_order, may_log_withheld, sources_of
from insights.importing.columns import REQUIRED
from insights.importing.understanding import (
    Plan,
    Said,
    as_words,
    digest_of,
    insight_fields,
    is_withheld,
    voice_fields,
)
from insights.models import Import, Imported, ImportRow, Insight, Source
from insights.models.imported import Fate

EMPTY = {
    "text": "Write what was found, heard or recommended; this is empty. Of merged cells only the first one counts.",
    "kind": "Say which kind it is: finding, recommendation or observation. Of merged cells only the first one counts.",
    "source_kind": "Say who said it: staff, patient, family, coordinator, data or team. Of merged cells only the first "
    "one counts.",
}
VOICE_IN_HAND = ("organisation", "recorded_by")


@dataclass
class Judged:
    """A row with its fate. `changes` has what differs; for a new row `insight` and `source` are ready to be written."""

    said: Said
    fate: Fate
    insight: Insight | None = None
    source: Source | None = None
    changes: dict[str, Any] = field(default_factory=dict)


class Permits:
    """What the person who imports may do here, each question asked of the table once."""

    def __init__(self, person: User, programme: Programme, status: str) -> None:
        self.person, self.programme, self.status = person, programme, status
        self._edits: dict[tuple[str, bool], bool] = {}
        self.withheld = may_log_withheld(person, programme_id=programme.id, status=status)

    def edits(self, insight: Insight) -> bool:
        """Say whether they may edit an insight of the programme as it stands."""
        asked = (insight.status, insight.words_withheld)
        if asked not in self._edits:
            status, withheld = asked
            self._edits[asked] = may(
                self.person, "edit", "insight", programme_id=self.programme.id, status=status, withheld=withheld
            )
        return self._edits[asked]


class Present:
    """What is there already of the rows in hand: insights, what was imported of them, and earlier rows of the file."""

    def __init__(self, plan: Plan, rows: Sequence[Said], *, of: Import | None) -> None:
        here = Insight.objects.filter(programme=plan.programme).defer("search")
        ids = {row.external_id for row in rows if row.external_id}
        plain = [row for row in rows if not row.external_id]
        self.by_id = {insight.external_id: insight for insight in here.filter(external_id__in=ids)} if ids else {}
        self.by_words: dict[str, UUID] = {}
        self.typed: set[tuple[str, str]] = set()
        if plain:
            known = Imported.objects.filter(programme=plan.programme, words__in={row.words for row in plain})
            self.by_words = dict(known.values_list("words", "insight_id"))
            said = here.filter(digest__in={row.digest for row in plain})
            self.typed = set(said.values_list("digest", "kind"))
        known_by_words = here.in_bulk(set(self.by_words.values()))
        self.insights = {**known_by_words, **{insight.id: insight for insight in self.by_id.values()}}
        self.imported = Imported.objects.in_bulk(self.insights)
        self.voices = {
            source.insight_id: source for source in Source.objects.filter(insight__in=self.insights, position=0)
        }
        self.audiences = self._audiences() if "audiences" in plan.mapping else {}
        self.seen_ids: dict[str, tuple[int, list[str]]] = {}
        self.seen_words: dict[str, int] = {}
        if of is not None:
            earlier = ImportRow.objects.filter(of=of, number__lt=min((row.number for row in rows), default=0))
            earlier = earlier.exclude(fate=Fate.ERROR)
            named = earlier.filter(external_id__in=ids).values_list("external_id", "number", "cells")
            self.seen_ids = {str(id): (number, cells) for id, number, cells in named.order_by("-number")}
            words = {row.words for row in rows}
            told = earlier.filter(words__in=words).order_by("-number").values_list("words", "number")
            self.seen_words = {str(digest): number for digest, number in told}

    def _audiences(self) -> dict[UUID, tuple[UUID, ...]]:
        found: dict[UUID, list[UUID]] = {}
        through = Insight.audiences.through.objects.filter(insight__in=self.insights)
        for insight, audience in through.values_list("insight_id", "audience_id"):
            found.setdefault(insight, []).append(audience)
        return {insight: tuple(sorted(audiences)) for insight, audiences in found.items()}

    def value(self, insight: Insight, name: str) -> Any:
        """Return a field of an insight as a row would say it."""
        match name:
            case "source_kind":
                return self.voices[insight.id].kind
            case "role" | "place" | "organisation_id" | "collected_on" | "consent":
                return getattr(self.voices[insight.id], name)
            case "audiences":
                return self.audiences.get(insight.id, ())
            case "case_study" | "learning_activity":
                return getattr(insight, f"{name}_id")
            case _:
                return getattr(insight, name)


def judge(rows: Sequence[Said], plan: Plan, permits: Permits, *, of: Import | None) -> list[Judged]:
    """Return the fate of each row of a batch, in order; `of` is the import whose earlier rows count as said."""
    present = Present(plan, rows, of=of)
    return [_judge(row, plan, permits, present) for row in rows]


def _judge(row: Said, plan: Plan, permits: Permits, present: Present) -> Judged:
    if row.faults:
        return Judged(row, Fate.ERROR)
    there = _there(row, present)
    judged = _again(row, plan, present) or (
        _against(row, plan, permits, present, there) if there else _new(row, plan, permits, present)
    )
    if judged.fate is not Fate.ERROR:
        if row.external_id:
            present.seen_ids.setdefault(row.external_id, (row.number, row.cells))
        present.seen_words.setdefault(row.words, row.number)
    return judged


def _there(row: Said, present: Present) -> Insight | None:
    if row.external_id:
        return present.by_id.get(row.external_id)
    known = present.by_words.get(row.words)
    return present.insights.get(known) if known else None


def _again(row: Said, plan: Plan, present: Present) -> Judged | None:
    """Judge a row that stands in the file already."""
    if row.external_id:
        seen = present.seen_ids.get(row.external_id)
        if seen is None:
            return None
        number, cells = seen
        if cells == row.cells:
            row.note = f"Row {number} says the same."
            return Judged(row, Fate.SAME)
        row.faults.append(plan.fault("external_id", f"Row {number} has this reference already. Give each its own."))
        return Judged(row, Fate.ERROR)
    if row.words not in present.seen_words:
        return None
    row.note = f"Row {present.seen_words[row.words]} says the same."
    return Judged(row, Fate.SAME)


def _new(row: Said, plan: Plan, permits: Permits, present: Present) -> Judged:
    for name in REQUIRED:
        if name not in row.values:
            row.faults.append(plan.fault(name, EMPTY[name]))
    if is_withheld(row.values) and not permits.withheld:
        row.faults.append(plan.fault("consent", NOT_THEIRS))
    if row.faults:
        return Judged(row, Fate.ERROR)
    if not row.external_id and (row.digest, row.values["kind"]) in present.typed:
        row.note = "An insight of this programme says the same."
        return Judged(row, Fate.SAME)
    judged = Judged(row, Fate.NEW)
    try:
        judged.insight = _insight(row.values, plan, permits)
        voice = Voice(**voice_fields(row.values))
        [judged.source] = sources_of(judged.insight, [voice], permits.person, in_hand=VOICE_IN_HAND)
    except ValidationError as fault:
        _blame(row, plan, fault)
        judged.fate = Fate.ERROR
    return judged


def _insight(values: dict[str, Any], plan: Plan, permits: Permits) -> Insight:
    insight = Insight(
        programme=plan.programme,
        case_study_id=values.get("case_study"),
        learning_activity_id=values.get("learning_activity"),
        author=permits.person,
        status=Status(permits.status),
        **in_order(insight_fields(values)),
    )
    insight.clean_fields(exclude=IN_HAND)
    return insight


def _against(row: Said, plan: Plan, permits: Permits, present: Present, there: Insight) -> Judged:
    """Judge a row whose insight is there: what does it say otherwise than it said last, and than is so already?"""
    last = present.imported.get(there.id)
    before = last.fields if last else {}
    changes = {
        name: value
        for name, value in row.values.items()
        if before.get(name) != digest_of(name, value) and as_words(present.value(there, name)) != as_words(value)
    }
    if last is None and not row.external_id:
        changes = {}
    if not changes:
        return Judged(row, Fate.SAME)
    if not permits.edits(there):
        told = f"This insight is {there.status} here"
        why = f"{told} and its words are withheld" if there.words_withheld else told
        row.faults.append(plan.fault("external_id", f"{why}: you cannot change it by a file."))
        return Judged(row, Fate.ERROR)
    if is_withheld(changes) and not permits.withheld:
        row.faults.append(plan.fault("consent", NOT_THEIRS))
        return Judged(row, Fate.ERROR)
    try:
        _checked(row, plan, permits, present, there)
    except ValidationError as fault:
        _blame(row, plan, fault)
        return Judged(row, Fate.ERROR)
    return Judged(row, Fate.CHANGED, insight=there, changes=changes)


def _checked(row: Said, plan: Plan, permits: Permits, present: Present, there: Insight) -> None:
    """Try the row's words on an insight that is thrown away, so that the dry run says what the edit would say."""
    values = {"kind": there.kind, "text": there.text, **row.values}
    tried = _insight(values, plan, permits)
    voice = {"kind": present.voices[there.id].kind, **voice_fields(row.values)}
    sources_of(tried, [Voice(**voice)], permits.person, in_hand=VOICE_IN_HAND)


def _blame(row: Said, plan: Plan, fault: ValidationError) -> None:
    row.faults.extend(plan.fault(name, reasons[0]) for name, reasons in fault.message_dict.items())


def counts_of(judged: Iterable[Judged]) -> dict[str, int]:
    """Return how many rows there are of each fate."""
    counts = dict.fromkeys(Fate.values, 0)
    for one in judged:
        counts[one.fate] += 1
    return counts

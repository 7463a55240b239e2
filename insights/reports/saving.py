"""Look over what was cut: change candidates, tick them, and save those that are ticked as drafts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import TextChoices

from accounts.models import User
from casestudies.activities import note_activity
from casestudies.models import LearningActivity
from insights.capture import Setting, Voice, log
from insights.choices import Effect, Kind, Level, Perspective, SourceKind
from insights.models import Candidate, Insight, Report
from insights.nudging import nudge_comparing_after_commit
from insights.reports.taking import the_report

CHOICES: dict[str, tuple[type[TextChoices], bool]] = {
    "kind": (Kind, False),
    "perspective": (Perspective, True),
    "level": (Level, True),
    "effect": (Effect, True),
    "source_kind": (SourceKind, False),
}
# What may be changed of a candidate.
CHANGEABLE = ("ticked", "title", "text", *CHOICES)
# A text longer than any insight may be, and than anyone types, is kept no further.
MOST_TYPED = 100_000

Changes = Mapping[UUID, Mapping[str, Any]]


@dataclass(frozen=True)
class NewActivity:
    """A learning activity that is noted as the insights are saved."""

    kind: str
    name: str


@transaction.atomic
def change(*, person: User, report_id: UUID, changes: Changes) -> Report:
    """Keep what was typed and ticked of candidates, by their id; those that were saved already stay as they are.

    What is typed is kept whether or not it will do as an insight. Raises Missing, and ValidationError under
    `candidates.ID.field` for a candidate that is not of this report, or a choice that is none.
    """
    report = the_report(person=person, report_id=report_id, lock=True)
    there = {one.id: one for one in report.candidates.select_for_update(no_key=True)}
    faults: dict[str, list[str]] = {}
    changed = []
    for id, said in changes.items():
        candidate = there.get(id)
        if candidate is None:
            faults[f"candidates.{id}"] = ["This is not a candidate of this report."]
        elif candidate.insight_id is None and (wrong := _apply(candidate, said)) is not None:
            faults |= {f"candidates.{id}.{field}": [why] for field, why in wrong.items()}
            changed.append(candidate)
    if faults:
        raise ValidationError(faults)
    Candidate.objects.bulk_update(changed, [*CHANGEABLE, "vector", "encoder"], batch_size=200)
    if any(one.vector is None for one in changed):
        nudge_comparing_after_commit()
    return report


def _apply(candidate: Candidate, said: Mapping[str, Any]) -> dict[str, str] | None:
    """Set what differs; return what is wrong with it by field, or None where nothing differs."""
    wrong: dict[str, str] = {}
    differs = False
    for field, value in said.items():
        if field not in CHANGEABLE:
            raise TypeError(f"{field} cannot be changed")
        if field in CHOICES:
            choices, optional = CHOICES[field]
            value = value or (None if optional else "")
            if value not in choices.values and not (optional and value is None):
                wrong[field] = "Choose one of: " + ", ".join(choices.values) + "."
                continue
        elif field != "ticked":
            value = value.replace("\r\n", "\n")
            if "\0" in value or len(value) > MOST_TYPED:
                wrong[field] = f"Up to {MOST_TYPED:,} characters can be kept here, and no null among them."
                continue
        if getattr(candidate, field) != value:
            differs = True
            setattr(candidate, field, value)
            if field == "text":
                candidate.vector, candidate.encoder = None, ""
    return wrong if differs or wrong else None


def save(
    *,
    person: User,
    report_id: UUID,
    changes: Changes | None = None,
    learning_activity: LearningActivity | None = None,
    new_activity: NewActivity | None = None,
) -> list[Insight]:
    """Save every candidate that is ticked and not saved yet as a draft, all of them or none; return the insights.

    `changes` are kept first and stay kept, whatever becomes of the rest. Saving again saves only what was ticked
    since. Raises Missing, PermissionDenied, and ValidationError by field: `candidates.ID.text`, `candidates` where
    none is ticked, `learning_activity`, `new_activity.name`.
    """
    if changes:
        change(person=person, report_id=report_id, changes=changes)
    return _saved(person, report_id, learning_activity, new_activity)


@transaction.atomic
def _saved(person: User, report_id: UUID, activity: LearningActivity | None, new: NewActivity | None) -> list[Insight]:
    report = the_report(person=person, report_id=report_id, lock=True)
    setting = Setting(report.programme, None, _activity(person, report, activity, new))
    ticked = report.candidates.filter(insight__isnull=True, ticked=True).prefetch_related("audiences")
    insights: list[Insight] = []
    faults: dict[str, list[str]] = {}
    for candidate in ticked.select_for_update(no_key=True, of=("self",)):
        try:
            insight = _logged(person, report, setting, candidate)
        except ValidationError as fault:
            said = fault.message_dict if hasattr(fault, "error_dict") else {"text": fault.messages}
            faults |= {f"candidates.{candidate.id}.{field}": reasons for field, reasons in said.items()}
            continue
        insights.append(insight)
        candidate.insight = insight
        # Its words are the insight's from now on.
        candidate.title = candidate.text = candidate.encoder = ""
        candidate.vector = None
        candidate.save(update_fields=["insight", "title", "text", "vector", "encoder"])
    if faults:
        raise ValidationError(faults)
    if not insights:
        raise ValidationError({"candidates": "Tick at least one to save."})
    report.learning_activity = setting.learning_activity
    report.save(update_fields=["learning_activity"])
    return insights


def _logged(person: User, report: Report, setting: Setting, candidate: Candidate) -> Insight:
    return log(
        person=person,
        setting=setting,
        voices=[Voice(kind=candidate.source_kind, consent=report.consent)],
        audiences=list(candidate.audiences.all()),
        kind=candidate.kind,
        title=candidate.title,
        text=candidate.text,
        perspective=candidate.perspective,
        level=candidate.level,
        effect=candidate.effect,
        section=candidate.section,
        position=candidate.position,
        locator=candidate.locator,
    )


def _activity(
    person: User, report: Report, activity: LearningActivity | None, new: NewActivity | None
) -> LearningActivity | None:
    """Return the activity that the insights came out of: a new one, or one of the programme's."""
    if new is not None:
        try:
            return note_activity(person=person, programme=report.programme, kind=new.kind, name=new.name)
        except ValidationError as fault:
            raise ValidationError(
                {f"new_activity.{field}": reasons for field, reasons in fault.message_dict.items()}
            ) from fault
    if activity is not None and activity.programme_id != report.programme_id:
        raise ValidationError({"learning_activity": f"This belongs to another programme than “{report.programme}”."})
    return activity

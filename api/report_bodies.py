"""What is sent of a report: the report itself, in JSON or as a form with a file, and what becomes of its candidates."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from rest_framework import serializers

from api.fields import Body, Flag, OneOf, Reference, Words
from api.problems import Fault, Faulty
from api.writing import longest
from casestudies import reading
from casestudies.models import LearningActivity
from insights.choices import Consent, Effect, Kind, Level, Perspective, SourceKind
from insights.models import Insight
from insights.reports.saving import MOST_TYPED, NewActivity
from insights.reports.taking import MOST_CANDIDATES


class ActivityKind(OneOf):
    """A kind of learning activity."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(LearningActivity.Kind, **kwargs)


class ReportBody(Body):
    """A report as text. As `multipart/form-data`, a `file` instead of `text`."""

    programme = Reference("programme", reading.programmes)
    text = Words(required=False, allow_blank=True, help_text="The report's text, with its headings, or Markdown.")
    name = Words(required=False, allow_blank=True, max_length=200, help_text="What the report is called.")
    learning_activity = Reference(
        "learning activity", reading.learning_activities, by_slug=False, required=False, allow_null=True
    )
    consent = OneOf(Consent, required=False)


class ReportFileBody(ReportBody):
    """A report as a file: .docx, .pdf, .txt or .md. It is not kept once it is read."""

    text = None  # type: ignore[assignment]
    file = serializers.FileField(allow_empty_file=True)


class CandidateChange(Body):
    """What changes of one candidate; what is left out stays."""

    id = serializers.UUIDField()
    ticked = Flag(required=False)
    title = Words(required=False, allow_blank=True, max_length=longest(Insight, "title"))
    text = Words(required=False, allow_blank=True, max_length=MOST_TYPED)
    kind = OneOf(Kind, required=False)
    perspective = OneOf(Perspective, required=False, allow_null=True)
    level = OneOf(Level, required=False, allow_null=True)
    effect = OneOf(Effect, required=False, allow_null=True)
    source_kind = OneOf(SourceKind, required=False)


class NewActivityBody(Body):
    """A learning activity that is noted as the drafts are saved."""

    kind = ActivityKind()
    name = Words(max_length=200)


class SaveBody(Body):
    """Changes to make first, and what the drafts came out of: an activity that is there, or a new one."""

    candidates = serializers.ListField(child=CandidateChange(), required=False, max_length=MOST_CANDIDATES)
    learning_activity = Reference(
        "learning activity", reading.learning_activities, by_slug=False, required=False, allow_null=True
    )
    new_activity = NewActivityBody(required=False)


def changes_of(said: Mapping[str, Any]) -> dict[UUID, dict[str, Any]]:
    """Return the changes by candidate, as the verb takes them; raises Faulty where one is named twice."""
    changes: dict[UUID, dict[str, Any]] = {}
    for place, change in enumerate(said.get("candidates", ())):
        change = dict(change)
        id = change.pop("id")
        if id in changes:
            raise Faulty(Fault(f"candidates.{place}.id", "This candidate is named twice."))
        changes[id] = change
    return changes


def new_activity_of(said: Mapping[str, Any]) -> NewActivity | None:
    """Return the activity that is to be noted; raises ValidationError where another is named beside it."""
    if (new := said.get("new_activity")) is None:
        return None
    if said.get("learning_activity") is not None:
        raise ValidationError({"new_activity": "Name an activity that is there, or a new one, not both."})
    return NewActivity(**new)

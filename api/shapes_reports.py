"""What a report answers, for the schema."""

from __future__ import annotations

from rest_framework import serializers

from api.shapes import Ref, Shape, one_of
from casestudies.lifecycle import Status
from insights.choices import Consent, Effect, Kind, Level, Perspective, SourceKind
from insights.models.reported import ReportForm


class LikelySaid(Shape):
    """An insight, of those that you may open, that a candidate is likely to repeat; `similarity` is the cosine."""

    id = serializers.UUIDField()
    url = serializers.URLField()
    title = serializers.CharField(allow_blank=True)
    text = serializers.CharField()
    status = one_of(Status)
    similarity = serializers.FloatField()


class CandidateShape(Shape):
    """A piece of a report that may become an insight; once it was saved, its words are the insight's alone."""

    id = serializers.UUIDField()
    position = serializers.IntegerField()
    section = serializers.CharField(allow_blank=True, help_text="The headings above it, innermost last.")
    locator = serializers.CharField(allow_blank=True)
    title = serializers.CharField(allow_blank=True)
    text = serializers.CharField(allow_blank=True)
    kind = one_of(Kind)
    perspective = one_of(Perspective, allow_null=True)
    level = one_of(Level, allow_null=True)
    effect = one_of(Effect, allow_null=True)
    source_kind = one_of(SourceKind)
    audiences = Ref(many=True)
    ticked = serializers.BooleanField()
    why = serializers.CharField(allow_blank=True, help_text="Why it was not ticked at first.")
    same_as = serializers.UUIDField(allow_null=True, help_text="An earlier candidate with the same words.")
    details = serializers.ListField(
        child=serializers.CharField(), help_text="What in the text may tell who a person is."
    )
    said_already = LikelySaid(many=True)
    insight = serializers.URLField(allow_null=True, help_text="The draft that it became.")


class ReportAnswer(Shape):
    """A report with its candidates in order. `to_compare` is how many are still to be compared with what was said."""

    id = serializers.UUIDField()
    url = serializers.URLField()
    name = serializers.CharField()
    form = one_of(ReportForm)
    consent = one_of(Consent)
    programme = Ref()
    learning_activity = Ref(allow_null=True)
    left_out = serializers.BooleanField(help_text="Its end was left out: it is longer than is read at once.")
    created = serializers.DateTimeField()
    to_compare = serializers.IntegerField()
    candidates = CandidateShape(many=True)


class SavedAnswer(ReportAnswer):
    """The report after saving, and the drafts that were made."""

    saved = serializers.ListField(child=serializers.URLField())

"""What an insight looks like, for the schema only: its rows are made by the database (`insights.rows.FIELDS`).

A test holds that the two have the same fields in the same order, and that real rows are as this says.
"""

from __future__ import annotations

from typing import Any

from django.db import models
from rest_framework import serializers

from casestudies.lifecycle import Status
from insights.choices import (
    Consent,
    Effect,
    Kind,
    Level,
    Perspective,
    Relation,
    Response,
    SourceKind,
    TagOrigin,
    TagState,
)
from insights.models.flagged import FlagKind, FlagState
from lhs.habits import HABITS

Shape = serializers.Serializer[Any]


def one_of(choices: type[models.TextChoices], **kwargs: Any) -> serializers.ChoiceField:
    """Return a field that holds one of these words."""
    return serializers.ChoiceField(choices=choices.choices, **kwargs)


class Ref(Shape):
    """Something else, with where to find it."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    url = serializers.URLField()


class InsightSource(Shape):
    """The first voice behind an insight."""

    kind = one_of(SourceKind)
    role = serializers.CharField(allow_blank=True)
    organisation = Ref(allow_null=True)
    place = serializers.CharField(allow_blank=True)
    collected_on = serializers.DateField(allow_null=True)
    consent = one_of(Consent)


class TagShape(Shape):
    """How a code stands on an insight, and why: a machine suggests, a person confirms or rejects."""

    state = one_of(TagState)
    score = serializers.FloatField(allow_null=True, min_value=0, max_value=1)
    origin = one_of(TagOrigin)
    reason = serializers.CharField(allow_blank=True)
    version = serializers.IntegerField(allow_null=True, help_text="The version of the tagger that suggested it.")


class HabitTag(TagShape):
    """A habit on an insight."""

    code = serializers.ChoiceField(choices=[(habit.code, habit.name) for habit in HABITS])


class ThemeTag(TagShape):
    """A theme on an insight."""

    slug = serializers.SlugField()


class Neighbour(Shape):
    """What the suggestion is most like: the nearest insight confirmed by a person that you may open, or an example."""

    text = serializers.CharField()
    similarity = serializers.FloatField(min_value=-1, max_value=1)
    url = serializers.URLField(allow_null=True, help_text="null: an example of the codebook, which has no address.")


class HabitTagWithNeighbour(HabitTag):
    """A habit on an insight that is read on its own."""

    neighbour = Neighbour(allow_null=True)


class Tagged(Shape):
    """By which version of the tagger, and when, an insight was read for the five habits."""

    version = serializers.IntegerField()
    at = serializers.DateTimeField()


class EvidenceLink(Ref):
    """Another insight that this one rests on, supports, contradicts or repeats (`to`), or the other way (`from`)."""

    relation = one_of(Relation)
    direction = serializers.ChoiceField(choices=["to", "from"])


class Insight(Shape):
    """One short text that a programme team logged, with who said it and how it is tagged."""

    id = serializers.UUIDField()
    url = serializers.URLField()
    kind = one_of(Kind)
    title = serializers.CharField(allow_blank=True)
    text = serializers.CharField()
    perspective = one_of(Perspective, allow_null=True)
    level = one_of(Level, allow_null=True)
    effect = one_of(Effect, allow_null=True)
    response = one_of(Response, allow_null=True)
    status = one_of(Status)
    section = serializers.CharField(allow_blank=True)
    position = serializers.IntegerField(allow_null=True)
    locator = serializers.CharField(allow_blank=True)
    illustrative = serializers.BooleanField(help_text="Composed to show the software; nobody said it.")
    external_id = serializers.CharField(allow_null=True)
    audiences = Ref(many=True)
    source = InsightSource()  # type: ignore[assignment]
    voices = serializers.IntegerField(help_text="How many voices say this, the source included.")
    places = serializers.IntegerField(help_text="In how many places it was raised, as far as the voices name one.")
    programme = Ref()
    case_study = Ref(allow_null=True)
    learning_activity = Ref(allow_null=True)
    habits = HabitTag(many=True)
    themes = ThemeTag(many=True)
    tagged = Tagged(allow_null=True, help_text="null: not yet. With no habits: it was read, and none fits.")
    evidence = EvidenceLink(many=True)
    created = serializers.DateTimeField()
    modified = serializers.DateTimeField()


class FlagShape(Shape):
    """Something in the words that may tell who a person is. `start` and `end` count code points of the field."""

    id = serializers.UUIDField()
    kind = one_of(FlagKind)
    field = serializers.CharField(help_text="`text`, `title`, `section`, `locator`, `source.role`, `voices.0.place` …")
    start = serializers.IntegerField()
    end = serializers.IntegerField()
    state = one_of(FlagState)
    redaction = serializers.CharField(help_text="The words that `redact` puts there.")


class SingleInsight(Insight):
    """An insight read on its own: each suggested habit comes with the example it is most like."""

    habits = HabitTagWithNeighbour(many=True)
    flags = FlagShape(
        many=True,
        required=False,
        help_text="For the programme's team and curators only: what may tell who somebody is, settled or not.",
    )


class InsightPage(Shape):
    """A page of insights."""

    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    results = Insight(many=True)
    suggestion = serializers.CharField(
        required=False, help_text="Only where `q` found nothing: a spelling that would find something."
    )


class SimilarInsight(Shape):
    """An insight that is like a text."""

    id = serializers.UUIDField()
    url = serializers.URLField()
    title = serializers.CharField(allow_blank=True)
    text = serializers.CharField()
    similarity = serializers.FloatField(min_value=-1, max_value=1, help_text="The cosine; 1 says the same.")
    status = one_of(Status)
    voices = serializers.IntegerField(help_text="How many voices say this.")
    places = serializers.IntegerField(help_text="In how many places it was raised.")


class SimilarAnswer(Shape):
    """What has been said already, the nearest first."""

    results = SimilarInsight(many=True)
    note = serializers.CharField(allow_blank=True, help_text="Why nothing could be compared; else empty.")


class FaultShape(Shape):
    """A field that cannot be taken as it is, and why."""

    field = serializers.CharField()
    reason = serializers.CharField()


class Problem(Shape):
    """What went wrong (RFC 9457)."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    instance = serializers.CharField()
    errors = FaultShape(many=True)  # type: ignore[assignment]

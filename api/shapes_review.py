"""What the curator's desk answers, for the schema."""

from __future__ import annotations

from rest_framework import serializers

from api.shapes import Shape, one_of
from api.writing import VERDICTS
from insights.choices import Kind, SourceKind, TagState


class CodeToJudge(Shape):
    """A code, and what is said of it; `state` is null where nothing is."""

    code = serializers.CharField()
    name = serializers.CharField()
    definition = serializers.CharField(allow_blank=True)
    state = one_of(TagState, allow_null=True)
    score = serializers.FloatField(allow_null=True, min_value=0, max_value=1)
    reason = serializers.CharField(allow_blank=True)
    version = serializers.IntegerField(allow_null=True, help_text="The version of the tagger that suggested it.")


class ReviewTurn(Shape):
    """One text that is before you, with the codes in the codebook's order."""

    turn = serializers.UUIDField()
    title = serializers.CharField(allow_blank=True)
    text = serializers.CharField()
    kind = one_of(Kind)
    source_kind = one_of(SourceKind)
    codes = CodeToJudge(many=True)


class TurnAnswer(Shape):
    """What is before you now."""

    turn = ReviewTurn(allow_null=True)


class NextTurn(TurnAnswer):
    """What is before you now; null where nothing is left."""

    left = serializers.IntegerField(help_text="How many wait for you, counted no further than 1,001.")
    skipped = serializers.IntegerField(help_text="How many you skipped, which come back within a day.")


class ReviewAnswer(Shape):
    """What was recorded."""

    codes = serializers.ListField(child=serializers.CharField())


class BulkCount(Shape):
    """How many insights a decision would be on."""

    count = serializers.IntegerField()


class BulkAnswer(Shape):
    """A decision in bulk."""

    id = serializers.UUIDField()
    count = serializers.IntegerField()
    state = serializers.ChoiceField(choices=VERDICTS)
    undone = serializers.BooleanField()


class MeasureShape(Shape):
    """A figure with its 95 % interval; null where it has no value."""

    value = serializers.FloatField(allow_null=True)
    low = serializers.FloatField(allow_null=True)
    high = serializers.FloatField(allow_null=True)


class CodeAgreement(Shape):
    """Two people on one code: on how many texts both found it, one alone did, neither did."""

    code = serializers.CharField()
    name = serializers.CharField()
    n = serializers.IntegerField()
    both = serializers.IntegerField()
    first = serializers.IntegerField()
    second = serializers.IntegerField()
    neither = serializers.IntegerField()
    percent = MeasureShape(help_text="The share on which they agree, 0 to 1.")
    kappa = MeasureShape(help_text="Cohen's kappa.")
    ac1 = MeasureShape(help_text="Gwet's AC1.")


class DifferenceShape(Shape):
    """An insight that two people judged differently."""

    id = serializers.UUIDField()
    url = serializers.URLField()
    title = serializers.CharField(allow_blank=True)
    text = serializers.CharField()
    both = serializers.ListField(child=serializers.CharField())
    first_only = serializers.ListField(child=serializers.CharField())
    second_only = serializers.ListField(child=serializers.CharField())


class AgreementAnswer(Shape):
    """How far two people agree."""

    n = serializers.IntegerField(help_text="How many insights two people have judged.")
    all_alike = serializers.IntegerField(help_text="On how many of them they found the same in every code.")
    codes = CodeAgreement(many=True)
    differ = DifferenceShape(many=True)

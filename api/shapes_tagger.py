"""What is said of a tagger, as JSON: read off `insights.reporting` and `insights.figures`."""

from __future__ import annotations

from rest_framework import serializers

from api.shapes import Shape, one_of
from api.shapes_review import MeasureShape
from lhs.models import Tagger, Training


class CellsShape(Shape):
    """What was suggested beside what a person found, in numbers of insights."""

    right = serializers.IntegerField(help_text="Suggested, and found by the person.")
    wrong = serializers.IntegerField(help_text="Suggested, not found.")
    missed = serializers.IntegerField(help_text="Found, not suggested.")
    left = serializers.IntegerField(help_text="Neither.")
    n = serializers.IntegerField()


class CodeFigures(Shape):
    """How well one code is told."""

    code = serializers.SlugField()
    name = serializers.CharField()
    enough = serializers.BooleanField(help_text="Whether enough was audited to rely on these figures.")
    live = serializers.BooleanField(help_text="true: of the version in use alone; false: of all versions together.")
    cells = CellsShape()
    precision = MeasureShape()
    recall = MeasureShape()
    f1 = MeasureShape()
    calibration_error = serializers.FloatField(allow_null=True)


class PooledShape(Shape):
    """All codes together, on `n` insights."""

    n = serializers.IntegerField()
    precision = MeasureShape()
    recall = MeasureShape()
    f1 = MeasureShape()


class VersionFigures(Shape):
    """The audit of one version."""

    version = serializers.IntegerField()
    pooled = PooledShape()


class MonthFigures(Shape):
    """The audit of one month."""

    month = serializers.DateField(help_text="Its first day.")
    pooled = PooledShape()


class DecisionCounts(Shape):
    """Decisions that people made and did not take back."""

    confirmed = serializers.IntegerField()
    rejected = serializers.IntegerField()


class AuditFigures(Shape):
    """What the audit sample says, and how much people have decided."""

    audited = serializers.IntegerField()
    audited_live = serializers.IntegerField(help_text="Of these, with the version in use.")
    codes = CodeFigures(many=True)
    together = PooledShape()
    calibration_error = serializers.FloatField(allow_null=True)
    by_version = VersionFigures(many=True)
    by_month = MonthFigures(many=True)
    decisions = DecisionCounts()
    reviews = serializers.IntegerField()
    waiting = serializers.IntegerField(help_text="Insights that nobody has reviewed, counted no further than 1,001.")


class TaggerVersion(Shape):
    """One version of the tagger; `macro_f1` and `interval` are of what `measured_on` says, not of the audit."""

    version = serializers.IntegerField()
    state = one_of(Tagger.State)
    made = serializers.DateTimeField()
    since = serializers.DateTimeField(allow_null=True, help_text="When it came into use, of the version in use.")
    encoder = serializers.CharField(allow_blank=True)
    data_digest = serializers.CharField()
    decisions = serializers.IntegerField(help_text="How many decisions of people it learnt from.")
    exemplars = serializers.IntegerField(allow_null=True)
    passages = serializers.IntegerField(allow_null=True)
    macro_f1 = serializers.FloatField(allow_null=True)
    interval = serializers.ListField(child=serializers.FloatField(), allow_null=True)
    measured_on = serializers.CharField(allow_blank=True)
    reason = serializers.CharField(allow_blank=True)


class TrainingRun(Shape):
    """One run of training."""

    cause = one_of(Training.Cause)
    state = one_of(Training.State)
    alive = serializers.BooleanField(help_text="Whether it goes on; one that was killed stands still.")
    stage = serializers.CharField(allow_blank=True)
    done = serializers.IntegerField()
    of = serializers.IntegerField()
    outcome = serializers.CharField(allow_blank=True)
    version = serializers.IntegerField(allow_null=True)
    began = serializers.DateTimeField()
    ended = serializers.DateTimeField(allow_null=True)


class Needed(Shape):
    """How much must be audited before a figure or a corrected count is given."""

    audited = serializers.IntegerField()
    on_a_side = serializers.IntegerField(help_text="With the code suggested, and without it.")


class TaggerReport(Shape):
    """All there is to say of a codebook's tagger."""

    codebook = serializers.SlugField()
    name = serializers.CharField()
    in_use = TaggerVersion(allow_null=True)
    needed = Needed()
    figures = AuditFigures()
    due = serializers.IntegerField(help_text="Insights that wait to be tagged.")
    new_decisions = serializers.IntegerField(help_text="Decisions since the last training.")
    versions = TaggerVersion(many=True, help_text="Newest first.")
    trainings = TrainingRun(many=True, help_text="Newest first.")

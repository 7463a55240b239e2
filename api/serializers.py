"""Everything but insights, as it is read: places, programmes, case studies, activities, habits and themes."""

from __future__ import annotations

from decimal import Decimal
from functools import cache
from typing import Any, cast
from uuid import UUID

from django.db.models import Model
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from api.links import root_of
from api.shapes import Ref
from api.shapes_answered import AnsweredShape
from casestudies.models import (
    Audience,
    CaseStudy,
    KeyFigure,
    LearningActivity,
    Lever,
    Measure,
    MeasurePoint,
    Organisation,
    Programme,
)
from casestudies.suppression import FEWER, suppressed, too_small
from insights.answering import Answered, answered
from insights.telling_themes import Standing, standings_of_themes
from lhs.habits import habit
from lhs.models import Code

NULL_WHERE = "null where it is not published, as `suppressed` says."
SUPPRESSED = "“fewer than 5”, or “not shown” where a total would give another away; else empty."
ADDRESS = {
    Audience: "audiences",
    CaseStudy: "case-studies",
    LearningActivity: "learning-activities",
    Organisation: "organisations",
    Programme: "programmes",
}


class Url(serializers.Field):
    """The address of the thing itself."""

    def __init__(self, under: str, by: str = "id", **kwargs: Any) -> None:
        super().__init__(read_only=True, source="*", **kwargs)
        self.under = under
        self.by = by

    def to_representation(self, value: Model) -> str:
        """Return the absolute address."""
        return f"{self.context['root']}{self.under}/{getattr(value, self.by)}/"


extend_schema_field({"type": "string", "format": "uri"})(Url)


@extend_schema_field(Ref)
class RefTo(serializers.Field):
    """Another thing as `{id, name, url}`."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(read_only=True, **kwargs)

    def to_representation(self, value: Model) -> dict[str, str]:
        """Return the reference."""
        return {"id": str(value.pk), "name": str(value), "url": f"{self.context['root']}{_under(value)}/{value.pk}/"}


def _under(value: Model) -> str:
    return ADDRESS[type(value)]


class Number(serializers.DecimalField):
    """A decimal that is sent as a number."""

    def __init__(self, max_digits: int, decimal_places: int, **kwargs: Any) -> None:
        super().__init__(max_digits, decimal_places, coerce_to_string=False, **kwargs)


class OrganisationOut(serializers.ModelSerializer[Organisation]):
    """A region, a trust, a ward… and what it stands under."""

    url = Url("organisations")
    parent = RefTo(allow_null=True)  # type: ignore[assignment]

    class Meta:
        model = Organisation
        fields = ["id", "slug", "url", "name", "kind", "ods_code", "parent"]
        read_only_fields = fields


class AudienceOut(serializers.ModelSerializer[Audience]):
    """Who should act on a recommendation."""

    url = Url("audiences")

    class Meta:
        model = Audience
        fields = ["id", "slug", "url", "name", "position"]
        read_only_fields = fields


class LeverOut(serializers.ModelSerializer[Lever]):
    """What a programme planned to change."""

    class Meta:
        model = Lever
        fields = ["slug", "name", "description", "position"]
        read_only_fields = fields


class MeasurePointOut(serializers.ModelSerializer[MeasurePoint]):
    """A value on a day at a place."""

    value = Number(16, 4, allow_null=True, help_text=NULL_WHERE)
    suppressed = serializers.CharField(read_only=True, default="", help_text=SUPPRESSED)
    organisation = RefTo()

    class Meta:
        model = MeasurePoint
        fields = ["on", "value", "suppressed", "organisation"]
        read_only_fields = fields


class MeasureOut(serializers.ModelSerializer[Measure]):
    """A series that a programme follows."""

    points = serializers.SerializerMethodField()

    class Meta:
        model = Measure
        fields = ["slug", "name", "unit", "description", "illustrative", "points"]
        read_only_fields = fields

    @extend_schema_field(MeasurePointOut(many=True))
    def get_points(self, measure: Measure) -> list[Any]:
        """Return the points, without the numbers that are not to be published."""
        points = list(measure.points.all())
        hidden = suppressed(points, measure.unit)
        shown: Any = MeasurePointOut(points, many=True, context=self.context).data
        return [
            {**said, "value": None, "suppressed": hidden[point.id]} if point.id in hidden else said
            for point, said in zip(points, shown, strict=True)
        ]


class ProgrammeOut(serializers.ModelSerializer[Programme]):
    """The effort being learned about."""

    url = Url("programmes")
    lead = RefTo()
    partners = serializers.ListField(child=RefTo(), source="partners.all")
    levers = LeverOut(many=True)
    measures = MeasureOut(many=True)
    answered = serializers.SerializerMethodField()
    _answered: dict[UUID, Answered] = {}

    class Meta:
        model = Programme
        fields = ["id", "slug", "url", "name", "summary", "lead", "partners", "starts_on", "ends_on"]
        fields += ["levers", "measures", "answered", "created"]
        read_only_fields = fields

    @extend_schema_field(AnsweredShape)
    def get_answered(self, programme: Programme) -> dict[str, Any]:
        """Return how soon the programme answers; asked once for all that are told of."""
        if not self._answered:
            shown = [programme] if self.parent is None else list(cast(Any, self.parent.instance))
            self._answered = answered([one.id for one in shown])
        said = self._answered[programme.id]
        return {"median_days": said.median_days, "count": said.count}


class LearningActivityOut(serializers.ModelSerializer[LearningActivity]):
    """How the learning was done."""

    url = Url("learning-activities")
    programme = RefTo()

    class Meta:
        model = LearningActivity
        fields = ["id", "slug", "url", "kind", "name", "description", "held_on", "position", "programme"]
        read_only_fields = fields


class KeyFigureOut(serializers.ModelSerializer[KeyFigure]):
    """A number that a case study turns on."""

    value = serializers.SerializerMethodField("published_value", help_text=NULL_WHERE)
    suppressed = serializers.SerializerMethodField(help_text=SUPPRESSED)

    class Meta:
        model = KeyFigure
        fields = ["slug", "name", "value", "suppressed", "unit", "as_of", "as_of_words", "population", "locator"]
        fields += ["illustrative"]
        read_only_fields = fields

    @extend_schema_field({"type": ["number", "null"], "format": "double"})
    def published_value(self, figure: KeyFigure) -> Decimal | None:
        """Return the number, unless it is too small to be published."""
        return None if self.get_suppressed(figure) else figure.value

    def get_suppressed(self, figure: KeyFigure) -> str:
        """Return what is said instead of the number, or nothing."""
        return FEWER if too_small(figure.value, figure.unit) else ""


class CaseStudyOut(serializers.ModelSerializer[CaseStudy]):
    """What a programme published."""

    url = Url("case-studies")
    programme = RefTo()
    citation_url = serializers.CharField(read_only=True, help_text="Empty where there is none.")
    key_figures = KeyFigureOut(many=True)
    levers = LeverOut(many=True, source="programme.levers")
    learning_activities = serializers.ListField(child=RefTo(), source="programme.activities.all")

    class Meta:
        model = CaseStudy
        fields = ["id", "slug", "url", "title", "topic", "programme", "status", "background", "reflections"]
        fields += ["citation", "citation_url", "published_on", "key_figures", "levers", "learning_activities"]
        fields += ["created", "modified"]
        read_only_fields = fields


class HabitOut(serializers.ModelSerializer[Code]):
    """One of the five habits of a learning system."""

    code = serializers.SlugField(source="slug")
    url = Url("habits", by="slug")
    question = serializers.SerializerMethodField()

    class Meta:
        model = Code
        fields = ["position", "code", "url", "name", "question", "definition"]
        read_only_fields = fields

    def get_question(self, code: Code) -> str:
        """Return the question that the habit answers."""
        return habit(code.slug).question


class ThemeOut(serializers.ModelSerializer[Code]):
    """A curators' theme; `parent` is the slug of the theme it stands under.

    `threshold` is the score from which it is suggested, null: as the tagger finds it. `examples` counts what it can be
    learnt from; `learnt` says whether the tagger has learnt it (null: it has not read it yet) – until 20 examples it
    goes by likeness.
    """

    url = Url("themes", by="slug")
    parent = serializers.SlugField(  # type: ignore[assignment]
        source="parent.slug", allow_null=True, default=None
    )
    examples = serializers.SerializerMethodField()
    learnt = serializers.SerializerMethodField()

    class Meta:
        model = Code
        fields = ["id", "slug", "url", "name", "definition", "parent", "threshold", "examples", "learnt"]
        read_only_fields = fields

    def get_examples(self, code: Code) -> int:
        """Return how many examples the theme has."""
        return self._standing(code).examples

    def get_learnt(self, code: Code) -> bool | None:
        """Return whether it is learnt."""
        return self._standing(code).learnt

    def _standing(self, code: Code) -> Standing:
        standings: dict[str, Standing] = self.context["standings"]()
        return standings[code.slug]


def context_of(request: Any) -> dict[str, Any]:
    """Return what these serializers need to know of a request."""
    return {"root": root_of(request), "standings": cache(standings_of_themes)}

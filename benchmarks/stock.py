"""The list as Django REST framework is usually written: ModelSerializers, prefetching, cursor pages, stock settings.

Written with care – no query per row – so that what is compared is the way, not a mistake in it.
"""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.search import SearchQuery, SearchRank
from django.db.models import Exists, F, FloatField, OuterRef, Prefetch, QuerySet
from django.db.models.functions import Cast
from django.urls import path
from rest_framework import serializers
from rest_framework.pagination import CursorPagination
from rest_framework.viewsets import ReadOnlyModelViewSet

from casestudies.models import Audience, CaseStudy, LearningActivity, Organisation, Programme
from insights.models import Evidence, Insight, Source, Tag, Tagging
from insights.models.said import SEARCH_CONFIG
from lhs.models import HABITS


class Linked(serializers.ModelSerializer):
    """A reference: id, name and address."""

    url = serializers.SerializerMethodField()
    place = ""

    def get_url(self, thing: Any) -> str:
        """Return the absolute address."""
        return str(self.context["request"].build_absolute_uri(f"/api/v1/{self.place}/{thing.pk}/"))


class OrganisationLink(Linked):
    place = "organisations"

    class Meta:
        model = Organisation
        fields = ["id", "name", "url"]


class AudienceLink(Linked):
    place = "audiences"

    class Meta:
        model = Audience
        fields = ["id", "name", "url"]


class ProgrammeLink(Linked):
    place = "programmes"

    class Meta:
        model = Programme
        fields = ["id", "name", "url"]


class CaseStudyLink(Linked):
    place = "case-studies"
    name = serializers.CharField(source="title")

    class Meta:
        model = CaseStudy
        fields = ["id", "name", "url"]


class ActivityLink(Linked):
    place = "learning-activities"

    class Meta:
        model = LearningActivity
        fields = ["id", "name", "url"]


class SourceShape(serializers.ModelSerializer):
    organisation = OrganisationLink()

    class Meta:
        model = Source
        fields = ["kind", "role", "organisation", "place", "collected_on", "consent"]


class TagShape(serializers.ModelSerializer):
    code = serializers.CharField(source="code.slug")
    version = serializers.IntegerField(source="tagger.version", default=None)

    class Meta:
        model = Tag
        fields = ["code", "state", "score", "origin", "reason", "version"]


class ThemeShape(TagShape):
    slug = serializers.CharField(source="code.slug")

    class Meta:
        model = Tag
        fields = ["slug", "state", "score", "origin", "reason", "version"]


class TaggingShape(serializers.ModelSerializer):
    version = serializers.IntegerField(source="tagger.version")

    class Meta:
        model = Tagging
        fields = ["version", "at"]


class InsightShape(Linked):
    place = "insights"
    audiences = AudienceLink(many=True)
    source = serializers.SerializerMethodField()  # type: ignore[assignment]  # a field by this name, not the argument
    voices = serializers.SerializerMethodField()
    places = serializers.SerializerMethodField()
    programme = ProgrammeLink()
    case_study = CaseStudyLink()
    learning_activity = ActivityLink()
    habits = TagShape(source="habit_tags", many=True)
    themes = ThemeShape(source="theme_tags", many=True)
    tagged = serializers.SerializerMethodField()
    evidence = serializers.SerializerMethodField()

    class Meta:
        model = Insight
        fields = [
            *("id", "url", "kind", "title", "text", "perspective", "level", "effect", "response", "status"),
            *("section", "position", "locator", "illustrative", "external_id", "audiences", "source", "voices"),
            *("places", "programme", "case_study", "learning_activity", "habits", "themes", "tagged", "evidence"),
            *("created", "modified"),
        ]

    def get_source(self, insight: Any) -> dict[str, Any]:
        """Return the first voice."""
        return SourceShape(insight.heard[0], context=self.context).data

    def get_voices(self, insight: Any) -> int:
        """Return how many voices stand behind it."""
        return len(insight.heard)

    def get_places(self, insight: Any) -> int:
        """Return in how many places they said it."""
        return len({voice.organisation_id or voice.place.lower() for voice in insight.heard} - {""})

    def get_tagged(self, insight: Any) -> dict[str, Any] | None:
        """Return when it was tagged and by which version."""
        return TaggingShape(insight.done[0]).data if insight.done else None

    def get_evidence(self, insight: Any) -> list[dict[str, Any]]:
        """Return what it rests on and what rests on it."""
        ends = [(link, "to", link.other) for link in insight.evidence_to]
        ends += [(link, "from", link.insight) for link in insight.evidence_from]
        return [
            {
                "relation": link.relation,
                "direction": direction,
                "id": other.pk,
                "name": other.title or other.text[:80],
                "url": self.get_url(other),
            }
            for link, direction, other in sorted(ends, key=lambda end: end[2].pk)
        ]


class Pages(CursorPagination):
    ordering = "-id"
    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 500

    def get_ordering(self, request: Any, queryset: Any, view: Any) -> tuple[str, ...]:
        """Best match first where words are looked for."""
        return ("-rank", "-id") if request.query_params.get("q") else ("-id",)


class Insights(ReadOnlyModelViewSet):
    """The list, with everything that a page of it needs fetched at once."""

    serializer_class = InsightShape
    pagination_class = Pages

    def get_queryset(self) -> QuerySet[Insight]:
        """Return what anyone may read, narrowed by the filters that the benchmark asks for."""
        # A tagger carries megabytes: a careful hand leaves them where they are.
        tags = Tag.objects.exclude(state="rejected").select_related("code", "tagger").defer("tagger__artefact")
        tags = tags.order_by("code__position")
        seen = Insight.objects.filter(status="published", words_withheld=False, flagged=False)
        found = (
            seen.select_related("programme", "case_study", "learning_activity")
            .defer("search")
            .prefetch_related(
                "audiences",
                Prefetch(
                    "sources",
                    Source.objects.select_related("organisation").order_by("position"),
                    to_attr="heard",
                ),
                Prefetch("tags", tags.filter(code__codebook__slug=HABITS), to_attr="habit_tags"),
                Prefetch("tags", tags.exclude(code__codebook__slug=HABITS), to_attr="theme_tags"),
                Prefetch(
                    "taggings",
                    Tagging.objects.filter(due=False, codebook__slug=HABITS)
                    .select_related("tagger")
                    .defer("tagger__artefact"),
                    to_attr="done",
                ),
                Prefetch(
                    "evidence",
                    Evidence.objects.filter(other__in=seen).select_related("other"),
                    to_attr="evidence_to",
                ),
                Prefetch(
                    "evidence_for",
                    Evidence.objects.filter(insight__in=seen).select_related("insight"),
                    to_attr="evidence_from",
                ),
            )
        )
        if habit := self.request.query_params.get("habit"):
            tagged = Tag.objects.filter(insight=OuterRef("pk"), state__in=["suggested", "confirmed"])
            found = found.filter(Exists(tagged.filter(code__slug=habit, code__codebook__slug=HABITS)))
        if q := self.request.query_params.get("q"):
            query = SearchQuery(q, search_type="websearch", config=SEARCH_CONFIG)
            found = found.filter(search=query).annotate(rank=Cast(SearchRank(F("search"), query), FloatField()))
        return found


urlpatterns = [path("api/v1/insights/", Insights.as_view({"get": "list"}))]

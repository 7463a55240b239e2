"""Insights with their sources, evidence and merges."""

from __future__ import annotations

from typing import Any

import factory
from django.utils import timezone

from accounts.models import Role
from casestudies.lifecycle import Status
from insights.choices import Consent, Kind, Relation, SourceKind
from insights.models import Apart, Evidence, Insight, Merge, Source
from tests.factories.people import UserFactory
from tests.factories.programmes import ProgrammeFactory
from tests.factories.rows import RowFactory


class SourceFactory(RowFactory[Source]):
    """A voice. Without `insight=` it belongs to a new insight as a second voice, for an insight brings its first."""

    class Meta:
        model = Source

    insight = factory.SubFactory("tests.factories.InsightFactory")
    position = factory.LazyAttribute(lambda voice: voice.insight.sources.count())
    kind = SourceKind.STAFF
    role = "ward sister"
    consent = Consent.NOT_NEEDED


class InsightFactory(RowFactory[Insight]):
    """A published finding with its source (`source__kind=…`), in a programme of its own or that of `case_study`."""

    class Meta:
        model = Insight
        skip_postgeneration_save = True

    programme = factory.Maybe(
        "case_study",
        yes_declaration=factory.SelfAttribute("case_study.programme"),
        no_declaration=factory.SubFactory(ProgrammeFactory),
    )
    case_study = None
    kind = Kind.FINDING
    text = factory.Sequence(lambda n: f"Staff told us {n} times that the booking screen is slow.")
    status = Status.PUBLISHED
    published_at = factory.LazyAttribute(lambda said: timezone.now() if said.status == Status.PUBLISHED else None)
    decline_reason = factory.LazyAttribute(lambda said: "Said elsewhere." if said.status == Status.DECLINED else "")
    source = factory.RelatedFactory(SourceFactory, factory_related_name="insight")

    @factory.post_generation
    def audiences(self: Any, create: bool, extracted: Any, **kwargs: Any) -> None:
        if create and extracted:
            self.audiences.set(extracted)

    @classmethod
    def _after_postgeneration(cls, instance: Insight, create: bool, results: Any = None) -> None:
        # Its sources' triggers may have changed the row since it was inserted.
        if create:
            instance.refresh_from_db()


class EvidenceFactory(RowFactory[Evidence]):
    """A finding that supports another."""

    class Meta:
        model = Evidence

    insight = factory.SubFactory(InsightFactory)
    other = factory.SubFactory(InsightFactory)
    relation = Relation.SUPPORTS


class MergeFactory(RowFactory[Merge]):
    """One insight was merged into another; the rows of both are left as they are: see `insights.merging.merge`."""

    class Meta:
        model = Merge

    kept = factory.SubFactory(InsightFactory)
    gone = factory.SubFactory(InsightFactory, status=Status.WITHDRAWN)
    person = factory.SubFactory(UserFactory, role=Role.CURATOR)
    status_before = Status.PUBLISHED


class ApartFactory(RowFactory[Apart]):
    """A curator said that two insights are not the same."""

    class Meta:
        model = Apart

    first = factory.SubFactory(InsightFactory)
    second = factory.SubFactory(InsightFactory)
    person = factory.SubFactory(UserFactory, role=Role.CURATOR)

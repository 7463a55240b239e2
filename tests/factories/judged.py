"""Tags, what people decided, and what was laid before them."""

from __future__ import annotations

import datetime
from typing import Any

import factory
import numpy as np
from django.utils import timezone

from accounts.models import Role
from insights.choices import Queue, TagOrigin, TagState, Verdict
from insights.models import Bulk, Decision, Embedding, Review, Sample, Tag, Tagging, Turn
from lhs.codebooks import ensure_habits
from lhs.encoder import DIMENSIONS
from lhs.graph import LAYERS
from lhs.models import HABITS
from tests.factories.codes import CodebookFactory, TaggerFactory, habit
from tests.factories.people import UserFactory
from tests.factories.rows import RowFactory
from tests.factories.said import InsightFactory

# Of the built-in encoder.
WIDTH = DIMENSIONS * (LAYERS + 1)


class TagFactory(RowFactory[Tag]):
    """A machine's suggestion; `confirmed=True` and `rejected=True` are a person's word on it."""

    class Meta:
        model = Tag

    class Params:
        confirmed = factory.Trait(
            state=TagState.CONFIRMED, decided_by=factory.SubFactory(UserFactory, role=Role.CURATOR)
        )
        rejected = factory.Trait(state=TagState.REJECTED, decided_by=factory.SubFactory(UserFactory, role=Role.CURATOR))

    insight = factory.SubFactory(InsightFactory)
    code = factory.LazyFunction(lambda: habit("staff"))
    state = TagState.SUGGESTED
    origin = factory.LazyAttribute(
        lambda tag: TagOrigin.MACHINE if tag.state == TagState.SUGGESTED else TagOrigin.PERSON
    )
    score = 0.8
    reason = "It speaks of workload."
    tagger = factory.SubFactory(TaggerFactory, codebook=factory.SelfAttribute("..code.codebook"))


class TaggingFactory(RowFactory[Tagging]):
    """Say that an insight has been through the tagger, as its words now stand; the row is the database's own."""

    class Meta:
        model = Tagging

    insight = factory.SubFactory(InsightFactory)
    codebook = factory.LazyFunction(ensure_habits)
    due = False
    tagger = factory.SubFactory(TaggerFactory, codebook=factory.SelfAttribute("..codebook"))
    digest = factory.SelfAttribute("insight.digest")
    at = factory.LazyFunction(timezone.now)

    @classmethod
    def _create(cls, model_class: type[Tagging], *args: Any, **kwargs: Any) -> Tagging:
        identity = {"insight": kwargs.pop("insight"), "codebook": kwargs.pop("codebook")}
        row, _ = model_class.objects.update_or_create(defaults=kwargs, **identity)
        return row


class EmbeddingFactory(RowFactory[Embedding]):
    class Meta:
        model = Embedding

    insight = factory.SubFactory(InsightFactory)
    digest = factory.SelfAttribute("insight.digest")
    encoder = "a test"
    vector = factory.LazyFunction(lambda: [1.0] + [0.0] * 383)
    features = factory.LazyFunction(lambda: np.eye(1, WIDTH, dtype=np.float16).tobytes())


class DecisionFactory(RowFactory[Decision]):
    """A curator confirmed a suggestion that they saw. The tag itself is left as it is: see `TagFactory`."""

    class Meta:
        model = Decision

    insight = factory.SubFactory(InsightFactory)
    code = factory.LazyFunction(lambda: habit("staff"))
    person = factory.SubFactory(UserFactory, role=Role.CURATOR)
    verdict = Verdict.CONFIRMED
    suggested = True
    score = 0.8
    shown = True
    queue = Queue.PAGE
    teaches = True
    digest = factory.SelfAttribute("insight.digest")


class ReviewFactory(RowFactory[Review]):
    """A curator has judged an insight for the habits."""

    class Meta:
        model = Review

    insight = factory.SubFactory(InsightFactory)
    codebook = factory.LazyFunction(lambda: CodebookFactory(slug=HABITS))
    person = factory.SubFactory(UserFactory, role=Role.CURATOR)
    digest = factory.SelfAttribute("insight.digest")


class TurnFactory(RowFactory[Turn]):
    """The review queue has laid an insight before a curator, for ten minutes, with its suggestions."""

    class Meta:
        model = Turn

    insight = factory.SubFactory(InsightFactory)
    codebook = factory.LazyFunction(lambda: CodebookFactory(slug=HABITS))
    person = factory.SubFactory(UserFactory, role=Role.CURATOR)
    queue = Queue.QUEUE
    shown = True
    digest = factory.SelfAttribute("insight.digest")
    until = factory.LazyFunction(lambda: timezone.now() + datetime.timedelta(minutes=10))


class BulkFactory(RowFactory[Bulk]):
    """A curator confirmed one habit on everything that a filter selected; the decisions are made apart."""

    class Meta:
        model = Bulk

    person = factory.SubFactory(UserFactory, role=Role.CURATOR)
    code = factory.LazyFunction(lambda: habit("staff"))
    verdict = Verdict.CONFIRMED
    selection = factory.LazyFunction(dict)
    count = 1


class SampleFactory(RowFactory[Sample]):
    """A sample to be judged by several, empty until insights are put in."""

    class Meta:
        model = Sample

    codebook = factory.LazyFunction(lambda: CodebookFactory(slug=HABITS))
    name = factory.Sequence(lambda n: f"Sample {n}")
    made_by = factory.SubFactory(UserFactory, role=Role.CURATOR)

"""Rows for tests, one factory per model. Each row is valid as it stands; say only what the test is about.

    InsightFactory()                                    published, by staff, in a programme of its own
    InsightFactory(status="draft", source__consent="withheld")
    TagFactory(insight=insight, code=habit("culture"))  a machine's suggestion
    TagFactory(insight=insight, code=habit("staff"), confirmed=True)

Rows are written through the ORM, past the verbs, so that a test can put things where no verb would. What the database
keeps by itself (tallies, taggings) comes with them; `TaggingFactory` fills in the row that is already there.
"""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import uuid4

import factory
import numpy as np
from django.db.models import Model
from django.utils import timezone
from factory.django import DjangoModelFactory
from uuid_utils.compat import uuid7

from accounts.models import AccessToken, Role, User
from accounts.tokens import issue
from casestudies.lifecycle import Status
from casestudies.models import (
    Audience,
    CaseStudy,
    KeyFigure,
    LearningActivity,
    Lever,
    Loaded,
    Measure,
    MeasurePoint,
    Membership,
    Organisation,
    Programme,
    Topic,
)
from insights.choices import Consent, Kind, Queue, Relation, SourceKind, TagOrigin, TagState, Verdict
from insights.models import (
    Apart,
    Bulk,
    Decision,
    Embedding,
    Evidence,
    Insight,
    LastLogged,
    Merge,
    QueueKey,
    Review,
    Sample,
    Sent,
    Source,
    Tag,
    Tagging,
    Turn,
)
from lhs.codebooks import ensure_habits
from lhs.encoder import DIMENSIONS
from lhs.graph import LAYERS
from lhs.models import HABITS, THEMES, Code, Codebook, Tagger, Training

M = TypeVar("M", bound=Model)
# Of the built-in encoder.
WIDTH = DIMENSIONS * (LAYERS + 1)


class RowFactory(DjangoModelFactory[M]):
    """Makes a row by being called, which the library's own types do not tell."""

    class Meta:
        abstract = True

    if TYPE_CHECKING:

        def __new__(cls, **said: Any) -> M: ...  # type: ignore[misc]


class UserFactory(RowFactory[User]):
    """A viewer without a password; `role=` makes them something else."""

    class Meta:
        model = User

    email = factory.Sequence(lambda n: f"person{n}@example.org")
    name = factory.Sequence(lambda n: f"Person {n}")
    role = Role.VIEWER
    password = "!"


class AccessTokenFactory(RowFactory[AccessToken]):
    """A token's row. What a program signs in with is only known to `token_of`."""

    class Meta:
        model = AccessToken

    user = factory.SubFactory(UserFactory)
    name = "a test"

    @classmethod
    def _create(cls, model_class: type[AccessToken], *args: Any, **kwargs: Any) -> AccessToken:
        row, _ = model_class.objects.create(*args, **kwargs)
        return row


def token_of(person: User) -> str:
    """Return a new token that signs `person` in to the API."""
    return issue(person=person, name="a test")


class OrganisationFactory(RowFactory[Organisation]):
    class Meta:
        model = Organisation

    slug = factory.Sequence(lambda n: f"organisation-{n}")
    name = factory.Sequence(lambda n: f"Organisation {n}")
    kind = Organisation.Kind.TRUST


class AudienceFactory(RowFactory[Audience]):
    class Meta:
        model = Audience

    slug = factory.Sequence(lambda n: f"audience-{n}")
    name = factory.Sequence(lambda n: f"Audience {n}")
    position = factory.Sequence(int)


class ProgrammeFactory(RowFactory[Programme]):
    class Meta:
        model = Programme
        skip_postgeneration_save = True

    slug = factory.Sequence(lambda n: f"programme-{n}")
    name = factory.Sequence(lambda n: f"Programme {n}")
    summary = "What this programme set out to do."
    lead = factory.SubFactory(OrganisationFactory)
    starts_on = datetime.date(2021, 4, 1)

    @factory.post_generation
    def partners(self: Any, create: bool, extracted: Any, **kwargs: Any) -> None:
        if create and extracted:
            self.partners.set(extracted)


class MembershipFactory(RowFactory[Membership]):
    """A person in a programme, as a contributor unless `role=` says otherwise."""

    class Meta:
        model = Membership

    user = factory.SubFactory(UserFactory)
    programme = factory.SubFactory(ProgrammeFactory)
    role = Role.CONTRIBUTOR


class LeverFactory(RowFactory[Lever]):
    class Meta:
        model = Lever

    programme = factory.SubFactory(ProgrammeFactory)
    slug = factory.Sequence(lambda n: f"lever-{n}")
    name = factory.Sequence(lambda n: f"Lever {n}")
    position = factory.Sequence(int)


class LearningActivityFactory(RowFactory[LearningActivity]):
    class Meta:
        model = LearningActivity

    programme = factory.SubFactory(ProgrammeFactory)
    slug = factory.Sequence(lambda n: f"activity-{n}")
    kind = LearningActivity.Kind.INTERVIEW
    name = factory.Sequence(lambda n: f"Activity {n}")
    position = factory.Sequence(int)


class MeasureFactory(RowFactory[Measure]):
    class Meta:
        model = Measure

    programme = factory.SubFactory(ProgrammeFactory)
    slug = factory.Sequence(lambda n: f"measure-{n}")
    name = factory.Sequence(lambda n: f"Measure {n}")
    unit = "people"


class MeasurePointFactory(RowFactory[MeasurePoint]):
    class Meta:
        model = MeasurePoint

    measure = factory.SubFactory(MeasureFactory)
    organisation = factory.SubFactory(OrganisationFactory)
    on = factory.Sequence(lambda n: datetime.date(2021, 1, 1) + datetime.timedelta(n))
    value = 100


class CaseStudyFactory(RowFactory[CaseStudy]):
    """A published case study of a programme of its own."""

    class Meta:
        model = CaseStudy

    slug = factory.Sequence(lambda n: f"case-study-{n}")
    programme = factory.SubFactory(ProgrammeFactory)
    title = factory.Sequence(lambda n: f"Case study {n}")
    topic = Topic.ELECTIVE_RECOVERY
    background = "Why this was done."
    status = Status.PUBLISHED


class KeyFigureFactory(RowFactory[KeyFigure]):
    class Meta:
        model = KeyFigure

    case_study = factory.SubFactory(CaseStudyFactory)
    slug = factory.Sequence(lambda n: f"figure-{n}")
    name = factory.Sequence(lambda n: f"Figure {n}")
    value = 100
    unit = "people"
    position = factory.Sequence(int)


class LoadedFactory(RowFactory[Loaded]):
    class Meta:
        model = Loaded

    kind = "programme"
    key = factory.Sequence(lambda n: f"entry-{n}")
    object_id = factory.LazyFunction(uuid7)
    digest = "0" * 64


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


class CodebookFactory(RowFactory[Codebook]):
    class Meta:
        model = Codebook
        django_get_or_create = ("slug",)

    slug = factory.Sequence(lambda n: f"codebook-{n}")
    name = factory.Sequence(lambda n: f"Codebook {n}")


class CodeFactory(RowFactory[Code]):
    """A code of a codebook of its own."""

    class Meta:
        model = Code
        django_get_or_create = ("codebook", "slug")

    codebook = factory.SubFactory(CodebookFactory)
    slug = factory.Sequence(lambda n: f"code-{n}")
    name = factory.Sequence(lambda n: f"Code {n}")
    position = factory.Sequence(int)


class ThemeFactory(CodeFactory):
    """A theme."""

    codebook = factory.SubFactory(CodebookFactory, slug=THEMES)
    slug = factory.Sequence(lambda n: f"theme-{n}")
    name = factory.Sequence(lambda n: f"Theme {n}")


def habit(code: str) -> Code:
    """Return one of the five habits."""
    return ensure_habits().codes.get(slug=code)


class TaggerFactory(RowFactory[Tagger]):
    """A version that scored something once. It has no head, so it is not the one in use."""

    class Meta:
        model = Tagger
        django_get_or_create = ("codebook", "version")

    codebook = factory.LazyFunction(ensure_habits)
    version = 1
    artefact = b""
    data_digest = "0" * 64
    state = Tagger.State.RETIRED


class TrainingFactory(RowFactory[Training]):
    """A run of training that came to its end."""

    class Meta:
        model = Training

    codebook = factory.LazyFunction(ensure_habits)
    cause = Training.Cause.HAND
    state = Training.State.DONE


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


class MergeFactory(RowFactory[Merge]):
    """One insight was merged into another; the rows of both are left as they are: see `insights.merging.merge`."""

    class Meta:
        model = Merge

    kept = factory.SubFactory(InsightFactory)
    gone = factory.SubFactory(InsightFactory, status=Status.WITHDRAWN)
    person = factory.SubFactory(UserFactory, role=Role.CURATOR)
    status_before = Status.PUBLISHED


class SentFactory(RowFactory[Sent]):
    """An insight that was sent under a key."""

    class Meta:
        model = Sent

    person = factory.SubFactory(UserFactory, role=Role.CONTRIBUTOR)
    key = factory.LazyFunction(uuid4)
    said = "0" * 64
    insight = factory.SubFactory(InsightFactory)


class LastLoggedFactory(RowFactory[LastLogged]):
    """Where a person logged last."""

    class Meta:
        model = LastLogged

    person = factory.SubFactory(UserFactory, role=Role.CONTRIBUTOR)
    programme = factory.SubFactory(ProgrammeFactory)


class QueueKeyFactory(RowFactory[QueueKey]):
    """What a person's words are sealed with on a phone."""

    class Meta:
        model = QueueKey

    person = factory.SubFactory(UserFactory, role=Role.CONTRIBUTOR)


class ApartFactory(RowFactory[Apart]):
    """A curator said that two insights are not the same."""

    class Meta:
        model = Apart

    first = factory.SubFactory(InsightFactory)
    second = factory.SubFactory(InsightFactory)
    person = factory.SubFactory(UserFactory, role=Role.CURATOR)

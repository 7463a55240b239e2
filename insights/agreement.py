"""Two curators judge the same insights, neither seeing the other's word: how far do they agree, and where not?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import numpy as np
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Exists, F, OuterRef, QuerySet
from django.utils import timezone

from accounts.models import User
from casestudies.errors import Missing
from casestudies.lifecycle import Status
from insights.choices import Queue
from insights.desk import AT_THE_DESK, lay, reviews_anywhere
from insights.models import Insight, Review, Sample, Turn
from insights.models.words import clean_words
from insights.visibility import Reader, open_for
from lhs.agreement import Agreement, agree
from lhs.models import HABITS, Code, Codebook

LARGEST_SAMPLE = 500
LONGEST_NAME = 120
MOST_SHOWN = 100


@dataclass(frozen=True)
class OnCode:
    """How far two people agree on one code."""

    code: str
    name: str
    agreement: Agreement


@dataclass(frozen=True)
class Difference:
    """An insight that two people judged differently: what both found, and what one of them did."""

    insight_id: UUID
    title: str
    text: str
    both: tuple[str, ...]
    one_only: tuple[str, ...]
    other_only: tuple[str, ...]


@dataclass(frozen=True)
class Compared:
    """What two people judged alike and not: so many insights, each code in order, and the newest that they differ on.

    `all_alike` is how many insights they judged the same in every code; of the others, `differ` holds MOST_SHOWN.
    """

    n: int
    all_alike: int
    codes: tuple[OnCode, ...]
    differ: tuple[Difference, ...]


@dataclass(frozen=True)
class Standing:
    """A sample: how many insights it holds, how many of them `mine` has judged, and how many two people have."""

    id: UUID
    name: str
    size: int
    mine: int
    by_two: int


@transaction.atomic
def make_sample(*, person: User, name: str, size: int, codebook: str = HABITS) -> Sample:
    """Draw `size` published insights by chance, for several to judge; fewer where there are no more.

    Those are drawn that `person` may teach on and whose words may leave their programme. Raises PermissionDenied,
    Missing (no such codebook), ValidationError (`name`, `size`).
    """
    _for_curators(person)
    words = clean_words(name)
    if not 1 <= len(words) <= LONGEST_NAME:
        raise ValidationError({"name": f"Give the sample a name of at most {LONGEST_NAME} characters."})
    if not 1 <= size <= LARGEST_SAMPLE:
        raise ValidationError({"size": f"Give a number from 1 to {LARGEST_SAMPLE}."})
    found = _open_to(person).filter(status=Status.PUBLISHED, words_withheld=False)
    drawn = list(found.order_by("?").values_list("id", flat=True)[:size])
    if not drawn:
        raise ValidationError({"size": "There is no published insight to draw."})
    sample = Sample.objects.create(codebook=_codebook(codebook), name=words, made_by=person)
    sample.insights.set(Insight.objects.filter(id__in=drawn))
    return sample


@transaction.atomic
def code_next(*, person: User, sample_id: UUID) -> Turn | None:
    """Lay the next insight of the sample that `person` has not judged yet before them, blind; None after the last.

    Whoever has judged its words at the desk has judged it here too. Raises Missing, PermissionDenied.
    """
    sample = sample_of(person, sample_id)
    judged = _judged(sample.codebook).filter(person=person, insight_id=OuterRef("pk"))
    # What is before them at the desk may show its suggestions, so it is no blind judgement.
    at_the_desk = Turn.objects.filter(
        person=person, codebook=sample.codebook, queue__in=AT_THE_DESK, until__gt=timezone.now(), insight=OuterRef("pk")
    )
    left = _open_to(person).filter(id__in=sample.insights.values("id"))
    left = left.exclude(Exists(judged)).exclude(Exists(at_the_desk))
    insight = left.order_by("id").first()
    if insight is None:
        return None
    return lay(person, insight, sample.codebook, Queue.SAMPLE, shown=False)


def sample_of(person: User, sample_id: UUID) -> Sample:
    """Return a sample; raises Missing, PermissionDenied."""
    _for_curators(person)
    sample = Sample.objects.select_related("codebook").filter(id=sample_id).first()
    if sample is None:
        raise Missing("There is no such sample.")
    return sample


def samples(*, person: User, codebook: str = HABITS) -> list[Standing]:
    """Return the samples with how far they are judged, the newest first. Raises PermissionDenied, Missing."""
    _for_curators(person)
    found = Sample.objects.filter(codebook=_codebook(codebook)).order_by("-at")
    return [_standing(person, sample) for sample in found]


def agreement(*, person: User, codebook: str = HABITS, sample_id: UUID | None = None) -> Compared:
    """Compare the judgements of two people of the same words, over all insights or one sample's.

    Where more than two have judged, the first two count. The two are taken in the order of their ids, so that the
    same person is the first throughout. Only insights count that `person` may open. Raises Missing, PermissionDenied.
    """
    _for_curators(person)
    found = _codebook(codebook)
    reviews = _judged(found).filter(insight__in=Reader.of(person).insights())
    if sample_id is not None:
        reviews = reviews.filter(insight_id__in=sample_of(person, sample_id).insights.values("id"))
    pairs = _pairs(reviews)
    codes = list(Code.objects.living().filter(codebook=found))
    first, second = (
        np.array([[code.slug in pair[at] for code in codes] for pair in pairs.values()], dtype=bool).reshape(
            len(pairs), len(codes)
        )
        for at in (0, 1)
    )
    unlike = [id for id, (one, other) in pairs.items() if one != other]
    return Compared(
        n=len(pairs),
        all_alike=len(pairs) - len(unlike),
        codes=tuple(OnCode(code.slug, code.name, agree(first[:, at], second[:, at])) for at, code in enumerate(codes)),
        differ=_differences(sorted(unlike, reverse=True)[:MOST_SHOWN], pairs, codes),
    )


Pair = tuple[frozenset[str], frozenset[str]]


def _pairs(reviews: QuerySet[Review]) -> dict[UUID, Pair]:
    """Return what two people found in each insight that two have judged."""
    told: dict[UUID, list[tuple[UUID, frozenset[str]]]] = {}
    rows = reviews.order_by("at", "id").values_list("insight_id", "person_id", "codes")
    for insight_id, person_id, codes in rows.iterator():
        told.setdefault(insight_id, []).append((person_id, frozenset(codes)))
    pairs = {}
    for insight_id, judged in told.items():
        if len(judged) >= 2:
            (_, one), (_, other) = sorted(judged[:2], key=lambda said: said[0])
            pairs[insight_id] = (one, other)
    return pairs


def _differences(ids: Sequence[UUID], pairs: dict[UUID, Pair], codes: Sequence[Code]) -> tuple[Difference, ...]:
    said = {
        id: (title, text) for id, title, text in Insight.objects.filter(id__in=ids).values_list("id", "title", "text")
    }

    def in_order(some: frozenset[str]) -> tuple[str, ...]:
        return tuple(code.slug for code in codes if code.slug in some)

    return tuple(
        Difference(
            insight_id=id,
            title=said[id][0],
            text=said[id][1],
            both=in_order(one & other),
            one_only=in_order(one - other),
            other_only=in_order(other - one),
        )
        for id in ids
        for one, other in [pairs[id]]
    )


def _judged(codebook: Codebook) -> QuerySet[Review]:
    """Return the reviews of the words as they stand. A text that was changed since was judged as another."""
    return Review.objects.filter(codebook=codebook, undone_at__isnull=True, digest=F("insight__digest"))


def _standing(person: User, sample: Sample) -> Standing:
    reviews = _judged(sample.codebook).filter(insight_id__in=sample.insights.values("id"))
    judged: dict[UUID, set[UUID]] = {}
    for insight_id, person_id in reviews.values_list("insight_id", "person_id"):
        judged.setdefault(insight_id, set()).add(person_id)
    return Standing(
        id=sample.id,
        name=sample.name,
        size=sample.insights.count(),
        mine=sum(person.id in people for people in judged.values()),
        by_two=sum(len(people) >= 2 for people in judged.values()),
    )


def _open_to(person: User) -> QuerySet[Insight]:
    mine = Reader.of(person).insights()
    return mine.filter(open_for(person, "decide", "tag"), open_for(person, "teach", "tag"))


def _for_curators(person: User) -> None:
    if not reviews_anywhere(person):
        raise PermissionDenied("Samples and agreement are for curators.")


def _codebook(slug: str) -> Codebook:
    found = Codebook.objects.filter(slug=slug).first()
    if found is None:
        raise Missing(f"There is no codebook “{slug}”.")
    return found

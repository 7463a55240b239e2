"""What has been said already: the insights nearest to a text, of those that its reader may open."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import Count, Exists, F, OuterRef, QuerySet, TextField, Value
from django.db.models.functions import Cast, Coalesce, Lower, NullIf
from pgvector.django import CosineDistance

from accounts.models import User
from insights.models import Insight, Merge, Source
from insights.models.words import LONGEST, SHORTEST, clean_words
from insights.visibility import Reader
from lhs.encoder import EncoderUnavailable, loaded

logger = logging.getLogger(__name__)
# Below this cosine, two texts are about different things.
ALIKE = 0.5
MOST = 20
LIMIT = 5
# How many candidates the index looks at before it gives its first; enough that the nearest is not missed.
LOOKED_AT = 100
# So many more are fetched, for those whose words are due to be read again.
SPARE = 10
# So many times is the index asked, where what it gave first were copies of the same words.
ROUNDS = 4
CANNOT_COMPARE = "What has been said already cannot be looked up just now. You can log your insight all the same."


@dataclass(frozen=True)
class Alike:
    """An insight that is like a text: `similarity` is the cosine; so many `voices` said it, in so many `places`."""

    id: UUID
    title: str
    text: str
    similarity: float
    status: str
    voices: int
    places: int


@dataclass(frozen=True)
class Said:
    """What is like a text, the nearest first; `note` says in words why nothing could be compared, else empty."""

    results: tuple[Alike, ...]
    note: str = ""


def similar(*, person: User | None, text: str, programme: UUID | None = None, limit: int = LIMIT) -> Said:
    """Return the insights nearest to `text` that `person` may open, with a similarity of at least ALIKE.

    `programme` keeps to one programme. What was merged into another is left out. Without an encoder the answer is
    empty, with a note. Raises ValidationError for a text that is none, or a limit outside 1–20.
    """
    words = _checked(text)
    if not 1 <= limit <= MOST:
        raise ValidationError({"limit": f"Give a number from 1 to {MOST}."})
    try:
        encoder = loaded()
        vector = encoder.encode([words])[0]
    except EncoderUnavailable as why:
        logger.error("Nothing can be compared: %s", why)
        return Said((), CANNOT_COMPARE)
    found = embedded(Reader.of(person).insights(), encoder.name).filter(~Exists(_merged_away()))
    if programme is not None:
        found = found.filter(programme_id=programme)
    near = [one for one in nearest(found, vector, limit) if one.similarity >= ALIKE]
    raised = how_often([one.id for one in near])
    return Said(
        tuple(Alike(one.id, one.title, one.text, round(one.similarity, 4), one.status, *raised[one.id]) for one in near)
    )


def embedded(found: QuerySet[Insight], encoder: str) -> QuerySet[Insight]:
    """Keep to insights that have an embedding of this encoder; of which words, `nearest` looks at."""
    return found.filter(embedding__encoder=encoder)


def nearest(found: QuerySet[Insight], vector: Any, how_many: int) -> list[Any]:
    """Return the insights of `found` nearest to `vector`, the nearest first, each with the cosine as `similarity`.

    Equal words come more than once only where there is room: a text that was logged a thousand times hides no other.
    The index is asked for the bare distance: a bound on it, or the digests compared in the query, would have the
    planner read every row. So embeddings of words that have changed since are left out afterwards.
    """
    distance = CosineDistance("embedding__vector", vector)
    near = found.annotate(similarity=Value(1.0) - distance, read=F("embedding__digest")).order_by(distance)
    told: dict[str, Any] = {}
    copies: list[Any] = []

    def take() -> int:
        given = list(near.exclude(digest__in=list(told)).defer("search")[: how_many + SPARE])
        for one in given:
            if one.read == one.digest and told.setdefault(one.digest, one) is not one:
                copies.append(one)
        return len(given)

    with transaction.atomic():
        search_further()
        for _ in range(ROUNDS):
            given = take()
            if len(told) >= how_many or given < how_many + SPARE:
                break
        if len(told) < how_many:
            with every_row():
                take()
    chosen = [*list(told.values())[:how_many], *copies][:how_many]
    return sorted(chosen, key=lambda one: -one.similarity)


def search_further() -> None:
    """Let the index go on, in this transaction, until enough of what it finds is open to the reader."""
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL hnsw.ef_search = {LOOKED_AT:d}; SET LOCAL hnsw.iterative_scan = strict_order")


@contextmanager
def every_row() -> Iterator[None]:
    """Have the queries within look at every row: among very many equal vectors the index loses its way and ends early.

    To be entered in a transaction; what comes after it there is planned as before.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_indexscan = off")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_indexscan TO DEFAULT")


def how_often(insight_ids: Iterable[UUID]) -> dict[UUID, tuple[int, int]]:
    """Return by how many voices, and in how many places, each of these was raised.

    A place is an organisation or, where none is named, the place in words; a voice without either counts for none.
    """
    place = Coalesce(Cast("organisation_id", TextField()), NullIf(Lower("place"), Value("")), output_field=TextField())
    counted = (
        Source.objects.filter(insight_id__in=list(insight_ids))
        .order_by()
        .values_list("insight_id")
        .annotate(voices=Count("id"), places=Count(place, distinct=True))
    )
    return {insight_id: (voices, places) for insight_id, voices, places in counted}


def raised_in_words(voices: int, places: int) -> str:
    """Return “Raised 14 times in 5 places”; places are left out where none is known."""
    times = "once" if voices == 1 else f"{voices:,} times"
    where = f" in {places:,} place{'' if places == 1 else 's'}" if places else ""
    return f"Raised {times}{where}"


def _checked(text: str) -> str:
    try:
        words = clean_words(text)
    except ValidationError as fault:
        raise ValidationError({"text": fault.messages}) from fault
    if not SHORTEST <= len(words) <= LONGEST:
        raise ValidationError(
            {"text": f"Write between {SHORTEST} and {LONGEST:,} characters; this has {len(words):,}."}
        )
    return words


def _merged_away() -> QuerySet[Merge]:
    return Merge.objects.filter(gone=OuterRef("pk"), undone_at__isnull=True)

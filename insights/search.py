"""Find insights: filters, full text with rank, keyset pages. The one way in for the API and the pages alike."""

from __future__ import annotations

import base64
import binascii
import datetime
import difflib
import re
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any
from uuid import UUID

import orjson
from django.contrib.postgres.search import SearchQuery, SearchRank
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import Exists, F, FloatField, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Cast

from accounts.models import User
from casestudies.errors import Missing
from casestudies.models import Organisation
from insights.choices import TagState
from insights.models import Insight, Source, Tag
from insights.models.said import SEARCH_CONFIG
from insights.models.words import clean_words
from insights.rows import Links, Place, Row, Statement, rows, statement_of
from insights.visibility import Reader
from lhs.models import HABITS, THEMES

LARGEST_PAGE = 500
DASHES = re.compile(r"-(?:\s*-)+")
WORD = re.compile(r"[^\W\d_]{3,}")
SHOWN_STATES = (TagState.SUGGESTED, TagState.CONFIRMED)


class Question(SearchQuery):
    """What is typed to be looked for. As a query of its own it is read once, and not again for each row to rank."""

    template = "(SELECT %(function)s(%(expressions)s))"

    def __init__(self, words: str) -> None:
        super().__init__(words, search_type="websearch", config=SEARCH_CONFIG)


class BadCursor(ValueError):
    """A cursor that this software did not make."""


@dataclass(frozen=True)
class Selection:
    """What is looked for. Tuples are “any of these”; what is empty or None does not filter.

    programme, case_study, organisation and audience take ids or slugs; an organisation stands for all beneath it.
    """

    q: str = ""
    habit: tuple[str, ...] = ()
    habit_state: tuple[str, ...] = ()
    theme: tuple[str, ...] = ()
    kind: tuple[str, ...] = ()
    perspective: tuple[str, ...] = ()
    source_kind: tuple[str, ...] = ()
    level: tuple[str, ...] = ()
    effect: tuple[str, ...] = ()
    response: tuple[str, ...] = ()
    status: tuple[str, ...] = ()
    organisation: tuple[str, ...] = ()
    programme: tuple[str, ...] = ()
    case_study: tuple[str, ...] = ()
    audience: tuple[str, ...] = ()
    illustrative: bool | None = None
    collected_on_after: datetime.date | None = None
    collected_on_before: datetime.date | None = None
    created_after: datetime.datetime | None = None
    created_before: datetime.datetime | None = None


@dataclass(frozen=True)
class Page:
    """Rows ready to send, cursors to the pages beside it, and – when `q` found nothing – a spelling that would."""

    rows: list[bytes]
    next: str | None
    previous: str | None
    suggestion: str | None = None


class Cursor(Place):
    """A place in a list, as it is given out to find the page beside it."""

    def __str__(self) -> str:
        said = orjson.dumps([self.rank, self.id.hex, int(self.backwards)])
        return base64.urlsafe_b64encode(said).decode().rstrip("=")

    @classmethod
    def read(cls, said: str) -> Cursor:
        """Read a cursor as it was given out; raises BadCursor for anything else."""
        try:
            rank, id, backwards = orjson.loads(base64.urlsafe_b64decode(said + "=" * (-len(said) % 4)))
            cursor = cls(float(rank), UUID(hex=id), bool(backwards))
        except (binascii.Error, ValueError, TypeError, AttributeError) as error:
            raise BadCursor("This cursor is not one that was given out. Start again without it.") from error
        if not 0 <= cursor.rank < float("inf"):
            raise BadCursor("This cursor is not one that was given out. Start again without it.")
        return cursor


def page(
    *, person: User | None, selection: Selection, links: Links, cursor: str | None = None, page_size: int = 50
) -> Page:
    """Return one page of the insights that `person` may open: newest first, or by rank when `q` is given.

    Raises BadCursor, ValueError for a page size outside 1–500, and ValidationError for a word that is none.
    """
    if not 1 <= page_size <= LARGEST_PAGE:
        raise ValueError(f"A page holds 1 to {LARGEST_PAGE} insights.")
    reader = Reader.of(person)
    place = Cursor.read(cursor) if cursor else None
    selection = _cleaned(selection)
    backwards = place is not None and place.backwards
    there = rows(
        reader=reader,
        found=_found(reader, selection),
        links=links,
        how_many=page_size + 1,
        ranked=bool(selection.q),
        place=place,
    )
    more = len(there) > page_size
    if more:
        there = there[1:] if backwards else there[:page_size]
    return Page(
        rows=[row.json for row in there],
        next=_cursor(there[-1]) if there and (more or backwards) else None,
        previous=_cursor(there[0], backwards=True) if there and place and (more or not backwards) else None,
        suggestion=None if there or place or not selection.q else suggest(reader, selection.q),
    )


def one(*, person: User | None, insight_id: UUID, links: Links) -> bytes:
    """Return one insight ready to send, with the nearest example beside each suggestion; raises Missing."""
    reader = Reader.of(person)
    found = rows(reader=reader, found=_found(reader, Selection()), links=links, only=insight_id)
    if not found:
        raise Missing("There is no such insight, or you may not open it.")
    from insights.neighbours import with_neighbours

    return with_neighbours(reader=reader, insight_id=insight_id, row=found[0].json, address=links.insight)


def count_up_to(*, person: User | None, selection: Selection, limit: int = 1000) -> int:
    """Return how many insights are selected, counting no further than `limit` + 1."""
    return selected(Reader.of(person), selection)[: limit + 1].count()


def selected(reader: Reader, wanted: Selection) -> QuerySet[Insight]:
    """Return the insights that the reader may open and that fit every filter.

    Raises ValidationError, by filter, for a word with a character that no text can hold.
    """
    found = reader.insights()
    wanted = _cleaned(wanted)
    for field in ("kind", "perspective", "level", "effect", "response", "status"):
        if values := getattr(wanted, field):
            found = found.filter(**{f"{field}__in": values})
    if wanted.illustrative is not None:
        found = found.filter(illustrative=wanted.illustrative)
    for name in ("programme", "case_study"):
        if values := getattr(wanted, name):
            found = found.filter(_named_by(name, values))
    if wanted.audience:
        links = Insight.audiences.through.objects.filter(_named_by("audience", wanted.audience))
        found = found.filter(Exists(links.filter(insight_id=OuterRef("pk"))))
    if wanted.organisation:
        found = found.filter(_within(wanted.organisation))
    if wanted.habit or wanted.habit_state:
        found = found.filter(_tagged(reader, HABITS, wanted.habit, wanted.habit_state or SHOWN_STATES))
    if wanted.theme:
        found = found.filter(_tagged(reader, THEMES, wanted.theme, SHOWN_STATES))
    sources = Source.objects.filter(insight_id=OuterRef("pk"))
    if wanted.source_kind:
        found = found.filter(Exists(sources.filter(position=0, kind__in=wanted.source_kind)))
    if wanted.collected_on_after or wanted.collected_on_before:
        after, before = wanted.collected_on_after, wanted.collected_on_before
        collected = sources.filter(collected_on__gte=after) if after else sources
        found = found.filter(Exists(collected.filter(collected_on__lte=before) if before else collected))
    if wanted.created_after:
        found = found.filter(created__gte=wanted.created_after)
    if wanted.created_before:
        found = found.filter(created__lte=wanted.created_before)
    if wanted.q:
        found = found.filter(search=Question(wanted.q))
    return found


def suggest(reader: Reader, q: str) -> str | None:
    """Return `q` with each word that nothing holds put as the nearest word that something holds, or None."""
    better: dict[str, str] = {}
    for word in WORD.findall(q)[:8]:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL pg_trgm.word_similarity_threshold = 0.35")
            texts = reader.insights().filter(text__trigram_word_similar=word).values_list("text", flat=True)[:50]
            known = {known for text in texts for known in WORD.findall(text.lower())}
        nearest = difflib.get_close_matches(word.lower(), known, n=1, cutoff=0.7)
        if nearest and nearest[0] != word.lower():
            better[word] = nearest[0]
    return WORD.sub(lambda found: better.get(found[0], found[0]), q) if better else None


def _cleaned(wanted: Selection) -> Selection:
    """Return the selection with its words as texts are kept; raises ValidationError, by filter."""
    cleaned: dict[str, Any] = {}
    for name, said in vars(wanted).items():
        try:
            if isinstance(said, str):
                # PostgreSQL reads each of a row of dashes as another “without”, and fails on some thirty.
                cleaned[name] = DASHES.sub("-", clean_words(said))
            elif isinstance(said, tuple):
                cleaned[name] = tuple(clean_words(one) for one in said)
        except ValidationError as fault:
            raise ValidationError({name: fault.messages}) from fault
    return replace(wanted, **cleaned)


def _found(reader: Reader, wanted: Selection) -> Statement | None:
    """Return what is selected, with its rank, as SQL; None if that can be nothing.

    Putting the SQL together takes as long as a page does, so it is kept for who reads alike and asks alike – unless
    it holds an answer of the database that may be another tomorrow.
    """
    lasting = not wanted.organisation and TagState.REJECTED not in wanted.habit_state
    return _kept(reader, wanted) if lasting else _put_together(reader, wanted)


def _put_together(reader: Reader, wanted: Selection) -> Statement | None:
    return statement_of(_ranked(selected(reader, wanted), wanted.q))


_kept = lru_cache(maxsize=512)(_put_together)


def _ranked(found: QuerySet[Insight], q: str) -> QuerySet[Insight]:
    if not q:
        return found.annotate(rank=Value(0.0, output_field=FloatField()))
    return found.annotate(rank=Cast(SearchRank(F("search"), Question(q)), FloatField()))


def _cursor(row: Row, *, backwards: bool = False) -> str:
    return str(Cursor(row.rank, UUID(row.id), backwards))


def _tagged(reader: Reader, codebook: str, codes: tuple[str, ...], states: tuple[str, ...]) -> Exists:
    """Return the condition that an insight has such a tag; a rejected one finds it only where it would be shown."""
    tags = Tag.objects.filter(insight_id=OuterRef("pk"), code__codebook__slug=codebook, state__in=states)
    shown_in = reader.sees_rejected_in() if TagState.REJECTED in states else None
    if shown_in is not None:
        tags = tags.filter(~Q(state=TagState.REJECTED) | Q(insight__programme_id__in=shown_in))
    return Exists(tags.filter(code__slug__in=codes) if codes else tags)


def _named_by(name: str, values: tuple[str, ...]) -> Q:
    """Return the condition that `name` is one of these ids or slugs."""
    ids, slugs = _ids_and_slugs(values)
    return Q(**{f"{name}_id__in": ids}) | Q(**{f"{name}__slug__in": slugs}) if slugs else Q(**{f"{name}_id__in": ids})


def _ids_and_slugs(values: tuple[str, ...]) -> tuple[list[UUID], list[str]]:
    ids, slugs = [], []
    for value in values:
        try:
            ids.append(UUID(value))
        except ValueError:
            slugs.append(value)
    return ids, slugs


def _within(organisations: tuple[str, ...]) -> Q:
    """Return the condition that an insight was said at, or its programme is led by, one of these or one beneath."""
    ids, slugs = _ids_and_slugs(organisations)
    beneath = set(Organisation.objects.filter(Q(id__in=ids) | Q(slug__in=slugs)).values_list("id", flat=True))
    layer = beneath
    while layer:
        layer = set(Organisation.objects.filter(parent__in=layer).values_list("id", flat=True)) - beneath
        beneath = beneath | layer
    said_there = Source.objects.filter(insight_id=OuterRef("pk"), organisation_id__in=beneath)
    return Q(programme__lead_id__in=beneath) | Q(Exists(said_there))

"""One query that returns insights as rows ready to send; FIELDS are the names in them, which the API's schema keeps to.

What an insight has one of comes as columns, what it has several of as JSON made by the database: that measured best.
Planning this query costs more than running it, so its text is kept the same from page to page, and prepared.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson
import psycopg
from django.conf import settings
from django.core.exceptions import EmptyResultSet
from django.db import InterfaceError, OperationalError, connection
from django.db.backends.utils import CursorWrapper
from django.db.models import QuerySet

from casestudies.lifecycle import Status
from insights import choices
from insights.visibility import Reader
from lhs.habits import HABITS as FIVE
from lhs.models import HABITS, THEMES

# A question asked this often on one connection is prepared there; so many are kept prepared.
PREPARE_AFTER = 2
KEPT_PREPARED = 20
# The words that the software itself has for things.
OUR_WORDS = frozenset(
    str(word)
    for words in (Status, choices.Kind, choices.Perspective, choices.Level, choices.Effect, choices.Response)
    for word in words.values
) | {*choices.SourceKind.values, *choices.TagState.values, *(habit.code for habit in FIVE), HABITS, THEMES}
# Columns of an insight that are sent as they are.
PLAIN = (
    *("kind", "title", "text", "perspective", "level", "effect", "response", "status", "section", "position"),
    *("locator", "illustrative", "external_id"),
)
FIELDS = (
    *("id", "url", *PLAIN, "audiences", "source", "voices", "places", "programme", "case_study", "learning_activity"),
    *("habits", "themes", "tagged", "evidence", "created", "modified"),
)


@dataclass(frozen=True)
class Links:
    """Where a door shows each thing: the address is this prefix, the id, and a slash."""

    insight: str
    programme: str
    case_study: str
    learning_activity: str
    organisation: str
    audience: str


@dataclass(frozen=True)
class Place:
    """A place between two rows: after (or, backwards, before) the row with this rank and id."""

    rank: float
    id: UUID
    backwards: bool = False


@dataclass(frozen=True)
class Row:
    """An insight ready to send, with what a cursor needs to find the page after it."""

    id: str
    rank: float
    json: bytes


def _tags(name: str, codebook: str) -> str:
    return f"""
        json_agg(json_build_object('{name}', c.slug, 'state', t.state, 'score', round(t.score::numeric, 4),
            'origin', t.origin, 'reason', t.reason, 'version', v.version) ORDER BY c.position, c.name)
            FILTER (WHERE b.slug = '{codebook}')
    """


# What of the other end of a piece of evidence this reader may open.
_SEEN = """
    n.status = ANY(%(everywhere)s::text[]) AND NOT n.words_withheld AND (%(flagged)s::bool OR NOT n.flagged)
    OR n.programme_id = ANY(%(inside)s::uuid[])
"""
_ROWS = f"""
    SELECT i.id::text, page.rank, {", ".join(f"i.{name}" for name in PLAIN)},
        (SELECT json_agg(json_build_object('id', d.id, 'name', d.name, 'url', %(audience)s::text || d.id || '/')
            ORDER BY d.position, d.name)
        FROM insights_insight_audiences m JOIN casestudies_audience d ON d.id = m.audience_id
        WHERE m.insight_id = i.id)::text,
        f.kind, f.role, o.id::text, o.name, f.place, f.collected_on::text, f.consent,
        said.voices, said.places,
        p.id::text, p.name, s.id::text, s.title, a.id::text, a.name, tags.habits::text, tags.themes::text,
        w.version, to_json(g.at)::text,
        (SELECT json_agg(json_build_object('relation', e.relation, 'direction', e.direction, 'id', n.id,
            'name', coalesce(nullif(n.title, ''), left(n.text, 80)), 'url', %(insight)s::text || n.id || '/')
            ORDER BY n.id)
        FROM (
            SELECT relation, 'to' AS direction, other_id AS id FROM insights_evidence WHERE insight_id = i.id
            UNION ALL
            SELECT relation, 'from', insight_id FROM insights_evidence WHERE other_id = i.id
        ) e JOIN insights_insight n ON n.id = e.id WHERE {_SEEN})::text,
        to_json(i.created)::text, to_json(i.modified)::text
    FROM ({{page}}) page
    JOIN insights_insight i ON i.id = page.id
    JOIN casestudies_programme p ON p.id = i.programme_id
    LEFT JOIN casestudies_casestudy s ON s.id = i.case_study_id
    LEFT JOIN casestudies_learningactivity a ON a.id = i.learning_activity_id
    JOIN insights_source f ON f.insight_id = i.id AND f.position = 0
    LEFT JOIN casestudies_organisation o ON o.id = f.organisation_id
    LEFT JOIN insights_tagging g ON g.insight_id = i.id AND NOT g.due
        AND g.codebook_id = (SELECT id FROM lhs_codebook WHERE slug = '{HABITS}')
    LEFT JOIN lhs_tagger w ON w.id = g.tagger_id
    CROSS JOIN LATERAL (
        SELECT count(*) AS voices,
            count(DISTINCT coalesce(x.organisation_id::text, nullif(lower(x.place), ''))) AS places
        FROM insights_source x WHERE x.insight_id = i.id
    ) said
    LEFT JOIN LATERAL (
        SELECT {_tags("code", HABITS)} AS habits, {_tags("slug", THEMES)} AS themes
        FROM insights_tag t JOIN lhs_code c ON c.id = t.code_id JOIN lhs_codebook b ON b.id = c.codebook_id
        LEFT JOIN lhs_tagger v ON v.id = t.tagger_id
        WHERE t.insight_id = i.id AND c.retired_at IS NULL
            AND (t.state <> 'rejected' OR %(every_rejected)s::bool OR i.programme_id = ANY(%(rejected_in)s::uuid[]))
    ) tags ON true
    ORDER BY page.rank DESC, page.id DESC
"""
# psycopg remembers how to read a statement of up to 4,096 characters.
_ROWS = " ".join(_ROWS.split())


@dataclass(frozen=True)
class Statement:
    """What is selected, with its rank, as SQL with named parameters, and their values."""

    sql: str
    values: Mapping[str, Any]


def statement_of(found: QuerySet[Any]) -> Statement | None:
    """Return a queryset with the annotation `rank` as a statement to run within another; None if it can find nothing.

    What people type becomes parameters, with names (one statement cannot mix them with Django's numbered ones). Our
    own words and numbers stand in the text: the database plans for them, and need not plan again for each run.
    """
    try:
        sql, values = found.order_by().values_list("id", "rank").query.sql_with_params()
    except EmptyResultSet:
        return None
    first, *parts = sql.split("%s")
    named: dict[str, Any] = {}
    for value, part in zip(values, parts, strict=True):
        if isinstance(value, int | float) or value in OUR_WORDS:
            first += (f"'{value}'" if isinstance(value, str) else str(value)) + part
        else:
            name = f"found_{len(named)}"
            named[name] = value
            first += f"%({name})s{part}"
    return Statement(first, named)


def rows(
    *,
    reader: Reader,
    found: Statement | None,
    links: Links,
    how_many: int = 1,
    ranked: bool = False,
    place: Place | None = None,
    only: UUID | None = None,
) -> list[Row]:
    """Return the first `how_many` of what is found (`statement_of`), or those beyond a place, ready to send.

    They come newest first or, when `ranked`, best first; `only` picks the one with this id.
    """
    if found is None:
        return []
    rejected_in = reader.sees_rejected_in()
    named: dict[str, Any] = {
        "insight": links.insight,
        "audience": links.audience,
        "every_rejected": rejected_in is None,
        "rejected_in": rejected_in or [],
        "everywhere": sorted(reader.reach.everywhere),
        "inside": sorted(reader.reach.inside),
        "flagged": reader.reach.flagged_everywhere,
        **found.values,
    }
    where = ""
    if only is not None:
        where = "WHERE id = %(id)s"
        named["id"] = only
    elif place is not None:
        beyond = ">" if place.backwards else "<"
        where = f"WHERE (rank, id) {beyond} (%(rank)s::float8, %(id)s)" if ranked else f"WHERE id {beyond} %(id)s"
        named |= {"id": place.id, "rank": place.rank} if ranked else {"id": place.id}
    way = "ASC" if place is not None and place.backwards else "DESC"
    order = f"rank {way}, id {way}" if ranked else f"id {way}"
    page = f"SELECT id, rank FROM ({found.sql}) found {where} ORDER BY {order} LIMIT {how_many}"
    records = _fetched(_ROWS.replace("{page}", page), named)
    return [Row(record[0], float(record[1]), _ready(record, links)) for record in records]


def _fetched(sql: str, values: dict[str, Any]) -> list[Any]:
    """Return the records of a statement; a connection that was lost since it was last used is opened once more."""
    try:
        with _preparing_cursor() as cursor:
            cursor.execute(sql, values)
            return cursor.fetchall()
    except (OperationalError, InterfaceError):
        if connection.in_atomic_block or connection.is_usable():
            raise
        connection.close()
    with _preparing_cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall()


def _preparing_cursor() -> CursorWrapper:
    """Return a cursor whose parameters go to the server apart from the statement, which alone can be prepared.

    Django's own cursors write the values into the text. A pooler that lends one connection to many and keeps no
    prepared statements needs PREPARED_STATEMENTS off.
    """
    bare = _connected()
    bare.prepare_threshold = PREPARE_AFTER if settings.PREPARED_STATEMENTS else None
    bare.prepared_max = KEPT_PREPARED
    cursor: Any = psycopg.Cursor(bare)
    return connection.make_debug_cursor(cursor) if connection.queries_logged else connection.make_cursor(cursor)


def _connected() -> psycopg.Connection[Any]:
    connection.ensure_connection()
    bare: psycopg.Connection[Any] = connection.connection
    return bare


def _ready(record: Sequence[Any], links: Links) -> bytes:
    id, plain, rest = record[0], record[2 : 2 + len(PLAIN)], record[2 + len(PLAIN) :]
    audiences, kind, role, place_id, place_name, place, collected_on, consent, voices, places = rest[:10]
    programme, programme_name, case_study, case_study_name, activity, activity_name = rest[10:16]
    habits, themes, version, at, evidence, created, modified = rest[16:]
    source = {
        "kind": kind,
        "role": role,
        "organisation": _reference(place_id, place_name, links.organisation),
        "place": place,
        "collected_on": collected_on,
        "consent": consent,
    }
    values = (
        *(id, f"{links.insight}{id}/", *plain, _several(audiences), source, voices, places),
        _reference(programme, programme_name, links.programme),
        _reference(case_study, case_study_name, links.case_study),
        _reference(activity, activity_name, links.learning_activity),
        *(_several(habits), _several(themes)),
        {"version": version, "at": orjson.Fragment(at)} if at else None,
        *(_several(evidence), orjson.Fragment(created), orjson.Fragment(modified)),
    )
    return orjson.dumps(dict(zip(FIELDS, values, strict=True)))


def _several(json: str | None) -> Any:
    return orjson.Fragment(json) if json else []


def _reference(id: str | None, name: str, link: str) -> dict[str, str] | None:
    return {"id": id, "name": name, "url": f"{link}{id}/"} if id else None

"""The least that the list can cost: WSGI, psycopg, the best SQL known to us, orjson. No sign-in, no filters, no Django.

One statement for each kind of page, prepared once in each connection. Whatever trick the product uses is used here.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl

import orjson
import psycopg
from psycopg.rows import tuple_row

PAGE_SIZE = 50
HERE = threading.local()
RANKED = """
    SELECT id, ts_rank(search, websearch_to_tsquery('lhs_english', {value})) AS rank
    FROM insights_insight
    WHERE search @@ websearch_to_tsquery('lhs_english', {value})
        AND status = 'published' AND NOT words_withheld AND NOT flagged
    ORDER BY rank DESC, id DESC LIMIT 51
"""
NEWEST = """
    SELECT i.id, 0::float AS rank FROM insights_insight i
    WHERE i.status = 'published' AND NOT i.words_withheld AND NOT i.flagged {further} ORDER BY i.id DESC LIMIT 51
"""
OF_HABIT = """
    AND EXISTS (SELECT FROM insights_tag t WHERE t.insight_id = i.id AND t.state IN ('suggested', 'confirmed')
        AND t.code_id = (SELECT c.id FROM lhs_code c JOIN lhs_codebook b ON b.id = c.codebook_id
            WHERE b.slug = 'habits' AND c.slug = {value}))
"""
PAGES = {
    "": NEWEST.format(further=""),
    "after": NEWEST.format(further="AND i.id < %(after)s::uuid"),
    "habit": NEWEST.replace("{further}", OF_HABIT),
    "q": RANKED,
}
TAG = """
    json_build_object('{name}', c.slug, 'state', t.state, 'score', round(t.score::numeric, 4),
        'origin', t.origin, 'reason', t.reason, 'version', v.version) ORDER BY c.position, c.name
"""
PLAIN = (
    *("id", "kind", "title", "text", "perspective", "level", "effect", "response", "status", "section"),
    *("position", "locator", "illustrative", "external_id"),
)
ROWS = f"""
    SELECT i.id::text, i.kind, i.title, i.text, i.perspective, i.level, i.effect, i.response, i.status, i.section,
        i.position, i.locator, i.illustrative, i.external_id,
        f.kind, f.role, o.id::text, o.name, f.place, f.collected_on::text, f.consent,
        said.voices, said.places,
        p.id::text, p.name, s.id::text, s.title, a.id::text, a.name, tags.habits::text, tags.themes::text,
        v.version, to_json(g.at)::text,
        (SELECT json_agg(json_build_object('id', d.id, 'name', d.name, 'url', %(root)s || 'audiences/' || d.id || '/')
            ORDER BY d.position, d.name)
        FROM insights_insight_audiences m JOIN casestudies_audience d ON d.id = m.audience_id
        WHERE m.insight_id = i.id)::text,
        (SELECT json_agg(json_build_object('relation', e.relation, 'direction', e.direction, 'id', n.id,
            'name', coalesce(nullif(n.title, ''), left(n.text, 80)), 'url', %(root)s || 'insights/' || n.id || '/')
            ORDER BY n.id)
        FROM (
            SELECT relation, 'to' AS direction, other_id AS id FROM insights_evidence WHERE insight_id = i.id
            UNION ALL
            SELECT relation, 'from', insight_id FROM insights_evidence WHERE other_id = i.id
        ) e JOIN insights_insight n ON n.id = e.id
        WHERE n.status = 'published' AND NOT n.words_withheld AND NOT n.flagged)::text,
        to_json(i.created)::text, to_json(i.modified)::text
    FROM ({{page}}) page
    JOIN insights_insight i ON i.id = page.id
    JOIN casestudies_programme p ON p.id = i.programme_id
    LEFT JOIN casestudies_casestudy s ON s.id = i.case_study_id
    LEFT JOIN casestudies_learningactivity a ON a.id = i.learning_activity_id
    JOIN insights_source f ON f.insight_id = i.id AND f.position = 0
    LEFT JOIN casestudies_organisation o ON o.id = f.organisation_id
    LEFT JOIN insights_tagging g ON g.insight_id = i.id AND NOT g.due
        AND g.codebook_id = (SELECT id FROM lhs_codebook WHERE slug = 'habits')
    LEFT JOIN lhs_tagger v ON v.id = g.tagger_id
    CROSS JOIN LATERAL (
        SELECT count(*) AS voices,
            count(DISTINCT coalesce(x.organisation_id::text, nullif(lower(x.place), ''))) AS places
        FROM insights_source x WHERE x.insight_id = i.id
    ) said
    LEFT JOIN LATERAL (
        SELECT json_agg({TAG.format(name="code")}) FILTER (WHERE b.slug = 'habits') AS habits,
            json_agg({TAG.format(name="slug")}) FILTER (WHERE b.slug = 'themes') AS themes
        FROM insights_tag t JOIN lhs_code c ON c.id = t.code_id JOIN lhs_codebook b ON b.id = c.codebook_id
        LEFT JOIN lhs_tagger v ON v.id = t.tagger_id
        WHERE t.insight_id = i.id AND t.state <> 'rejected'
    ) tags ON true
    ORDER BY page.rank DESC, page.id DESC
"""
ROWS = " ".join(ROWS.split())


@lru_cache(maxsize=64)
def statement(kind: str, value: str) -> str:
    """Return the statement for a kind of page; what is looked for stands in it, so that it is planned for."""
    page = PAGES[kind]
    if kind in ("habit", "q"):
        page = page.replace("{value}", psycopg.sql.Literal(value).as_string(None).replace("%", "%%"))
    return ROWS.replace("{page}", page)


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Answer `/api/v1/insights/?after=…|habit=…|q=…` with a page; whatever else is asked gets the newest."""
    asked = dict(parse_qsl(environ["QUERY_STRING"]))
    kind = next((name for name in ("after", "habit", "q") if name in asked), "")
    root = f"http://{environ['HTTP_HOST']}/api/v1/"
    said = {"root": root, "after": asked["after"]} if kind == "after" else {"root": root}
    records = _connection().execute(statement(kind, asked.get(kind, "")), said).fetchall()
    more = len(records) > PAGE_SIZE
    results = [_insight(record, root) for record in records[:PAGE_SIZE]]
    after = f"{root}insights/?after={results[-1]['id']}" if more else None
    body = orjson.dumps({"next": after, "previous": None, "results": results})
    start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
    return [body]


def _connection() -> psycopg.Connection[tuple[Any, ...]]:
    if not hasattr(HERE, "connection"):
        HERE.connection = psycopg.connect(os.environ["DATABASE_URL"], autocommit=True, row_factory=tuple_row)
        HERE.connection.prepare_threshold = 0
        HERE.connection.execute("SET timezone = 'UTC'")
    connection: psycopg.Connection[tuple[Any, ...]] = HERE.connection
    return connection


def _insight(record: tuple[Any, ...], root: str) -> dict[str, Any]:
    said = dict(zip(PLAIN, record, strict=False))
    kind, role, place_id, place_name, place, day, consent, voices, places = record[14:23]
    programme_id, programme, study_id, study, activity_id, activity = record[23:29]
    habits, themes, version, at, audiences, evidence, created, modified = record[29:]
    said["url"] = f"{root}insights/{said['id']}/"
    said["source"] = {
        "kind": kind,
        "role": role,
        "organisation": _link(place_id, place_name, root, "organisations"),
        "place": place,
        "collected_on": day,
        "consent": consent,
    }
    said["voices"] = voices
    said["places"] = places
    said["programme"] = _link(programme_id, programme, root, "programmes")
    said["case_study"] = _link(study_id, study, root, "case-studies")
    said["learning_activity"] = _link(activity_id, activity, root, "learning-activities")
    said["habits"] = orjson.Fragment(habits or "[]")
    said["themes"] = orjson.Fragment(themes or "[]")
    said["tagged"] = {"version": version, "at": orjson.Fragment(at)} if at else None
    said["audiences"] = orjson.Fragment(audiences or "[]")
    said["evidence"] = orjson.Fragment(evidence or "[]")
    said["created"] = orjson.Fragment(created)
    said["modified"] = orjson.Fragment(modified)
    return said


def _link(id: str | None, name: str, root: str, place: str) -> dict[str, str] | None:
    return {"id": id, "name": name, "url": f"{root}{place}/{id}/"} if id else None

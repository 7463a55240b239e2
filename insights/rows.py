"""One query that returns insights as rows ready to send: each a JSON object made by the database.

The names and order of the fields are FIELDS; the API's schema is held to them by a test.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet

from insights.visibility import Reader
from lhs.models import HABITS, THEMES


@dataclass(frozen=True)
class Links:
    """Where a door shows each thing: the address is this prefix, the id, and a slash."""

    insight: str
    programme: str
    case_study: str
    learning_activity: str
    organisation: str
    audience: str


def _reference(alias: str, link: str) -> str:
    return f"json_build_object('id', {alias}.id, 'name', {alias}.name, 'url', %({link})s || {alias}.id || '/')"


def _tags(name: str, codebook: str) -> str:
    return f"""
        (SELECT coalesce(json_agg(json_build_object(
            '{name}', c.slug, 'state', t.state, 'score', round(t.score::numeric, 4), 'origin', t.origin,
            'reason', t.reason, 'version', v.version) ORDER BY c.position, c.name), '[]'::json)
        FROM insights_tag t JOIN lhs_code c ON c.id = t.code_id LEFT JOIN lhs_tagger v ON v.id = t.tagger_id
        WHERE t.insight_id = i.id AND c.codebook_id = (SELECT id FROM lhs_codebook WHERE slug = '{codebook}')
            AND (t.state <> 'rejected' OR %(every_rejected)s OR i.programme_id = ANY(%(rejected_in)s)))
    """


# name → SQL over an insight `i`, its programme `p`, case study `s`, activity `a` and first source `f` with place `o`.
FIELDS: dict[str, str] = {
    "id": "i.id",
    "url": "%(insight)s || i.id || '/'",
    "kind": "i.kind",
    "title": "i.title",
    "text": "i.text",
    "perspective": "i.perspective",
    "level": "i.level",
    "effect": "i.effect",
    "response": "i.response",
    "status": "i.status",
    "section": "i.section",
    "position": "i.position",
    "locator": "i.locator",
    "illustrative": "i.illustrative",
    "external_id": "i.external_id",
    "audiences": f"""
        (SELECT coalesce(json_agg({_reference("d", "audience")} ORDER BY d.position, d.name), '[]'::json)
        FROM insights_insight_audiences m JOIN casestudies_audience d ON d.id = m.audience_id
        WHERE m.insight_id = i.id)
    """,
    "source": f"""
        json_build_object('kind', f.kind, 'role', f.role,
            'organisation', CASE WHEN o.id IS NOT NULL THEN {_reference("o", "organisation")} END,
            'place', f.place, 'collected_on', f.collected_on, 'consent', f.consent)
    """,
    "voices": "(SELECT count(*) FROM insights_source x WHERE x.insight_id = i.id)",
    "programme": _reference("p", "programme"),
    "case_study": "CASE WHEN s.id IS NOT NULL THEN json_build_object("
    "'id', s.id, 'name', s.title, 'url', %(case_study)s || s.id || '/') END",
    "learning_activity": f"CASE WHEN a.id IS NOT NULL THEN {_reference('a', 'learning_activity')} END",
    "habits": _tags("code", HABITS),
    "themes": _tags("slug", THEMES),
    "tagged": f"""
        (SELECT json_build_object('version', v.version, 'at', g.at)
        FROM insights_tagging g JOIN lhs_tagger v ON v.id = g.tagger_id
        WHERE g.insight_id = i.id AND NOT g.due
            AND g.codebook_id = (SELECT id FROM lhs_codebook WHERE slug = '{HABITS}'))
    """,
    "evidence": """
        (SELECT coalesce(json_agg(json_build_object('relation', e.relation, 'direction', e.direction,
            'id', e.id, 'name', e.name, 'url', %(insight)s || e.id || '/') ORDER BY e.id), '[]'::json)
        FROM (
            SELECT e.relation, 'to' AS direction, n.id, coalesce(nullif(n.title, ''), left(n.text, 80)) AS name
            FROM insights_evidence e JOIN insights_insight n ON n.id = e.other_id
            WHERE e.insight_id = i.id AND {seen}
            UNION ALL
            SELECT e.relation, 'from', n.id, coalesce(nullif(n.title, ''), left(n.text, 80))
            FROM insights_evidence e JOIN insights_insight n ON n.id = e.insight_id
            WHERE e.other_id = i.id AND {seen}
        ) e)
    """,
    "created": "i.created",
    "modified": "i.modified",
}
# What of the other end of a piece of evidence this reader may open.
_SEEN = """(
    n.status = ANY(%(everywhere)s) AND NOT n.words_withheld OR n.programme_id = ANY(%(inside)s)
)"""
_COLUMNS = ", ".join(f"{sql} AS {name}" for name, sql in FIELDS.items()).replace("{seen}", _SEEN)
_ROWS = f"""
    SELECT page.id, page.rank, row_to_json(r)::text
    FROM ({{page}}) page
    JOIN insights_insight i ON i.id = page.id
    JOIN casestudies_programme p ON p.id = i.programme_id
    LEFT JOIN casestudies_casestudy s ON s.id = i.case_study_id
    LEFT JOIN casestudies_learningactivity a ON a.id = i.learning_activity_id
    JOIN insights_source f ON f.insight_id = i.id AND f.position = 0
    LEFT JOIN casestudies_organisation o ON o.id = f.organisation_id
    CROSS JOIN LATERAL (SELECT {_COLUMNS}) r
    ORDER BY page.rank DESC, page.id DESC
"""


@dataclass(frozen=True)
class Row:
    """An insight ready to send, with what a cursor needs to find the page after it."""

    id: UUID
    rank: float
    json: bytes


def rows(*, reader: Reader, page: QuerySet[Any], links: Links) -> list[Row]:
    """Run `page`, a bounded queryset of insights annotated with `rank`, as one query; return its rows ready to send.

    Rows come in the order of rank, then newest first.
    """
    try:
        inner, values = page.values_list("id", "rank").query.sql_with_params()
    except EmptyResultSet:
        return []
    rejected_in = reader.sees_rejected_in()
    named: dict[str, Any] = {
        **asdict(links),
        "every_rejected": rejected_in is None,
        "rejected_in": rejected_in or [],
        "everywhere": sorted(reader.reach.everywhere),
        "inside": sorted(reader.reach.inside),
    }
    sql, named = _named(inner, values, named)
    with connection.cursor() as cursor:
        cursor.execute(_ROWS.replace("{page}", sql), named)
        return [Row(id, float(rank), json.encode()) for id, rank, json in cursor.fetchall()]


def _named(sql: str, values: Sequence[Any], named: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """Give Django's positional parameters names, because one statement cannot mix the two."""
    parts = sql.split("%s")
    out = parts[0]
    for number, (value, part) in enumerate(zip(values, parts[1:], strict=True)):
        out += f"%(p{number})s{part}"
        named[f"p{number}"] = value
    return out, named

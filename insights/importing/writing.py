"""Rows that were judged → insights: new ones many at once by COPY, changed ones each by the verb that people use.

What `insights.capture.log` checks has been checked by the same functions (`insights.importing.judging`); what the
database keeps by itself – taggings, tallies, consent, history – its triggers keep here as anywhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import psycopg
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from psycopg.types.json import Jsonb

from accounts.models import User
from casestudies.errors import Conflict, Missing
from casestudies.models import Audience, CaseStudy, LearningActivity
from insights.capture import Setting, Voice, edit
from insights.flagging import COLUMNS as FLAG
from insights.flagging import flags_of_new
from insights.importing.judging import Judged
from insights.importing.understanding import Plan, insight_fields, placed, voice_fields
from insights.models import Flag, Imported, Insight, Source

INSIGHT = (
    *(
        "id",
        "programme_id",
        "case_study_id",
        "learning_activity_id",
        "author_id",
        "kind",
        "title",
        "text",
        "perspective",
    ),
    *("level", "effect", "response", "status", "decline_reason", "section", "position", "locator", "external_id"),
    *("illustrative", "published_at"),
)
SOURCE = (
    *("id", "insight_id", "position", "kind", "role", "organisation_id", "place", "collected_on", "consent"),
    "recorded_by_id",
)
VOICE = ("kind", "role", "organisation_id", "place", "collected_on", "consent")


def write_new(judged: Sequence[Judged]) -> None:
    """Write new insights with all that belongs to them, in the caller's transaction.

    Voices and flags go first: as each insight arrives its consent, the kind of its source and what screening found are
    known, and the triggers have nothing to go back to.
    Raises IntegrityError where a reference was taken in the meantime.
    """
    new = [(one, one.insight, one.source) for one in judged if one.insight is not None and one.source is not None]
    copy_rows(Source, SOURCE, ([getattr(source, name) for name in SOURCE] for _, _, source in new))
    copy_rows(Flag, FLAG, flags_of_new((insight, [source]) for _, insight, source in new))
    copy_rows(Insight, INSIGHT, ([getattr(insight, name) for name in INSIGHT] for _, insight, _ in new))
    copy_rows(
        Insight.audiences.through,
        ("insight_id", "audience_id"),
        ((insight.id, audience) for one, insight, _ in new for audience in one.said.values.get("audiences", ())),
    )
    copy_rows(
        Imported,
        ("insight_id", "programme_id", "words", "fields"),
        ((insight.id, insight.programme_id, one.said.words, Jsonb(one.said.digests())) for one, insight, _ in new),
    )


def write_changed(one: Judged, plan: Plan, person: User) -> str:
    """Edit the insight of a changed row as a person would; return what stood in the way, or nothing."""
    insight, changes = one.insight, one.changes
    if insight is None:
        raise TypeError("A changed row comes with its insight.")
    asked: dict[str, Any] = insight_fields(changes)
    if spoken := voice_fields(changes):
        first, *others = [
            {name: getattr(source, name) for name in VOICE} for source in insight.sources.order_by("position")
        ]
        asked["voices"] = [Voice(**{**first, **spoken}), *(Voice(**voice) for voice in others)]
    if "audiences" in changes:
        asked["audiences"] = list(Audience.objects.filter(id__in=changes["audiences"]))
    if placed(changes):
        study: Any = changes.get("case_study", insight.case_study_id)
        activity: Any = changes.get("learning_activity", insight.learning_activity_id)
        asked["setting"] = Setting(
            plan.programme,
            CaseStudy.objects.filter(id=study).first() if study else None,
            LearningActivity.objects.filter(id=activity).first() if activity else None,
        )
    try:
        edit(person=person, insight_id=insight.id, **asked)
    except ValidationError as fault:
        return " ".join(fault.messages)
    except (PermissionDenied, Missing, Conflict) as fault:
        return str(fault)
    last, _ = Imported.objects.get_or_create(
        insight=insight, defaults={"programme": plan.programme, "words": one.said.words}
    )
    last.words, last.fields = one.said.words, {**last.fields, **one.said.digests()}
    last.save()
    return ""


def copy_rows(model: Any, columns: Sequence[str], records: Iterable[Sequence[Any]]) -> None:
    """Put rows into a model's table by COPY; every trigger of the table sees them."""
    names = psycopg.sql.SQL(", ").join(map(psycopg.sql.Identifier, columns))
    table = psycopg.sql.Identifier(model._meta.db_table)
    statement = psycopg.sql.SQL("COPY {} ({}) FROM STDIN").format(table, names)
    # COPY goes past Django's own calls, and so would the faults that the database raises.
    with connection.wrap_database_errors, connection.cursor() as cursor, cursor.copy(statement) as out:
        for record in records:
            out.write_row(record)

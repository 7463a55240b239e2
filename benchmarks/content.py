"""Many insights with their voices and tags, put into the database by COPY with every trigger on."""

from __future__ import annotations

import datetime
import random
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import psycopg
from django.db import connection, transaction
from uuid_utils.compat import uuid7

from benchmarks.progress import Progress
from benchmarks.soup import Soup
from casestudies.models import Audience, CaseStudy, LearningActivity, Organisation
from insights.choices import Effect, Kind, Level, Perspective, SourceKind
from lhs.models import HABITS, THEMES, Code, Codebook
from lhs.versions import champion

BATCH = 5_000
FIRST_DAY = datetime.datetime(2023, 1, 1, tzinfo=datetime.UTC)
INSIGHT = (
    *("id", "programme_id", "case_study_id", "learning_activity_id", "kind", "title", "text", "perspective", "level"),
    *("effect", "status", "decline_reason", "section", "position", "locator", "illustrative", "created", "modified"),
    "published_at",
)
SOURCE = ("id", "insight_id", "position", "kind", "role", "organisation_id", "place", "collected_on", "consent")
TAG = ("id", "insight_id", "code_id", "state", "origin", "score", "reason", "tagger_id")
AUDIENCE = ("insight_id", "audience_id")
EVIDENCE = ("id", "insight_id", "other_id", "relation")
Record = tuple[Any, ...]


@dataclass
class Batch:
    """The rows of some insights, by table."""

    insights: list[Record]
    sources: list[Record]
    tags: list[Record]
    audiences: list[Record]
    evidence: list[Record]


@dataclass(frozen=True)
class Places:
    """What the insights hang on: read once from the case studies that the software brings."""

    studies: Sequence[tuple[UUID, UUID, list[UUID]]]  # programme, case study, activities
    organisations: Sequence[UUID]
    audiences: Sequence[UUID]
    habits: Sequence[UUID]
    themes: Sequence[UUID]
    tagger: UUID

    @classmethod
    def read(cls) -> Places:
        """Read them from the database."""
        activities: dict[UUID, list[UUID]] = {}
        for programme, id in LearningActivity.objects.values_list("programme_id", "id"):
            activities.setdefault(programme, []).append(id)
        return cls(
            studies=[
                (programme, id, activities.get(programme, []))
                for programme, id in CaseStudy.objects.order_by("slug").values_list("programme_id", "id")
            ],
            organisations=list(Organisation.objects.order_by("slug").values_list("id", flat=True)),
            audiences=list(Audience.objects.order_by("slug").values_list("id", flat=True)),
            habits=list(Code.objects.filter(codebook__slug=HABITS).order_by("position").values_list("id", flat=True)),
            themes=list(Code.objects.filter(codebook__slug=THEMES).order_by("slug").values_list("id", flat=True)),
            tagger=champion(HABITS).pk,
        )


def load(*, how_many: int, tagged: bool = True) -> float:
    """Put so many insights into the database and return the seconds it took.

    With `tagged` each carries one to three tags and counts as tagged; without, each is due.
    """
    places, soup = Places.read(), Soup()
    progress = Progress("loading insights", how_many)
    began = time.perf_counter()
    for start in range(0, how_many, BATCH):
        size = min(BATCH, how_many - start)
        batch = _made(places, soup, start, size, tagged=tagged)
        with transaction.atomic(), connection.cursor() as cursor:
            for table, columns, records in (
                ("insights_insight", INSIGHT, batch.insights),
                ("insights_source", SOURCE, batch.sources),
                ("insights_tag", TAG, batch.tags),
                ("insights_insight_audiences", AUDIENCE, batch.audiences),
                ("insights_evidence", EVIDENCE, batch.evidence),
            ):
                _copy(cursor, table, columns, records)
            if tagged:
                cursor.execute(
                    "UPDATE insights_tagging g SET due = false, tagger_id = %s, digest = i.digest, at = i.created "
                    "FROM insights_insight i WHERE i.id = g.insight_id AND g.insight_id = ANY(%s) "
                    "AND g.codebook_id = %s",
                    [places.tagger, [row[0] for row in batch.insights], Codebook.objects.get(slug=HABITS).id],
                )
        progress.at(start + size)
    seconds = time.perf_counter() - began
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    progress.end()
    return seconds


def _copy(cursor: Any, table: str, columns: Iterable[str], records: Iterable[Record]) -> None:
    names = psycopg.sql.SQL(", ").join(map(psycopg.sql.Identifier, columns))
    copy = psycopg.sql.SQL("COPY {} ({}) FROM STDIN").format(psycopg.sql.Identifier(table), names)
    with cursor.copy(copy) as out:
        for record in records:
            out.write_row(record)


def _made(places: Places, soup: Soup, start: int, size: int, *, tagged: bool) -> Batch:
    batch = Batch([], [], [], [], [])
    findings: list[UUID] = []
    for number in range(start, start + size):
        _one(batch, places, soup, number, findings)
        if tagged:
            batch.tags.extend(_tags(batch.insights[-1][0], places, soup.chance))
    return batch


def _one(batch: Batch, places: Places, soup: Soup, number: int, findings: list[UUID]) -> None:
    chance = soup.chance
    at = FIRST_DAY + datetime.timedelta(minutes=10 * number)
    id = _id_of(at, chance)
    programme, study, activities = chance.choice(places.studies)
    kind = chance.choices((Kind.FINDING, Kind.OBSERVATION, Kind.RECOMMENDATION), (5, 3, 2))[0]
    status = "draft" if chance.random() < 0.03 else "published"
    batch.insights.append(
        (
            *(id, programme, study, chance.choice([*activities, None]), kind.value),
            *(soup.title() if chance.random() < 0.5 else "", soup.text()),
            chance.choice(Perspective.values),
            *(chance.choice([*Level.values, None]), chance.choice([*Effect.values, None])),
            *(status, "", "Findings", number % 40, f"row {number}", False, at, at),
            at if status == "published" else None,
        )
    )
    for position in range(chance.choice((1, 1, 2))):
        consent = "withheld" if chance.random() < 0.01 else "not-needed"
        batch.sources.append(
            (
                *(uuid7(), id, position, chance.choice(SourceKind.values), "a role"),
                *(chance.choice([*places.organisations, None]), "a place", at.date(), consent),
            )
        )
    if kind == Kind.RECOMMENDATION:
        batch.audiences.extend((id, audience) for audience in chance.sample(places.audiences, k=2))
        if findings and chance.random() < 0.5:
            batch.evidence.append((uuid7(), id, chance.choice(findings[-200:]), "rests-on"))
    elif kind == Kind.FINDING:
        findings.append(id)


def _id_of(at: datetime.datetime, chance: random.Random) -> UUID:
    """Return a UUIDv7 of that moment, so that newest first by id is newest first by time."""
    moment = int(at.timestamp() * 1000) << 80
    return UUID(int=moment | 7 << 76 | chance.getrandbits(12) << 64 | 2 << 62 | chance.getrandbits(62))


def _tags(insight: UUID, places: Places, chance: random.Random) -> Iterator[Record]:
    codes = chance.sample(places.habits, k=chance.choice((1, 1, 2)))
    if places.themes and chance.random() < 0.3:
        codes.append(chance.choice(places.themes))
    for code in codes:
        if code in places.habits and chance.random() < 0.7:
            score = round(chance.uniform(0.4, 1), 4)
            reason = "It says “waiting”, “call” and “staff”, as examples of this habit do."
            yield uuid7(), insight, code, "suggested", "machine", score, reason, places.tagger
        else:
            state = "rejected" if chance.random() < 0.2 else "confirmed"
            yield uuid7(), insight, code, state, "person", None, "", None

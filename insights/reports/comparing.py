"""What was cut out of reports beside what has been said already: embedded by the worker, compared for each reader."""

from __future__ import annotations

import logging
from collections import defaultdict
from contextlib import nullcontext
from dataclasses import dataclass
from uuid import UUID

from django.db import connection, transaction
from django.db.models import F, FloatField, Q
from django.db.models.expressions import RawSQL

from accounts.models import User
from insights.models import Candidate, Embedding, Report
from insights.similar import embedded, every_row, search_further
from insights.visibility import Reader
from lhs.encoder import EncoderUnavailable, loaded

logger = logging.getLogger(__name__)
BATCH = 64
# From this cosine on, a candidate is likely to say what an insight says.
LIKELY = 0.75
NEIGHBOURS = 2
FEW = 5_000
DUE = Q(vector__isnull=True, insight__isnull=True) & ~Q(text="")


@dataclass(frozen=True)
class SaidAlready:
    """An insight that a candidate is likely to repeat; `similarity` is the cosine."""

    id: UUID
    title: str
    text: str
    status: str
    similarity: float


def compare_due() -> int:
    """Embed every candidate that is due, a batch to a transaction; return how many. Without an encoder: none."""
    done = 0
    while True:
        with transaction.atomic():
            batch = list(
                Candidate.objects.filter(DUE)
                .select_for_update(skip_locked=True, no_key=True)
                .only("id", "text")
                .order_by("report_id", "position")[:BATCH]
            )
            if not batch:
                return done
            try:
                encoder = loaded()
                vectors = encoder.encode([one.text for one in batch])
            except EncoderUnavailable as why:
                logger.error("Candidates of reports cannot be compared: %s", why)
                return done
            for one, vector in zip(batch, vectors, strict=True):
                one.vector, one.encoder = vector, encoder.name
            Candidate.objects.bulk_update(batch, ["vector", "encoder"])
        done += len(batch)


def to_compare(report: Report) -> int:
    """Return how many candidates of a report are still to be compared."""
    return report.candidates.filter(DUE).count()


def said_already(*, person: User | None, report: Report) -> dict[UUID, list[SaidAlready]]:
    """Return, for each candidate that likely repeats something, the insights it is nearest to, nearest first.

    Only what `person` may open is looked through; each candidate asks the index once.
    """
    encoder = report.candidates.exclude(encoder="").values_list("encoder", flat=True).first()
    if encoder is None:
        return {}
    asked = report.candidates.filter(insight__isnull=True, vector__isnull=False).order_by()
    distance = RawSQL("insights_embedding.vector <=> asked.vector", (), output_field=FloatField())
    found = embedded(Reader.of(person).insights(), encoder)
    near = found.annotate(distance=distance, read=F("embedding__digest")).order_by("distance")
    beside = near.values_list("id", "distance", "digest", "read")[:NEIGHBOURS]
    asked_sql, asked_values = asked.values_list("id", "vector").query.sql_with_params()
    beside_sql, beside_values = beside.query.sql_with_params()
    statement = f"""
        WITH asked (id, vector) AS MATERIALIZED ({asked_sql})
        SELECT asked.id, beside.id, 1 - beside.distance
        FROM asked CROSS JOIN LATERAL ({beside_sql}) AS beside (id, distance, digest, read)
        WHERE beside.distance <= %s AND beside.digest = beside.read
        ORDER BY beside.distance
    """  # noqa: S608 - Django's own SQL, values apart
    with transaction.atomic():
        search_further()
        # So few are looked through whole.
        few = Embedding.objects.all()[:FEW].count() < FEW
        with every_row() if few else nullcontext(), connection.cursor() as cursor:
            cursor.execute(statement, [*asked_values, *beside_values, 1 - LIKELY])
            rows = cursor.fetchall()
    insights = Reader.of(person).insights().defer("search").in_bulk({insight_id for _, insight_id, _ in rows})
    alike: dict[UUID, list[SaidAlready]] = defaultdict(list)
    for candidate_id, insight_id, similarity in rows:
        if (one := insights.get(insight_id)) is not None:
            alike[candidate_id].append(
                SaidAlready(one.id, one.title, one.text, one.status, round(float(similarity), 4))
            )
    return dict(alike)

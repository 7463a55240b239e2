"""How soon what was said is answered: the median days of a programme, from said to published or declined."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import connection

from accounts.people import LIBRARY
from casestudies.lifecycle import Status

# Below this many answers a median says more about chance than about the programme.
ENOUGH = 5


@dataclass(frozen=True)
class Answered:
    """How many insights of a programme were answered, and the median days it took; None where too few were."""

    count: int = 0
    median_days: float | None = None


def answered(programme_ids: Sequence[UUID]) -> dict[UUID, Answered]:
    """Return for each programme how soon it answers.

    Said is the day the first voice was collected on, else the day the insight was logged; answered is the first time
    it was published or declined. What came with a case study was never waited for and does not count; nor do withheld
    words.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT i.programme_id, count(*),
                percentile_cont(0.5) WITHIN GROUP (
                    ORDER BY greatest(0, a.at::date - coalesce(s.collected_on, i.created::date))
                )
            FROM insights_insight i
            JOIN insights_source s ON s.insight_id = i.id AND s.position = 0
            CROSS JOIN LATERAL (
                SELECT min(m.at) AS at FROM insights_move m
                WHERE m.insight_id = i.id AND m.status = ANY(%s) AND m.was = %s
            ) a
            WHERE i.programme_id = ANY(%s) AND a.at IS NOT NULL AND NOT i.words_withheld
                AND NOT EXISTS (SELECT FROM accounts_user u WHERE u.id = i.author_id AND u.email = %s)
            GROUP BY i.programme_id
            """,
            [[Status.PUBLISHED, Status.DECLINED], Status.SUBMITTED, list(programme_ids), LIBRARY],
        )
        found = {
            programme: Answered(count, round(float(median), 1) if count >= ENOUGH else None)
            for programme, count, median in cursor.fetchall()
        }
    return {programme: found.get(programme, Answered()) for programme in programme_ids}


def answered_in_words(said: Answered) -> str:
    """Return “Half are answered within 12 days (34 answered)”, or that there are not enough yet."""
    if said.median_days is None:
        return f"Not enough yet to say: {said.count} answered, and it takes {ENOUGH}."
    days = f"{said.median_days:g}"
    return f"Half are answered within {days} {'day' if days == '1' else 'days'} ({said.count:,} answered)."

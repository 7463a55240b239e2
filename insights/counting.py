"""How many insights there are, read from the tallies that the database keeps – never by counting the insights."""

from __future__ import annotations

from collections import defaultdict
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Sum

from casestudies.lifecycle import Status
from insights.models import Tally

Counts = dict[str, dict[str, int]]


def counts(*, programme_id: UUID | None = None, case_study_id: UUID | None = None) -> Counts:
    """Return the number of published insights by facet and value, of all, of one programme, or of one case study.

    The total is under facet `all`, value "". Facets: see `insights.models.Tally`. Insights whose words are withheld
    are not counted.
    """
    tallies = Tally.objects.filter(status=Status.PUBLISHED)
    if programme_id is not None:
        tallies = tallies.filter(programme_id=programme_id)
    if case_study_id is not None:
        tallies = tallies.filter(case_study_id=case_study_id)
    found: Counts = defaultdict(lambda: defaultdict(int))
    for facet, value, n in tallies.values_list("facet", "value").annotate(Sum("n")).order_by():
        found[facet][value] = n
    return found


def fold() -> int:
    """Add the tallies up into one row for each count, and return how many rows there were before.

    One statement: a reader sees the sums either before or after it, and they are the same.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        # Two at once could wait for each other's rows: they take turns.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('fold tallies'))")
        cursor.execute(
            """
            WITH gone AS (DELETE FROM insights_tally RETURNING *),
            sums AS (
                INSERT INTO insights_tally (programme_id, case_study_id, status, facet, value, n)
                SELECT programme_id, case_study_id, status, facet, value, sum(n)
                FROM gone GROUP BY 1, 2, 3, 4, 5 HAVING sum(n) <> 0
            )
            SELECT count(*) FROM gone
            """
        )
        return int(cursor.fetchone()[0])

"""Two insights that say the same: found, merged into one with every voice, taken apart again, or said to be apart."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, transaction
from django.db.models import BooleanField, F, FloatField, QuerySet
from django.db.models.expressions import RawSQL
from django.utils import timezone

from accounts.models import User
from casestudies.errors import Conflict, Missing
from casestudies.lifecycle import Status
from casestudies.permissions import programmes_open_to
from insights.capture import lock
from insights.flagging import rewrite
from insights.flags import refusal
from insights.models import Apart, Erasure, Insight, Merge, Source
from insights.similar import embedded, search_further
from insights.visibility import Reader, may_here
from insights.voices import next_position, touch
from lhs.encoder import EncoderUnavailable, loaded

# From this cosine on, two insights are likely to say the same.
DUPLICATE = 0.85
# The newest insights that are looked through, and how many neighbours of each.
LOOKED_THROUGH = 500
# Where many say the same words, so many times as many are gone through to find others.
COPIES = 10
NEIGHBOURS = 3
MERGEABLE = (Status.DRAFT, Status.SUBMITTED, Status.PUBLISHED)
VOICE = ("kind", "role", "organisation_id", "place", "collected_on", "consent", "recorded_by_id")


@dataclass(frozen=True)
class Pair:
    """Two insights, the older first, and the cosine of their words."""

    first: Insight
    second: Insight
    similarity: float


def merges_anywhere(person: User | None) -> bool:
    """Say whether `person` may merge insights in any programme at all."""
    return person is not None and programmes_open_to(person, "merge", "insight", status=Status.PUBLISHED) != []


def likely_duplicates(*, person: User, limit: int = 20) -> list[Pair]:
    """Return pairs of insights that `person` may merge and that are likely to say the same, the most alike first.

    The newest LOOKED_THROUGH insights are each compared with their nearest NEIGHBOURS by the index – never all with
    all. Left out: what is withdrawn, declined or merged, and pairs that someone said to be apart. Raises
    PermissionDenied.
    """
    open_to = programmes_open_to(person, "merge", "insight", status=Status.PUBLISHED)
    if open_to == []:
        raise PermissionDenied("Likely duplicates are for curators.")
    try:
        encoder = loaded().name
    except EncoderUnavailable:
        # Without an encoder nothing new is compared; what was read before has its numbers all the same.
        encoder = ""
    found = Reader.of(person).insights().filter(status__in=MERGEABLE)
    if open_to is not None:
        found = found.filter(programme_id__in=open_to)
    found = embedded(found, encoder)
    near = _near(found)
    said = Insight.objects.select_related("programme").defer("search").in_bulk({id for pair in near for id in pair})
    pairs = [
        Pair(said[first], said[second], round(similarity, 4))
        for (first, second), similarity in sorted(near.items(), key=lambda one: (-one[1], one[0]))
        if not _withheld_across(said[first], said[second])
    ]
    return pairs[:limit]


@transaction.atomic
def merge(*, person: User, kept_id: UUID, gone_id: UUID) -> Merge:
    """Copy the voices of `gone` to `kept`, behind its own, and withdraw `gone`. What was decided of `gone` stays there.

    Raises Missing, PermissionDenied, ValidationError (the same insight twice, or withheld words that would leave
    their programme), and Conflict where one of them is withdrawn, declined or merged already.
    """
    if kept_id == gone_id:
        raise ValidationError({"gone": "An insight cannot be merged into itself."})
    kept, gone = _locked(person, kept_id, gone_id)
    if Merge.objects.filter(gone_id__in=[kept.id, gone.id], undone_at__isnull=True).exists():
        raise Conflict("One of these has been merged into another insight already.")
    for insight in (kept, gone):
        if insight.status not in MERGEABLE:
            raise Conflict(f"One of these is {insight.status}; only what stands can be merged.")
    if _withheld_across(kept, gone):
        raise ValidationError({"kept": "Words whose consent is withheld stay in their programme."})
    start = next_position(kept)
    copies = [
        Source(insight=kept, position=start + place, **{name: getattr(voice, name) for name in VOICE})
        for place, voice in enumerate(gone.sources.order_by("position"))
    ]
    Source.objects.bulk_create(copies)
    rewrite([kept.id])
    done = Merge.objects.create(
        kept=kept, gone=gone, person=person, status_before=gone.status, voices=[voice.id for voice in copies]
    )
    gone.status = Status.WITHDRAWN
    gone.save(update_fields=["status"])
    touch(kept)
    return done


@transaction.atomic
def undo_merge(*, person: User, merge_id: UUID) -> Merge:
    """Take the copied voices away from the one that was kept, and put the other back to where it stood.

    Raises Missing, PermissionDenied, and Conflict where it was undone already or the kept one was merged on since.
    """
    there = Merge.objects.filter(id=merge_id).first()
    if there is None:
        raise Missing("There is no such merge, or you may not open it.")
    kept, gone = _locked(person, there.kept_id, there.gone_id)
    # Read again: both insights are locked, and so is what happens to them.
    there.refresh_from_db()
    if there.undone_at is not None:
        raise Conflict("This merge has been undone already.")
    if Merge.objects.filter(gone=kept, undone_at__isnull=True).exists():
        raise Conflict("The insight that was kept has since been merged into another: undo that first.")
    kept.sources.filter(id__in=there.voices, position__gt=0).delete()
    touch(kept)
    if gone.status == Status.WITHDRAWN and not Erasure.objects.filter(insight=gone).exists():
        # Someone may have reopened it by hand; then it stays where they put it. So does what was erased.
        gone.status = Status(there.status_before)
        if gone.status == Status.PUBLISHED and (refused := refusal(gone.id)):
            raise refused
        gone.save(update_fields=["status"])
    there.undone_at = timezone.now()
    there.save(update_fields=["undone_at"])
    return there


@transaction.atomic
def keep_apart(*, person: User, first_id: UUID, second_id: UUID) -> Apart:
    """Record that two insights are alike and not the same, so that they are not offered again; twice changes nothing.

    Raises Missing, PermissionDenied, ValidationError (the same insight twice).
    """
    if first_id == second_id:
        raise ValidationError({"second": "An insight cannot be apart from itself."})
    first, second = sorted(_locked(person, first_id, second_id), key=lambda insight: insight.id)
    said, _ = Apart.objects.get_or_create(first=first, second=second, defaults={"person": person})
    return said


def last_merges(*, person: User, limit: int = 10) -> list[Merge]:
    """Return the merges last made that stand and that `person` may undo, the newest first."""
    open_here = Reader.of(person).insights().values("id")
    found = (
        Merge.objects.filter(undone_at__isnull=True, kept__in=open_here, gone__in=open_here)
        .select_related("kept", "gone", "person")
        .order_by("-at", "-id")
    )
    return [one for one in found[: 5 * limit] if _may_merge(person, one.kept) and _may_merge(person, one.gone)][:limit]


def merged_into(*, person: User | None, insight_id: UUID) -> Insight | None:
    """Return the insight into which this one was merged, where `person` may open it."""
    kept = Merge.objects.filter(gone_id=insight_id, undone_at__isnull=True).values("kept_id")
    return Reader.of(person).insights().filter(id__in=kept).first()


def _near(found: QuerySet[Insight]) -> dict[tuple[UUID, UUID], float]:
    """Return the pairs of what is found that are nearer than DUPLICATE, with their cosine.

    The newest are compared with each other without the index as well: among thousands of equal vectors it loses the way
    to others.
    """
    fresh = found.filter(embedding__digest=F("digest"))
    # Of equal words one is enough to find the others by: else copies of one text would be all that is looked through.
    newest = fresh.order_by("-id").values("id", "digest")[: LOOKED_THROUGH * COPIES]
    newest_sql, newest_values = newest.query.sql_with_params()
    distance = RawSQL("insights_embedding.vector <=> recent.vector", (), output_field=FloatField())
    other = RawSQL(
        """insights_insight.id <> recent.id AND NOT EXISTS (
            SELECT 1 FROM insights_apart WHERE first_id = least(insights_insight.id, recent.id)
                AND second_id = greatest(insights_insight.id, recent.id)
        )""",
        (),
        output_field=BooleanField(),
    )
    # Digests are compared outside: within, the planner would read every row rather than the index.
    near = found.filter(other).annotate(distance=distance).order_by("distance")
    beside = near.values_list("id", "distance", "digest", "embedding__digest")
    beside_sql, beside_values = beside[:NEIGHBOURS].query.sql_with_params()
    statement = f"""
        WITH newest (id, digest) AS MATERIALIZED ({newest_sql}),
        different (id) AS (
            SELECT DISTINCT ON (digest) id FROM newest ORDER BY digest, id DESC
        ),
        recent (id, vector) AS MATERIALIZED (
            SELECT different.id, read.vector FROM different
            JOIN insights_embedding read ON read.insight_id = different.id
            ORDER BY different.id DESC LIMIT {LOOKED_THROUGH:d}
        )
        SELECT recent.id, beside.id, 1 - beside.distance
        FROM recent CROSS JOIN LATERAL ({beside_sql}) AS beside (id, distance, digest, read)
        WHERE beside.distance <= %s AND beside.digest = beside.read
        UNION
        SELECT one.id, other.id, 1 - (one.vector <=> other.vector)
        FROM recent one JOIN recent other ON one.id < other.id
        WHERE one.vector <=> other.vector <= %s
            AND NOT EXISTS (SELECT 1 FROM insights_apart WHERE first_id = one.id AND second_id = other.id)
    """  # noqa: S608 - Django's own SQL, values apart
    with transaction.atomic():
        search_further()
        with connection.cursor() as cursor:
            cursor.execute(statement, [*newest_values, *beside_values, 1 - DUPLICATE, 1 - DUPLICATE])
            rows = cursor.fetchall()
    return {(min(one, other), max(one, other)): float(similarity) for one, other, similarity in rows}


def _locked(person: User, *insight_ids: UUID) -> list[Insight]:
    """Lock these insights, in the order of their ids, and return them as they were asked for."""
    found = {id: lock(person=person, insight_id=id) for id in sorted(insight_ids)}
    if not _all_mergeable(person, found.values()):
        raise PermissionDenied("Insights are merged by curators.")
    return [found[id] for id in insight_ids]


def _all_mergeable(person: User, insights: Iterable[Insight]) -> bool:
    return all(_may_merge(person, insight) for insight in insights)


def _may_merge(person: User, insight: Insight) -> bool:
    return may_here(person, "merge", "insight", insight)


def _withheld_across(one: Insight, other: Insight) -> bool:
    return one.programme_id != other.programme_id and (one.words_withheld or other.words_withheld)

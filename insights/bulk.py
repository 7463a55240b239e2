"""One decision on everything that a filter selects, counted before it is made, and taken back as a whole."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from accounts.models import User
from casestudies.errors import Conflict, Missing
from casestudies.lifecycle import Status
from casestudies.permissions import programmes_open_to
from insights.choices import Queue, TagOrigin, Verdict
from insights.models import Bulk, Decision, Insight, Tag
from insights.nudging import nudge_after_commit
from insights.review import check_verdict, code_of, decided, decision_on, hold_tags, take_back
from insights.search import Selection, selected
from insights.visibility import Reader, may_here, open_for
from lhs.models import Code

MOST = 5000
BATCH = 500


def preview(*, person: User, selection: Selection, codebook: str, code: str) -> int:
    """Return on how many insights `decide_all` would decide, counting no further than MOST + 1.

    They are those of the filter whose tags `person` may decide, and on which no person has decided this code yet.
    Raises Missing (no such code), PermissionDenied, ValidationError (by filter).
    """
    _may_anywhere(person)
    return _undecided(person, selection, code_of(codebook, code))[: MOST + 1].count()


@transaction.atomic
def decide_all(
    *, person: User, selection: Selection, codebook: str, code: str, verdict: str, expected_count: int
) -> Bulk:
    """Confirm or reject a code on everything that the filter selects, as `preview` counts it, and return the record.

    Raises Missing, PermissionDenied, ValidationError (a verdict that is none, more than MOST insights), and Conflict,
    with both numbers, where there are now more or fewer than `expected_count`.
    """
    check_verdict(verdict)
    _may_anywhere(person)
    chosen = code_of(codebook, code)
    selected_now = _undecided(person, selection, chosen).order_by("id").values_list("id", flat=True)
    ids = list(selected_now[: MOST + 1])
    if len(ids) > MOST:
        raise ValidationError({"expected_count": f"A decision is on {MOST:,} insights at most. Narrow the filter."})
    # In the order of their ids, insights before Tagging rows, as everyone takes them (insights/models/triggers.py).
    list(Insight.objects.filter(id__in=ids).order_by("id").select_for_update(no_key=True).values_list("id"))
    hold_tags(ids, chosen.codebook_id)
    # Someone else may have decided or edited while the locks were waited for.
    found = _undecided(person, selection, chosen).filter(id__in=ids)
    digests = dict(found.values_list("id", "digest"))
    if len(digests) != expected_count:
        raise Conflict(
            f"The filter selects {len(digests):,} insights now, not {expected_count:,}. Nothing was decided.",
            field="expected_count",
        )
    teaching = set(Insight.objects.filter(open_for(person, "teach", "tag"), id__in=ids).values_list("id", flat=True))
    bulk = Bulk.objects.create(
        person=person, code=chosen, verdict=verdict, selection=_kept(selection), count=len(digests)
    )
    _write(bulk, sorted(digests), digests, teaching)
    return bulk


@transaction.atomic
def undo_bulk(*, person: User, bulk_id: UUID) -> Bulk:
    """Take all its decisions back; where someone else has decided since, theirs stands.

    Raises Missing (no such decision of theirs), PermissionDenied (an insight whose tags they may decide no more), and
    Conflict where it was taken back already.
    """
    bulk = Bulk.objects.select_for_update().select_related("code").filter(id=bulk_id, person=person).first()
    if bulk is None:
        raise Missing("There is no such decision of yours.")
    if bulk.undone_at is not None:
        raise Conflict("This was taken back already.")
    made = list(bulk.decisions.filter(undone_by__isnull=True))
    ids = sorted({one.insight_id for one in made})
    insights = list(Insight.objects.filter(id__in=ids).order_by("id").select_for_update(no_key=True))
    hold_tags(ids, bulk.code.codebook_id)
    if not all(may_here(person, "decide", "tag", insight) for insight in insights):
        raise PermissionDenied("Among these are insights whose tags you may not decide any more.")
    take_back(person=person, decisions=made)
    bulk.undone_at = timezone.now()
    bulk.save(update_fields=["undone_at"])
    nudge_after_commit()
    return bulk


def latest(*, person: User, limit: int = 5) -> list[Bulk]:
    """Return the person's latest bulk decisions that stand, the newest first. Raises PermissionDenied."""
    _may_anywhere(person)
    mine = Bulk.objects.select_related("code__codebook").filter(person=person, undone_at__isnull=True)
    return list(mine.order_by("-at")[:limit])


def _may_anywhere(person: User) -> None:
    if programmes_open_to(person, "decide", "tag", status=Status.PUBLISHED) == []:
        raise PermissionDenied("Tags are decided by curators, and by contributors in their own programmes.")


def _undecided(person: User, selection: Selection, code: Code) -> QuerySet[Insight]:
    persons = Tag.objects.filter(insight_id=OuterRef("pk"), code=code, origin=TagOrigin.PERSON)
    found = selected(Reader.of(person), selection).filter(open_for(person, "decide", "tag"))
    return found.exclude(Exists(persons))


def _kept(selection: Selection) -> dict[str, Any]:
    """Return the filter as JSON holds it, without what does not filter."""
    return {
        name: value.isoformat()
        if isinstance(value, datetime.date)
        else list(value)
        if isinstance(value, tuple)
        else value
        for name, value in asdict(selection).items()
        if value not in ("", (), None)
    }


def _write(bulk: Bulk, ids: Sequence[UUID], digests: dict[UUID, str], teaching: set[UUID]) -> None:
    verdict = Verdict(bulk.verdict)
    for start in range(0, len(ids), BATCH):
        batch = ids[start : start + BATCH]
        there = {tag.insight_id: tag for tag in Tag.objects.filter(insight_id__in=batch, code=bulk.code)}
        decisions, tags = [], []
        for id in batch:
            made = decision_on(
                there.get(id),
                person=bulk.person,
                insight_id=id,
                code=bulk.code,
                verdict=verdict,
                shown=True,
                queue=Queue.BULK,
            )
            made.teaches, made.digest, made.bulk = id in teaching, digests[id], bulk
            decisions.append(made)
            tags.append(decided(there.get(id) or Tag(insight_id=id, code=bulk.code), verdict, bulk.person))
        Decision.objects.bulk_create(decisions)
        # Score, reason and tagger stay as the suggestion had them.
        Tag.objects.bulk_create(
            tags,
            update_conflicts=True,
            unique_fields=["insight", "code"],
            update_fields=["state", "origin", "decided_by", "modified"],
        )

"""Move an insight along its life-cycle. The verb reads the table of moves; it has no rule of its own."""

from __future__ import annotations

from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from casestudies.errors import Conflict
from casestudies.lifecycle import MOVES, Status, legal_move, starts_of
from insights.capture import lock
from insights.flags import refusal
from insights.lacking import missing
from insights.models import Erasure, Insight
from insights.models.words import clean_words
from insights.notices import tell_of_move
from insights.visibility import may_here


def move(*, person: User, insight_id: UUID, name: str, reason: str = "") -> Insight:
    """Make the move called `name`: submit, publish, decline (with a reason), withdraw or reopen.

    Raises Missing, Conflict (no such move from where it stands; to publish, an open flag), PermissionDenied,
    ValidationError (no reason, or something else that is missing, by field).
    """
    moved = _moved(person, insight_id, name, reason)
    if isinstance(moved, Conflict):
        # Only now: what was found while publishing is saved, to be settled.
        raise moved
    return moved


@transaction.atomic
def _moved(person: User, insight_id: UUID, name: str, reason: str) -> Insight | Conflict:
    insight = lock(person=person, insight_id=insight_id)
    step = legal_move(name=name, status=insight.status)
    if step is None:
        starts = " or ".join(starts_of(name))
        raise Conflict(f"This insight is {insight.status}; only what is {starts} can be moved by “{name}”.")
    if not may_here(person, name, "insight", insight):
        raise PermissionDenied(f"You may not {name} this insight while it is {insight.status}.")
    reason = clean_words(reason)
    if step.needs_reason and not reason:
        raise ValidationError({"reason": "Say why, so that the people who said it can be told."})
    if lacks := missing(insight=insight, name=name):
        raise ValidationError({field: [reason] for field, reason in lacks.items()})
    if name == "reopen" and Erasure.objects.filter(insight=insight).exists():
        raise Conflict("The words of this insight were erased: there is nothing to reopen.")
    if step.target == Status.PUBLISHED and (refused := refusal(insight.id)):
        return refused
    insight.status = step.target
    insight.decline_reason = reason if step.needs_reason else ""
    if step.target == Status.PUBLISHED:
        insight.published_at = timezone.now()
    insight.save(update_fields=["status", "decline_reason", "published_at"])
    insight.refresh_from_db(fields=["modified", "flagged"])
    tell_of_move(person=person, insight=insight)
    return insight


def moves_open_to(*, person: User | None, insight: Insight) -> list[str]:
    """Return the names of the moves that `person` may make with this insight now, in the order of the table."""
    if insight.status == Status.WITHDRAWN and Erasure.objects.filter(insight=insight).exists():
        return []
    return [
        step.name
        for step in MOVES
        if insight.status in step.sources and may_here(person, step.name, "insight", insight)
    ]

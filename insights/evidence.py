"""Link an insight to what it rests on, supports, contradicts or repeats."""

from __future__ import annotations

from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction

from accounts.models import User
from insights.capture import lock
from insights.models import Evidence
from insights.visibility import may_here


@transaction.atomic
def link(*, person: User, insight_id: UUID, other_id: UUID, relation: str) -> Evidence:
    """Say that one insight rests on, supports, contradicts or repeats another; saying it again changes nothing.

    Raises Missing when either cannot be opened, PermissionDenied, ValidationError when the two do not go together.
    """
    insight = lock(person=person, insight_id=insight_id)
    other = lock(person=person, insight_id=other_id)
    if not may_here(person, "edit", "insight", insight):
        raise PermissionDenied(f"You cannot edit this insight while it is {insight.status}.")
    try:
        with transaction.atomic():
            evidence, _ = Evidence.objects.get_or_create(insight=insight, other=other, relation=relation)
    except IntegrityError as error:
        raise ValidationError({"evidence": str(error).split("\n")[0]}) from error
    return evidence

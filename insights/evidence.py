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
    # In the order of their ids: two people who link the same two, one each way, do not wait for each other.
    found = {id: lock(person=person, insight_id=id) for id in sorted({insight_id, other_id})}
    insight, other = found[insight_id], found[other_id]
    if not may_here(person, "edit", "insight", insight):
        raise PermissionDenied(f"You cannot edit this insight while it is {insight.status}.")
    there = Evidence.objects.filter(insight=insight, other=other, relation=relation).first()
    if there is not None:
        return there
    evidence = Evidence(insight=insight, other=other, relation=relation)
    try:
        evidence.clean_fields(exclude=["insight", "other"])
        evidence.validate_constraints()
        with transaction.atomic():
            evidence.save()
    except ValidationError as fault:
        raise ValidationError({"evidence": fault.messages}) from fault
    except IntegrityError as error:
        raise ValidationError({"evidence": str(error).split("\n")[0]}) from error
    return evidence

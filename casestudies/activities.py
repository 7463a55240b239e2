"""A learning activity, noted by the team that did it."""

from __future__ import annotations

import datetime

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils.text import slugify

from accounts.models import User
from casestudies.lifecycle import Status
from casestudies.models import LearningActivity, Programme
from casestudies.permissions import may

LONGEST_SLUG = 60


@transaction.atomic
def note_activity(
    *, person: User, programme: Programme, kind: str, name: str, held_on: datetime.date | None = None
) -> LearningActivity:
    """Save how a programme learned, behind what it noted so far; whoever logs in a programme may say where.

    Raises PermissionDenied and ValidationError by field.
    """
    if not may(person, "log", "insight", programme_id=programme.id, status=Status.DRAFT):
        raise PermissionDenied(f"You can note activities only in your own programmes, not in “{programme.name}”.")
    name = " ".join(name.replace("\0", "").split())
    # Two who note one at the same moment take turns, so that their addresses differ.
    Programme.objects.select_for_update(no_key=True).get(id=programme.id)
    there = LearningActivity.objects.filter(programme=programme)
    last = there.aggregate(last=Max("position"))["last"]
    activity = LearningActivity(
        programme=programme,
        slug=_free(slugify(name)[:LONGEST_SLUG] or "activity", set(there.values_list("slug", flat=True))),
        kind=kind,
        name=name,
        held_on=held_on,
        position=0 if last is None else last + 1,
    )
    try:
        activity.clean_fields(exclude=["programme"])
    except ValidationError as fault:
        words = {"name": "Give the activity a name of up to 200 characters.", "kind": "Choose a kind of activity."}
        raise ValidationError({field: words.get(field, said) for field, said in fault.message_dict.items()}) from fault
    activity.save(force_insert=True)
    return activity


def _free(slug: str, taken: set[str]) -> str:
    number = 2
    free = slug
    while free in taken:
        free, number = f"{slug}-{number}", number + 1
    return free

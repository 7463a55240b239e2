"""“Me too”: one more voice for an insight that is there, rather than another insight that says the same."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from accounts.models import User
from casestudies.errors import Conflict
from casestudies.lifecycle import Status
from insights.capture import Voice, lock, sources_of
from insights.choices import Consent
from insights.flagging import OF_SOURCE, rewrite
from insights.flags import in_words
from insights.models import Insight, Source
from insights.screening import screen
from insights.visibility import may_here


@transaction.atomic
def me_too(*, person: User, insight_id: UUID, voice: Voice) -> Insight:
    """Add `voice` behind those that the insight has. Consent is not needed: the words are not theirs.

    Raises Missing, PermissionDenied, ValidationError (by field: kind, role, organisation, place, collected_on), and
    Conflict when this person has said so already of the same place and day.
    """
    insight = lock(person=person, insight_id=insight_id)
    if not may_here(person, "add voice", "insight", insight):
        raise PermissionDenied(f"You cannot add a voice to this insight while it is {insight.status}.")
    position = next_position(insight)
    try:
        [source] = sources_of(insight, [replace(voice, consent=Consent.NOT_NEEDED)], person, first=position)
    except ValidationError as fault:
        raise ValidationError(
            {name.rpartition(".")[2]: reasons for name, reasons in fault.message_dict.items()}
        ) from fault
    if Source.objects.filter(insight=insight, recorded_by=person, **_there_and_then(source)).exists():
        raise Conflict("You have said so already, of the same place and day.", field="place")
    if insight.status == Status.PUBLISHED:
        _tells_nobody(source)
    source.save(force_insert=True)
    rewrite([insight.id])
    touch(insight)
    return insight


def may_add_voice(person: User | None, insight: Insight) -> bool:
    """Say whether `person` may add a voice to this insight as it stands."""
    return person is not None and may_here(person, "add voice", "insight", insight)


def next_position(insight: Insight) -> int:
    """Return the position after the last voice of an insight that this transaction has locked."""
    last = insight.sources.aggregate(last=Max("position"))["last"]
    return 0 if last is None else int(last) + 1


def touch(insight: Insight) -> None:
    """Say that the insight changed: a copy read before, or a form opened before, lacks a voice."""
    insight.modified = timezone.now()
    insight.save(update_fields=["modified"])
    insight.refresh_from_db(fields=["modified", "words_withheld", "flagged"])


def _tells_nobody(source: Source) -> None:
    """Raise ValidationError where a voice would tell who somebody is: a published insight would be hidden by it."""
    found = {name: {one.kind for one in screen(getattr(source, name))} for name in OF_SOURCE.values()}
    faults = {
        name: f"This may tell who somebody is ({in_words(kinds)}). Say it without: a role or a place needs no name."
        for name, kinds in found.items()
        if kinds
    }
    if faults:
        raise ValidationError(faults)


def _there_and_then(source: Source) -> dict[str, Any]:
    """Return the lookups of voices of the same place and day, both of which may not be known."""
    return {
        "organisation_id": source.organisation_id,
        "place__iexact": source.place,
        "collected_on": source.collected_on,
    }

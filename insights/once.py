"""Log an insight once, however often it is sent: a phone that lost the answer may send it again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.crypto import salted_hmac

from accounts.models import User
from casestudies.errors import Conflict
from insights.capture import log
from insights.models import Insight, Sent

ONCE = "sent_key_once_by_a_person"


@dataclass(frozen=True)
class Logged:
    """An insight that was sent, and whether this sending made it."""

    insight: Insight
    new: bool


def log_once(*, person: User, key: UUID, sent: str, **arguments: Any) -> Logged:
    """Log an insight as `insights.capture.log` does, unless `person` has sent one under this `key`: then that is it.

    `sent` is what was sent, by which another insight under the same key is told apart. Two sendings at the same time
    make one insight. Raises what `log` raises, and Conflict (field `Idempotency-Key`) for another insight under a
    key that was used.
    """
    said = salted_hmac("insights.once", sent, algorithm="sha256").hexdigest()
    if before := _before(person, key, said):
        return before
    try:
        with transaction.atomic():
            insight = log(person=person, **arguments)
            Sent.objects.create(person=person, key=key, said=said, insight=insight)
    except (IntegrityError, Conflict) as fault:
        # The same may have been sent from elsewhere while this one was on its way.
        if (isinstance(fault, Conflict) or ONCE in str(fault)) and (before := _before(person, key, said)):
            return before
        raise
    return Logged(insight, new=True)


def _before(person: User, key: UUID, said: str) -> Logged | None:
    """Return what was logged under this key, or None. Raises Conflict where that was something else."""
    found = Sent.objects.filter(person=person, key=key).select_related("insight").first()
    if found is None:
        return None
    if found.said != said:
        raise Conflict(
            "You have sent another insight under this key. Make a new key for each insight.", field="Idempotency-Key"
        )
    return Logged(found.insight, new=False)

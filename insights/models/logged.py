"""What is kept of a person who logs: what they sent under which key, what they logged last, and their queue's key."""

from __future__ import annotations

import secrets
import uuid

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from uuid_utils.compat import uuid7

from casestudies.models import LearningActivity, Programme
from insights.models.said import Insight

KEY_BYTES = 32


class Sent(models.Model):
    """`person` sent an insight under a `key` that their program made: sent again, it is this one and no other.

    `said` is a keyed digest of what was sent, so that another insight under the same key is found out; it tells
    nothing of the words to who does not hold the site's secret.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    key = models.UUIDField()
    said = models.CharField(max_length=64)
    insight = models.ForeignKey(Insight, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "key"],
                name="sent_key_once_by_a_person",
                violation_error_message="You have sent an insight under this key already.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key} is {self.insight_id}"


class LastLogged(models.Model):
    """Where a person logged last: what the form starts from the next time, on whatever phone."""

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="+"
    )
    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="+")
    learning_activity = models.ForeignKey(LearningActivity, on_delete=models.SET_NULL, null=True, related_name="+")
    place = models.CharField(max_length=120, blank=True, default="")
    at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"{self.person_id} in {self.programme_id}"


def new_key() -> bytes:
    """Return the bytes of a new key for AES with 256 bits."""
    return secrets.token_bytes(KEY_BYTES)


class QueueKey(models.Model):
    """What a person's words are sealed with while they wait on a phone for the network.

    Kept here and not derived from the site's secret, so that what waits outlives a change of that. `name` stands on
    the phone beside what waits, and says whose it is without saying who that is.
    """

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="+"
    )
    name = models.UUIDField(default=uuid.uuid4, unique=True)
    key = models.BinaryField(max_length=KEY_BYTES, default=new_key)

    def __str__(self) -> str:
        return str(self.name)

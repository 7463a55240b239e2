"""Tokens that programs sign in with: made, noted when used, taken back."""

from __future__ import annotations

from datetime import timedelta

from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone

from accounts.models import AccessToken, Scope, User

# A token's use is noted once in this long, not at every request.
BETWEEN_NOTES = timedelta(minutes=5)
LONGEST = timedelta(days=365)


def issue(*, person: User, name: str = "command line", scope: str = Scope.WRITE, lasts: timedelta | None = None) -> str:
    """Make a new token for `person` and return it; only its hash is kept, so it can be shown once.

    `lasts` is 90 days unless it is said, and a year at most. Raises ValidationError with a reason for each field.
    """
    name = " ".join(name.split())
    faults = {}
    if not 0 < len(name) <= 80:
        faults["name"] = "Give the token a name of up to 80 characters, such as what the program does."
    if scope not in Scope.values:
        faults["scope"] = "Choose what the token may do."
    if lasts is not None and not timedelta(0) < lasts <= LONGEST:
        faults["lasts"] = "Choose how long the token works: a year at most."
    if faults:
        raise ValidationError(faults)
    made = {"expiry": lasts} if lasts is not None else {}
    _, token = AccessToken.objects.create(user=person, name=name, scope=scope, **made)
    return str(token)


def tokens_of(person: User) -> models.QuerySet[AccessToken]:
    """Return the tokens of a person, those that have run out included, the newest first."""
    return AccessToken.objects.filter(user=person).order_by("-created")


def revoke(*, person: User, digest: str) -> bool:
    """Take back one of the person's own tokens; False where they have none such."""
    gone, _ = AccessToken.objects.filter(user=person, digest=digest).delete()
    return gone > 0


def note_use(token: AccessToken) -> None:
    """Note that a token was used just now, unless that was noted a moment ago."""
    now = timezone.now()
    if token.last_used is None or now - token.last_used > BETWEEN_NOTES:
        AccessToken.objects.filter(pk=token.pk).update(last_used=now)

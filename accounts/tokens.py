"""Issue tokens for programs."""

from __future__ import annotations

from accounts.models import AccessToken, User


def issue(*, person: User, name: str = "command line") -> str:
    """Make a new token for `person` and return it; only its hash is kept, so it can be shown once."""
    _, token = AccessToken.objects.create(user=person, name=name)
    return str(token)

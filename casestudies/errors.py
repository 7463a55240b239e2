"""What a verb answers when it cannot do what was asked. Doors turn these into pages and problem documents.

Beside these, verbs raise Django's PermissionDenied (seen, but not allowed) and ValidationError (a field and a reason).
"""

from __future__ import annotations


class Missing(LookupError):
    """There is no such thing, or none that this person may open; the two are told alike."""


class Conflict(Exception):
    """What was asked does not fit how things stand now. `field` is what it is about, `reason` is for people."""

    def __init__(self, reason: str, *, field: str = "status") -> None:
        super().__init__(reason)
        self.field = field
        self.reason = reason

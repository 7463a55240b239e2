"""The page of a person's tokens: what there is, what was typed, and the token that was just made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import AccessToken, Scope

DAYS = {7: "A week", 30: "A month", 90: "Three months", 365: "A year"}


@dataclass(frozen=True)
class TokenForm:
    """What was typed for a new token."""

    name: str = ""
    scope: str = Scope.READ
    days: int = 90

    @classmethod
    def of(cls, typed: Mapping[str, Any]) -> TokenForm:
        """Read what was sent; days that were not offered are none."""
        if not typed:
            return cls()
        days = typed.get("lasts", "")
        return cls(
            name=typed.get("name", "").replace("\0", ""),
            scope=typed.get("scope", ""),
            days=int(days) if days.isascii() and days.isdigit() and int(days[:9]) in DAYS else 0,
        )


@dataclass
class TokenPage:
    """Tokens with how they stand, the form, and `new`: a token to be shown once."""

    tokens: QuerySet[AccessToken]
    form: TokenForm
    new: str = ""
    faults: dict[str, str] = field(default_factory=dict)

    @property
    def errors(self) -> list[tuple[str, str]]:
        """Each fault with the field it is about."""
        return [(text, f"#{name}") for name, text in self.faults.items()]

    @property
    def rows(self) -> list[tuple[AccessToken, bool]]:
        """Each token, and whether it has run out."""
        now = timezone.now()
        return [(token, token.expiry is not None and token.expiry <= now) for token in self.tokens]

    @property
    def lasting(self) -> list[dict[str, Any]]:
        """How long a token may work, as a menu offers it."""
        return [
            {"value": str(days), "text": text, "selected": days == (self.form.days or 90)}
            for days, text in DAYS.items()
        ]

"""What an insight lacks before it can be sent in or published, in plain words: one rule for pages and API."""

from __future__ import annotations

from insights.choices import Kind
from insights.models import Insight

NO_WORDS = "Say it in words: there is no word in this text yet."
NO_AUDIENCE = "Say who should act on this recommendation before it is published."


def missing(*, insight: Insight, name: str) -> dict[str, str]:
    """Return what is missing for the move called `name` (or for logging as submitted: “submit”), by field."""
    lacks: dict[str, str] = {}
    if name in ("submit", "publish") and not any(letter.isalpha() for letter in insight.text):
        lacks["text"] = NO_WORDS
    if name == "publish" and insight.kind == Kind.RECOMMENDATION and not insight.audiences.exists():
        lacks["audiences"] = NO_AUDIENCE
    return lacks

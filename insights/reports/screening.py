"""Whose details a candidate holds: the one place where a report's words are screened, for every door."""

from __future__ import annotations

from collections.abc import Sequence

from insights.models.flagged import FlagKind
from insights.screening import screen


def details_in(text: str) -> Sequence[str]:
    """Return, in words, what in `text` may tell who a person is, each kind once; it is shown beside the candidate."""
    return tuple(dict.fromkeys(str(FlagKind(found.kind).label) for found in screen(text)))

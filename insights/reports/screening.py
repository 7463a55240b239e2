"""Whose details a candidate holds: the one place where a report's words are screened, for every door."""

from __future__ import annotations

from collections.abc import Sequence


def details_in(text: str) -> Sequence[str]:
    """Return, in words, what in `text` may tell who a person is; it is shown beside the candidate.

    Nothing is looked for yet: `insights.screening` is called from here once it is there.
    """
    return ()

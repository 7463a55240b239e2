"""What holds of a code into which others were merged: decisions are never rewritten, they are read through it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from insights.models import Decision
from lhs.models import Code


@dataclass(frozen=True)
class Word:
    """What a person said of a code, as it was then called, and when; `decision` where that was one."""

    code: str
    holds: bool
    at: datetime
    decision: Decision | None = None


@dataclass(frozen=True)
class Merged:
    """Into which code another was merged, and when."""

    into: str
    at: datetime


def merged_codes(codebook: str) -> dict[str, Merged]:
    """Return the codes of a codebook that were merged, each with the code in use that it now counts for."""
    merged = Code.objects.filter(codebook__slug=codebook, merged_into__isnull=False, retired_at__isnull=False)
    rows = merged.values_list("slug", "merged_into__slug", "retired_at")
    return {slug: Merged(into, at) for slug, into, at in rows if at is not None}


def word_that_holds(code: str, said: Iterable[Word], merged: Mapping[str, Merged]) -> Word:
    """Which of the words holds that were `said` (at least one) of a code and of those that were merged into it.

    Of each the latest word counts. Where they differ, confirmed wins over rejected; but a word that was given on the
    code after a merge is the latest on all.
    """
    latest: dict[str, Word] = {}
    for word in sorted(said, key=lambda one: one.at):
        if word.code == code:
            latest = {name: one for name, one in latest.items() if name in merged and merged[name].at > word.at}
        latest[word.code] = word
    return max(latest.values(), key=lambda word: (word.holds, word.code == code, word.at))

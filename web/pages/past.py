"""Earlier versions of an insight: listed, and one of them beside how it stands now."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from uuid import UUID

from accounts.models import User
from insights.models import Erasure, Insight
from insights.versions import Compared, compare, versions
from insights.visibility import may_here
from web.cards import first_words


@dataclass(frozen=True)
class VersionLine:
    """A version to choose."""

    number: int
    at: datetime.datetime
    now: bool


@dataclass(frozen=True)
class PastPage:
    """One version beside the present one. `differs` is empty where they say the same."""

    id: str
    name: str
    number: int
    at: datetime.datetime
    latest: int
    lines: tuple[VersionLine, ...]
    differs: list[Compared]
    may_restore: bool


def past_page(person: User | None, insight_id: UUID, number: int | None = None) -> PastPage:
    """Return the page of one version, else of the one before the last. Raises Missing, PermissionDenied."""
    found = versions(person=person, insight_id=insight_id)
    latest = len(found)
    number = max(1, latest - 1) if number is None else number
    differs = compare(person=person, insight_id=insight_id, first=number, second=latest)
    insight = Insight.objects.get(id=insight_id)
    return PastPage(
        id=str(insight_id),
        name=insight.title or first_words(insight.text),
        number=number,
        at=found[number - 1].at,
        latest=latest,
        lines=tuple(VersionLine(one.number, one.at, one.number == latest) for one in reversed(found)),
        differs=differs,
        may_restore=bool(differs)
        and may_here(person, "edit", "insight", insight)
        and not Erasure.objects.filter(insight=insight).exists(),
    )

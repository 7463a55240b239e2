"""Small numbers of people are not published: where a few were counted, a figure could tell who they are.

One rule for pages and the API alike. A count of people from 1 to 4 is shown as “fewer than 5”. Where the total over
some places is shown, one of them alone cannot be hidden, for the rest of the sum would give it away: the next smallest
is hidden with it, or the total. How many insights there are is no such figure.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from casestudies.models import MeasurePoint

SMALL = 5
PEOPLE = re.compile(
    r"\b(patients?|people|persons?|child(ren)?|adults?|wom[ae]n|m[ae]n|bab(y|ies)|carers?|famil(y|ies)|residents?|"
    r"deaths?|admissions?|referrals?|cases)\b"
)
# What stands behind these words says of what, not what is counted: “per million people”, “% of adults”.
BEHIND = re.compile(r"\b(per|in|of|for|by|from|to|a|an|each|every)\b|%|/")
FEWER = f"fewer than {SMALL}"
NOT_SHOWN = "not shown"


def counts_people(unit: str) -> bool:
    """Say whether a unit counts people: “patients”, “deaths a year”; not “% of patients”, “minutes per patient”."""
    return bool(PEOPLE.search(BEHIND.split(unit.lower(), maxsplit=1)[0]))


def too_small(value: Decimal | float, unit: str) -> bool:
    """Say whether a value is a count of people so small that it could tell who they are."""
    return 0 < value < SMALL and counts_people(unit)


@dataclass(frozen=True)
class _Count:
    id: UUID
    value: Decimal
    place: UUID
    within: UUID | None


def suppressed(points: Iterable[MeasurePoint], unit: str) -> Mapping[UUID, str]:
    """Return which points of one measure are not published, by id, with what is shown in their place.

    `points` come with their organisations, whose `parent` is where they are added up.
    """
    if not counts_people(unit):
        return {}
    days: dict[date, list[_Count]] = defaultdict(list)
    for point in points:
        days[point.on].append(_Count(point.id, point.value, point.organisation_id, point.organisation.parent_id))
    hidden: dict[UUID, str] = {}
    for counts in days.values():
        hidden |= {one.id: FEWER for one in counts if too_small(one.value, unit)}
        while (also := _given_away(counts, hidden)) is not None:
            hidden[also] = NOT_SHOWN
    return hidden


def _given_away(counts: list[_Count], hidden: Mapping[UUID, str]) -> UUID | None:
    """Return what has to be hidden too, because a total and all but one of its parts are shown; else None."""
    totals = {one.place: one for one in counts}
    parts: dict[UUID, list[_Count]] = defaultdict(list)
    for one in counts:
        if one.within in totals:
            parts[totals[one.within].place].append(one)
    for place, those in parts.items():
        total = totals[place]
        if total.id in hidden or sum(one.id in hidden for one in those) != 1:
            continue
        shown = [one for one in those if one.id not in hidden and one.value > 0]
        return min(shown, key=lambda one: one.value).id if shown else total.id
    return None

"""The five habits with how many published insights show each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse

from insights.figures import CountOf
from lhs.habits import HABITS
from web.charts import BarChart, bars
from web.words import number, short_habit

STATES = ("confirmed", "suggested")


@dataclass(frozen=True)
class HabitCount:
    """A habit with its counts in words, each leading to the insights that are counted (none, where there are none).

    `corrected` says how many there are as far as the audit can tell; empty: not enough was audited.
    """

    name: str
    short: str
    question: str
    definition: str
    href: str
    counts: tuple[tuple[str, str | None], ...]
    corrected: str


def habit_counts(told: Mapping[str, CountOf], **also: str) -> list[HabitCount]:
    """Return the habits in order, with what `insights.figures.estimate_of` tells; `also` are further filters."""
    found = []
    for habit in HABITS:
        said: list[tuple[str, str | None]] = []
        one = told[habit.code]
        for state, n in zip(STATES, (one.confirmed, one.suggested), strict=True):
            href = _insights(habit=habit.code, habit_state=state, **also) if n else None
            said.append((f"{number(n)} {state}", href))
        found.append(
            HabitCount(
                name=habit.name,
                short=short_habit(habit.code),
                question=habit.question,
                definition=habit.definition,
                href=_insights(habit=habit.code, **also),
                counts=tuple(said),
                corrected=corrected(one),
            )
        )
    return found


def corrected(one: CountOf) -> str:
    """Return a corrected count as “about 241 (150 to 340)”; nothing where not enough was audited."""
    found = one.estimate
    return f"about {number(found.estimate)} ({number(found.low)} to {number(found.high)})" if found else ""


def habit_chart(counts: Mapping[str, Mapping[str, int]], *, title: str) -> BarChart:
    """Return the bars of the five habits, confirmed and suggested insights side by side."""
    return bars(
        id="habits",
        title=title,
        heading="Habit",
        series=[state.capitalize() for state in STATES],
        rows=[
            (short_habit(habit.code), [counts.get(f"habits:{state}", {}).get(habit.code, 0) for state in STATES])
            for habit in HABITS
        ],
    )


def _insights(**filters: str) -> str:
    return f"{reverse('web:insights')}?{urlencode(filters)}"

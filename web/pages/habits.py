"""The five habits with how many published insights show each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse

from lhs.habits import HABITS
from web.charts import BarChart, bars
from web.words import number, short_habit

STATES = ("confirmed", "suggested")


@dataclass(frozen=True)
class HabitCount:
    """A habit with its counts in words, each leading to the insights that are counted (none, where there are none)."""

    name: str
    short: str
    question: str
    definition: str
    href: str
    counts: tuple[tuple[str, str | None], ...]


def habit_counts(counts: Mapping[str, Mapping[str, int]], **also: str) -> list[HabitCount]:
    """Return the habits in order, with `counts` as `insights.counting` gives them; `also` are further filters."""
    found = []
    for habit in HABITS:
        said: list[tuple[str, str | None]] = []
        for state in STATES:
            n = counts.get(f"habits:{state}", {}).get(habit.code, 0)
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
            )
        )
    return found


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

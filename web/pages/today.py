"""What its writer logged today, for the list beneath the box at the bedside."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from casestudies.lifecycle import Status
from insights.choices import Kind, Response, TagState
from insights.models import Insight, Tag
from insights.remembering import logged_today
from lhs.models import HABITS
from web.words import label, short_habit

CUT = 140


@dataclass(frozen=True)
class TodayCard:
    """One insight of today. `habits` are names with whether a person confirmed them; `at` is a time of day."""

    id: str
    href: str
    text: str
    facts: str
    at: str
    habits: tuple[tuple[str, bool], ...]


def today_page(person: User) -> tuple[TodayCard, ...]:
    """Return what `person` logged today, the newest first."""
    found = logged_today(person=person)
    tags = Tag.objects.filter(insight__in=found, code__codebook__slug=HABITS).exclude(state=TagState.REJECTED)
    habits: dict[object, list[tuple[str, bool]]] = {}
    for insight_id, code, state in tags.order_by("code__position").values_list("insight_id", "code__slug", "state"):
        habits.setdefault(insight_id, []).append((short_habit(code), state == TagState.CONFIRMED))
    return tuple(_card(insight, tuple(habits.get(insight.id, ()))) for insight in found)


def _card(insight: Insight, habits: tuple[tuple[str, bool], ...]) -> TodayCard:
    said = (
        label(Kind, insight.kind),
        label(Response, insight.response).partition(":")[0],
        str(Status(insight.status).label),
    )
    return TodayCard(
        id=str(insight.id),
        href=reverse("web:insight", args=[insight.id]),
        text=insight.text if len(insight.text) <= CUT else f"{insight.text[:CUT].rstrip()}…",
        facts=" · ".join(part for part in said if part),
        at=f"{timezone.localtime(insight.created):%H:%M}",
        habits=habits,
    )

"""The first page: the five habits, and what is new."""

from __future__ import annotations

from dataclasses import dataclass

from accounts.models import User
from casestudies import reading
from casestudies.lifecycle import Status
from insights import search
from insights.counting import counts
from insights.figures import estimate_of
from insights.search import Selection
from lhs.habits import CODES
from web.cards import Card, cards, page_links
from web.charts import BarChart
from web.pages.case_studies import StudyCard, study_cards
from web.pages.habits import HabitCount, habit_chart, habit_counts
from web.words import counted

NEWEST = 5


@dataclass(frozen=True)
class HomePage:
    """What the first page shows."""

    there: str
    total: str
    habits: list[HabitCount]
    chart: BarChart
    insights: list[Card]
    case_studies: list[StudyCard]
    may_log: bool


def home_page(person: User | None) -> HomePage:
    """Return the first page as `person` (None: anyone) sees it."""
    found = counts()
    total = found["all"][""]
    newest = search.page(
        person=person,
        selection=Selection(status=(Status.PUBLISHED,), illustrative=False),
        links=page_links(),
        page_size=NEWEST,
    )
    return HomePage(
        there="There is" if total == 1 else "There are",
        total=counted(total, "published insight"),
        habits=habit_counts(estimate_of(found, codes=CODES)),
        chart=habit_chart(found, title="Published insights that show each habit"),
        insights=cards(newest.rows),
        case_studies=study_cards(person, newest=NEWEST),
        may_log=person is not None and reading.programmes_to_log_in(person).exists(),
    )

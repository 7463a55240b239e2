"""The list of insights: what is asked for in words, the facets, the cards, and the ways out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.urls import reverse

from accounts.models import User
from insights import search
from insights.counting import Counts, counts
from insights.desk import reviews_anywhere
from insights.figures import CountOf, estimate_of
from lhs.habits import CODES
from web.cards import Card, cards, page_links
from web.filters import FACETS, Applied, Asked
from web.pages.habits import corrected
from web.words import counted, number

PAGE_SIZE = 20
COUNTED_UP_TO = 1000
# A facet with more choices than this is folded away until one of them is chosen.
FEW = 6


@dataclass(frozen=True)
class Choice:
    """One value of a facet, in words with its number where it is known."""

    value: str
    words: str
    chosen: bool


@dataclass(frozen=True)
class Facet:
    """A group of checkboxes. `folded` ones open at a touch; one with a chosen value is open.

    `not_corrected` says that its numbers are given without a corrected estimate, for want of an audit.
    """

    name: str
    words: str
    choices: tuple[Choice, ...]
    folded: bool
    counts_habits: bool = False
    not_corrected: bool = False


@dataclass(frozen=True)
class InsightsPage:
    """What the list of insights shows. `next`, `previous`, `suggestion` and `decide_all` are addresses, or empty."""

    title: str
    q: str
    facets: list[Facet]
    carried: tuple[tuple[str, str], ...]
    applied: tuple[Applied, ...]
    faults: tuple[str, ...]
    result: str
    cards: list[Card]
    next: str
    previous: str
    suggestion: str
    suggested_words: str
    everything: str
    narrowed: bool
    without_q: str
    decide_all: str


def insights_page(person: User | None, asked: Asked, *, cursor: str | None) -> InsightsPage:
    """Return the list as `person` (None: anyone) asked for it; a cursor that is none starts from the beginning."""
    faults = list(asked.faults)
    wanted = asked.selection
    links = page_links()
    try:
        page = search.page(person=person, selection=wanted, links=links, cursor=cursor, page_size=PAGE_SIZE)
    except search.BadCursor:
        faults.append("That page of the list is no longer there, so this is the first one.")
        page = search.page(person=person, selection=wanted, links=links, page_size=PAGE_SIZE)
    total = search.count_up_to(person=person, selection=wanted, limit=COUNTED_UP_TO)
    return InsightsPage(
        title=f"Insights about “{asked.q}”" if asked.q else "Insights",
        q=asked.q,
        facets=_facets(asked, None if asked.narrowed else counts()),
        carried=asked.carried,
        applied=asked.applied,
        faults=tuple(faults),
        result=_result(total, asked),
        cards=cards(page.rows),
        next=asked.address(cursor=page.next) if page.next else "",
        previous=asked.address(cursor=page.previous) if page.previous else "",
        suggestion=asked.address(q=page.suggestion) if page.suggestion else "",
        suggested_words=page.suggestion or "",
        everything=Asked("", {}, (), {}).address(),
        narrowed=asked.narrowed,
        without_q=asked.address(q="") if asked.q else "",
        decide_all=_decide_all(asked) if total and reviews_anywhere(person) else "",
    )


def _decide_all(asked: Asked) -> str:
    """Return where one decision is made on all of these."""
    query = asked.address().partition("?")[2]
    return reverse("web:review-bulk") + (f"?{query}" if query else "")


def _result(total: int, asked: Asked) -> str:
    """Return how many there are in plain words, counting no further than is worth the wait."""
    if total == 0:
        return "No insights match" if asked.narrowed else "No insights yet"
    many = f"More than {number(COUNTED_UP_TO)} insights"
    found = many if total > COUNTED_UP_TO else counted(total, "insight")
    if asked.q:
        return f"{found} about “{asked.q}”, best match first"
    return f"{found}, newest first" if total > 1 else found


def _facets(asked: Asked, published: Counts | None) -> list[Facet]:
    """Return the facets that have something to choose, with the numbers of what is published where nothing is on."""
    found = []
    told = estimate_of(published, codes=CODES) if published is not None else {}
    for name, called in FACETS.items():
        on = asked.values.get(name, {})
        choices = tuple(
            Choice(value, f"{words}{_number(published, told, name, value)}", value in on)
            for value, words in asked.known.get(name, {}).items()
        )
        if choices:
            folded = len(choices) > FEW and not on
            habits = name == "habit" and published is not None
            bare = habits and not any(one.estimate for one in told.values())
            found.append(Facet(name, called.words, choices, folded, counts_habits=habits, not_corrected=bare))
    return found


def _number(published: Counts | None, told: Mapping[str, CountOf], facet: str, value: str) -> str:
    if published is None or facet in ("habit_state", "case_study", "status"):
        return ""
    if facet in ("habit", "theme"):
        each = [(published.get(f"{facet}s:{state}", {}).get(value, 0), state) for state in ("confirmed", "suggested")]
        said = ", ".join(f"{number(n)} {state}" for n, state in each)
        estimate = corrected(told[value]) if facet == "habit" and value in told else ""
        return f" ({said}; {estimate})" if estimate else f" ({said})"
    return f" ({number(published.get(facet, {}).get(value, 0))})"

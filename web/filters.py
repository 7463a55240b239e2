"""What an address of the list of insights asks for: the filters, checked against what there is, and said in words."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet, TextChoices
from django.http import QueryDict
from django.urls import reverse
from django.utils.dateparse import parse_datetime

from accounts.models import User
from casestudies import reading
from casestudies.lifecycle import Status
from insights.choices import Effect, Kind, Level, Perspective, Response, SourceKind, TagState
from insights.search import Selection
from insights.visibility import EVERY_STATUS, Reader
from lhs.habits import HABITS
from lhs.models import THEMES, Code
from web.words import day, short_habit

LONGEST_SEARCH = 200
MOST_VALUES = 50
YES_NO = {"true": "Yes", "false": "No"}

Words = Mapping[str, str]


@dataclass(frozen=True)
class Name:
    """One filter: what it is called on the page, and what is asked for where it is not among the choices."""

    words: str
    kind: str


FACETS: dict[str, Name] = {
    "habit": Name("Habit", "a habit"),
    "habit_state": Name("Habit is", "a state of a habit"),
    "theme": Name("Theme", "a theme"),
    "perspective": Name("Perspective", "a perspective"),
    "source_kind": Name("Who said it", "a kind of source"),
    "case_study": Name("Case study", "a case study that you may open"),
    "kind": Name("Kind", "a kind of insight"),
    "status": Name("Status", "a status"),
}
# Filters that an address may hold (the links of other pages do) without a place among the checkboxes.
MORE: dict[str, Name] = {
    "level": Name("Level", "a level"),
    "effect": Name("Effect", "an effect"),
    "response": Name("Response", "a response"),
    "programme": Name("Programme", "a programme"),
    "organisation": Name("Organisation", "an organisation"),
    "audience": Name("For", "an audience"),
    "illustrative": Name("Illustrative", "“true” or “false”"),
}
DATES: dict[str, Name] = {
    "collected_on_after": Name("Collected on or after", "a date such as 2021-03-04"),
    "collected_on_before": Name("Collected on or before", "a date such as 2021-03-04"),
    "created_after": Name("Logged after", "a time such as 2021-03-04T09:00Z"),
    "created_before": Name("Logged before", "a time such as 2021-03-04T09:00Z"),
}
NAMES = FACETS | MORE | DATES


@dataclass(frozen=True)
class Applied:
    """A filter that is on: its words, and the address without it."""

    name: str
    words: str
    without: str


@dataclass(frozen=True)
class Asked:
    """What an address asks for. `values` holds what was understood, in words; `faults` what was not, in sentences."""

    q: str
    values: Mapping[str, Words]
    faults: tuple[str, ...]
    known: Mapping[str, Words]

    @property
    def selection(self) -> Selection:
        """The same for `insights.search`."""
        wanted: dict[str, Any] = {name: tuple(said) for name, said in self.values.items() if name not in DATES}
        if "illustrative" in wanted:
            only = wanted["illustrative"]
            wanted["illustrative"] = only[0] == "true" if len(only) == 1 else None
        for name in DATES:
            if name in self.values:
                wanted[name] = READ[name](next(iter(self.values[name])))
        return Selection(q=self.q, **wanted)

    @property
    def narrowed(self) -> bool:
        """Whether anything at all is asked for."""
        return bool(self.q or self.values)

    @property
    def applied(self) -> tuple[Applied, ...]:
        """The filters that are on, in the order of the page."""
        return tuple(
            Applied(NAMES[name].words, words, self.address(without=(name, value)))
            for name in NAMES
            for value, words in self.values.get(name, {}).items()
        )

    @property
    def carried(self) -> tuple[tuple[str, str], ...]:
        """The filters that have no checkbox: a form takes them along."""
        return tuple((name, value) for name in MORE | DATES for value in self.values.get(name, ()))

    def address(self, *, cursor: str = "", q: str | None = None, without: tuple[str, str] | None = None) -> str:
        """Return the address of this list: at a `cursor`, with another `q`, or `without` one value of one filter."""
        query = QueryDict(mutable=True)
        if words := self.q if q is None else q:
            query["q"] = words
        for name, values in self.values.items():
            query.setlist(name, [value for value in values if (name, value) != without])
        if cursor:
            query["cursor"] = cursor
        said = query.urlencode()
        return reverse("web:insights") + (f"?{said}" if said else "")


def asked(query: QueryDict, person: User | None) -> Asked:
    """Read the filters of an address for `person`. What is no known value becomes a fault and filters nothing."""
    known = _known(person)
    values: dict[str, dict[str, str]] = {}
    faults = []
    for name in NAMES:
        for value in list(dict.fromkeys(query.getlist(name)))[:MOST_VALUES]:
            if not value.strip():
                continue
            found = _understood(name, value.strip(), known, person)
            if found is None:
                faults.append(f"“{_shown(value)}” is not {NAMES[name].kind}, so it was left out.")
            else:
                values.setdefault(name, {})[found[0]] = found[1]
    return Asked(q=_search_words(query.get("q", "")), values=values, faults=tuple(faults), known=known)


def _known(person: User | None) -> dict[str, Words]:
    """Return the values that each filter may have, with their words, as far as they are few."""
    reader = Reader.of(person)
    states = [TagState.CONFIRMED, TagState.SUGGESTED]
    if person is not None and reader.sees_rejected_in() is None:
        states.append(TagState.REJECTED)
    beyond_published = reader.reach.everywhere | frozenset().union(*reader.reach.inside.values())
    themes = Code.objects.living().filter(codebook__slug=THEMES).order_by("position", "name")
    return {
        "habit": {habit.code: short_habit(habit.code) for habit in HABITS},
        "habit_state": {state.value: str(state.label) for state in states},
        "theme": dict(themes.values_list("slug", "name")),
        "perspective": _choices(Perspective),
        "source_kind": _choices(SourceKind),
        "case_study": dict(reading.case_studies(person).order_by("title").values_list("slug", "title")),
        "kind": _choices(Kind),
        "status": _choices(Status) if beyond_published & (EVERY_STATUS - {Status.PUBLISHED}) else {},
        "level": _choices(Level),
        "effect": _choices(Effect),
        "response": _choices(Response),
        "illustrative": YES_NO,
    }


def _understood(name: str, value: str, known: Mapping[str, Words], person: User | None) -> tuple[str, str] | None:
    """Return the value as we write it, with its words; None when there is no such value."""
    if name in DATES:
        at = READ[name](value)
        return (value, day(at)) if at else None
    if value in known.get(name, {}):
        return value, known[name][value]
    if name == "status" and value == Status.PUBLISHED:
        return value, str(Status.PUBLISHED.label)
    if name not in ROWS:
        return None
    called = "title" if name == "case_study" else "name"
    return ROWS[name](person).filter(_is(value)).values_list("slug", called).first()


def _is(value: str) -> Q:
    """Return the condition that a row has this id or slug."""
    try:
        return Q(id=UUID(value))
    except ValueError:
        return Q(slug=value) if value.isprintable() else Q(pk=None)


def _choices(choices: type[TextChoices]) -> Words:
    return {value: str(words).split(":")[0] for value, words in choices.choices}


def _search_words(said: str) -> str:
    """Return what is searched for in one line, without what no text can hold."""
    return " ".join("".join(c if c.isprintable() else " " for c in said).split())[:LONGEST_SEARCH].strip()


def _shown(value: str) -> str:
    said = _search_words(value)
    return said if len(said) <= 40 else said[:40] + "…"


def _date(said: str) -> datetime.date | None:
    try:
        return datetime.date.fromisoformat(said)
    except ValueError:
        return None


def _time(said: str) -> datetime.datetime | None:
    try:
        at = parse_datetime(said)
    except ValueError:
        return None
    return at.replace(tzinfo=datetime.UTC) if at and at.tzinfo is None else at


READ: dict[str, Callable[[str], Any]] = {name: _time if name.startswith("created") else _date for name in DATES}
ROWS: dict[str, Callable[[User | None], QuerySet[Any]]] = {
    "case_study": reading.case_studies,
    "programme": reading.programmes,
    "organisation": reading.organisations,
    "audience": reading.audiences,
}

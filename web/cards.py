"""An insight in a list, and the addresses of pages, from the rows that `insights.search` returns."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import orjson
from django.urls import reverse

from casestudies.lifecycle import Status
from insights.choices import Effect, Kind, Level, Perspective, Response, SourceKind
from insights.search import Links
from web.words import counted, day, label, percent, short_habit

ENOUGH_WORDS = 12
ON_A_CARD = 80
COLOURS = {
    ("habits", True): "",
    ("habits", False): "nhsuk-tag--white",
    ("themes", True): "nhsuk-tag--grey",
    ("themes", False): "nhsuk-tag--white",
}
PERSPECTIVES = {
    Perspective.PATIENT: "patient perspective",
    Perspective.STAFF: "staff perspective",
    Perspective.WAYS_OF_WORKING: "ways of working",
}


@dataclass(frozen=True)
class TagOnCard:
    """One habit or theme of an insight, with how sure it is said in words; `colour` is a class of the tag."""

    name: str
    how: str
    colour: str


@dataclass(frozen=True)
class Card:
    """An insight as a list shows it.

    `title` may be empty, and so is `status` where the insight is published; `opening` are the first words, which name
    it in a link. `text` is cut where it is long.
    """

    id: str
    href: str
    title: str
    opening: str
    text: str
    kind: str
    said_by: str
    facts: tuple[str, ...]
    tags: tuple[TagOnCard, ...]
    rests_on: tuple[tuple[str, str], ...]
    illustrative: bool
    tagged: bool
    case_study: str
    case_study_href: str
    programme: str
    programme_href: str
    status: str


def page_links() -> Links:
    """Return where pages show things, for `insights.search`. What has no page of its own is found by its insights."""
    return Links(
        insight=reverse("web:insights"),
        programme="/programmes/",
        case_study=reverse("web:case-studies"),
        learning_activity="/learning-activities/",
        organisation="/organisations/",
        audience="/audiences/",
    )


def card(row: dict[str, Any]) -> Card:
    """Return the display strings for one insight, given as the API's object."""
    study = row["case_study"] or {}
    return Card(
        id=row["id"],
        href=row["url"],
        title=row["title"],
        opening=first_words(row["text"]),
        text=first_words(row["text"], ON_A_CARD),
        kind=label(Kind, row["kind"]),
        said_by=said_by(row["source"], row["voices"]),
        facts=tuple(_facts(row)),
        tags=tuple(_tags(row)),
        rests_on=tuple(
            (other["name"], other["url"])
            for other in row["evidence"]
            if other["relation"] == "rests-on" and other["direction"] == "to"
        ),
        illustrative=row["illustrative"],
        tagged=row["tagged"] is not None,
        case_study=study.get("name", ""),
        case_study_href=study.get("url", ""),
        programme=row["programme"]["name"],
        programme_href=f"{reverse('web:insights')}?programme={row['programme']['id']}",
        status="" if row["status"] == Status.PUBLISHED else label(Status, row["status"]),
    )


def cards(rows: Iterable[bytes]) -> list[Card]:
    """Return the cards for a page of rows."""
    return [card(orjson.loads(row)) for row in rows]


def said_by(source: dict[str, Any], voices: int = 1) -> str:
    """Return who said it: “Staff – ward sister, Royal Free Hospital, 4 March 2021, and 2 other voices”."""
    kind = label(SourceKind, source["kind"])
    place = source["place"] or (source["organisation"] or {}).get("name", "")
    role = source["role"] if source["role"].lower() != kind.lower() else ""
    rest = ", ".join(part for part in (role, place, day(source["collected_on"])) if part)
    more = f", and {counted(voices - 1, 'other voice')}" if voices > 1 else ""
    return f"{kind} – {rest}{more}" if rest else f"{kind}{more}"


def first_words(text: str, enough: int = ENOUGH_WORDS) -> str:
    """Return the first words of a text, and “…” where it goes on."""
    words = text.split()
    return " ".join(words[:enough]) + ("…" if len(words) > enough else "")


def _facts(row: dict[str, Any]) -> Iterable[str]:
    yield label(Kind, row["kind"])
    if row["perspective"]:
        yield PERSPECTIVES[row["perspective"]]
    if row["level"]:
        yield f"{label(Level, row['level'])} level".lower()
    if row["effect"]:
        yield label(Effect, row["effect"]).lower()
    if row["response"]:
        yield label(Response, row["response"]).lower()


def _tags(row: dict[str, Any]) -> Iterable[TagOnCard]:
    for codebook, named in (("habits", "code"), ("themes", "slug")):
        for tag in row[codebook]:
            if tag["state"] == "rejected":
                continue
            confirmed = tag["state"] == "confirmed"
            name = short_habit(tag[named]) if codebook == "habits" else f"Theme: {short_habit(tag[named])}"
            how = "confirmed" if confirmed else f"suggested, {percent(tag['score'])}"
            yield TagOnCard(name, how, COLOURS[codebook, confirmed])

"""The habits and themes of one insight, with what a person may decide of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from accounts.models import User
from insights.choices import TagState
from insights.models import Insight
from insights.visibility import may_here
from lhs.habits import HABITS as FIVE
from lhs.habits import habit
from lhs.models import HABITS, THEMES, Code
from web.words import moment, percent, short_habit

DECISIONS = {TagState.CONFIRMED: "Confirm", TagState.REJECTED: "Reject"}
# From this score on, in words.
LIKELIHOODS = ((0.8, "Very likely"), (0.5, "Likely"), (0.0, "Possible"))


@dataclass(frozen=True)
class Decision:
    """A decision that is open: the state to send, and the words of its button (“Confirm Staff”)."""

    state: str
    words: str


@dataclass(frozen=True)
class ShownTag:
    """A habit or theme with everything that is said about it. `example_href` is empty where there is no page of it."""

    codebook: str
    code: str
    name: str
    full_name: str
    state: str
    standing: str
    score: str
    reason: str
    example: str
    example_href: str
    decisions: tuple[Decision, ...]


@dataclass(frozen=True)
class TagsPanel:
    """The tags of one insight. `waiting`: the tagger has not read these words yet. `addable` is by codebook."""

    insight_id: str
    habits: tuple[ShownTag, ...]
    themes: tuple[ShownTag, ...]
    waiting: bool
    read: str
    may_decide: bool
    addable: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]

    @property
    def in_words(self) -> str:
        """The tags in one sentence, for someone who does not see them come."""
        names = ", ".join(f"{tag.name}, {tag.state}" for tag in self.habits + self.themes)
        return f"Tagged: {names}." if names else "Tagged: none of the five habits was found."


def tags_panel(person: User | None, insight: Insight, row: dict[str, Any]) -> TagsPanel:
    """Return the tags of `insight`, whose `row` is what `insights.search.one` returned for `person`."""
    may_decide = person is not None and may_here(person, "decide", "tag", insight)
    found = Code.objects.living().filter(codebook__slug=THEMES).order_by("position", "name")
    themes = dict(found.values_list("slug", "name"))
    habits_shown = tuple(
        _tag(tag, HABITS, tag["code"], short_habit(tag["code"]), habit(tag["code"]).name, may_decide)
        for tag in row["habits"]
    )
    themes_shown = tuple(
        _tag(tag, THEMES, tag["slug"], themes[tag["slug"]], themes[tag["slug"]], may_decide) for tag in row["themes"]
    )
    tagged = row["tagged"]
    return TagsPanel(
        insight_id=row["id"],
        habits=habits_shown,
        themes=themes_shown,
        waiting=tagged is None,
        read=f"Read by the tagger, version {tagged['version']}, on {moment(tagged['at'])}." if tagged else "",
        may_decide=may_decide,
        addable=_addable(habits_shown, themes_shown, themes) if may_decide else (),
    )


def name_of(codebook: str, code: str) -> str:
    """Return how pages call a code: “Staff” for the habit, the name of a theme."""
    if codebook == HABITS:
        return short_habit(code)
    return Code.objects.filter(codebook__slug=codebook, slug=code).values_list("name", flat=True).first() or code


def _tag(tag: dict[str, Any], codebook: str, code: str, name: str, full_name: str, may_decide: bool) -> ShownTag:
    neighbour = tag.get("neighbour") or {}
    decisions = tuple(
        Decision(state.value, f"{verb} {name}") for state, verb in DECISIONS.items() if state != tag["state"]
    )
    return ShownTag(
        codebook=codebook,
        code=code,
        name=name,
        full_name=full_name if full_name != name else "",
        state=tag["state"],
        standing=_standing(tag),
        score=score_in_words(tag["score"]),
        reason=tag["reason"] if tag["version"] else "",
        example=neighbour.get("text", ""),
        example_href=neighbour.get("url") or "",
        decisions=decisions if may_decide else (),
    )


def _standing(tag: dict[str, Any]) -> str:
    if tag["state"] == TagState.SUGGESTED:
        return f"Suggested by the tagger, version {tag['version']}"
    if tag["state"] == TagState.REJECTED:
        return "Rejected by a person"
    return "Confirmed by a person" if tag["version"] else "Added by a person"


def score_in_words(score: float | None) -> str:
    """Return the tagger's score in words and as a number: “Likely, 62%”."""
    if score is None:
        return ""
    return f"{next(words for least, words in LIKELIHOODS if score >= least)}, {percent(score)}"


def _addable(
    habits: tuple[ShownTag, ...], themes: tuple[ShownTag, ...], names: dict[str, str]
) -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
    """Return what is not there yet, as values of a menu by group."""
    there = {(tag.codebook, tag.code) for tag in habits + themes}
    groups = (
        ("Habits", HABITS, {one.code: short_habit(one.code) for one in FIVE}),
        ("Themes", THEMES, names),
    )
    return tuple(
        (words, choices)
        for words, codebook, codes in groups
        if (
            choices := tuple(
                (f"{codebook}/{code}", name) for code, name in codes.items() if (codebook, code) not in there
            )
        )
    )

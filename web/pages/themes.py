"""The themes: all of them as a tree, one of them, and the form that begins one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode
from uuid import UUID

from django.urls import reverse

from accounts.models import User
from insights.counting import counts
from insights.search import Selection
from insights.search import page as found_insights
from insights.telling_themes import (
    Happened,
    Shown,
    Standing,
    examples_for,
    history_of,
    insights_of,
    standings_of_themes,
)
from insights.themes import may_curate
from insights.visibility import Reader
from lhs.models import THEMES, Code
from web.cards import cards, page_links
from web.words import counted, number

FOUND = 10
PICKED_FROM = 50


@dataclass(frozen=True)
class Branch:
    """A theme in the tree: its counts in words, lead to its insights (`href`, empty where there are none)."""

    slug: str
    name: str
    definition: str
    total: str
    href: str
    counts: str
    standing: str
    below: tuple[Branch, ...] = ()


@dataclass(frozen=True)
class ThemesPage:
    """All themes."""

    tree: tuple[Branch, ...]
    may_curate: bool


@dataclass(frozen=True)
class Choice:
    """Something to choose in a form."""

    value: str
    name: str
    note: str = ""
    chosen: bool = False


@dataclass(frozen=True)
class Typed:
    """What was typed into one of the forms, and what is wrong with it, by field. `form` names the form."""

    form: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    faults: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class ThemePage:
    """One theme, with the forms to change it where `may_curate`."""

    branch: Branch
    title: str
    threshold: str
    facts: tuple[tuple[str, str], ...]
    examples: list[Shown]
    hidden: str
    history: list[Happened]
    may_curate: bool
    typed: Typed
    parents: tuple[Choice, ...] = ()
    others: tuple[Choice, ...] = ()
    insights: tuple[Choice, ...] = ()


@dataclass(frozen=True)
class NewThemePage:
    """The form that begins a theme."""

    typed: Typed
    parents: tuple[Choice, ...]
    insights: tuple[Choice, ...]
    looked: bool


def themes_page(person: User | None) -> ThemesPage:
    """Return all themes, those on the first level with those under them."""
    themes = _living()
    tally, standings = counts(), standings_of_themes()

    def branch(theme: Code) -> Branch:
        below = tuple(branch(one) for one in themes if one.parent_id == theme.id)
        return _branch(theme, tally, standings, below)

    return ThemesPage(tuple(branch(one) for one in themes if one.parent_id is None), may_curate(person))


def theme_page(person: User | None, theme: Code, typed: Typed | None = None) -> ThemePage:
    """Return one theme; `typed` is what was typed into one of its forms that could not be taken."""
    curates = may_curate(person)
    themes = _living()
    standings = standings_of_themes()
    below = [one for one in themes if one.parent_id == theme.id]
    branch = _branch(theme, counts(), standings, ())
    shown, hidden = examples_for(person=person, theme=theme)
    typed = typed or Typed()
    facts = [
        ("Insights", branch.counts),
        ("Stands under", theme.parent.name if theme.parent else ""),
        ("Under it", ", ".join(one.name for one in below)),
        ("How it is suggested", standing_in_words(standings[theme.slug])),
        ("Suggested from", _threshold(theme, standings[theme.slug])),
    ]
    of_theme = insights_of(person=person, theme=theme, limit=PICKED_FROM) if curates and person else []
    picked = typed.values.get("insights", "").split()
    return ThemePage(
        branch=branch,
        title=theme.name,
        threshold="" if theme.threshold is None else f"{theme.threshold:g}",
        facts=tuple((name, words) for name, words in facts if words),
        examples=shown,
        hidden=f"{counted(hidden, 'more example')} that you may not open." if hidden else "",
        history=history_of(person=person, theme=theme),
        may_curate=curates,
        typed=typed,
        parents=_parents(themes, _value(typed, "change", "parent", theme.parent.slug if theme.parent else ""), theme),
        others=tuple(
            Choice(one.slug, one.name, chosen=typed.values.get("into") == one.slug) for one in themes if one != theme
        ),
        insights=tuple(
            Choice(str(one.id), one.title or one.text, state.capitalize(), str(one.id) in picked)
            for one, state in of_theme
        ),
    )


def new_theme_page(person: User, typed: Typed | None = None, *, looked: bool = False) -> NewThemePage:
    """Return the form; where one `looked` for insights, with those found, those chosen before first."""
    typed = typed or Typed()
    picked = [UUID(id) for id in typed.values.get("insights", "").split()]
    before = Reader.of(person).insights().filter(id__in=picked)
    choices = {one.id: Choice(str(one.id), one.title or one.text, chosen=True) for one in before}
    words = typed.values.get("looked_for", "").strip()
    if words:
        found = found_insights(person=person, selection=Selection(q=words), links=page_links(), page_size=FOUND)
        for card in cards(found.rows):
            choices.setdefault(UUID(card.id), Choice(card.id, card.title or card.text))
    return NewThemePage(typed, _parents(_living(), typed.values.get("parent", "")), tuple(choices.values()), looked)


def standing_in_words(standing: Standing) -> str:
    """Return how a theme is read, in words."""
    has = f"{number(standing.examples)} of {standing.of} examples"
    if standing.learnt is None:
        return f"{has}. The tagger is about to read it for the first time."
    if standing.learnt:
        return f"Learnt from {counted(standing.examples, 'example')}."
    if standing.examples >= standing.of > standing.fitted_to:
        return f"By likeness. It has {counted(standing.examples, 'example')} now, and is learnt at the next fitting."
    if standing.examples >= standing.of:
        return (
            f"By likeness. It has {counted(standing.examples, 'example')}, but too few insights were rejected to learn."
        )
    return f"{has}. By likeness to the definition and the examples, until there are {standing.of}."


def _living() -> list[Code]:
    found = Code.objects.living().filter(codebook__slug=THEMES).select_related("parent")
    return list(found.order_by("position", "name"))


def _branch(
    theme: Code,
    tally: Mapping[str, Mapping[str, int]],
    standings: Mapping[str, Standing],
    below: tuple[Branch, ...],
) -> Branch:
    confirmed, suggested = (tally.get(f"themes:{state}", {}).get(theme.slug, 0) for state in ("confirmed", "suggested"))
    total = confirmed + suggested
    return Branch(
        slug=theme.slug,
        name=theme.name,
        definition=theme.definition,
        total=counted(total, "insight"),
        href=f"{reverse('web:insights')}?{urlencode({'theme': theme.slug})}" if total else "",
        counts=f"{number(confirmed)} confirmed, {number(suggested)} suggested",
        standing=standing_in_words(standings[theme.slug]),
        below=below,
    )


def _parents(themes: Sequence[Code], chosen: str, theme: Code | None = None) -> tuple[Choice, ...]:
    return tuple(
        Choice(one.slug, one.name, chosen=one.slug == chosen)
        for one in themes
        if one.parent_id is None and (theme is None or one.id != theme.id)
    )


def _value(typed: Typed, form: str, name: str, otherwise: str) -> str:
    return typed.values.get(name, "") if typed.form == form else otherwise


def _threshold(theme: Code, standing: Standing) -> str:
    if theme.threshold is not None:
        return f"A score of {theme.threshold:.2f}, set by a curator"
    return f"A score of {standing.threshold:.2f}, as the tagger finds it" if standing.threshold is not None else ""

"""What a reader is told of themes: how far each is learnt, what it was begun with, and what happened to it."""

from __future__ import annotations

import datetime
from collections import Counter
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from accounts.models import User
from insights.choices import TagState, Verdict
from insights.history import Change
from insights.models import Decision, Example, Insight, Tag
from insights.themes import may_curate
from insights.visibility import Reader
from lhs.models import THEMES, Code
from lhs.themes import ENOUGH
from lhs.versions import NoTagger, champion

FIELDS = {"name": "Name", "definition": "Definition", "parent": "Stands under", "threshold": "Suggested from"}


@dataclass(frozen=True)
class Shown:
    """An example that a reader may see: its text, and the insight that it is, if it is one."""

    text: str
    insight_id: UUID | None


@dataclass(frozen=True)
class Standing:
    """How far a theme is learnt: `examples` of `of`; `learnt` says whether the tagger in use has learnt it, None that
    it has not read the theme at all yet. It was fitted when there were `fitted_to` examples, and suggests the theme
    from the score `threshold` up."""

    examples: int
    of: int
    learnt: bool | None
    fitted_to: int = 0
    threshold: float | None = None


@dataclass(frozen=True)
class Happened:
    """Something that happened to a theme: when, who did it (empty: nobody was noted) and what, in words."""

    at: datetime.datetime
    who: str
    what: str
    changes: tuple[Change, ...] = ()


def standings_of_themes() -> dict[str, Standing]:
    """Return of each theme in use how many examples it has: those written for it, and confirmed insights that teach."""
    counted = Counter(dict(_written()))
    counted.update(dict(_confirmed()))
    try:
        read: dict[str, Any] = champion(THEMES).figures.get("themes", {})
    except NoTagger:
        read = {}
    return {
        slug: _standing(counted[slug], read.get(slug))
        for slug in Code.objects.living().filter(codebook__slug=THEMES).values_list("slug", flat=True)
    }


def _standing(examples: int, read: dict[str, Any] | None) -> Standing:
    if read is None:
        return Standing(examples, ENOUGH, None)
    return Standing(examples, ENOUGH, read["learnt"], read["examples"], read["threshold"])


def examples_for(*, person: User | None, theme: Code) -> tuple[list[Shown], int]:
    """Return the examples of a theme that `person` may open, and how many there are besides."""
    examples = list(theme.examples.select_related("insight"))
    ids = [one.insight_id for one in examples if one.insight_id]
    readable = set(Reader.of(person).insights().filter(id__in=ids).values_list("id", flat=True)) if ids else set()
    shown = [
        Shown(one.insight.text if one.insight else one.text, one.insight_id)
        for one in examples
        if one.insight_id is None or one.insight_id in readable
    ]
    return shown, len(examples) - len(shown)


def insights_of(*, person: User, theme: Code, limit: int = 50) -> list[tuple[Insight, str]]:
    """Return insights with this theme that `person` may open, each with the state of its tag, confirmed ones first."""
    tags = Tag.objects.filter(code=theme, state__in=[TagState.CONFIRMED, TagState.SUGGESTED])
    tags = tags.filter(insight__in=Reader.of(person).insights().filter(words_withheld=False))
    found = tags.select_related("insight").defer("insight__search").order_by("state", "-insight_id")[:limit]
    return [(tag.insight, tag.state) for tag in found]


def history_of(*, person: User | None, theme: Code) -> list[Happened]:
    """Return what happened to a theme, the latest first. Curators are named to curators, by role to everyone else."""
    told = [*_versions(theme), *_merged_in(theme), *_examples(theme)]
    people = User.objects.in_bulk({actor for _, actor, _, _ in told if actor})
    by_name = may_curate(person)

    def who(actor: UUID | None) -> str:
        if actor is None or actor not in people:
            return ""
        return str(people[actor]) if by_name or people[actor] == person else "A curator"

    told.sort(key=lambda one: one[0])
    return [Happened(at, who(actor), what, changes) for at, actor, what, changes in reversed(told)]


_Told = tuple[datetime.datetime, UUID | None, str, tuple[Change, ...]]


def _versions(theme: Code) -> list[_Told]:
    told: list[_Told] = []
    was: Any = None
    for now in _past(Code).filter(pgh_obj=theme.id).select_related("parent", "merged_into"):
        changes = tuple(_changes(was, now)) if was is not None else ()
        at, actor = now.pgh_created_at, _actor(now)
        if was is None:
            if now.pgh_label == "insert":
                told.append((at, actor, "Begun", ()))
        elif now.merged_into_id != was.merged_into_id:
            told.append((at, actor, f"Merged into “{now.merged_into.name}”", ()))
        elif now.retired_at != was.retired_at:
            told.append((at, actor, "Retired", ()))
        elif changes:
            told.append((at, actor, "Changed", changes))
        was = now
    return told


def _merged_in(theme: Code) -> list[_Told]:
    events = _past(Code).filter(merged_into=theme.id, pgh_label="update").select_related("pgh_obj")
    first: dict[UUID, _Told] = {}
    for one in events:
        what = f"“{one.name}” was merged into this"
        first.setdefault(one.pgh_obj_id, (one.pgh_created_at, _actor(one), what, ()))
    return list(first.values())


def _examples(theme: Code) -> list[_Told]:
    made: Counter[tuple[datetime.datetime, UUID | None, str]] = Counter()
    for one in _past(Example).filter(code=theme.id):
        made[one.pgh_created_at, _actor(one), "added" if one.pgh_label == "insert" else "taken away"] += 1
    return [
        (at, actor, f"{n} {'example' if n == 1 else 'examples'} {what}", ()) for (at, actor, what), n in made.items()
    ]


def _changes(was: Any, now: Any) -> list[Change]:
    return [
        Change(words, _words(was, field), _words(now, field))
        for field, words in FIELDS.items()
        if getattr(was, field) != getattr(now, field)
    ]


def _words(version: Any, field: str) -> str:
    value = getattr(version, field)
    if field == "threshold":
        return "as the tagger finds it" if value is None else f"{value:.2f}"
    return "" if value is None else str(value)


def _past(model: Any) -> QuerySet[Any]:
    events = model.pgh_event_model._default_manager
    found: QuerySet[Any] = events.select_related("pgh_context").order_by("pgh_id")
    return found


def _actor(event: Any) -> UUID | None:
    said = (event.pgh_context.metadata or {}).get("user") if event.pgh_context else None
    return UUID(said) if said else None


def _written() -> list[tuple[str, int]]:
    mine = Example.objects.filter(code__codebook__slug=THEMES, insight__isnull=True)
    return list(mine.values_list("code__slug").annotate(Count("id")).order_by())


def _confirmed() -> list[tuple[str, int]]:
    taught = Decision.objects.filter(
        Q(code_id=OuterRef("code_id")) | Q(code__merged_into_id=OuterRef("code_id")),
        insight_id=OuterRef("insight_id"),
        verdict=Verdict.CONFIRMED,
        teaches=True,
        undone_by__isnull=True,
        digest=F("insight__digest"),
    )
    tags = Tag.objects.filter(code__codebook__slug=THEMES, state=TagState.CONFIRMED, insight__words_withheld=False)
    return list(tags.filter(Exists(taught)).values_list("code__slug").annotate(Count("id")).order_by())

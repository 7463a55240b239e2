"""Screen the words of insights and write down what is found: one row each, anew whenever the words change.

The one place where flags come and go. Whoever writes words – a form, the API, an importer with thousands – calls
`rewrite` in the same transaction; what a person settled stays settled while exactly those words stand where they stood.
"""

from __future__ import annotations

import difflib
import hashlib
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

from django.db import transaction

from insights.models import Flag, Insight, Source
from insights.models.flagged import FlagField, FlagKind, FlagState
from insights.screening import Found, screen

OF_INSIGHT = (FlagField.TITLE, FlagField.TEXT, FlagField.SECTION, FlagField.LOCATOR)
OF_SOURCE = {FlagField.ROLE: "role", FlagField.PLACE: "place"}
WORD = re.compile(r"\S+")
BATCH = 500

Told = Callable[[int, int], None]


class Place(NamedTuple):
    """Where words stand in an insight: a field of it, or of one of its sources."""

    field: str
    source_id: UUID | None = None


def flags_for(texts: Iterable[str]) -> list[list[Found]]:
    """Return what is found in each of many texts, for whoever shows it before anything is written (`screen` of each).

    Some thousand texts a second on one core. Never raises, writes nothing.
    """
    return [screen(text) for text in texts]


def kinds_in_key(key: str) -> list[str]:
    """Return the kinds of what in a row's own reference (`external_id`) is surely a person's, and no key of a row.

    A key cannot be redacted, and one of eleven runs of ten digits passes for an NHS number: a number counts as people
    write it, in groups, a name in a key of several words, and a hospital number when it is called one.
    """
    return [str(FlagKind(one.kind).label) for one in screen(key) if _surely(one, key)]


def _surely(found: Found, key: str) -> bool:
    match found.kind:
        case FlagKind.NAME:
            return " " in key
        case FlagKind.NHS_NUMBER | FlagKind.PHONE:
            return not key[found.start : found.end].isdigit()
        case FlagKind.HOSPITAL_NUMBER:
            return any(cue in key.lower() for cue in ("mrn", "hosp"))
    return True


def words_of(insight: Insight, sources: Iterable[Source]) -> dict[Place, str]:
    """Return every typed word of an insight that readers are shown, by where it stands; what is empty is left out."""
    words = {Place(field): getattr(insight, field) for field in OF_INSIGHT}
    for source in sources:
        words |= {Place(field, source.id): getattr(source, name) for field, name in OF_SOURCE.items()}
    return {place: text for place, text in words.items() if text}


def remembered(insight_ids: Sequence[UUID]) -> dict[UUID, str]:
    """Return the words in which each flag of these insights stands, by flag: to be asked before an edit.

    Given to `rewrite` afterwards, they tell what was said to be not identifying and still stands in the new words.
    """
    there = list(Flag.objects.filter(insight_id__in=insight_ids).exclude(state=FlagState.REDACTED))
    if not there:
        return {}
    words = _all_words({flag.insight_id for flag in there})
    return {flag.id: words[flag.insight_id].get(Place(flag.field, flag.source_id), "") for flag in there}


@transaction.atomic
def rewrite(insight_ids: Sequence[UUID], before: Mapping[UUID, str] | None = None) -> int:
    """Screen these insights as they are now saved, write their flags anew, and return how many of them are open.

    `before`: as `remembered` gave it before the words were changed. Idempotent: the same words keep the same rows.
    Holds the insights' rows. For thousands, call it batch by batch with some hundred ids: it costs four statements.
    """
    before = before or {}
    words = _all_words(insight_ids, hold=True)
    there: dict[UUID, list[Flag]] = defaultdict(list)
    for flag in Flag.objects.filter(insight_id__in=insight_ids).exclude(state=FlagState.REDACTED):
        there[flag.insight_id].append(flag)
    new: list[Flag] = []
    gone: list[UUID] = []
    moved: list[Flag] = []
    for insight_id, said in words.items():
        standing = {}
        for flag in there[insight_id]:
            place = Place(flag.field, flag.source_id)
            span = _span_now(flag, said.get(place, ""), before.get(flag.id))
            if span is not None:
                standing[place, flag.kind, *span] = flag
        for place, text in said.items():
            for found in screen(text):
                kept = standing.pop((place, found.kind, found.start, found.end), None)
                if kept is None:
                    new.append(_open(insight_id, place, found, text))
                elif kept.digest != digest_of(text):
                    kept.start, kept.end, kept.digest = found.start, found.end, digest_of(text)
                    moved.append(kept)
                if kept is not None:
                    there[insight_id].remove(kept)
        gone += [flag.id for flag in there[insight_id]]
    # Those that are moved along would for a moment stand where another still stands: they are put anew.
    gone += [flag.id for flag in moved]
    if gone:
        Flag.objects.filter(id__in=gone).delete()
    Flag.objects.bulk_create([*new, *moved])
    return Flag.objects.filter(insight_id__in=insight_ids, state=FlagState.OPEN).count()


def rescreen(told: Told | None = None) -> tuple[int, int]:
    """Screen every insight anew, as after an update of the screening; return how many there are, and are flagged.

    Batch by batch, each a transaction of its own: it may be stopped and run again. `told` is given how many are done
    of how many.
    """
    every = Insight.objects.order_by("id")
    total, done, last = every.count(), 0, None
    while ids := list((every.filter(id__gt=last) if last else every).values_list("id", flat=True)[:BATCH]):
        rewrite(ids)
        done, last = done + len(ids), ids[-1]
        if told:
            told(done, max(total, done))
    return done, Insight.objects.filter(flagged=True).count()


def digest_of(text: str) -> str:
    """Return the name of these words in a flag."""
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def _all_words(insight_ids: Iterable[UUID], *, hold: bool = False) -> dict[UUID, dict[Place, str]]:
    insights = Insight.objects.filter(id__in=list(insight_ids)).order_by("id").only("id", *OF_INSIGHT)
    if hold:
        insights = insights.select_for_update(no_key=True)
    found = {insight.id: insight for insight in insights}
    sources: dict[UUID, list[Source]] = defaultdict(list)
    for source in Source.objects.filter(insight_id__in=list(found)).order_by("insight_id", "position"):
        sources[source.insight_id].append(source)
    return {id: words_of(insight, sources[id]) for id, insight in found.items()}


def _open(insight_id: UUID, place: Place, found: Found, text: str) -> Flag:
    return Flag(
        insight_id=insight_id,
        source_id=place.source_id,
        field=place.field,
        kind=found.kind,
        start=found.start,
        end=found.end,
        digest=digest_of(text),
    )


def _span_now(flag: Flag, text: str, was: str | None) -> tuple[int, int] | None:
    """Return where the words of a flag stand in `text`, or None where they do not stand as they stood."""
    if digest_of(text) == flag.digest:
        return flag.start, flag.end
    if was is None or digest_of(was) != flag.digest:
        return None
    return same_place(was, text, flag.start, flag.end)


def same_place(was: str, now: str, start: int, end: int) -> tuple[int, int] | None:
    """Return where what stood at `start` to `end` of `was` stands in `now`, between the same two words; else None.

    The word before and the word after belong to a place (at an end of the text, the end): with others beside it, the
    same name may be someone else's.
    """
    old = [(word[0], word.start()) for word in WORD.finditer(was)]
    new = [(word[0], word.start()) for word in WORD.finditer(now)]
    touched = [at for at, (word, begin) in enumerate(old) if begin < end and start < begin + len(word)]
    if not touched:
        return None
    # Two ends of the text are words too, which match each other and nothing else.
    edge = ("", -1)
    first, last = touched[0], touched[-1] + 2
    a = [word for word, _ in (edge, *old, edge)]
    b = [word for word, _ in (edge, *new, edge)]
    for block in difflib.SequenceMatcher(None, a, b, autojunk=False).get_matching_blocks():
        if block.a <= first and last < block.a + block.size:
            # `touched[0]` stands one further on in `a`, and in `b` as far on as the block is.
            at = touched[0] + block.b - block.a
            begin = new[at][1] + start - old[touched[0]][1]
            stop = begin + end - start
            return (begin, stop) if now[begin:stop] == was[start:end] else None
    return None

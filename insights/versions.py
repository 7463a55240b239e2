"""Earlier versions of an insight, for those who may read them: compared word by word, and restored."""

from __future__ import annotations

import datetime
import difflib
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction

from accounts.models import User
from casestudies.errors import Conflict, Missing
from insights.capture import edit, lock
from insights.history import SAID, words_of
from insights.models import Erasure, Insight
from insights.past import may_with_its_past, past
from insights.visibility import Reader, may_here

# What a version is made of, and what is put back. Where the insight belongs and how it stands are moved by hand.
OF_A_VERSION = (
    *("title", "text", "kind", "perspective", "level", "effect", "response"),
    *("section", "position", "locator", "illustrative"),
)
WORD = re.compile(r"\S+|\s+")


class Part(StrEnum):
    """What became of some words from one version to another."""

    SAME = "same"
    GONE = "gone"
    NEW = "new"


@dataclass(frozen=True)
class Version:
    """An insight as it stood once: numbered from 1, since when, its fields by name, and the row that was kept."""

    number: int
    at: datetime.datetime
    fields: dict[str, Any]
    row: Any


@dataclass(frozen=True)
class Compared:
    """A field in two versions: its words in pieces, each with what became of it."""

    field: str
    pieces: tuple[tuple[Part, str], ...]


def versions(*, person: User | None, insight_id: UUID) -> list[Version]:
    """Return the versions of an insight, the first first. Raises Missing, PermissionDenied."""
    insight = Reader.of(person).insights().filter(id=insight_id).first()
    if insight is None:
        raise Missing("There is no such insight, or you may not open it.")
    if not may_read_versions(person, insight):
        raise PermissionDenied("Earlier versions are for the programme’s team and curators.")
    return _versions(insight_id)


def may_read_versions(person: User | None, insight: Insight) -> bool:
    """Say whether `person` may read how this insight once stood."""
    return may_with_its_past(person, "read", "earlier version", insight)


def compare(*, person: User | None, insight_id: UUID, first: int, second: int) -> list[Compared]:
    """Return what differs between two versions, field by field. Raises Missing, PermissionDenied."""
    all_of_them = versions(person=person, insight_id=insight_id)
    was, now = _numbered(all_of_them, first), _numbered(all_of_them, second)
    told = []
    for field in OF_A_VERSION:
        before, after = words_of(was.row, field), words_of(now.row, field)
        if before != after:
            told.append(Compared(SAID[field], word_by_word(before, after)))
    return told


def word_by_word(before: str, after: str) -> tuple[tuple[Part, str], ...]:
    """Return the words of both texts in order, in pieces: the same in both, gone, or new."""
    old, new = WORD.findall(before), WORD.findall(after)
    pieces: list[tuple[Part, str]] = []
    for kind, old_from, old_to, new_from, new_to in difflib.SequenceMatcher(
        None, old, new, autojunk=False
    ).get_opcodes():
        if kind == "equal":
            pieces.append((Part.SAME, "".join(old[old_from:old_to])))
            continue
        if old_to > old_from:
            pieces.append((Part.GONE, "".join(old[old_from:old_to])))
        if new_to > new_from:
            pieces.append((Part.NEW, "".join(new[new_from:new_to])))
    return tuple(pieces)


@transaction.atomic
def restore(*, person: User, insight_id: UUID, number: int) -> Insight:
    """Make an insight say again what it said in an earlier version; what it says now stays in the history.

    Raises Missing (no such insight or version), PermissionDenied, Conflict (it says so already, or its words were
    erased), and what an edit raises.
    """
    insight = lock(person=person, insight_id=insight_id)
    if not may_read_versions(person, insight):
        raise PermissionDenied("Earlier versions are for the programme’s team and curators.")
    if Erasure.objects.filter(insight=insight).exists():
        raise Conflict("The words of this insight were erased: there is no version to go back to.")
    if not may_here(person, "edit", "insight", insight):
        raise PermissionDenied(f"You cannot edit this insight while it is {insight.status}.")
    wanted = _numbered(_versions(insight_id), number).fields
    if all(getattr(insight, field) == value for field, value in wanted.items()):
        raise Conflict("The insight says this already.", field="version")
    return edit(person=person, insight_id=insight_id, **wanted)


def _versions(insight_id: UUID) -> list[Version]:
    found: list[Version] = []
    for event in past(Insight).filter(pgh_obj=insight_id):
        fields = {field: getattr(event, field) for field in OF_A_VERSION}
        if not found or found[-1].fields != fields:
            found.append(Version(len(found) + 1, event.pgh_created_at, fields, event))
    return found


def _numbered(found: list[Version], number: int) -> Version:
    if not 1 <= number <= len(found):
        raise Missing(f"There is no version {number} of this insight.")
    return found[number - 1]

"""What a person does about a flag: replace the words, or record that they tell nobody's identity."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from casestudies.errors import Conflict, Missing
from insights.capture import Voice, edit, lock
from insights.flagging import OF_SOURCE, Place, rewrite, words_of
from insights.models import Flag, Insight, Source
from insights.models.flagged import FlagKind, FlagState
from insights.models.words import clean_words
from insights.screening import REDACTIONS, Found
from insights.screening import redact as redacted
from insights.visibility import may_here

LONGEST_NOTE = 300


@dataclass(frozen=True)
class Flagged:
    """A flag with the words it stands on: those around them too, for whoever has to judge it."""

    flag: Flag
    text: str

    @property
    def redaction(self) -> str:
        """The words suggested in its place, such as “[name]”."""
        return REDACTIONS[self.flag.kind]


@transaction.atomic
def redact(*, person: User, insight_id: UUID, flag_ids: Collection[UUID] | None = None) -> Insight:
    """Put the suggested redaction in place of what these open flags (None: all) stand on, and screen again.

    Open to whoever may edit the insight. What it said before is in its history, for its programme's team and curators.
    Raises Missing, PermissionDenied, Conflict (settled already), ValidationError by field (then too long).
    """
    insight = lock(person=person, insight_id=insight_id)
    if not may_here(person, "edit", "insight", insight):
        raise PermissionDenied(f"You cannot edit this insight while it is {insight.status}.")
    flags = _open_ones(insight, flag_ids)
    sources = list(insight.sources.order_by("position"))
    words = words_of(insight, sources)
    at: dict[Place, list[Found]] = defaultdict(list)
    for flag in sorted(flags, key=lambda flag: flag.start):
        at[Place(flag.field, flag.source_id)].append(Found(flag.kind, flag.start, flag.end))
    better = {place: redacted(words[place], found) for place, found in at.items()}
    _settle(flags, FlagState.REDACTED, person)
    said: dict[str, Any] = {place.field: text for place, text in better.items() if place.source_id is None}
    voices = [_voice(source, better) for source in sources] if len(said) < len(better) else None
    return edit(person=person, insight_id=insight_id, voices=voices, **said)


@transaction.atomic
def not_identifying(
    *, person: User, insight_id: UUID, flag_ids: Collection[UUID] | None = None, note: str = ""
) -> Insight:
    """Record that what these open flags (None: all) stand on tells nobody's identity. For curators.

    Raises Missing, PermissionDenied, Conflict (settled already), ValidationError (`note`: up to LONGEST_NOTE).
    """
    insight = lock(person=person, insight_id=insight_id)
    if not may_here(person, "clear", "flag", insight):
        raise PermissionDenied("Only a curator can record that this is not identifying. You can replace it.")
    note = clean_words(note)
    if len(note) > LONGEST_NOTE:
        raise ValidationError({"note": f"A note may have up to {LONGEST_NOTE} characters; this has {len(note)}."})
    _settle(_open_ones(insight, flag_ids), FlagState.NOT_IDENTIFYING, person, note)
    insight.refresh_from_db(fields=["flagged", "modified"])
    return insight


def flags_of(*, person: User | None, insight: Insight) -> list[Flagged]:
    """Return the open flags of an insight with the words they stand on, where `person` may see them; else none."""
    if person is None or not insight.flagged or not may_here(person, "read", "flagged words", insight):
        return []
    words = words_of(insight, insight.sources.all())
    flags = Flag.objects.filter(insight=insight, state=FlagState.OPEN).order_by("field", "source__position", "start")
    return [Flagged(flag, words.get(Place(flag.field, flag.source_id), "")) for flag in flags]


def listed(*, person: User | None, insight_id: UUID) -> list[dict[str, Any]] | None:
    """Return every flag of an insight as the API shows them, or None where `person` may not see them."""
    insight = Insight.objects.filter(id=insight_id).first()
    if person is None or insight is None or not may_here(person, "read", "flagged words", insight):
        return None
    flags = Flag.objects.filter(insight=insight).select_related("source").order_by("field", "source__position", "start")
    return [
        {
            "id": str(flag.id),
            "kind": flag.kind,
            "field": place_in_words(flag),
            "start": flag.start,
            "end": flag.end,
            "state": flag.state,
            "redaction": REDACTIONS[flag.kind],
        }
        for flag in flags
    ]


def place_in_words(flag: Flag) -> str:
    """Return the field of a flag as the API calls it: `text`, `source.role`, `voices.0.place` of the second voice."""
    if flag.source is None or flag.source.position == 0:
        return flag.field
    return f"voices.{flag.source.position - 1}.{OF_SOURCE[flag.field]}"  # type: ignore[index]


def refusal(insight_id: UUID) -> Conflict | None:
    """Screen an insight as it stands, and return why it cannot be published, or None where nothing is open."""
    rewrite([insight_id])
    kinds = Flag.objects.filter(insight_id=insight_id, state=FlagState.OPEN).values_list("kind", flat=True)
    if not kinds:
        return None
    return Conflict(
        f"It may tell who somebody is: {in_words(kinds)}. Replace each of them, or have a curator record that it is "
        "not identifying; then publish.",
        field="text",
    )


def in_words(kinds: Iterable[str]) -> str:
    """Return how many there are of each kind: “2 names and 1 phone number”."""
    counted = Counter(kinds)
    parts = [
        f"{counted[kind]} {_lowered(kind.label)}{_plural(kind) if counted[kind] > 1 else ''}"
        for kind in FlagKind
        if counted[kind]
    ]
    return " and ".join(", ".join(parts).rsplit(", ", 1))


def _lowered(label: str) -> str:
    return label if label.startswith("NHS") else label[:1].lower() + label[1:]


def _plural(kind: FlagKind) -> str:
    return "es" if kind in (FlagKind.ADDRESS, FlagKind.EMAIL) else "" if kind is FlagKind.DATE_OF_BIRTH else "s"


def _open_ones(insight: Insight, flag_ids: Collection[UUID] | None) -> list[Flag]:
    flags = Flag.objects.filter(insight=insight)
    if flag_ids is None:
        return list(flags.filter(state=FlagState.OPEN))
    found = list(flags.filter(id__in=flag_ids))
    if len(found) < len(set(flag_ids)):
        raise Missing("There is no such flag: the words have been changed since. Look at them again.")
    if any(flag.state != FlagState.OPEN for flag in found):
        raise Conflict("This has been settled already.")
    return found


def _settle(flags: Sequence[Flag], state: FlagState, person: User, note: str = "") -> None:
    Flag.objects.filter(id__in=[flag.id for flag in flags]).update(
        state=state, settled_by=person, settled_at=timezone.now(), note=note
    )


def _voice(source: Source, better: dict[Place, str]) -> Voice:
    role, place = (better.get(Place(field, source.id), getattr(source, name)) for field, name in OF_SOURCE.items())
    return Voice(source.kind, role, source.organisation_id, place, source.collected_on, source.consent)

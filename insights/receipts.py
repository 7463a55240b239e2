"""Receipts: by a short code, whoever gave a voice – with an account or not – learns what has become of it.

A code is nine of Crockford's letters at random and one to check them, shown as XXXXX-XXXXX. What it tells is where the
insight stands, since when, and why it was declined: never a word of the insight.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils import timezone

from accounts.models import User
from casestudies.lifecycle import Status
from insights.choices import Relation
from insights.models import Erasure, Evidence, Insight, Merge, Move, Receipt, Source

LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 10
# As people read and write them.
ALIKE = str.maketrans({"I": "1", "L": "1", "O": "0"})
MOST_MERGES = 20

HEARD = "Heard. It has been written down, and the programme’s team has it."
IN_REVIEW = "In review. A curator is going to read it."
BACK = "Taken up again by the programme’s team."
PUBLISHED = "Published. Everyone who may read this site can find it."
DECLINED = "Declined. It was read, and will not be published as it stands."
WITHDRAWN = "Withdrawn. It is kept, but no longer shown."
MERGED = "Others had said the same: it now stands together with theirs, and yours counts."
ACTED_ON = "Being acted on: a published recommendation rests on it."
TAKEN_AWAY = "The programme’s team no longer counts this voice among those who said it."
ERASED = "The words have been removed for good, and nobody can read them any more."
SAID = {
    Status.DRAFT: BACK,
    Status.SUBMITTED: IN_REVIEW,
    Status.PUBLISHED: PUBLISHED,
    Status.DECLINED: DECLINED,
    Status.WITHDRAWN: WITHDRAWN,
}


@dataclass(frozen=True)
class Stage:
    """Something that became of a voice: on which day, and what, in words."""

    on: datetime.date
    said: str


@dataclass(frozen=True)
class Told:
    """What a receipt tells: how it stands now, the stages up to then, why it was declined, and what is published.

    `reason` is empty unless it is declined; `published` is the insight where it is published and its words may leave
    the programme, for a link alone.
    """

    stages: tuple[Stage, ...]
    reason: str = ""
    published: UUID | None = None

    @property
    def now(self) -> Stage:
        """How it stands."""
        return self.stages[-1]


def shown(code: str) -> str:
    """Return a code as it is read out: XXXXX-XXXXX."""
    return f"{code[:5]}-{code[5:]}"


def read_code(said: str) -> str:
    """Return a code as it is kept, from what a person typed: in any case, with O for 0 and I for 1."""
    return "".join(said.upper().replace("-", " ").split()).translate(ALIKE)


def well_formed(code: str) -> bool:
    """Say whether the last letter of a code checks the others: the sum of place × value, modulo 31."""
    if len(code) != LENGTH or any(letter not in LETTERS for letter in code):
        return False
    values = [LETTERS.index(letter) for letter in code]
    return values[-1] == sum(place * value for place, value in enumerate(values[:-1], start=1)) % 31


def receipts_of(*, insight_id: UUID, recorded_by: User) -> list[str]:
    """Return the codes, as shown, of the voices that this person brought to an insight, in the order of the voices."""
    voices = Source.objects.filter(insight_id=insight_id, recorded_by=recorded_by).order_by("position")
    return [shown(code) for code in _codes(list(voices.values_list("id", flat=True)), insight_id)]


def _codes(voices: Sequence[UUID], insight_id: UUID) -> Iterable[str]:
    """Yield the code of each voice; where the database met a code that was taken, a new one is made now."""
    found = dict(Receipt.objects.filter(source_id__in=voices).values_list("source_id", "code"))
    for voice in voices:
        while voice not in found:
            with connection.cursor() as cursor:
                cursor.execute(
                    "INSERT INTO insights_receipt (code, insight_id, source_id)"
                    " VALUES (lhs_receipt_code(), %s, %s) ON CONFLICT DO NOTHING",
                    [insight_id, voice],
                )
            found.update(Receipt.objects.filter(source_id=voice).values_list("source_id", "code"))
        yield found[voice]


def told(said: str) -> Told | None:
    """Return what the receipt with this code tells, or None where there is none.

    Every code, whatever is wrong with it, is looked up in the same way: nobody learns from the answer which are near.
    """
    code = read_code(said)
    receipt = Receipt.objects.filter(code=code[:LENGTH] if well_formed(code) else "").select_related("insight").first()
    if receipt is None:
        return None
    insight, stages = receipt.insight, [Stage(_day(receipt.created), HEARD)]
    if Erasure.objects.filter(insight=insight).exists():
        return Told((*stages, Stage(_day(insight.erasure.at), ERASED)))
    if not (receipt.source_id and Source.objects.filter(id=receipt.source_id).exists()):
        return Told((*stages, Stage(_taken_away(receipt), TAKEN_AWAY)))
    stages += _stages(insight, receipt.created)
    insight, merged = _kept(insight)
    if merged:
        stages += _after_merge(insight, merged)
        if Erasure.objects.filter(insight=insight).exists():
            return Told((*stages, Stage(_day(insight.erasure.at), ERASED)))
    if insight.status == Status.PUBLISHED:
        stages += _acted_on(insight, stages[-1].on)
    open_words = not insight.words_withheld
    return Told(
        tuple(stages),
        reason=insight.decline_reason if insight.status == Status.DECLINED and open_words else "",
        published=insight.id if insight.status == Status.PUBLISHED and open_words else None,
    )


def _taken_away(receipt: Receipt) -> datetime.date:
    """Return the day on which the voice was taken away, of which only the history knows."""
    events: Any = Source.pgh_event_model  # type: ignore[attr-defined]
    last = events._default_manager.filter(pgh_obj_id=receipt.source_id, pgh_label="delete").last()
    return _day(last.pgh_created_at if last else receipt.created)


def _stages(insight: Insight, since: datetime.datetime) -> list[Stage]:
    """Tell where the insight stood when the voice came, and each move since."""
    moves = list(Move.objects.filter(insight=insight).order_by("id"))
    before = [move for move in moves if move.at <= since]
    after = [move for move in moves if move.at > since]
    first = before[-1].status if before else after[0].was if after else insight.status
    told = [Stage(_day(since), SAID[Status(first)])] if first != Status.DRAFT else []
    return told + [Stage(_day(move.at), SAID[Status(move.status)]) for move in after]


def _kept(insight: Insight) -> tuple[Insight, Merge | None]:
    """Follow an insight that was merged to the one that was kept, through as many merges as there are."""
    last: Merge | None = None
    for _ in range(MOST_MERGES):
        merge = Merge.objects.filter(gone=insight, undone_at__isnull=True).select_related("kept").first()
        if merge is None or insight.status != Status.WITHDRAWN:
            break
        insight, last = merge.kept, merge
    return insight, last


def _after_merge(kept: Insight, merge: Merge) -> list[Stage]:
    """Tell that it was merged, how the one that was kept stood then or stands now, and each of its moves since."""
    since = list(Move.objects.filter(insight=kept, at__gt=merge.at).order_by("id"))
    stands = since[0].was if since else kept.status
    return [
        Stage(_day(merge.at), MERGED),
        *([Stage(_day(merge.at), SAID[Status(stands)])] if stands != Status.DRAFT else []),
        *(Stage(_day(move.at), SAID[Status(move.status)]) for move in since),
    ]


def _acted_on(insight: Insight, not_before: datetime.date) -> list[Stage]:
    link = (
        Evidence.objects.filter(
            other=insight,
            relation=Relation.RESTS_ON,
            insight__status=Status.PUBLISHED,
            insight__words_withheld=False,
        )
        .order_by("created")
        .first()
    )
    return [Stage(max(_day(link.created), not_before), ACTED_ON)] if link else []


def _day(at: datetime.datetime) -> datetime.date:
    return timezone.localdate(at)

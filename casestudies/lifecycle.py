"""The life-cycle of what is published here: the states, and every legal move between them.

A move is one line of MOVES: its name, where it starts, where it ends, and who may make it. The verb that moves
(`insights.moves.move`), the buttons on the pages, the API and its documentation are all driven from this table.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db import models

from casestudies.standing import CURATORS, TEAM_WRITERS, Standing


class Status(models.TextChoices):
    """Where an insight or a case study stands."""

    DRAFT = "draft", "Draft"
    SUBMITTED = "submitted", "Submitted"
    PUBLISHED = "published", "Published"
    DECLINED = "declined", "Declined"
    WITHDRAWN = "withdrawn", "Withdrawn"


@dataclass(frozen=True)
class Move:
    """One legal move: `name` takes a thing from one of `sources` to `target`, made by any of `who`."""

    name: str
    sources: frozenset[Status]
    target: Status
    who: frozenset[Standing]
    needs_reason: bool = False


WRITERS = CURATORS | TEAM_WRITERS

MOVES: tuple[Move, ...] = (
    Move("submit", frozenset({Status.DRAFT}), Status.SUBMITTED, WRITERS),
    Move("publish", frozenset({Status.SUBMITTED}), Status.PUBLISHED, CURATORS),
    Move("decline", frozenset({Status.SUBMITTED}), Status.DECLINED, CURATORS, needs_reason=True),
    Move("withdraw", frozenset({Status.DRAFT, Status.SUBMITTED}), Status.WITHDRAWN, WRITERS),
    Move("withdraw", frozenset({Status.PUBLISHED}), Status.WITHDRAWN, CURATORS),
    Move("reopen", frozenset({Status.DECLINED, Status.WITHDRAWN}), Status.DRAFT, WRITERS),
)
MOVE_NAMES: tuple[str, ...] = tuple(dict.fromkeys(move.name for move in MOVES))


def legal_move(*, name: str, status: str) -> Move | None:
    """Return the move called `name` that starts at `status`, or None when the table has none."""
    return next((move for move in MOVES if move.name == name and status in move.sources), None)


def starts_of(name: str) -> list[str]:
    """Return the states from which a move called `name` may start, in the order of the life-cycle."""
    starts = {source for move in MOVES if move.name == name for source in move.sources}
    return [status.value for status in Status if status in starts]

"""Insights that wait at the curator's desk, and what is laid before a curator there."""

from __future__ import annotations

from uuid import UUID

from uuid_utils.compat import uuid7

from accounts.models import User
from insights.desk import is_for_audit, next_turn
from insights.models import Insight, Tag, Turn
from tests.factories import InsightFactory, TagFactory, TaggingFactory, habit


def an_id(*, audit: bool) -> UUID:
    """An id of which the audit draws, or not."""
    return next(id for id in iter(uuid7, None) if is_for_audit(id) == audit)


def tagged(
    score: float | None = None, *, audit: bool = False, code: str = "staff", doubt: float | None = None, **said
) -> Insight:
    """An insight that the tagger has read, with a suggestion of this score, outside the audit unless said.

    The tagger is in as much doubt as said, else as its score is near a half.
    """
    insight = InsightFactory(id=an_id(audit=audit), **said)
    if doubt is None and score is not None:
        doubt = 1 - abs(2 * score - 1)
    TaggingFactory(insight=insight, doubt=doubt)
    if score is not None:
        TagFactory(insight=insight, code=habit(code), score=score)
    return insight


def laid(person: User, **how) -> Turn:
    """What comes next for this person."""
    turn = next_turn(person=person, **how)
    assert turn is not None
    return turn


def states() -> dict[str, str]:
    """How each tag stands, and by whom."""
    return {tag.code.slug: f"{tag.state} {tag.origin}" for tag in Tag.objects.select_related("code")}

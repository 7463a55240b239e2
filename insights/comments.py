"""Comments between curators and a team on an insight: for members and curators, and never out of the programme."""

from __future__ import annotations

from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from accounts.models import User
from casestudies.errors import Conflict, Missing
from insights.capture import lock
from insights.models import Comment, Erasure, Insight
from insights.models.answered import LONGEST_COMMENT
from insights.models.words import clean_words
from insights.notices import tell_of_comment
from insights.past import may_with_its_past
from insights.visibility import Reader


@transaction.atomic
def comment(*, person: User, insight_id: UUID, text: str) -> Comment:
    """Say something about an insight to those who work on it, and tell the other side.

    Raises Missing, PermissionDenied, ValidationError (text), Conflict (its words were erased).
    """
    insight = lock(person=person, insight_id=insight_id)
    if not may_comment(person, insight):
        raise PermissionDenied("Comments are between the programme’s team and curators.")
    if Erasure.objects.filter(insight=insight).exists():
        raise Conflict("The words of this insight were erased: there is nothing to say about them.")
    try:
        text = clean_words(text)
    except ValidationError as fault:
        raise ValidationError({"text": fault.messages}) from fault
    if not 1 <= len(text) <= LONGEST_COMMENT:
        said = f"this has {len(text):,}" if text else "there is nothing in it"
        raise ValidationError({"text": f"Write between 1 and {LONGEST_COMMENT:,} characters; {said}."})
    made = Comment.objects.create(insight=insight, person=person, text=text)
    made.refresh_from_db()
    tell_of_comment(person=person, insight=insight)
    return made


def comments_on(*, person: User | None, insight_id: UUID) -> list[Comment]:
    """Return the comments on an insight, the first first. Raises Missing, PermissionDenied."""
    insight = Reader.of(person).insights().filter(id=insight_id).first()
    if insight is None:
        raise Missing("There is no such insight, or you may not open it.")
    if not may_read_comments(person, insight):
        raise PermissionDenied("Comments are between the programme’s team and curators.")
    return list(Comment.objects.filter(insight=insight).select_related("person"))


def may_comment(person: User | None, insight: Insight) -> bool:
    """Say whether `person` may comment on this insight as it stands."""
    return person is not None and may_with_its_past(person, "comment", "insight", insight)


def may_read_comments(person: User | None, insight: Insight) -> bool:
    """Say whether `person` may read what was commented, which may speak of words that were withheld before."""
    return may_with_its_past(person, "read", "comment", insight)

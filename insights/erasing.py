"""Erase an insight's words for good: the one thing that is not kept. That it was done, by whom and why, is.

What is overwritten here is gone from the tables at once, and from the files of the database once it has vacuumed;
backups and archived logs are the operator's (docs/operators.md).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.apps import apps
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Q

from accounts.models import User
from casestudies.errors import Conflict, Missing
from casestudies.lifecycle import Status
from casestudies.permissions import may
from insights.choices import TagOrigin
from insights.flagging import rewrite
from insights.models import Comment, Embedding, Erasure, Example, Insight, Merge, Source, Tag
from insights.models.answered import LONGEST_REASON
from insights.models.words import clean_words
from insights.past import past
from insights.visibility import Reader

ERASED = "The words were erased."
OF_AN_INSIGHT: dict[str, Any] = {
    "title": "",
    "text": ERASED,
    "section": "",
    "locator": "",
    "external_id": None,
    "decline_reason": "",
}
OF_A_VOICE: dict[str, Any] = {"role": "", "place": ""}


@transaction.atomic
def erase(*, person: User | None, insight_id: UUID, reason: str) -> Erasure:
    """Take the words of an insight out of its row, its history, search, embedding, tags, comments and voices.

    It is withdrawn, and stays so. `person` is None for the operator, at the command line. An administrator may erase
    what they may not read, such as withheld words. Raises Missing, PermissionDenied, ValidationError (reason: none,
    or it quotes the words), Conflict (erased already).
    """
    insight = Insight.objects.select_for_update(no_key=True).filter(id=insight_id).first()
    if insight is None:
        raise Missing("There is no such insight, or you may not open it.")
    if person is not None and not may_erase(person, insight):
        if not Reader.of(person).insights().filter(id=insight_id).exists():
            raise Missing("There is no such insight, or you may not open it.")
        raise PermissionDenied("Words are erased by administrators.")
    if Erasure.objects.filter(insight=insight).exists():
        raise Conflict("The words of this insight were erased already.")
    reason = _reason(reason, [insight.text, *past(Insight).filter(pgh_obj=insight_id).values_list("text", flat=True)])
    # The database's own triggers note the change of words, with what is there now.
    Insight.objects.filter(id=insight_id).update(status=Status.WITHDRAWN, **OF_AN_INSIGHT)
    past(Insight).filter(pgh_obj=insight_id).update(**OF_AN_INSIGHT)
    _voices(insight_id)
    Tag.objects.filter(insight=insight_id, origin=TagOrigin.MACHINE).delete()
    Tag.objects.filter(insight=insight_id).update(reason="")
    past(Tag).filter(insight=insight_id).update(reason="")
    Embedding.objects.filter(insight=insight_id).delete()
    Example.objects.filter(insight=insight_id).delete()
    done = Erasure.objects.create(insight=insight, person=person, reason=reason)
    Comment.objects.filter(insight=insight_id).delete()
    rewrite([insight_id])
    for model, words in _copies():
        model._default_manager.filter(insight=insight_id).update(**words)
    done.refresh_from_db()
    return done


def may_erase(person: User | None, insight: Insight) -> bool:
    """Say whether `person` may erase these words, whether or not they may read them."""
    return person is not None and may(
        person, "erase", "insight", programme_id=insight.programme_id, status=insight.status
    )


def _reason(reason: str, texts: Iterable[str]) -> str:
    try:
        reason = clean_words(reason)
    except ValidationError as fault:
        raise ValidationError({"reason": fault.messages}) from fault
    if not reason:
        raise ValidationError({"reason": "Say why the words are erased: the reason is kept."})
    if len(reason) > LONGEST_REASON:
        raise ValidationError({"reason": f"Say it in {LONGEST_REASON:,} characters at most."})
    if any(text.casefold() in reason.casefold() for text in texts if text):
        raise ValidationError({"reason": "The reason is kept: do not quote the words in it."})
    return reason


def _voices(insight_id: UUID) -> None:
    """Take role and place from its voices, those that were taken away, and those that a merge copied elsewhere."""
    copies = [id for ids in Merge.objects.filter(gone=insight_id).values_list("voices", flat=True) for id in ids]
    theirs = Q(insight=insight_id)
    Source.objects.filter(theirs | Q(id__in=copies)).update(**OF_A_VOICE)
    past(Source).filter(theirs | Q(pgh_obj__in=copies)).update(**OF_A_VOICE)


def _copies() -> Iterable[tuple[Any, dict[str, Any]]]:
    """Yield the models that keep words of an insight beside it, and what stands there afterwards: they say so
    themselves, as `erased_with_insight`."""
    for model in apps.get_models():
        if words := getattr(model, "erased_with_insight", None):
            yield model, words

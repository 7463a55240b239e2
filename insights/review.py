"""A person decides what a tag is: confirmed or rejected. Their word stands; the machine's stays beside it."""

from __future__ import annotations

from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from casestudies.errors import Missing
from insights.capture import lock
from insights.choices import Queue, TagOrigin, TagState, Verdict
from insights.models import Decision, Tag, Tagging
from insights.visibility import may_here
from lhs.models import Code

DECIDABLE = (Verdict.CONFIRMED, Verdict.REJECTED)


@transaction.atomic
def decide(
    *,
    person: User,
    insight_id: UUID,
    codebook: str,
    code: str,
    verdict: str,
    shown: bool = True,
    queue: str = Queue.PAGE,
) -> Tag:
    """Record that `person` confirms or rejects this code on this insight, and make the tag say so.

    `shown` says whether the machine's suggestion was before them. A code nobody suggested may be confirmed (a tag
    added) or rejected. Raises Missing, PermissionDenied, ValidationError (a verdict that is none).
    """
    if verdict not in DECIDABLE:
        raise ValidationError({"state": "Choose one of: " + ", ".join(DECIDABLE) + "."})
    insight = lock(person=person, insight_id=insight_id)
    if not may_here(person, "decide", "tag", insight):
        raise PermissionDenied("Tags are decided by curators, and by contributors in their own programmes.")
    chosen = Code.objects.filter(codebook__slug=codebook, slug=code).first()
    if chosen is None:
        raise Missing(f"There is no code “{code}” in the codebook “{codebook}”.")
    # Whoever writes tags takes the Tagging row first: the worker, if it is at this insight, is waited for.
    list(Tagging.objects.select_for_update(no_key=True).filter(insight=insight, codebook_id=chosen.codebook_id))
    tag = Tag.objects.filter(insight=insight, code=chosen).first()
    suggestion = tag if tag is not None and tag.tagger_id else None
    Decision.objects.create(
        insight=insight,
        code=chosen,
        person=person,
        verdict=verdict,
        suggested=tag is not None and tag.state == TagState.SUGGESTED,
        score=suggestion.score if suggestion else None,
        tagger_id=suggestion.tagger_id if suggestion else None,
        shown=shown,
        queue=queue,
        teaches=may_here(person, "teach", "tag", insight),
        digest=insight.digest,
    )
    tag = tag or Tag(insight=insight, code=chosen)
    tag.state = TagState(verdict)
    tag.origin = TagOrigin.PERSON
    tag.decided_by = person
    tag.modified = timezone.now()
    tag.save()
    return tag

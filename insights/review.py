"""A person decides what a tag is: confirmed or rejected. Their word stands; the machine's stays beside it."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Collection, Iterable
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from casestudies.errors import Missing
from insights.capture import lock
from insights.choices import Queue, TagOrigin, TagState, Verdict
from insights.models import Decision, Insight, Tag, Tagging
from insights.resolving import Merged, Word, word_that_holds
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
    check_verdict(verdict)
    insight = lock_to_decide(person=person, insight_id=insight_id)
    chosen = code_of(codebook, code)
    hold_tags([insight.id], chosen.codebook_id)
    tag = Tag.objects.filter(insight=insight, code=chosen).first()
    return record(
        person=person, insight=insight, code=chosen, tag=tag, verdict=Verdict(verdict), shown=shown, queue=queue
    )


def check_verdict(verdict: str) -> None:
    """Raise ValidationError for a verdict that is none."""
    if verdict not in DECIDABLE:
        raise ValidationError({"state": "Choose one of: " + ", ".join(DECIDABLE) + "."})


def code_of(codebook: str, code: str) -> Code:
    """Return a code of a codebook that is in use; raises Missing."""
    chosen = Code.objects.filter(codebook__slug=codebook, slug=code).select_related("merged_into").first()
    if chosen is None:
        raise Missing(f"There is no code “{code}” in the codebook “{codebook}”.")
    if chosen.merged_into is not None:
        raise Missing(f"“{chosen.name}” was merged into “{chosen.merged_into.name}” ({chosen.merged_into.slug}).")
    if chosen.retired_at is not None:
        raise Missing(f"“{chosen.name}” is not in use any more.")
    return chosen


def lock_to_decide(*, person: User, insight_id: UUID) -> Insight:
    """Return the insight, locked, if `person` may decide its tags; raises Missing, PermissionDenied."""
    insight = lock(person=person, insight_id=insight_id)
    if not may_here(person, "decide", "tag", insight):
        raise PermissionDenied("Tags are decided by curators, and by contributors in their own programmes.")
    return insight


def hold_tags(insight_ids: Collection[UUID], codebook_id: UUID) -> None:
    """Take the Tagging rows, as whoever writes tags does first: the worker, if it is at these insights, is waited for.

    The insights are locked already; rows are taken in the order of their ids.
    """
    rows = Tagging.objects.filter(insight_id__in=insight_ids, codebook_id=codebook_id)
    list(rows.order_by("insight_id", "codebook_id").select_for_update(no_key=True).values_list("id"))


def record(
    *,
    person: User,
    insight: Insight,
    code: Code,
    tag: Tag | None,
    verdict: Verdict,
    shown: bool,
    queue: str,
    at: datetime.datetime | None = None,
) -> Tag:
    """Add the decision and make the tag (None: there is none yet) say so. The locks are the caller's."""
    decision = decision_on(
        tag, person=person, insight_id=insight.id, code=code, verdict=verdict, shown=shown, queue=queue
    )
    decision.teaches = may_here(person, "teach", "tag", insight)
    decision.digest = insight.digest
    if at is not None:
        decision.at = at
    decision.save(force_insert=True)
    tag = decided(tag or Tag(insight=insight, code=code), verdict, person)
    tag.save()
    return tag


def decision_on(
    tag: Tag | None, *, person: User, insight_id: UUID, code: Code, verdict: Verdict, shown: bool, queue: str
) -> Decision:
    """Return a decision, not saved yet, that keeps what the machine had said; `teaches` and `digest` are to be set."""
    suggestion = tag if tag is not None and tag.tagger_id else None
    return Decision(
        insight_id=insight_id,
        code=code,
        person=person,
        verdict=verdict,
        suggested=tag is not None and tag.state == TagState.SUGGESTED,
        score=suggestion.score if suggestion else None,
        tagger_id=suggestion.tagger_id if suggestion else None,
        shown=shown,
        queue=queue,
    )


def decided(tag: Tag, verdict: Verdict, person: User) -> Tag:
    """Make a tag, which is not saved here, say what a person decided."""
    tag.state = TagState(verdict)
    tag.origin = TagOrigin.PERSON
    tag.decided_by = person
    tag.modified = timezone.now()
    return tag


def take_back(*, person: User, decisions: Iterable[Decision]) -> None:
    """Take decisions back, by adding that they are, and make their tags say what was said before.

    That is what the last person said whose word still stands, else what the machine had suggested, else nothing. A
    tag on which someone else decided since stays theirs. The locks of the insights and their Tagging rows are the
    caller's; the insights become due, because the tagger leaves alone what a person has decided.
    """
    back = list(decisions)
    Decision.objects.bulk_create(
        Decision(
            insight_id=one.insight_id,
            code_id=one.code_id,
            person=person,
            verdict=Verdict.UNDONE,
            suggested=one.suggested,
            score=one.score,
            tagger_id=one.tagger_id,
            shown=one.shown,
            queue=one.queue,
            teaches=one.teaches,
            digest=one.digest,
            undoes=one,
        )
        for one in back
    )
    # What was decided on a code that has been merged since counts for the one it was merged into.
    counts_for = dict(Code.objects.filter(merged_into__isnull=False).values_list("id", "merged_into_id"))
    pairs = {(one.insight_id, counts_for.get(one.code_id) or one.code_id) for one in back}
    insights, codes = {insight for insight, _ in pairs}, {code for _, code in pairs}
    standing = _standing(insights, codes)
    tags = Tag.objects.filter(insight_id__in=insights, code_id__in=codes, origin=TagOrigin.PERSON)
    persons, machines, gone = [], [], []
    for tag in tags:
        key = (tag.insight_id, tag.code_id)
        if key not in pairs:
            continue
        before = standing.get(key)
        if before is not None:
            persons.append(decided(tag, Verdict(before.verdict), before.person))
        elif tag.tagger_id and tag.score is not None:
            machines.append(tag.id)
        else:
            gone.append(tag.id)
    Tag.objects.bulk_update(persons, ["state", "origin", "decided_by", "modified"], batch_size=500)
    Tag.objects.filter(id__in=machines).update(
        state=TagState.SUGGESTED, origin=TagOrigin.MACHINE, decided_by=None, modified=timezone.now()
    )
    Tag.objects.filter(id__in=gone).delete()
    codebooks = Code.objects.filter(id__in=codes).values("codebook_id")
    Tagging.objects.filter(insight_id__in=insights, codebook_id__in=codebooks).update(due=True)


def _standing(insights: Collection[UUID], codes: Collection[UUID]) -> dict[tuple[UUID, UUID], Decision]:
    """Of each insight and each of these codes, the decision that holds now, those on merged codes included."""
    there = Decision.objects.filter(insight_id__in=insights, undone_by__isnull=True)
    there = there.filter(Q(code_id__in=codes) | Q(code__merged_into_id__in=codes)).exclude(verdict=Verdict.UNDONE)
    said: dict[tuple[UUID, UUID], list[Word]] = defaultdict(list)
    merged: dict[str, Merged] = {}
    for one in there.select_related("person", "code").order_by("id"):
        into, at = one.code.merged_into_id, one.code.retired_at
        if into is not None and at is not None:
            merged[str(one.code_id)] = Merged(str(into), at)
        word = Word(str(one.code_id), one.verdict == Verdict.CONFIRMED, one.at, one)
        said[one.insight_id, into or one.code_id].append(word)
    held = {pair: word_that_holds(str(pair[1]), words, merged).decision for pair, words in said.items()}
    return {pair: decision for pair, decision in held.items() if decision is not None}

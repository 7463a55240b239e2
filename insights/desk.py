"""The curator's desk: an insight is laid before a person, who judges it against a whole codebook.

Most come the most doubtful first (`lhs.doubt`). One in five is for the audit: without suggestions, and chosen by
chance. Which insights may be drawn for the audit is fixed by a hash of their ids, and the queue leaves them alone:
else it would take the doubtful ones away first, and what is left would make the tagger look better than it is.
"""

from __future__ import annotations

import datetime
import hashlib
import secrets
from collections.abc import Sequence
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, transaction
from django.db.models import BooleanField, Exists, F, Func, OuterRef, Q, QuerySet, TextField
from django.utils import timezone

from accounts.models import User
from casestudies.errors import Conflict, Missing
from casestudies.lifecycle import Status
from casestudies.permissions import programmes_open_to
from insights.choices import Queue, TagOrigin, TagState, Verdict
from insights.models import Decision, Insight, Review, Tag, Tagging, Turn
from insights.nudging import nudge_after_commit
from insights.review import hold_tags, lock_to_decide, record, take_back
from insights.scored import machine_says
from insights.visibility import Reader, may_here, open_for
from lhs.models import HABITS, Code, Codebook

TURN = datetime.timedelta(minutes=10)
# What was skipped comes back to the same person after so long, and so long can a review be taken back.
PUT_ASIDE = datetime.timedelta(days=1)
UNDO_WITHIN = datetime.timedelta(days=1)
AUDIT_ONE_IN = 5
# So many of the most doubtful texts are looked at first.
FEW = 300
# Drafts are still being written; what is declined or withdrawn is nobody's to read.
REVIEWED = (Status.SUBMITTED, Status.PUBLISHED)
AT_THE_DESK = (Queue.QUEUE, Queue.AUDIT)


class ForAudit(Func):
    """Whether an insight, by its id, belongs to the fifth that the audit draws from; `is_for_audit` in SQL."""

    template = f"(mod(get_byte(sha256(convert_to('audit:' || %(expressions)s::text, 'UTF8')), 0), {AUDIT_ONE_IN}) = 0)"
    output_field = BooleanField()
    arity = 1


class ByChance(Func):
    """An order by chance that is the same for ever."""

    template = "md5('audit order:' || %(expressions)s::text)"
    output_field = TextField()
    arity = 1


def reviews_anywhere(person: User | None) -> bool:
    """Say whether `person` may review in any programme at all."""
    return person is not None and programmes_open_to(person, "teach", "tag", status=Status.PUBLISHED) != []


def is_for_audit(insight_id: UUID) -> bool:
    """Whether an insight belongs to the fifth that the audit draws from."""
    return hashlib.sha256(f"audit:{insight_id}".encode()).digest()[0] % AUDIT_ONE_IN == 0


@transaction.atomic
def next_turn(*, person: User, codebook: str = HABITS, blind: bool = False) -> Turn | None:
    """Lay an insight before `person` for ten minutes and return the turn; None where nothing is left for them.

    Whoever has one before them gets that again. `blind` hides the suggestions, as the audit always does; once they
    were shown, the turn says so. Raises Missing (no such codebook), PermissionDenied.
    """
    found = _codebook(person, codebook)
    # One is laid at a time, so that two people never get the same.
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('review turn'))")
    audit = secrets.randbelow(AUDIT_ONE_IN) == 0
    if (present := _present(person, found)) is not None:
        present.until = timezone.now() + TURN
        present.shown = present.shown or (present.queue == Queue.QUEUE and not blind)
        present.save(update_fields=["until", "shown"])
        return present
    open_to = waiting_for(person, found)
    order = (_for_audit, _from_queue) if audit else (_from_queue, _for_audit)
    for draw in order:
        if (insight := draw(open_to, found)) is not None:
            queue = Queue.AUDIT if draw is _for_audit else Queue.QUEUE
            return lay(person, insight, found, queue, shown=queue == Queue.QUEUE and not blind)
    return None


def how_many_left(*, person: User, codebook: str = HABITS, limit: int = 1000) -> int:
    """Return how many insights wait for `person`, counting no further than `limit` + 1."""
    return waiting_for(person, _codebook(person, codebook))[: limit + 1].count()


def how_many_aside(*, person: User, codebook: str = HABITS) -> int:
    """Return how many insights `person` has skipped, which come back to them within a day."""
    return _aside(person).filter(codebook__slug=codebook).count()


@transaction.atomic
def settle(*, person: User, turn_id: UUID, codes: Sequence[str]) -> Review:
    """Record the person's whole judgement of what was laid before them: `codes` are in it, the others are not.

    Tags say so at once: those chosen are confirmed, and those that were suggested or shown as confirmed and not
    chosen are rejected. What someone had decided before and was not shown is left as it is. In a sample that several
    judge no tag changes. Raises Missing (no such turn, or it is over), PermissionDenied, ValidationError (`codes`),
    and Conflict, with nothing written, where someone else has decided since, or the words have changed.
    """
    turn = turn_of(person, turn_id)
    insight = lock_to_decide(person=person, insight_id=turn.insight_id)
    if not Turn.objects.filter(id=turn.id).exists():
        # Pressed twice: the first press was waited for.
        raise Missing(_NO_TURN)
    hold_tags([insight.id], turn.codebook_id)
    if (why := _overtaken(turn, insight)) is not None:
        raise why
    known = {code.slug: code for code in Code.objects.living().filter(codebook_id=turn.codebook_id)}
    if unknown := [code for code in codes if code not in known]:
        raise ValidationError({"codes": f"There is no code “{unknown[0][:80]}”. Choose from: {', '.join(known)}."})
    chosen = [code for code in known if code in codes]
    tagger, machine = machine_says(insight, turn.codebook.slug)
    sample = turn.queue == Queue.SAMPLE
    review = Review.objects.create(
        insight=insight,
        codebook_id=turn.codebook_id,
        person=person,
        codes=chosen,
        queue=turn.queue,
        shown=turn.shown,
        teaches=not sample and may_here(person, "teach", "tag", insight),
        tagger=tagger,
        machine=machine,
        digest=insight.digest,
    )
    if not sample:
        _decide_each(turn, insight, review, known)
    turn.delete()
    return review


@transaction.atomic
def skip(*, person: User, turn_id: UUID) -> None:
    """Put what was laid before them aside: it comes back to them in a day, and to others at once. Raises Missing."""
    turn = turn_of(person, turn_id)
    Turn.objects.filter(id=turn.id).update(until=F("at"))


@transaction.atomic
def undo_last(*, person: User, codebook: str = HABITS, sample: bool = False) -> Turn | None:
    """Take the person's latest review back, and lay the insight before them again as it was laid.

    Its decisions are taken back by rows of their own, and the tags say what was said before. None is laid where the
    words have changed since. `sample` takes one back that was judged in a sample. Raises Conflict where there is
    nothing of the last day, Missing, PermissionDenied.
    """
    last = _last(person, codebook, sample)
    if last is None:
        raise Conflict("There is nothing to take back.")
    insight = lock_to_decide(person=person, insight_id=last.insight_id)
    hold_tags([insight.id], last.codebook_id)
    if not Review.objects.filter(id=last.id, undone_at__isnull=True).update(undone_at=timezone.now()):
        raise Conflict("There is nothing to take back.")
    made = Decision.objects.filter(
        insight=insight, code__codebook_id=last.codebook_id, person=person, at=last.at, undone_by__isnull=True
    )
    take_back(person=person, decisions=made.exclude(verdict=Verdict.UNDONE))
    nudge_after_commit()
    if insight.digest != last.digest:
        return None
    return lay(person, insight, last.codebook, last.queue, shown=last.shown)


def can_undo(*, person: User, codebook: str = HABITS, sample: bool = False) -> bool:
    """Say whether `undo_last` has something to take back."""
    return _last(person, codebook, sample) is not None


def waiting_for(person: User, codebook: Codebook) -> QuerySet[Insight]:
    """Return the insights that `person` could be laid next, of which the tagger has read the present words."""
    now = timezone.now()
    here = {"insight_id": OuterRef("pk"), "codebook": codebook}
    judged = Review.objects.filter(**here, digest=OuterRef("digest"), undone_at__isnull=True)
    turns = Turn.objects.filter(**here)
    return (
        Reader.of(person)
        .insights()
        .filter(open_for(person, "decide", "tag"), open_for(person, "teach", "tag"), status__in=REVIEWED)
        .filter(Exists(Tagging.objects.filter(**here, at__isnull=False, digest=OuterRef("digest"))))
        # A sample measures people: what is judged there is not settled, save for whoever judged it.
        .exclude(Exists(judged.filter(~Q(queue=Queue.SAMPLE) | Q(person=person))))
        .exclude(Exists(turns.filter(until__gt=now).exclude(person=person, queue__in=AT_THE_DESK)))
        .exclude(Exists(turns.filter(id__in=_aside(person).values("id"))))
    )


def lay(person: User, insight: Insight, codebook: Codebook, queue: str, *, shown: bool) -> Turn:
    """Lay this insight before `person` now, in place of an earlier turn of theirs with it."""
    now = timezone.now()
    turn, _ = Turn.objects.update_or_create(
        insight=insight,
        codebook=codebook,
        person=person,
        defaults={"queue": queue, "shown": shown, "digest": insight.digest, "at": now, "until": now + TURN},
    )
    return turn


def turn_of(person: User, turn_id: UUID) -> Turn:
    """Return a turn of this person that was not put aside; raises Missing."""
    turn = Turn.objects.select_related("codebook").filter(id=turn_id, person=person).exclude(until=F("at")).first()
    if turn is None:
        raise Missing(_NO_TURN)
    return turn


_NO_TURN = "This text is no longer before you. Go on with the next one."


def _codebook(person: User, slug: str) -> Codebook:
    if not reviews_anywhere(person):
        raise PermissionDenied("The review queue is for curators.")
    found = Codebook.objects.filter(slug=slug).first()
    if found is None:
        raise Missing(f"There is no codebook “{slug}”.")
    return found


def _aside(person: User) -> QuerySet[Turn]:
    """Return the turns that `person` skipped (no time was left to them) within the last day."""
    return Turn.objects.filter(person=person, until=F("at"), at__gt=timezone.now() - PUT_ASIDE)


def _present(person: User, codebook: Codebook) -> Turn | None:
    """Return the latest turn that is before this person; those that were overtaken, or lost to others, are over."""
    turns = Turn.objects.select_related("insight", "codebook", "person").filter(
        person=person, codebook=codebook, queue__in=AT_THE_DESK
    )
    for turn in turns.exclude(until=F("at")).order_by("-at"):
        still = waiting_for(person, codebook).filter(id=turn.insight_id).exists()
        if still and _overtaken(turn, turn.insight) is None:
            return turn
        turn.delete()
    return None


def _from_queue(open_to: QuerySet[Insight], codebook: Codebook) -> Insight | None:
    """Return the one of which the tagger is most in doubt; words that someone has judged come once nothing else waits.

    So a text that was logged a thousand times is asked about once.
    """
    judged = Review.objects.filter(codebook=codebook, digest=OuterRef("digest"), undone_at__isnull=True)
    read = Tagging.objects.filter(codebook=codebook, at__isnull=False).annotate(audit=ForAudit("insight_id"))
    read = read.filter(audit=False).exclude(Exists(judged.exclude(queue=Queue.SAMPLE)))
    likely = read.order_by(F("doubt").desc(nulls_last=True), "-insight_id").values_list("insight_id", flat=True)
    # Among the first few there is nearly always one; to look through everything that is open takes far longer.
    few = list(likely[:FEW])
    among = set(open_to.filter(id__in=few).values_list("id", flat=True))
    first = next((id for id in few if id in among), None)
    if first is None and len(few) == FEW:
        first = likely.filter(insight_id__in=open_to.values("id")).first()
    if first is not None:
        return Insight.objects.get(id=first)
    return open_to.annotate(audit=ForAudit("id")).filter(audit=False).order_by("-id").first()


def _for_audit(open_to: QuerySet[Insight], codebook: Codebook) -> Insight | None:
    """Return one by chance, of those that the audit draws from."""
    drawn = open_to.annotate(audit=ForAudit("id")).filter(audit=True)
    return drawn.order_by(ByChance("id")).first()


def _overtaken(turn: Turn, insight: Insight) -> Conflict | None:
    """Return why what was laid cannot be settled any more: other words, or someone else's decisions since."""
    if insight.digest != turn.digest:
        return Conflict("The text was changed while you were reading it. Nothing was recorded.", field="text")
    here = {"insight": insight, "digest": turn.digest}
    reviews = Review.objects.filter(codebook=turn.codebook, undone_at__isnull=True, **here).select_related("person")
    if reviews.filter(person=turn.person).exists():
        return Conflict("You have judged this text already. Nothing more was recorded.", field="codes")
    if turn.queue == Queue.SAMPLE:
        return None
    names = dict(Code.objects.filter(codebook=turn.codebook).values_list("slug", "name"))
    if (other := reviews.exclude(queue=Queue.SAMPLE).first()) is not None:
        found = ", ".join(f"“{names.get(code, code)}”" for code in other.codes) or "none"
        said = f"judged this text while you were reading it, and found: {found}"
        return Conflict(f"{_who(other.person)} {said}. Nothing of yours was recorded.", field="codes")
    since = Decision.objects.filter(code__codebook=turn.codebook, at__gt=turn.at, undone_by__isnull=True, **here)
    since = since.exclude(person=turn.person).exclude(verdict=Verdict.UNDONE).select_related("code", "person")
    if (one := since.last()) is not None:
        said = f"{one.verdict} “{one.code.name}” while you were reading"
        return Conflict(f"{_who(one.person)} {said}. Nothing of yours was recorded.", field="codes")
    return None


def _who(person: User) -> str:
    role = str(person.get_role_display()).lower()
    return f"{'An' if role[0] in 'aeiou' else 'A'} {role}"


def _decide_each(turn: Turn, insight: Insight, review: Review, known: dict[str, Code]) -> None:
    """Write the decisions that the review makes, at the time of the review, by which they are known as its own."""
    tags = {tag.code_id: tag for tag in Tag.objects.filter(insight=insight, code__codebook_id=turn.codebook_id)}
    for slug, code in known.items():
        tag = tags.get(code.id)
        persons = tag is not None and tag.origin == TagOrigin.PERSON
        if slug in review.codes:
            verdict = Verdict.CONFIRMED
        elif tag is not None and tag.state != TagState.REJECTED:
            verdict = Verdict.REJECTED
        else:
            continue
        if persons and not turn.shown and tag is not None and tag.state != verdict:
            continue
        record(
            person=turn.person,
            insight=insight,
            code=code,
            tag=tag,
            verdict=verdict,
            shown=turn.shown,
            queue=turn.queue,
            at=review.at,
        )


def _last(person: User, codebook: str, sample: bool) -> Review | None:
    queues = [Queue.SAMPLE] if sample else list(AT_THE_DESK)
    reviews = Review.objects.select_related("codebook").filter(
        person=person,
        codebook__slug=codebook,
        queue__in=queues,
        undone_at__isnull=True,
        at__gt=timezone.now() - UNDO_WITHIN,
    )
    return reviews.order_by("-at", "-id").first()

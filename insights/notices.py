"""Notices: who is told of what, here and (if they wish) by e-mail – never with a word of the insight.

A notice is a row; what is to go by e-mail is a row that is due (`insights.mailing`).
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from uuid_utils.compat import uuid7

from accounts.models import User
from casestudies.errors import Missing
from casestudies.lifecycle import Status
from casestudies.permissions import people_who_may
from insights.choices import MailWish, NoticeKind
from insights.models import Comment, Import, Insight, Notice, Wish
from insights.nudging import nudge_mail_after_commit

MORNING = datetime.time(7)
TOLD_OF = {
    Status.PUBLISHED: NoticeKind.PUBLISHED,
    Status.DECLINED: NoticeKind.DECLINED,
    Status.WITHDRAWN: NoticeKind.WITHDRAWN,
}
MOST = 100


def tell_of_move(*, person: User, insight: Insight) -> None:
    """Tell whom it concerns that `person` has put the insight where it now stands.

    Sent in: those who may publish it. Published, declined, withdrawn: those who logged it or brought a voice to it.
    """
    if insight.status == Status.SUBMITTED:
        _tell_of_the_queue(insight, [one.id for one in _curators(insight) if one.id != person.id])
    elif kind := TOLD_OF.get(Status(insight.status)):
        _tell(insight, kind, _speakers(insight) - {person.id})


def tell_of_import(found: Import) -> None:
    """Tell those who may publish what an import sent in, in one notice of it, how many insights there are for them."""
    inside, outside = (
        set(_publishers(found.programme_id, withheld=withheld).values_list("id", flat=True))
        for withheld in (True, False)
    )
    counts = {
        person: found.shared * (person in outside) + found.withheld * (person in inside)
        for person in (inside | outside) - {found.person_id}
    }
    wishes = _wishes(sorted(person for person, count in counts.items() if count))
    Notice.objects.bulk_create(
        Notice(
            person_id=person,
            kind=NoticeKind.IMPORTED,
            programme_id=found.programme_id,
            count=counts[person],
            due=_due(wish),
        )
        for person, wish in wishes.items()
    )
    if wishes:
        nudge_mail_after_commit()


def tell_of_comment(*, person: User, insight: Insight) -> None:
    """Tell the other side of a comment: who logged it and who has commented; of the first from a team, its curators."""
    told = set(Comment.objects.filter(insight=insight).values_list("person_id", flat=True))
    told |= {insight.author_id} if insight.author_id else set()
    curators = {one.id for one in _curators(insight)}
    if person.id not in curators and not told & curators:
        told |= curators
    reading = people_who_may(
        "read", "comment", programme_id=insight.programme_id, status=insight.status, withheld=insight.words_withheld
    )
    _tell(insight, NoticeKind.COMMENT, set(reading.filter(id__in=told - {person.id}).values_list("id", flat=True)))


def mine(*, person: User) -> list[Notice]:
    """Return the person's notices, those not read yet first, then the newest; MOST of them."""
    found = Notice.objects.filter(person=person).select_related("programme")
    unread = list(found.filter(read_at__isnull=True).order_by("-at", "-id")[:MOST])
    return unread + list(found.filter(read_at__isnull=False).order_by("-at", "-id")[: MOST - len(unread)])


def unread(person: User | None) -> int:
    """Return how many notices the person has not read yet."""
    return 0 if person is None else Notice.objects.filter(person=person, read_at__isnull=True).count()


@transaction.atomic
def mark_read(*, person: User, notice_id: UUID | None = None) -> int:
    """Mark one of the person's notices as read, or all of them; what is read goes by no e-mail any more.

    Returns how many were not read yet. Raises Missing where there is no such notice of theirs.
    """
    notices = Notice.objects.filter(person=person)
    if notice_id is not None:
        notices = notices.filter(id=notice_id)
        if not notices.exists():
            raise Missing("There is no such notice, or it is not yours.")
    return notices.filter(read_at__isnull=True).update(read_at=timezone.now(), due=None)


@transaction.atomic
def wish_for(*, person: User, mail: str) -> Wish:
    """Note how the person wishes to be told by e-mail, for what waits too. Raises ValidationError (mail)."""
    if mail not in MailWish.values:
        raise ValidationError({"mail": f"Choose one of: {', '.join(MailWish.values)}."})
    wish, _ = Wish.objects.update_or_create(person=person, defaults={"mail": mail})
    waiting = Notice.objects.filter(person=person, read_at__isnull=True, mailed_at__isnull=True)
    waiting.filter(due__isnull=False).update(due=_due(MailWish(mail)))
    return wish


def wish_of(person: User) -> MailWish:
    """Return how the person wishes to be told by e-mail."""
    wish = Wish.objects.filter(person=person).first()
    return MailWish(wish.mail) if wish else MailWish.AT_ONCE


def in_words(notice: Notice) -> str:
    """Return what a notice says: a sentence with the programme's name and no word of the insight."""
    programme = notice.programme.name
    match NoticeKind(notice.kind):
        case NoticeKind.SUBMITTED | NoticeKind.IMPORTED:
            few = "An insight was" if notice.count == 1 else f"{notice.count:,} insights were"
            by = " from a spreadsheet" if notice.kind == NoticeKind.IMPORTED else ""
            return f"{few} sent in{by} for a curator to read, in {programme}."
        case NoticeKind.PUBLISHED:
            return f"What you logged in {programme} was published."
        case NoticeKind.DECLINED:
            return f"What you logged in {programme} was declined, with a reason."
        case NoticeKind.WITHDRAWN:
            return f"What you logged in {programme} was withdrawn."
        case NoticeKind.COMMENT:
            return f"There is a comment on an insight in {programme}."


def _curators(insight: Insight) -> QuerySet[User]:
    return _publishers(insight.programme_id, withheld=insight.words_withheld)


def _publishers(programme_id: UUID, *, withheld: bool) -> QuerySet[User]:
    return people_who_may("publish", "insight", programme_id=programme_id, status=Status.SUBMITTED, withheld=withheld)


def _speakers(insight: Insight) -> set[UUID]:
    """Return who logged the insight or brought a voice to it, as far as they still come here."""
    theirs = Q(id=insight.author_id) | Q(id__in=insight.sources.values("recorded_by_id"))
    return set(User.objects.filter(theirs, is_active=True).values_list("id", flat=True))


def _tell(insight: Insight, kind: NoticeKind, people: Iterable[UUID]) -> None:
    people = sorted(people)
    wishes = _wishes(people)
    Notice.objects.bulk_create(
        Notice(
            person_id=person, kind=kind, insight=insight, programme_id=insight.programme_id, due=_due(wishes[person])
        )
        for person in people
    )
    if people:
        nudge_mail_after_commit()


def _tell_of_the_queue(insight: Insight, people: Sequence[UUID]) -> None:
    """Tell curators that something waits: one notice of each programme until it is read, however much is sent in.

    One that has gone by e-mail and is not read goes again with what came since, the next morning.
    """
    people = sorted(people)
    wishes = _wishes(people)
    if not people:
        return
    now, morning = timezone.now(), _next_morning()
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO insights_notice (id, person_id, kind, programme_id, count, at, due, tries)
            SELECT id, person, 'submitted', %s, 1, %s, due, 0
            FROM unnest(%s::uuid[], %s::uuid[], %s::timestamptz[]) AS told (id, person, due)
            ON CONFLICT (person_id, programme_id) WHERE kind = 'submitted' AND read_at IS NULL
            DO UPDATE SET count = insights_notice.count + 1, at = excluded.at, tries = 0, mailed_at = NULL,
                due = CASE
                    WHEN excluded.due IS NULL THEN NULL
                    WHEN insights_notice.mailed_at IS NULL THEN coalesce(insights_notice.due, excluded.due)
                    ELSE %s
                END
            """,
            [
                insight.programme_id,
                now,
                [uuid7() for _ in people],
                people,
                [_due(wishes[person]) for person in people],
                morning,
            ],
        )
    nudge_mail_after_commit()


def _wishes(people: Sequence[UUID]) -> dict[UUID, MailWish]:
    """Return how these people wish to be told by e-mail; each has a row from now on, which locks their e-mail."""
    Wish.objects.bulk_create((Wish(person_id=person) for person in people), ignore_conflicts=True)
    return {
        person: MailWish(mail)
        for person, mail in Wish.objects.filter(person_id__in=people).values_list("person_id", "mail")
    }


def _due(wish: MailWish) -> datetime.datetime | None:
    if wish == MailWish.NEVER:
        return None
    return timezone.now() if wish == MailWish.AT_ONCE else _next_morning()


def _next_morning() -> datetime.datetime:
    now = timezone.localtime()
    today = now.replace(hour=MORNING.hour, minute=0, second=0, microsecond=0)
    return today if today > now else today + datetime.timedelta(days=1)

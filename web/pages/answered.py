"""What became of it: receipts, what waits for a curator, notices, and how soon a programme answers."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from uuid import UUID

from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from casestudies import reading
from casestudies.errors import Missing
from casestudies.lifecycle import Status
from casestudies.models import CaseStudy, Programme
from insights import notices
from insights.answering import answered, answered_in_words
from insights.choices import Kind, MailWish
from insights.counting import counts
from insights.lacking import missing
from insights.models import Insight
from insights.receipts import Stage, read_code, shown, told
from insights.waiting import waiting
from web.cards import first_words
from web.words import counted, day, label

ON_A_LINE = 40


@dataclass(frozen=True)
class ReceiptPage:
    """What a receipt tells. `href` leads to what was published, and is else empty."""

    code: str
    now: Stage
    before: tuple[Stage, ...]
    reason: str
    href: str


@dataclass(frozen=True)
class Line:
    """An insight that waits: since when, what of it, and what stands in the way of publishing it."""

    id: str
    href: str
    name: str
    text: str
    kind: str
    programme: str
    since: str
    age: str
    lacks: tuple[str, ...]


@dataclass(frozen=True)
class WaitingPage:
    """What waits for a curator. `programmes`: value, name, chosen."""

    lines: tuple[Line, ...]
    total: str
    more: str
    programmes: tuple[tuple[str, str, bool], ...]


@dataclass(frozen=True)
class NoticeLine:
    """A notice as it is shown."""

    href: str
    said: str
    at: datetime.datetime
    read: bool


@dataclass(frozen=True)
class NoticesPage:
    """A person's notices, and how they wish to be told by e-mail: value, words, chosen."""

    lines: tuple[NoticeLine, ...]
    unread: int
    wishes: tuple[tuple[str, str, bool], ...]


@dataclass(frozen=True)
class ProgrammePage:
    """A programme: what it set out to do, what it learned and how soon it answers."""

    name: str
    facts: list[tuple[str, str]]
    summary: str
    answered: str
    studies: list[CaseStudy]
    total: str
    insights: str


def receipt_page(said: str) -> ReceiptPage | None:
    """Return the page of a receipt, or None where there is none with this code."""
    found = told(said)
    if found is None:
        return None
    return ReceiptPage(
        code=shown(read_code(said)),
        now=found.now,
        before=found.stages[:-1],
        reason=found.reason,
        href=reverse("web:insight", args=[found.published]) if found.published else "",
    )


def waiting_page(person: User, programme: str) -> WaitingPage:
    """Return what waits for this curator, of the programme with this id or of all. Raises PermissionDenied, Missing."""
    try:
        chosen = UUID(programme) if programme else None
    except ValueError as error:
        raise Missing("There is no such programme.") from error
    found = waiting(person=person, programme_id=chosen)
    left = found.total - len(found.insights)
    return WaitingPage(
        lines=tuple(_line(insight) for insight in found.insights),
        total=counted(found.total, "insight"),
        more=counted(left, "more waits", "more wait") if left else "",
        programmes=tuple((str(one.id), one.name, one.id == chosen) for one in found.programmes),
    )


def _line(insight: Insight) -> Line:
    since: datetime.datetime = insight.since  # type: ignore[attr-defined]
    days = (timezone.localdate() - timezone.localdate(since)).days
    return Line(
        id=str(insight.id),
        href=reverse("web:insight", args=[insight.id]),
        name=insight.title or first_words(insight.text),
        text=first_words(insight.text, ON_A_LINE),
        kind=label(Kind, insight.kind),
        programme=insight.programme.name,
        since=day(since),
        age="sent in today" if days == 0 else f"waits for {counted(days, 'day')}",
        lacks=tuple(missing(insight=insight, name="publish").values()),
    )


def notices_page(person: User) -> NoticesPage:
    """Return the person's notices."""
    wish = notices.wish_of(person)
    return NoticesPage(
        lines=tuple(
            NoticeLine(
                reverse("web:notice", args=[one.id]), notices.in_words(one), one.at, read=one.read_at is not None
            )
            for one in notices.mine(person=person)
        ),
        unread=notices.unread(person),
        wishes=tuple((choice.value, str(choice.label), choice == wish) for choice in MailWish),
    )


def programme_page(person: User | None, slug: str) -> ProgrammePage:
    """Return the page of a programme. Raises Missing."""
    programme = reading.programmes(person).filter(slug=slug).first()
    if programme is None:
        raise Missing("There is no such programme, or you may not open it.")
    ran = " to ".join(said for said in (day(programme.starts_on), day(programme.ends_on)) if said)
    facts = (("Led by", programme.lead.name), ("Ran", ran))
    return ProgrammePage(
        name=programme.name,
        facts=[(name, said) for name, said in facts if said],
        summary=programme.summary,
        answered=answered_line(programme),
        studies=list(reading.case_studies(person).filter(programme=programme, status=Status.PUBLISHED)),
        total=counted(counts(programme_id=programme.id)["all"][""], "published insight"),
        insights=f"{reverse('web:insights')}?programme={programme.id}",
    )


def answered_line(programme: Programme) -> str:
    """Return how soon a programme answers, in words."""
    return answered_in_words(answered([programme.id])[programme.id])

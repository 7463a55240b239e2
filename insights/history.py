"""What happened to an insight and who did it, for a reader: the words of earlier versions only to those who may."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from uuid import UUID

from django.db import models
from pghistory.models import Context

from accounts.models import Role, User
from casestudies.errors import Missing
from casestudies.lifecycle import Status
from insights.choices import TagState
from insights.models import Comment, Erasure, Evidence, Insight, Source, Tag, Tagging
from insights.past import may_with_its_past, past
from insights.visibility import Reader
from lhs.models import HABITS

INSERT, DELETE = "insert", "delete"
MOVED = {
    Status.DRAFT: "Reopened as a draft",
    Status.SUBMITTED: "Submitted",
    Status.PUBLISHED: "Published",
    Status.DECLINED: "Declined",
    Status.WITHDRAWN: "Withdrawn",
}
SAID = {
    "title": "Title",
    "text": "Text",
    "kind": "Kind",
    "programme": "Programme",
    "case_study": "Case study",
    "learning_activity": "Learning activity",
    "perspective": "Perspective",
    "level": "Level",
    "effect": "Effect",
    "response": "Response",
    "section": "Section",
    "position": "Place in the section",
    "locator": "Where it stands in the source",
    "external_id": "Reference",
    "illustrative": "Illustrative",
    "decline_reason": "Reason",
}
VOICE = {
    "kind": "Who said it",
    "role": "Role",
    "organisation": "Organisation",
    "place": "Place",
    "collected_on": "Date collected",
    "consent": "Consent",
}


class Change(NamedTuple):
    """One field as it was and as it became, all in words; the empty string stands for nothing said."""

    field: str
    before: str
    after: str


@dataclass(frozen=True)
class Event:
    """Something that happened: when, who did it and what, in words. `who` is empty where nobody was noted.

    `hidden` says that words changed which this reader may not see; then `changes` is empty.
    """

    at: datetime.datetime
    who: str
    what: str
    changes: tuple[Change, ...] = ()
    hidden: bool = False


@dataclass(frozen=True)
class _Step:
    """An event before it is put into words for a reader. `actor` is a person's id; `rank` orders one moment."""

    at: datetime.datetime
    rank: tuple[int, int]
    actor: UUID | None
    what: str
    changes: tuple[Change, ...] = ()
    who: str = ""


@dataclass(frozen=True)
class _Eyes:
    """What one reader may see of one insight's past."""

    person: User | None
    versions: bool
    rejected: bool
    comments: bool
    openable: frozenset[UUID] = field(default_factory=frozenset)


def timeline(*, person: User | None, insight_id: UUID) -> list[Event]:
    """Return what happened to this insight, the latest first, as far as `person` may know it.

    Words of earlier versions are for those who may read them; others learn that something changed. People are named
    to the same readers only, and by role to all others. Raises Missing when `person` may not open the insight.
    """
    reader = Reader.of(person)
    insight = reader.insights().filter(id=insight_id).first()
    if insight is None:
        raise Missing("There is no such insight, or you may not open it.")
    versions = list(
        past(Insight).filter(pgh_obj=insight_id).select_related("programme", "case_study", "learning_activity")
    )
    voices = list(past(Source).filter(insight=insight_id).select_related("organisation"))
    links = list(past(Evidence).filter(models.Q(insight=insight_id) | models.Q(other=insight_id)))
    eyes = _eyes(reader, insight, links)
    steps = [
        *_said(versions),
        *_voiced(voices, logged=[version.pgh_created_at for version in versions if version.pgh_label == INSERT]),
        *_linked(links, insight_id, eyes),
        *_decided(past(Tag).filter(insight=insight_id).select_related("code__codebook"), eyes),
        *_commented(Comment.objects.filter(insight=insight_id), eyes),
        *_erased(Erasure.objects.filter(insight=insight_id), eyes),
        *_tagged(Tagging.objects.filter(insight=insight, at__isnull=False).select_related("tagger", "codebook")),
    ]
    steps = _together(sorted(steps, key=lambda step: (step.at, step.rank)))
    people = User.objects.in_bulk({step.actor for step in steps if step.actor})
    return [_told(step, people, eyes) for step in reversed(steps)]


def _eyes(reader: Reader, insight: Insight, links: Sequence[Any]) -> _Eyes:
    """Work out what of this insight's past the reader may see.

    It may have stood in another programme, or been withheld, before: whoever reads its past may read all of that.
    """

    def may_see(object: str) -> bool:
        return may_with_its_past(reader.person, "read", object, insight)

    ends = {end for link in links for end in (link.insight_id, link.other_id)}
    return _Eyes(
        person=reader.person,
        versions=may_see("earlier version"),
        rejected=may_see("rejected tag"),
        comments=may_see("comment"),
        openable=frozenset(reader.insights().filter(id__in=ends).values_list("id", flat=True)) if ends else frozenset(),
    )


def _said(versions: Iterable[Any]) -> Iterator[_Step]:
    """Tell the versions of the insight itself: logged, moved, edited."""
    was: Any = None
    for version in versions:
        at, rank = version.pgh_created_at, (0, version.pgh_id)
        if was is None:
            what = "Logged as a draft" if version.status == Status.DRAFT else "Logged"
            yield _Step(at, rank, _actor(version) or version.author_id, what)
        else:
            changes = tuple(_changes(was, version, SAID))
            if version.status != was.status:
                # A reason that is taken back goes without saying.
                said = tuple(change for change in changes if change.field != "Reason" or change.after)
                yield _Step(at, rank, _actor(version), MOVED[Status(version.status)], said)
            elif changes:
                yield _Step(at, rank, _actor(version), "Edited", changes)
        was = version


def _voiced(voices: Iterable[Any], *, logged: Sequence[datetime.datetime]) -> Iterator[_Step]:
    """Tell what became of the voices; those that came with the insight go without saying."""
    was: dict[Any, Any] = {}
    for voice in voices:
        gone = voice.pgh_label == DELETE
        before, after = (voice, None) if gone else (was.get(voice.pgh_obj_id), voice)
        was[voice.pgh_obj_id] = voice
        if voice.pgh_label == INSERT and voice.pgh_created_at in logged:
            continue
        changes = tuple(
            Change(change.field if voice.position == 0 else f"{change.field} (voice {voice.position + 1})", *change[1:])
            for change in _changes(before, after, VOICE)
        )
        if changes:
            actor = _actor(voice) or (voice.recorded_by_id if voice.pgh_label == INSERT else None)
            yield _Step(voice.pgh_created_at, (1, voice.pgh_id), actor, "Edited", changes)


def _linked(links: Iterable[Any], insight_id: UUID, eyes: _Eyes) -> Iterator[_Step]:
    """Tell which links to other insights came and went, where the reader may open the other end."""
    links = list(links)
    ends = {link.other_id if link.insight_id == insight_id else link.insight_id for link in links} & eyes.openable
    names = {end.id: end.title or _short(end.text) for end in Insight.objects.filter(id__in=ends)} if ends else {}
    for link in links:
        outward = link.insight_id == insight_id
        name = names.get(link.other_id if outward else link.insight_id)
        if name is None:
            continue
        relation = str(link.relation).replace("-", " ")
        words = f"this {relation} “{name}”" if outward else f"“{name}” {relation} this"
        what = f"Link taken away: {words}" if link.pgh_label == DELETE else f"Linked: {words}"
        yield _Step(link.pgh_created_at, (2, link.pgh_id), _actor(link), what)


def _decided(tags: Iterable[Any], eyes: _Eyes) -> Iterator[_Step]:
    """Tell what people decided of the tags; which ones they rejected only to those who may see such tags.

    Where themes were merged, a tag goes on as that of the theme that was kept.
    """
    was: dict[UUID, str] = {}
    for tag in tags:
        before, was[tag.pgh_obj_id] = was.get(tag.pgh_obj_id, tag.code.name), tag.code.name
        if before != tag.code.name:
            what = f"The theme “{before}” was merged into “{tag.code.name}”"
            yield _Step(tag.pgh_created_at, (3, tag.pgh_id), _actor(tag), what)
            continue
        kind = "habit" if tag.code.codebook.slug == HABITS else "theme"
        if tag.state == TagState.CONFIRMED:
            what = f"Confirmed the {kind} “{tag.code.name}”"
        else:
            what = f"Rejected the {kind} “{tag.code.name}”" if eyes.rejected else f"Decided on a {kind}"
        yield _Step(tag.pgh_created_at, (3, tag.pgh_id), tag.decided_by_id, what)


def _commented(comments: Iterable[Comment], eyes: _Eyes) -> Iterator[_Step]:
    """Tell who commented when, to those who may read it; what they said stands beside the insight."""
    for place, comment in enumerate(comments if eyes.comments else ()):
        yield _Step(comment.at, (4, place), comment.person_id, "Commented")


def _erased(erasures: Iterable[Erasure], eyes: _Eyes) -> Iterator[_Step]:
    for erasure in erasures:
        why = (Change("Reason", "", erasure.reason),) if eyes.versions else ()
        who = "" if erasure.person_id else "The operator of this site"
        yield _Step(erasure.at, (6, 0), erasure.person_id, "Words erased for good", why, who)


def _tagged(taggings: Iterable[Tagging]) -> Iterator[_Step]:
    for tagging in taggings:
        if tagging.at is not None and tagging.tagger is not None:
            who = f"The tagger, version {tagging.tagger.version}"
            yield _Step(tagging.at, (5, tagging.id), None, f"Read for tags: {tagging.codebook.name}", who=who)


def _together(steps: Iterable[_Step]) -> list[_Step]:
    """Put what was written in one go – the text and its voices – together as one edit."""
    told: list[_Step] = []
    for step in steps:
        last = told[-1] if told else None
        if last and (last.at, last.actor, last.what) == (step.at, step.actor, step.what) and step.what == "Edited":
            told[-1] = _Step(last.at, last.rank, last.actor, last.what, last.changes + step.changes)
        else:
            told.append(step)
    return told


def _told(step: _Step, people: dict[Any, User], eyes: _Eyes) -> Event:
    who = step.who or _name(people.get(step.actor), eyes)
    return Event(
        at=step.at,
        who=who,
        what=step.what,
        changes=step.changes if eyes.versions else (),
        hidden=bool(step.changes) and not eyes.versions,
    )


def _name(actor: User | None, eyes: _Eyes) -> str:
    """Return how this reader may know that person: by name among colleagues, by role to everyone else."""
    if actor is None:
        return ""
    if eyes.versions or actor == eyes.person:
        return str(actor)
    return "A curator" if actor.role in (Role.CURATOR, Role.ADMIN) else "A member of the programme team"


def _actor(event: Any) -> UUID | None:
    """Return who was signed in when the change was made, if it was made at a door."""
    context: Context | None = event.pgh_context
    said = (context.metadata or {}).get("user") if context else None
    return UUID(said) if said else None


def _changes(before: Any, after: Any, fields: dict[str, str]) -> Iterator[Change]:
    """Compare two versions field by field; None on either side is “not there yet” or “no more”."""
    for name, words in fields.items():
        was, now = words_of(before, name), words_of(after, name)
        if was != now:
            yield Change(words, was, now)


def words_of(version: Any, name: str) -> str:
    """Return one field of a version of an insight or a voice in words; nothing for nothing said, or for no version."""
    value = getattr(version, name) if version is not None else None
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, datetime.date):
        return f"{value:%-d %B %Y}"
    shown = getattr(version, f"get_{name}_display", None)
    return str(shown() if shown else value)


def _short(text: str, longest: int = 80) -> str:
    """Return the first words of a text."""
    first = " ".join(text.split())
    return first if len(first) <= longest else first[:longest].rsplit(" ", 1)[0] + "…"

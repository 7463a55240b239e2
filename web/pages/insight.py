"""One insight: what was said and by whom, where it stands, its tags, what it rests on, and what happened to it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import orjson
from django.urls import reverse

from accounts.models import User
from casestudies.lifecycle import Status, legal_move
from insights import search
from insights.choices import Consent, Effect, Kind, Level, Perspective, Relation, Response, SourceKind, TagState
from insights.comments import comments_on, may_comment, may_read_comments
from insights.erasing import may_erase
from insights.history import Event, timeline
from insights.lacking import missing
from insights.merging import merged_into
from insights.models import Comment, Erasure, Insight
from insights.moves import moves_open_to
from insights.receipts import receipts_of
from insights.similar import raised_in_words
from insights.versions import may_read_versions
from insights.visibility import may_here
from insights.voices import may_add_voice
from web.cards import first_words, page_links
from web.pages.flags import FlagsPanel, flags_panel
from web.pages.marking import Piece, marked, quoted_in
from web.pages.tags import TagsPanel, tags_panel
from web.words import day, label

MOVES = {
    "submit": "Submit for review",
    "publish": "Publish",
    "decline": "Decline",
    "withdraw": "Withdraw",
    "reopen": "Reopen as a draft",
}
STANDING = {
    Status.DRAFT: "Only the programme’s team and curators can see it.",
    Status.SUBMITTED: "It waits for a curator. Only the programme’s team and curators can see it.",
    Status.PUBLISHED: "Everyone who may read this site can see it.",
    Status.DECLINED: "Only the programme’s team and curators can see it.",
    Status.WITHDRAWN: "Only the programme’s team and curators can see it.",
}
CONSENT = {
    Consent.NOT_NEEDED: "not needed",
    Consent.GIVEN: "given",
    Consent.WITHHELD: "withheld – these words stay inside the programme",
}
TO = {
    Relation.RESTS_ON: "Rests on",
    Relation.SUPPORTS: "Supports",
    Relation.CONTRADICTS: "Contradicts",
    Relation.REPEATS: "Repeats",
}
FROM = {
    Relation.RESTS_ON: "Is a reason for",
    Relation.SUPPORTS: "Is supported by",
    Relation.CONTRADICTS: "Is contradicted by",
    Relation.REPEATS: "Is repeated by",
}


@dataclass(frozen=True)
class Link:
    """Words, and where they lead; an address may be empty."""

    words: str
    href: str = ""


@dataclass(frozen=True)
class Fact:
    """A line of a summary."""

    name: str
    links: tuple[Link, ...]


@dataclass(frozen=True)
class OpenMove:
    """A move that this person may make now."""

    name: str
    words: str
    needs_reason: bool


@dataclass(frozen=True)
class InsightPage:
    """What the page of an insight shows. Without a title of its own, `title` are its first words.

    `text` are its paragraphs in pieces; `marks` says whether any is marked. `raised` says how often, in words. `lacks`
    says what stands in the way of the next move; `receipts` are the reader's own; `comments` is None where they are
    not for this reader.
    """

    id: str
    title: str
    titled: bool
    text: list[list[Piece]]
    marks: bool
    kind: str
    illustrative: bool
    status: str
    standing: str
    decline_reason: str
    merged_into: Link | None
    raised: str
    may_add_voice: bool
    voices: list[list[Fact]]
    facts: list[Fact]
    evidence: list[Fact]
    tags: TagsPanel
    moves: list[OpenMove]
    may_edit: bool
    lacks: list[str]
    receipts: list[str]
    comments: list[Comment] | None
    may_comment: bool
    may_see_versions: bool
    may_erase: bool
    events: list[Event]
    flags: FlagsPanel | None


def insight_page(person: User | None, insight_id: Any) -> InsightPage:
    """Return the page of an insight as `person` (None: anyone) sees it. Raises Missing."""
    row, insight = read(person, insight_id)
    status = Status(insight.status)
    erased = status == Status.WITHDRAWN and Erasure.objects.filter(insight=insight).exists()
    team = person is not None and may_here(person, "read", "earlier version", insight)
    paragraphs = [marked(part, _weighed(row)) for part in row["text"].split("\n") if part.strip()]
    return InsightPage(
        id=row["id"],
        title=row["title"] or first_words(row["text"]),
        titled=bool(row["title"]),
        text=paragraphs,
        marks=any(piece.marked for pieces in paragraphs for piece in pieces),
        kind=label(Kind, row["kind"]),
        illustrative=row["illustrative"],
        status=str(status.label),
        standing=STANDING[status] if team else "",
        decline_reason=insight.decline_reason if team else "",
        merged_into=_merged_into(person, insight),
        raised=raised_in_words(row["voices"], row["places"]),
        may_add_voice=may_add_voice(person, insight),
        voices=[list(_voice(source)) for source in insight.sources.select_related("organisation")],
        facts=list(_facts(row, insight.programme.slug)),
        evidence=_evidence(row["evidence"]),
        tags=tags_panel(person, insight, row),
        moves=_moves(person, insight) if person else [],
        may_edit=person is not None and may_here(person, "edit", "insight", insight),
        lacks=_lacks(person, insight),
        receipts=receipts_of(insight_id=insight.id, recorded_by=person) if person else [],
        comments=comments_on(person=person, insight_id=insight.id) if may_read_comments(person, insight) else None,
        may_comment=may_comment(person, insight) and not erased,
        may_see_versions=not erased and person is not None and may_read_versions(person, insight),
        may_erase=may_erase(person, insight) and not erased,
        events=timeline(person=person, insight_id=insight.id),
        flags=flags_panel(person, insight),
    )


def read(person: User | None, insight_id: Any) -> tuple[dict[str, Any], Insight]:
    """Return the insight's row as the API gives it, and the insight. Raises Missing."""
    row = orjson.loads(search.one(person=person, insight_id=insight_id, links=page_links()))
    return row, Insight.objects.get(id=insight_id)


def _weighed(row: dict[str, Any]) -> list[str]:
    """Return the words that the tagger's suggestions say weighed most."""
    tags = [tag for tag in row["habits"] + row["themes"] if tag["state"] == TagState.SUGGESTED]
    return quoted_in(tag["reason"] for tag in tags)


def _merged_into(person: User | None, insight: Insight) -> Link | None:
    kept = merged_into(person=person, insight_id=insight.id) if insight.status == Status.WITHDRAWN else None
    return Link(kept.title or first_words(kept.text), reverse("web:insight", args=[kept.id])) if kept else None


def _moves(person: User, insight: Insight) -> list[OpenMove]:
    found = []
    for name in moves_open_to(person=person, insight=insight):
        move = legal_move(name=name, status=insight.status)
        found.append(OpenMove(name, MOVES[name], bool(move and move.needs_reason)))
    return found


def _lacks(person: User | None, insight: Insight) -> list[str]:
    """Return what stands in the way of sending it in or publishing it, for whoever may do so."""
    names = [name for name in moves_open_to(person=person, insight=insight) if name in ("submit", "publish")]
    return [reason for name in names for reason in missing(insight=insight, name=name).values()]


def _voice(source: Any) -> Iterable[Fact]:
    yield Fact("Who", (Link(", ".join(part for part in (label(SourceKind, source.kind), source.role) if part)),))
    if source.organisation:
        yield Fact("Organisation", (_filtered(source.organisation.name, organisation=source.organisation.slug),))
    if source.place:
        yield Fact("Place", (Link(source.place),))
    if source.collected_on:
        yield Fact("Collected on", (Link(day(source.collected_on)),))
    yield Fact("Consent", (Link(CONSENT[Consent(source.consent)]),))


def _facts(row: dict[str, Any], slug: str) -> Iterable[Fact]:
    programme, study, activity = row["programme"], row["case_study"], row["learning_activity"]
    yield Fact("Programme", (Link(programme["name"], reverse("web:programme", args=[slug])),))
    if study:
        yield Fact("Case study", (Link(study["name"], study["url"]),))
    said = (
        ("Section", row["section"]),
        ("Where in the source", row["locator"]),
        ("Heard at", activity["name"] if activity else ""),
        ("Perspective", label(Perspective, row["perspective"])),
        ("Level", label(Level, row["level"])),
        ("Effect", label(Effect, row["effect"])),
        ("Response", label(Response, row["response"])),
    )
    for name, words in said:
        if words:
            yield Fact(name, (Link(words),))
    if row["audiences"]:
        links = tuple(_filtered(audience["name"], audience=audience["id"]) for audience in row["audiences"])
        yield Fact("For", links)
    yield Fact("Logged on", (Link(day(row["created"])),))


def _evidence(evidence: list[dict[str, Any]]) -> list[Fact]:
    found: dict[str, list[Link]] = {}
    for other in evidence:
        words = (TO if other["direction"] == "to" else FROM)[Relation(other["relation"])]
        found.setdefault(words, []).append(Link(first_words(other["name"]), other["url"]))
    return [Fact(name, tuple(links)) for name, links in found.items()]


def _filtered(words: str, **filters: str) -> Link:
    return Link(words, f"{reverse('web:insights')}?{urlencode(filters)}")

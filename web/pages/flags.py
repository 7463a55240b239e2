"""What may tell who somebody is, where it stands, and what can be done about it: on a page, or as one types."""

from __future__ import annotations

from dataclasses import dataclass

from accounts.models import User
from casestudies.lifecycle import Status
from insights.flagging import flags_for
from insights.flags import flags_of, in_words
from insights.models import Insight
from insights.models.flagged import FlagKind
from insights.visibility import may_here
from web.words import label

BESIDE = 60
ENOUGH_TYPED = 3
# A text is 5,000 characters at most; what is longer is told so when it is saved.
LONGEST_TYPED = 6_000


@dataclass(frozen=True)
class FlagCard:
    """One thing found: `before`, `words` and `after` are how it stands, `where` is empty in the text itself."""

    id: str
    kind: str
    where: str
    before: str
    words: str
    after: str
    redaction: str


@dataclass(frozen=True)
class FlagsPanel:
    """What was found, in words and one by one, and what this person may do about it."""

    told: str
    cards: tuple[FlagCard, ...]
    may_redact: bool
    may_clear: bool
    published: bool


def flags_panel(person: User | None, insight: Insight) -> FlagsPanel | None:
    """Return what is open on an insight, or None where there is nothing, or nothing for `person` to see."""
    found = flags_of(person=person, insight=insight)
    if not found:
        return None
    cards = []
    for one in found:
        flag = one.flag
        where = flag.get_field_display() if flag.field != "text" else ""
        cards.append(_card(str(flag.id), flag.kind, where, one.text, flag.start, flag.end, one.redaction))
    return FlagsPanel(
        told=in_words(one.flag.kind for one in found),
        cards=tuple(cards),
        may_redact=may_here(person, "edit", "insight", insight),
        may_clear=may_here(person, "clear", "flag", insight),
        published=insight.status == Status.PUBLISHED,
    )


def typed_panel(text: str) -> FlagsPanel | None:
    """Return what is found in a text that is being typed, or None. Nothing of it is kept."""
    text = text[:LONGEST_TYPED].replace("\r\n", "\n")
    [found] = flags_for([text if len(text) >= ENOUGH_TYPED else ""])
    if not found:
        return None
    cards = (_card("", one.kind, "", text, one.start, one.end, one.redaction) for one in found)
    return FlagsPanel(in_words(one.kind for one in found), tuple(cards), True, False, False)


def _card(id: str, kind: str, where: str, text: str, start: int, end: int, redaction: str) -> FlagCard:
    first, last = max(0, start - BESIDE), end + BESIDE
    return FlagCard(
        id=id,
        kind=label(FlagKind, kind),
        where=where,
        before=("…" if first else "") + text[first:start],
        words=text[start:end],
        after=text[end:last] + ("…" if last < len(text) else ""),
        redaction=redaction,
    )

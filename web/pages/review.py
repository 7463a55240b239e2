"""The curator's desk: one text to judge, a decision on a whole filter, and how far two people agree."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.urls import reverse

from accounts.models import User
from insights import bulk, desk
from insights.agreement import Compared, Standing, agreement, sample_of, samples
from insights.choices import Kind, SourceKind, TagState
from insights.desk import can_undo, how_many_aside, how_many_left
from insights.laid import Choice, laid
from insights.models import Sample, Turn
from lhs.agreement import Measure
from lhs.models import HABITS, THEMES, Code
from web.filters import Applied, Asked
from web.pages.marking import Piece, marked, quoted_in
from web.pages.tags import DECISIONS, name_of, score_in_words
from web.words import counted, label, moment, number, percent

COUNTED_UP_TO = 1000


@dataclass(frozen=True)
class ShownChoice:
    """A checkbox: its key (1–5), short and full name, whether it is ticked, and in words why."""

    key: int
    code: str
    name: str
    full_name: str
    ticked: bool
    said: str
    reason: str


@dataclass(frozen=True)
class Judged:
    """The text that is before them. `turn` is an id."""

    turn: str
    title: str
    text: list[list[Piece]]
    said_by: str
    choices: tuple[ShownChoice, ...]


@dataclass(frozen=True)
class ReviewPage:
    """One text to judge, or none (`judged`), with what is left in words. `address` is where its forms are sent."""

    heading: str
    address: str
    back: tuple[str, str]
    judged: Judged | None
    left: str
    aside: str
    blind: bool
    may_choose_blind: bool
    may_skip: bool
    can_undo: bool


def review_page(person: User, *, blind: bool) -> ReviewPage:
    """Lay the next text before `person`. Raises PermissionDenied."""
    turn = desk.next_turn(person=person, blind=blind)
    left = how_many_left(person=person, limit=COUNTED_UP_TO)
    aside = how_many_aside(person=person)
    return ReviewPage(
        heading="Review",
        address=reverse("web:review"),
        back=(reverse("web:insights"), "All insights"),
        judged=_judged(turn, blind=blind) if turn else None,
        left=_left(left),
        aside=f"You skipped {counted(aside, 'text')}. What you skip comes back within a day." if aside else "",
        blind=blind,
        may_choose_blind=True,
        may_skip=True,
        can_undo=can_undo(person=person),
    )


def sample_page(person: User, sample: Sample, turn: Turn | None) -> ReviewPage:
    """The next text of a sample, always blind."""
    standing = next(one for one in samples(person=person) if one.id == sample.id)
    return ReviewPage(
        heading=f"Judge the sample “{sample.name}”",
        address=reverse("web:sample", args=[sample.id]),
        back=(f"{reverse('web:agreement')}?sample={sample.id}", "Agreement"),
        judged=_judged(turn, blind=True) if turn else None,
        left=f"You have judged {number(standing.mine)} of {counted(standing.size, 'text')}.",
        aside="",
        blind=True,
        may_choose_blind=False,
        may_skip=False,
        can_undo=can_undo(person=person, sample=True),
    )


def recorded(codes: list[str]) -> str:
    """Return what was recorded, in a sentence."""
    names = [name_of(HABITS, code) for code in codes]
    if not names:
        return "Recorded: none of the five habits."
    return f"Recorded: {' and '.join([', '.join(names[:-1])] * bool(names[:-1]) + names[-1:])}."


def _judged(turn: Turn, *, blind: bool) -> Judged:
    before = laid(turn, blind=blind)
    terms = quoted_in(choice.reason for choice in before.codes if choice.state == TagState.SUGGESTED)
    return Judged(
        turn=str(before.turn),
        title=before.title,
        text=[marked(part, terms) for part in before.text.split("\n") if part.strip()],
        said_by=f"{label(Kind, before.kind)}. {label(SourceKind, before.source_kind)}.",
        choices=tuple(_choice(key, choice) for key, choice in enumerate(before.codes, start=1)),
    )


def _choice(key: int, choice: Choice) -> ShownChoice:
    said = ""
    if choice.state == TagState.SUGGESTED:
        said = f"Suggested: {score_in_words(choice.score).lower()}."
    elif choice.state:
        said = f"{choice.state.capitalize()} by a person."
    return ShownChoice(
        key=key,
        code=choice.code,
        name=name_of(HABITS, choice.code),
        full_name=choice.name,
        ticked=choice.chosen,
        said=said,
        reason=choice.reason if choice.state == TagState.SUGGESTED else "",
    )


def _left(left: int) -> str:
    if left > COUNTED_UP_TO:
        return f"More than {number(COUNTED_UP_TO)} texts are left to judge."
    return f"{counted(left, 'text')} {'is' if left == 1 else 'are'} left to judge."


# --- a whole filter ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class DoneInBulk:
    """A decision on many that can be taken back."""

    id: str
    words: str


@dataclass(frozen=True)
class BulkPage:
    """A decision on everything that a filter selects: what is asked for, and once it is chosen, on how many.

    `question` is empty until a code and a verdict are chosen; `button` where there is nothing to decide.
    """

    faults: tuple[str, ...]
    applied: tuple[Applied, ...]
    q: str
    carried: tuple[tuple[str, str], ...]
    query: str
    back: str
    codes: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]
    tag: str
    state: str
    expected: int
    question: str
    button: str
    done: tuple[DoneInBulk, ...]


def bulk_page(person: User, asked: Asked, *, tag: str, state: str) -> BulkPage:
    """Return the page for a filter, a `tag` such as `habits/staff` and a `state`. Raises Missing, PermissionDenied."""
    back = asked.address()
    query = back.partition("?")[2]
    codebook, _, code = tag.partition("/")
    question = button = ""
    count = 0
    # What was not understood of a filter would widen it.
    if code and state in DECISIONS and not asked.faults:
        count = bulk.preview(person=person, selection=asked.selection, codebook=codebook, code=code)
        question, button = _asked_of(count, DECISIONS[TagState(state)], name_of(codebook, code))
    return BulkPage(
        faults=asked.faults,
        applied=asked.applied,
        q=asked.q,
        carried=(*((("q", asked.q),) if asked.q else ()), *_carried(asked)),
        query=query,
        back=back,
        codes=_codes(),
        tag=tag,
        state=state,
        expected=count,
        question=question,
        button=button,
        done=tuple(DoneInBulk(str(one.id), _done(one)) for one in bulk.latest(person=person)),
    )


def _asked_of(count: int, verb: str, name: str) -> tuple[str, str]:
    if count > bulk.MOST:
        return f"That is more than {number(bulk.MOST)} insights, which is too many at once. Narrow the filter.", ""
    if count == 0:
        return f"There is nothing to decide: people have decided “{name}” on all of them, or you may not.", ""
    return (
        f"This will {verb.lower()} “{name}” on {counted(count, 'insight')}. What a person has decided stays as it is.",
        f"{verb} {name} on {counted(count, 'insight')}",
    )


def _carried(asked: Asked) -> tuple[tuple[str, str], ...]:
    return tuple((name, value) for name, values in asked.values.items() for value in values)


def _codes() -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
    found = Code.objects.living().filter(codebook__slug__in=(HABITS, THEMES)).select_related("codebook")
    groups: dict[str, list[tuple[str, str]]] = {HABITS: [], THEMES: []}
    for code in found.order_by("position", "name"):
        slug = code.codebook.slug
        groups[slug].append((f"{slug}/{code.slug}", name_of(slug, code.slug) if slug == HABITS else code.name))
    return tuple((name.capitalize(), tuple(choices)) for name, choices in groups.items() if choices)


def _done(one: Any) -> str:
    name = name_of(one.code.codebook.slug, one.code.slug)
    return f"{one.verdict.capitalize()} {name} on {counted(one.count, 'insight')}, {moment(one.at)}"


# --- agreement --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ComparedCode:
    """A line of the table: figures in words, with their intervals."""

    name: str
    full_name: str
    found: str
    percent: str
    kappa: str
    ac1: str


@dataclass(frozen=True)
class Differing:
    """A text on which two people differ, and what each found."""

    href: str
    words: str
    found: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class AgreementPage:
    """How far two people agree, over everything or in one sample (`chosen`, its id)."""

    samples: list[Standing]
    chosen: str
    chosen_name: str
    summary: str
    codes: tuple[ComparedCode, ...]
    differ: tuple[Differing, ...]


def agreement_page(person: User, *, sample_id: UUID | None) -> AgreementPage:
    """Return the page. Raises Missing, PermissionDenied."""
    told = agreement(person=person, sample_id=sample_id)
    return AgreementPage(
        samples=samples(person=person),
        chosen=str(sample_id or ""),
        chosen_name=sample_of(person, sample_id).name if sample_id else "",
        summary=_summary(told),
        codes=tuple(
            ComparedCode(
                name=name_of(HABITS, one.code),
                full_name=one.name,
                found=f"{one.agreement.both} both, {one.agreement.first + one.agreement.second} one alone",
                percent=_figure(one.agreement.percent, percent),
                kappa=_figure(one.agreement.kappa, _two_places),
                ac1=_figure(one.agreement.ac1, _two_places),
            )
            for one in told.codes
        ),
        differ=tuple(
            Differing(
                href=reverse("web:insight", args=[one.insight_id]),
                words=one.title or one.text,
                found=tuple(
                    (who, ", ".join(name_of(HABITS, code) for code in codes))
                    for who, codes in (
                        ("Both found", one.both),
                        ("The first found", one.one_only),
                        ("The second found", one.other_only),
                    )
                    if codes
                ),
            )
            for one in told.differ
        ),
    )


def _summary(told: Compared) -> str:
    if told.n == 0:
        return ""
    return (
        f"Two people have judged {counted(told.n, 'text')}. On {number(told.all_alike)} of them they found the same "
        f"in every habit."
    )


def _figure(measure: Measure, words: Any) -> str:
    if measure.value is None:
        return "No value"
    if measure.low is None or measure.high is None:
        return str(words(measure.value))
    return f"{words(measure.value)} ({words(measure.low)} to {words(measure.high)})"


def _two_places(value: float) -> str:
    return f"{value:.2f}".replace("-", "−")

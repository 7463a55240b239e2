"""What has been said already: the panel beside the form, the form that says “me too”, and likely duplicates."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.core.exceptions import ValidationError
from django.urls import reverse

from accounts.models import User
from casestudies.lifecycle import Status
from insights import merging, similar
from insights.choices import Kind
from insights.models import Insight, Merge
from insights.visibility import Reader
from insights.voices import may_add_voice
from web.cards import first_words
from web.pages.log import Field, choice_groups, first_input
from web.voice_form import VoiceForm
from web.words import label, moment, percent

ENOUGH_TYPED = 20
SHOWN = 3
ON_THE_PANEL = 40
# name → label and hint, in the order of the page.
VOICE: dict[str, tuple[str, str]] = {
    "kind": ("Who says so too?", ""),
    "role": ("Their role", "For example: ward sister, volunteer driver. Not a name."),
    "organisation": ("Organisation", ""),
    "place": ("Place", "For example: ward 7, vaccination bus."),
    "collected": ("When was it heard?", "For example: 27 3 2021."),
}


@dataclass(frozen=True)
class AlikeCard:
    """An insight that is like what is typed. `status` is empty where it is published; `me_too_href` may be empty."""

    href: str
    words: str
    text: str
    alike: str
    raised: str
    status: str
    me_too_href: str


@dataclass(frozen=True)
class AlikePanel:
    """What the panel shows: nothing until enough is typed (`asked`), then what is alike, or a note why not."""

    asked: bool
    note: str
    results: tuple[AlikeCard, ...]


@dataclass(frozen=True)
class VoicePage:
    """The form that adds a voice to one insight."""

    id: str
    title: str
    text: str
    raised: str
    fields: dict[str, Field]
    errors: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Side:
    """One of two insights that are alike."""

    id: str
    href: str
    name: str
    text: str
    kind: str
    programme: str
    status: str
    raised: str


@dataclass(frozen=True)
class Alike:
    """Two insights side by side, and how alike they are in words."""

    sides: tuple[Side, Side]
    alike: str


@dataclass(frozen=True)
class Merged:
    """A merge that can be undone."""

    id: str
    kept: str
    kept_href: str
    gone: str
    gone_href: str
    said: str


@dataclass(frozen=True)
class DuplicatesPage:
    """Likely duplicates for a curator, and the merges last made."""

    pairs: tuple[Alike, ...]
    merges: tuple[Merged, ...]


def alike_panel(person: User, text: str) -> AlikePanel:
    """Return what is like the text that is being typed; nothing while it is too short to say what it is about."""
    if len(text.strip()) < ENOUGH_TYPED:
        return AlikePanel(False, "", ())
    try:
        said = similar.similar(person=person, text=text, limit=SHOWN)
    except ValidationError:
        # What is wrong with the text is told when it is sent.
        return AlikePanel(False, "", ())
    open_now = {one.id: one for one in Reader.of(person).insights().filter(id__in=[one.id for one in said.results])}
    return AlikePanel(
        True,
        said.note,
        tuple(
            AlikeCard(
                href=reverse("web:insight", args=[one.id]),
                words=one.title or first_words(one.text),
                text=first_words(one.text, ON_THE_PANEL),
                alike=percent(one.similarity),
                raised=similar.raised_in_words(one.voices, one.places),
                status=_status(one.status),
                me_too_href=(
                    reverse("web:me-too", args=[one.id])
                    if one.id in open_now and may_add_voice(person, open_now[one.id])
                    else ""
                ),
            )
            for one in said.results
        ),
    )


def raised(insight_id: UUID) -> str:
    """Return how often an insight was raised, in words."""
    return similar.raised_in_words(*similar.how_often([insight_id])[insight_id])


def voice_page(insight: Insight, form: VoiceForm, *, checked: bool) -> VoicePage:
    """Return the form as it is typed; what is wrong with it only when it was `checked`."""
    fields = {
        name: Field(
            name=name,
            label=words,
            hint=hint,
            value=form[name].value(),
            error=str(form.errors[name][0]) if checked and name in form.errors else "",
            groups=choice_groups(form, name),
        )
        for name, (words, hint) in VOICE.items()
    }
    errors = [(field.error, f"#{first_input(field)}") for field in fields.values() if field.error]
    if checked:
        errors += [(str(said), "#kind") for said in form.non_field_errors()]
    return VoicePage(
        id=str(insight.id),
        title=insight.title or first_words(insight.text),
        text=insight.text,
        raised=raised(insight.id),
        fields=fields,
        errors=tuple(errors),
    )


def duplicates_page(person: User) -> DuplicatesPage:
    """Return what is likely to be said twice. Raises PermissionDenied."""
    pairs = merging.likely_duplicates(person=person)
    often = similar.how_often({one.id for pair in pairs for one in (pair.first, pair.second)})
    return DuplicatesPage(
        pairs=tuple(
            Alike((_side(pair.first, often), _side(pair.second, often)), percent(pair.similarity)) for pair in pairs
        ),
        merges=tuple(_merged(one) for one in merging.last_merges(person=person)),
    )


def _side(insight: Insight, often: dict[UUID, tuple[int, int]]) -> Side:
    return Side(
        id=str(insight.id),
        href=reverse("web:insight", args=[insight.id]),
        name=insight.title or first_words(insight.text),
        text=insight.text,
        kind=label(Kind, insight.kind),
        programme=insight.programme.name,
        status=str(Status(insight.status).label),
        raised=similar.raised_in_words(*often[insight.id]),
    )


def _merged(one: Merge) -> Merged:
    return Merged(
        id=str(one.id),
        kept=one.kept.title or first_words(one.kept.text),
        kept_href=reverse("web:insight", args=[one.kept_id]),
        gone=one.gone.title or first_words(one.gone.text),
        gone_href=reverse("web:insight", args=[one.gone_id]),
        said=f"By {one.person} on {moment(one.at)}",
    )


def _status(status: str) -> str:
    return "" if status == Status.PUBLISHED else str(Status(status).label)

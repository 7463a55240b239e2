"""What may be sent: an insight, a move, a decision. Its form is checked here; whether it makes sense, by the verbs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.models import User
from api.fields import Body, Flag, OneOf, Reference, Whole, Words
from api.problems import WHOLE_BODY, Fault, Faulty
from casestudies import reading
from casestudies.errors import Missing
from casestudies.lifecycle import MOVES, Status
from casestudies.models import CaseStudy, LearningActivity, Programme
from insights.capture import Setting, Voice, setting_of
from insights.choices import Consent, Effect, Kind, Level, Perspective, Response, SourceKind
from insights.flags import LONGEST_NOTE
from insights.models import Insight, Source
from insights.models.words import LONGEST, SHORTEST
from insights.review import DECIDABLE
from insights.similar import LIMIT as FEW_ALIKE
from insights.similar import MOST as MOST_ALIKE
from insights.visibility import Reader
from lhs.models import HABITS, THEMES

MOST = 50
# What OneOf makes of it, by which the schema knows it again (ENUM_NAME_OVERRIDES).
VERDICTS = [(verdict.value, verdict.label) for verdict in DECIDABLE]
NEW_STATUSES = [(status.value, status.label) for status in (Status.DRAFT, Status.SUBMITTED)]


def longest(model: type[Insight] | type[Source], field: str) -> int:
    """Return how much the column holds."""
    length = model._meta.get_field(field).max_length  # type: ignore[union-attr]
    return int(length or LONGEST)


@extend_schema_field({"type": "string", "minLength": SHORTEST, "maxLength": LONGEST})
class Text(Words):
    """The words of an insight; how many there may be is counted by the verb, once they are in order."""


class VoiceBody(Body):
    """Another voice for an insight: who says so too, by role, where and when."""

    kind = OneOf(SourceKind)
    role = Words(required=False, allow_blank=True, max_length=longest(Source, "role"))
    organisation = Reference("organisation", reading.organisations, required=False, allow_null=True)
    place = Words(required=False, allow_blank=True, max_length=longest(Source, "place"))
    collected_on = serializers.DateField(required=False, allow_null=True, input_formats=["iso-8601"])


class SourceBody(VoiceBody):
    """A voice: who said it, by role, where and when, and whether the words may leave the programme."""

    consent = OneOf(Consent, required=False)


class InsightBody(Body):
    """A new insight: `text`, `kind`, `source` with its kind, and `programme` or `case_study` are enough."""

    text = Text()
    kind = OneOf(Kind)
    source = SourceBody(help_text="Whose voice this is first of all.")  # type: ignore[assignment]
    programme = Reference("programme", reading.programmes, required=False)
    case_study = Reference("case study", reading.case_studies, required=False, allow_null=True)
    learning_activity = Reference(
        "learning activity", reading.learning_activities, by_slug=False, required=False, allow_null=True
    )
    title = Words(required=False, allow_blank=True, max_length=longest(Insight, "title"))
    perspective = OneOf(Perspective, required=False, allow_null=True)
    level = OneOf(Level, required=False, allow_null=True)
    effect = OneOf(Effect, required=False, allow_null=True)
    response = OneOf(Response, required=False, allow_null=True)
    section = Words(required=False, allow_blank=True, max_length=longest(Insight, "section"))
    position = Whole(required=False, allow_null=True)
    locator = Words(required=False, allow_blank=True, max_length=longest(Insight, "locator"))
    external_id = Words(required=False, allow_null=True, allow_blank=True, max_length=longest(Insight, "external_id"))
    illustrative = Flag(required=False)
    audiences = serializers.ListField(
        child=Reference("audience", reading.audiences), required=False, max_length=MOST, help_text="Ids or slugs."
    )
    voices = serializers.ListField(
        child=SourceBody(), required=False, max_length=MOST, help_text="More voices that say the same."
    )
    status = OneOf([Status.DRAFT, Status.SUBMITTED], required=False, default=Status.DRAFT.value)


class InsightChange(InsightBody):
    """What changes of an insight; what is left out stays. `source` may be given in part, `voices` are put anew."""

    status = None  # type: ignore[assignment]  # moves have addresses of their own


class MoveBody(Body):
    """A move that needs no reason: send nothing."""


class ReasonedMoveBody(Body):
    """A move that needs a reason."""

    reason = Words(max_length=LONGEST, help_text="Why, so that the people who said it can be told.")


class SimilarBody(Body):
    """A text that something like it may have been said already."""

    text = Text()
    limit = Whole(required=False, help_text=f"How many to tell of, 1 to {MOST_ALIKE}; {FEW_ALIKE} where left out.")


class SettledBody(Body):
    """Why something that was flagged tells nobody's identity; may be left out."""

    note = Words(required=False, allow_blank=True, max_length=LONGEST_NOTE)


class DecisionBody(Body):
    """What a person decides of a code on an insight."""

    state = OneOf(DECIDABLE)


class JudgementBody(Body):
    """What a person finds in the text that is before them: all the codes that are in it, none for none."""

    codes = serializers.ListField(child=Words(max_length=60), allow_empty=True, max_length=MOST)


class BulkBody(Body):
    """A decision on everything that the filter in the address selects."""

    codebook = serializers.ChoiceField(choices=[HABITS, THEMES], default=HABITS)
    code = Words(max_length=60, help_text="A habit's code, or a theme's slug.")
    state = OneOf(DECIDABLE)
    expected_count = Whole(help_text="How many there are, as they were counted.")


def move_body(name: str) -> type[Body]:
    """Return what is sent with the move called `name`, as the table of moves has it."""
    return ReasonedMoveBody if any(move.needs_reason for move in MOVES if move.name == name) else MoveBody


def checked(form: type[Body], sent: Mapping[str, Any], *, person: User | None, partial: bool = False) -> dict[str, Any]:
    """Return what was sent, checked against `form`; raises rest_framework's ValidationError."""
    body = form(data=sent, partial=partial, context={"person": person})
    body.is_valid(raise_exception=True)
    return dict(body.validated_data)


def new_insight(sent: Mapping[str, Any], *, person: User) -> dict[str, Any]:
    """Return the arguments of `insights.capture.log`; raises ValidationError by field."""
    said = checked(InsightBody, sent, person=person)
    given = {name: said.pop(name, None) for name in ("programme", "case_study", "learning_activity")}
    voices = [said.pop("source"), *said.pop("voices", [])]
    return {**said, "setting": setting_of(**given), "voices": [voice_of(voice) for voice in voices]}


def changed_insight(sent: Mapping[str, Any], *, person: User, insight_id: UUID) -> dict[str, Any]:
    """Return the arguments of `insights.capture.edit` that the change needs; raises ValidationError, Missing.

    Where only a part of the setting or of the source is given, the rest is taken as it stands – and
    `unless_changed_since` holds the edit to that.
    """
    said = checked(InsightChange, sent, person=person, partial=True)
    if not said:
        raise Faulty(Fault(WHOLE_BODY, "Say at least one thing that changes."))
    given = {name: said.pop(name) for name in ("programme", "case_study", "learning_activity") if name in said}
    source, voices = said.pop("source", None), said.pop("voices", None)
    if not given and source is None and voices is None:
        return said
    present = _present(person, insight_id)
    said["unless_changed_since"] = present.modified
    if given:
        said["setting"] = _moved(present, **given)
    if source is not None or voices is not None:
        said["voices"] = _revoiced(present, source, voices)
    return said


def _present(person: User, insight_id: UUID) -> Insight:
    found = Reader.of(person).insights().select_related("programme", "case_study", "learning_activity")
    insight = found.filter(id=insight_id).first()
    if insight is None:
        raise Missing("There is no such insight, or you may not open it.")
    return insight


def _moved(
    present: Insight,
    programme: Programme | None = None,
    **given: CaseStudy | LearningActivity | None,
) -> Setting:
    """Return where the insight belongs now; a case study that is given brings its programme."""
    case_study: Any = given.get("case_study", present.case_study)
    activity: Any = given.get("learning_activity", present.learning_activity)
    named = given.get("case_study")
    owner = programme or (named.programme if named is not None else present.programme)
    return setting_of(programme=owner, case_study=case_study, learning_activity=activity)


def _revoiced(
    present: Insight, source: Mapping[str, Any] | None, voices: list[Mapping[str, Any]] | None
) -> list[Voice]:
    first, *others = [
        Voice(row.kind, row.role, row.organisation_id, row.place, row.collected_on, row.consent)
        for row in present.sources.order_by("position")
    ]
    if source:
        first = Voice(**{**asdict(first), **_columns(source)})
    if voices is not None:
        faults = [
            Fault(f"voices.{place}.kind", "This field is required.")
            for place, voice in enumerate(voices)
            if "kind" not in voice
        ]
        if faults:
            raise Faulty(*faults)
        others = [voice_of(voice) for voice in voices]
    return [first, *others]


def voice_of(said: Mapping[str, Any]) -> Voice:
    """Return a voice that was sent, as the verbs take it."""
    return Voice(**_columns(said))


def _columns(said: Mapping[str, Any]) -> dict[str, Any]:
    columns = dict(said)
    if "organisation" in columns:
        organisation = columns.pop("organisation")
        columns["organisation_id"] = organisation and organisation.id
    return columns


@contextmanager
def fields_as_sent() -> Iterator[None]:
    """Name the fields at fault as they were sent: a verb counts the source as voice 0, the API keeps it apart."""
    try:
        yield
    except ValidationError as fault:
        if not hasattr(fault, "error_dict"):
            raise
        raise ValidationError({_as_sent(field): reasons for field, reasons in fault.message_dict.items()}) from fault


def _as_sent(field: str) -> str:
    first, _, rest = field.partition(".")
    place, _, last = rest.partition(".")
    return f"voices.{int(place) - 1}.{last}" if first == "voices" and place.isdigit() else field

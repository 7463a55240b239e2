"""The form an insight is logged and edited with: what was typed, in and out of the verbs' arguments."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Mapping
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet, TextChoices

from accounts.models import User
from casestudies import reading
from casestudies.models import Organisation, Programme
from insights.capture import Setting, Voice, setting_of
from insights.choices import Consent, Effect, Kind, Level, Perspective, Response, SourceKind
from insights.models import Insight

# What people say of an insight beside its voice and its setting; the rest of WRITABLE is for programs.
SAID = ("text", "title", "kind", "perspective", "level", "effect", "response", "section", "locator")
# The verbs name fields as the API does; this is what the form calls them.
ALSO_CALLED = {
    "source": "source_kind",
    "source.kind": "source_kind",
    "source.role": "role",
    "source.organisation": "organisation",
    "source.place": "place",
    "source.collected_on": "collected",
    "source.consent": "consent",
}
DATE_PARTS = ("day", "month", "year")


def choice_of(choices: type[TextChoices], *, required: str = "") -> forms.ChoiceField:
    """Return a field that takes one of these; `required` is what is said where none is chosen."""
    wrong = "Choose one of the answers on the page."
    return forms.ChoiceField(
        choices=choices.choices if required else [("", ""), *choices.choices],
        required=bool(required),
        error_messages={"required": required, "invalid_choice": wrong},
    )


def words_of(longest: int, name: str) -> forms.CharField:
    """Return a field for up to so many characters; `name` begins the sentence that says there are too many."""
    return forms.CharField(
        required=False,
        max_length=longest,
        error_messages={"max_length": f"{name} may have up to {longest} characters; this has %(show_value)d."},
    )


class RowChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    """A choice of a row. What is no id at all is no choice either; Django would show its own words for that."""

    def to_python(self, value: Any) -> Any:
        try:
            return super().to_python(value)
        except ValidationError as fault:
            raise ValidationError(self.error_messages["invalid_choice"]) from fault


class RowChoices(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    """Any number of rows, alike."""

    def clean(self, value: Any) -> Any:
        try:
            return super().clean(value)
        except ValidationError as fault:
            raise ValidationError(self.error_messages["invalid_choice"]) from fault


def row_of(name: str) -> RowChoice:
    """Return a field that takes a row, optional; the form says of which."""
    gone = f"This {name} is not one you can choose. Choose another, or leave it out."
    return RowChoice(queryset=Programme.objects.none(), required=False, error_messages={"invalid_choice": gone})


class DateParts(forms.Widget):
    """Day, month and year as three things typed, the way people write a date they know."""

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> tuple[str, ...]:
        return tuple(str(data.get(f"{name}-{part}") or "").strip() for part in DATE_PARTS)


class PartedDate(forms.Field):
    """A date typed in three parts; none of them is no date."""

    widget = DateParts
    empty_values = [None, "", ("", "", "")]

    def to_python(self, value: tuple[str, ...] | None) -> datetime.date | None:
        if value in self.empty_values or value is None:
            return None
        missing = [part for part, said in zip(DATE_PARTS, value, strict=True) if not said]
        if missing:
            raise ValidationError(f"The date needs a {' and a '.join(missing)} too.")
        try:
            day, month, year = (int(said) if said.isascii() and said.isdigit() else 0 for said in value)
            return datetime.date(year, month, day)
        except (ValueError, OverflowError) as error:
            raise ValidationError("This is not a date. Write it in numbers, such as 27 3 2021.") from error


class InsightForm(forms.Form):
    """What a person says of an insight. The rules of the words are the verbs'; their faults are brought in by `blame`.

    `once` names this opening of the form: the same words sent twice from it are one insight.
    """

    text = forms.CharField(error_messages={"required": "Write down what was found, heard or recommended."})
    kind = choice_of(Kind, required="Choose what kind of insight this is.")
    source_kind = choice_of(SourceKind, required="Choose who said it.")
    programme = row_of("programme")
    title = words_of(200, "The title")
    case_study = row_of("case study")
    learning_activity = row_of("activity")
    perspective = choice_of(Perspective)
    level = choice_of(Level)
    effect = choice_of(Effect)
    response = choice_of(Response)
    role = words_of(120, "The role")
    organisation = row_of("organisation")
    place = words_of(120, "The place")
    collected = PartedDate(required=False)
    consent = choice_of(Consent)
    audiences = RowChoices(
        queryset=Programme.objects.none(),
        required=False,
        error_messages={"invalid_choice": "One of these is not there any more. Choose again."},
    )
    section = words_of(200, "The section")
    locator = words_of(300, "Where it stands")
    once = forms.CharField(required=False)
    seen = forms.CharField(required=False)

    def __init__(self, data: Mapping[str, Any] | None = None, *, person: User, **more: Any) -> None:
        super().__init__(data, **more)
        rows: dict[str, QuerySet[Any]] = {
            "programme": reading.programmes_to_log_in(person),
            "case_study": reading.case_studies(person),
            "learning_activity": reading.learning_activities(person),
            "organisation": reading.organisations(person),
            "audiences": reading.audiences(person),
        }
        programmes = rows["programme"].values("id")
        for name in ("case_study", "learning_activity"):
            rows[name] = rows[name].filter(programme__in=programmes)
        for name, found in rows.items():
            cast("forms.ModelChoiceField[Any]", self.fields[name]).queryset = found

    def clean(self) -> dict[str, Any]:
        """Work out where the insight belongs."""
        said = super().clean() or {}
        try:
            said["setting"] = setting_of(
                programme=said.get("programme"),
                case_study=said.get("case_study"),
                learning_activity=said.get("learning_activity"),
            )
        except ValidationError as fault:
            # A place that could not be read has its own message already.
            if not {"programme", "case_study", "learning_activity"} & set(self.errors):
                self.blame(fault)
        return said

    def blame(self, fault: ValidationError) -> None:
        """Show a verb's reasons beside the fields they are about."""
        reasons = fault.message_dict if hasattr(fault, "error_dict") else {"text": fault.messages}
        for name, said in reasons.items():
            field = ALSO_CALLED.get(name, name)
            self.add_error(field if field in self.fields else None, said)

    def first_error(self, name: str) -> str:
        """Return the first fault of a field, or nothing."""
        return str(self.errors[name][0]) if name in self.errors else ""

    @property
    def setting(self) -> Setting:
        """Where the insight belongs; only of a valid form."""
        return self.cleaned_data["setting"]

    @property
    def said(self) -> dict[str, Any]:
        """The words and choices for the verbs; only of a valid form. What was not chosen is None, not empty."""
        optional = ("perspective", "level", "effect", "response")
        return {name: self.cleaned_data[name] or (None if name in optional else "") for name in SAID}

    @property
    def voice(self) -> Voice:
        """Who said it; only of a valid form."""
        said = self.cleaned_data
        organisation: Organisation | None = said["organisation"]
        return Voice(
            kind=said["source_kind"],
            role=said["role"],
            organisation_id=organisation.id if organisation else None,
            place=said["place"],
            collected_on=said["collected"],
            consent=said["consent"] or Consent.NOT_NEEDED,
        )

    @property
    def key(self) -> uuid.UUID:
        """A key for what is said in this opening of the form: the same when sent twice, another when it differs."""
        told = {
            name: sorted(str(row.pk) for row in value) if name == "audiences" else str(getattr(value, "pk", value))
            for name, value in self.cleaned_data.items()
            if name not in ("once", "seen", "setting")
        }
        try:
            opening = uuid.UUID(self.cleaned_data["once"])
        except ValueError:
            opening = uuid.uuid4()
        return uuid.uuid5(opening, repr(sorted(told.items())))


def as_typed(insight: Insight) -> dict[str, Any]:
    """Return an insight as the form's fields show it, its first voice included."""
    voice = insight.sources.all()[0]
    on = voice.collected_on
    return {
        **{name: getattr(insight, name) or "" for name in SAID},
        "programme": insight.programme_id,
        "case_study": insight.case_study_id,
        "learning_activity": insight.learning_activity_id,
        "source_kind": voice.kind,
        "role": voice.role,
        "organisation": voice.organisation_id,
        "place": voice.place,
        "collected": (str(on.day), str(on.month), str(on.year)) if on else ("", "", ""),
        "consent": voice.consent,
        "audiences": [audience.id for audience in insight.audiences.all()],
        "seen": insight.modified.isoformat(),
    }

"""The filters of the list of insights: declared once, for the schema and for reading what was asked."""

from __future__ import annotations

import datetime
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from functools import reduce
from operator import or_
from typing import Any

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import QuerySet
from django.http import QueryDict
from drf_spectacular.utils import extend_schema_field

from accounts.models import User
from api.fields import named_by
from api.problems import Fault, Faulty
from casestudies import reading
from casestudies.lifecycle import Status
from insights.choices import Effect, Kind, Level, Perspective, Response, SourceKind, TagState
from insights.models import Insight
from insights.search import Selection
from lhs.habits import HABITS
from lhs.models import THEMES, Code

LONGEST_QUESTION = 300
MOST_VALUES = 50
MOST_LISTED = 30
# Beyond these years a time of day in another zone falls off the calendar.
FIRST_YEAR, LAST_YEAR = 1900, 9000


class AnyOfField(forms.Field):
    """Values that are repeated or set apart by commas: `kind=finding,observation`."""

    def to_python(self, value: Any) -> tuple[str, ...]:
        """Return the values, each once."""
        values = tuple(dict.fromkeys(part.strip() for said in value or () for part in said.split(",") if part.strip()))
        if len(values) > MOST_VALUES:
            raise ValidationError(f"Give at most {MOST_VALUES} values.")
        return values


class OneOfListField(AnyOfField):
    """Values of a fixed list."""

    def __init__(self, *, allowed: Sequence[str], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.allowed = allowed

    def validate(self, value: Any) -> None:
        """Raise ValidationError, with the list, for a value that is not on it."""
        super().validate(value)
        if unknown := [said for said in value if said not in self.allowed]:
            raise ValidationError(f"{quoted(unknown)} is not known. Choose from: {', '.join(self.allowed)}.")


class QuestionField(forms.CharField):
    """Words to search for; what cannot stand in a text cannot be searched for either."""

    def validate(self, value: Any) -> None:
        """Raise ValidationError for control characters."""
        super().validate(value)
        if any(unicodedata.category(character) in ("Cc", "Cs") for character in value):
            raise ValidationError("Leave out the control characters.")


class TimeField(django_filters.fields.IsoDateTimeField):
    """A time in ISO 8601 (without a zone: UTC), in a year that the calendar holds everywhere."""

    default_error_messages = {"invalid": "Give a time as 2021-07-31T12:00:00Z."}

    def to_python(self, value: Any) -> datetime.datetime | None:
        """Return the time; raises ValidationError for a year out of bounds."""
        try:
            time = super().to_python(value)
        except (OverflowError, ValueError) as fault:
            raise ValidationError(self.error_messages["invalid"]) from fault
        return within_the_calendar(time)


class DayField(forms.DateField):
    """A day in ISO 8601."""

    default_error_messages = {"invalid": "Give a day as 2021-07-31."}

    def to_python(self, value: Any) -> datetime.date | None:
        """Return the day; raises ValidationError for a year out of bounds."""
        return within_the_calendar(super().to_python(value))


def within_the_calendar(value: Any) -> Any:
    """Return the day or time as it is; raises ValidationError for a year out of bounds."""
    if value is not None and not FIRST_YEAR <= value.year <= LAST_YEAR:
        raise ValidationError(f"Give a year from {FIRST_YEAR} to {LAST_YEAR}.")
    return value


def quoted(words: Iterable[str]) -> str:
    """Return words for a person to recognise, however long they are."""
    return ", ".join(f"“{word[:80]}”" for word in words)


class AnyOf(django_filters.MultipleChoiceFilter):
    """A filter with a fixed list of words."""

    field_class = OneOfListField

    def __init__(self, choices: Iterable[models.TextChoices] | Sequence[str], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        words = [str(choice) for choice in choices]
        self.extra = {"required": False, "allowed": words}
        extend_schema_field({"type": "array", "items": {"type": "string", "enum": words}})(self)


@extend_schema_field({"type": "array", "items": {"type": "string", "maxLength": 80}})
class NamedThings(django_filters.MultipleChoiceFilter):
    """A filter by things that people made: each is named by its id or slug and has to be there for this reader."""

    field_class = AnyOfField

    def __init__(self, what: str, find: Callable[[User | None], QuerySet[Any]], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.extra = {"required": False}
        self.what = what
        self.find = find

    def check(self, values: Sequence[str], person: User | None) -> None:
        """Raise ValidationError for names that nothing answers to, with those that something does."""
        named = [condition for condition in map(named_by, values) if condition is not None]
        there: set[str] = set()
        if named:
            found = self.find(person).filter(reduce(or_, named)).values_list("id", "slug")
            there = {name for id, slug in found for name in (str(id), slug)}
        unknown = [value for value in values if value not in there and value.lower() not in there]
        if unknown:
            slugs = list(self.find(person).order_by("slug").values_list("slug", flat=True)[: MOST_LISTED + 1])
            more = ", …" if len(slugs) > MOST_LISTED else ""
            allowed = ", ".join(slugs[:MOST_LISTED]) + more if slugs else "none"
            raise ValidationError(f"There is no {self.what} {quoted(unknown)} that you may open. There are: {allowed}.")


class WholeQuestion(django_filters.CharFilter):
    field_class = QuestionField


class Time(django_filters.IsoDateTimeFilter):
    field_class = TimeField


class Day(django_filters.DateFilter):
    field_class = DayField


def themes(person: User | None) -> QuerySet[Code]:
    """Return the themes in use; whoever reads at all may read these."""
    return Code.objects.living().filter(codebook__slug=THEMES)


class InsightFilters(django_filters.FilterSet):
    """What the list of insights can be narrowed by. Several values of one filter mean any of them."""

    habit = AnyOf([habit.code for habit in HABITS], label="Tagged with any of these habits.")
    habit_state = AnyOf(TagState, label="How the habit stands; suggested and confirmed unless said otherwise.")
    theme = NamedThings("theme", themes, label="Tagged with any of these themes (slugs).")
    kind = AnyOf(Kind, label="What kind of insight it is.")
    perspective = AnyOf(Perspective, label="Whose perspective it takes.")
    source_kind = AnyOf(SourceKind, label="Who said it first.")
    level = AnyOf(Level, label="The level it speaks of.")
    effect = AnyOf(Effect, label="Whether it helps or hinders.")
    response = AnyOf(Response, label="What a coordinator made of it.")
    status = AnyOf(Status, label="Where it stands; you see only what you may open.")
    organisation = NamedThings(
        "organisation", reading.organisations, label="Said at, or in a programme led by, any of these or one beneath."
    )
    programme = NamedThings("programme", reading.programmes, label="In any of these programmes (ids or slugs).")
    case_study = NamedThings("case study", reading.case_studies, label="In any of these case studies (ids or slugs).")
    audience = NamedThings("audience", reading.audiences, label="For any of these audiences (ids or slugs).")
    illustrative = django_filters.BooleanFilter(label="Composed to show the software, or not.")
    collected_on_after = Day(label="A voice was collected on this day or later.")
    collected_on_before = Day(label="A voice was collected on this day or earlier.")
    created_after = Time(label="Logged at this time or later.")
    created_before = Time(label="Logged at this time or earlier.")
    q = WholeQuestion(
        label="Words to find, ranked; “in quotes” together, -not, or.", max_length=LONGEST_QUESTION, strip=True
    )

    class Meta:
        model = Insight
        fields: list[str] = []


NAMES: tuple[str, ...] = tuple(InsightFilters.base_filters)


def selection_of(asked: QueryDict, *, person: User | None) -> Selection:
    """Return what the query asks for; raises Faulty, naming each filter that cannot be taken as it is.

    Only the filters that are given are looked at: a form of all of them costs more than the query for a page.
    """
    chosen: dict[str, Any] = {}
    faults: list[Fault] = []
    for name in NAMES:
        if name not in asked:
            continue
        try:
            if (value := _read(InsightFilters.base_filters[name], asked.getlist(name), person)) not in (None, "", ()):
                chosen[name] = value
        except ValidationError as fault:
            faults.extend(Fault(name, reason) for reason in fault.messages)
    if faults:
        raise Faulty(*faults)
    return Selection(**chosen)


def _read(rule: django_filters.Filter, said: list[str], person: User | None) -> Any:
    if isinstance(rule, (AnyOf, NamedThings)):
        values = rule.field.clean(said)
        if isinstance(rule, NamedThings) and values:
            rule.check(values, person)
        return values
    if len(said) > 1:
        raise ValidationError("Give this once.")
    if isinstance(rule, django_filters.BooleanFilter):
        return _yes_or_no(said[0])
    return rule.field.clean(said[0])


def _yes_or_no(said: str) -> bool | None:
    if said and said.lower() not in ("true", "false"):
        raise ValidationError(f"{quoted([said])} is not known. Choose from: true, false.")
    return said.lower() == "true" if said else None

"""Fields that take what they say and nothing like it: no number for a text, no “yes” for true, no field unknown."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from uuid import UUID

from django.db import models
from django.db.models import Q, QuerySet
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.models import User

UUID_FORM = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
SLUG_FORM = re.compile(r"[-a-zA-Z0-9_]{1,80}")
LARGEST_INTEGER = 2**31 - 1


class Words(serializers.CharField):
    """Text, as it was typed: the verbs put it in order and check it."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(trim_whitespace=False, **kwargs)

    def to_internal_value(self, data: Any) -> str:
        """Return the text; a number is not one."""
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class Flag(serializers.BooleanField):
    """true or false."""

    def to_internal_value(self, data: Any) -> bool:
        """Return it as it is."""
        if not isinstance(data, bool):
            raise serializers.ValidationError("Send true or false.")
        return data


class Whole(serializers.IntegerField):
    """A whole number that the database can hold."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_value=0, max_value=LARGEST_INTEGER, **kwargs)

    def to_internal_value(self, data: Any) -> int:
        """Return the number; a text or a fraction is not one."""
        if isinstance(data, bool) or not isinstance(data, int):
            self.fail("invalid")
        return data


class OneOf(serializers.ChoiceField):
    """One of a list of words."""

    def __init__(self, choices: Iterable[models.TextChoices], **kwargs: Any) -> None:
        pairs = [(choice.value, choice.label) for choice in choices]
        super().__init__(choices=pairs, **kwargs)
        self.error_messages["invalid_choice"] = "Choose one of: " + ", ".join(value for value, _ in pairs) + "."

    def to_internal_value(self, data: Any) -> str:
        """Return the word."""
        if not isinstance(data, str):
            self.fail("invalid_choice", input=data)
        return super().to_internal_value(data)


@extend_schema_field({"type": "string", "description": "An id, or a slug where the thing has one.", "maxLength": 80})
class Reference(serializers.Field):
    """A thing, named by its id (or its slug); `find(person)` is what this person may refer to."""

    def __init__(
        self, what: str, find: Callable[[User | None], QuerySet[Any]], *, by_slug: bool = True, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.what = what
        self.find = find
        self.by_slug = by_slug

    def to_internal_value(self, data: Any) -> Any:
        """Return the thing; raises ValidationError when there is none that this person may refer to."""
        named = "its id" + (" or its slug" if self.by_slug else "")
        if not isinstance(data, str):
            raise serializers.ValidationError(f"Name the {self.what} by {named}, as a text.")
        wanted = named_by(data, by_slug=self.by_slug)
        if wanted is None:
            raise serializers.ValidationError(f"That is not {'an id or a slug' if self.by_slug else 'an id'}.")
        thing = self.find(self.context["person"]).filter(wanted).first()
        if thing is None:
            raise serializers.ValidationError(f"There is no {self.what} “{data}”, or you may not open it.")
        return thing

    def to_representation(self, value: Any) -> str:
        """Return the id; what is sent back is never made here."""
        return str(value.pk)


def named_by(said: str, *, by_slug: bool = True) -> Q | None:
    """Return the condition that something is what `said` names by id or slug; None where it can be neither."""
    if UUID_FORM.fullmatch(said):
        return Q(id=UUID(said))
    return Q(slug=said) if by_slug and SLUG_FORM.fullmatch(said) else None


class Body(serializers.Serializer[Any]):
    """A JSON object with these fields and no others; one that is not known is named and refused."""

    default_error_messages = {"invalid": "Send an object, with names and values."}

    def to_internal_value(self, data: Any) -> Any:
        """Return what was sent, checked."""
        if not isinstance(data, Mapping):
            self.fail("invalid")
        known = [name for name, field in self.fields.items() if not field.read_only]
        unknown = [name for name in data if name not in known]
        if unknown:
            allowed = ", ".join(known) or "none"
            raise serializers.ValidationError(
                {name[:80]: [f"There is no such field to write. There are: {allowed}."] for name in unknown[:20]}
            )
        return super().to_internal_value(data)

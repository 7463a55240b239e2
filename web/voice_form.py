"""The small form that says “me too”: who says so, where and when."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError

from accounts.models import User
from casestudies import reading
from insights.capture import Voice
from insights.choices import SourceKind
from web.forms import PartedDate, choice_of, row_of, words_of


class VoiceForm(forms.Form):
    """Another voice for an insight. The verb's faults are brought in by `blame`."""

    kind = choice_of(SourceKind, required="Choose who says so too.")
    role = words_of(120, "The role")
    organisation = row_of("organisation")
    place = words_of(120, "The place")
    collected = PartedDate(required=False)

    def __init__(self, data: Mapping[str, Any] | None = None, *, person: User, **more: Any) -> None:
        super().__init__(data, **more)
        cast("forms.ModelChoiceField[Any]", self.fields["organisation"]).queryset = reading.organisations(person)

    def blame(self, fault: ValidationError) -> None:
        """Show the verb's reasons beside the fields they are about."""
        for name, said in fault.message_dict.items():
            field = "collected" if name == "collected_on" else name
            self.add_error(field if field in self.fields else None, said)

    @property
    def voice(self) -> Voice:
        """The voice; only of a valid form."""
        said = self.cleaned_data
        return Voice(
            kind=said["kind"],
            role=said["role"],
            organisation_id=said["organisation"].id if said["organisation"] else None,
            place=said["place"],
            collected_on=said["collected"],
        )

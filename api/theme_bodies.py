"""What may be sent of themes. Its form is checked here; whether it makes sense, by the verbs."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from api.fields import Body, Words
from insights.models.words import LONGEST
from insights.themes import LONGEST_NAME, LONGEST_SLUG, MOST_EXAMPLES

MOST_PICKED = 500


class Share(serializers.FloatField):
    """A number between 0 and 1."""

    def to_internal_value(self, data: Any) -> float:
        """Return the number; a text is not one."""
        if isinstance(data, bool) or not isinstance(data, int | float):
            self.fail("invalid")
        return super().to_internal_value(data)


def texts_of() -> serializers.ListField:
    """A field for examples written for a theme."""
    return serializers.ListField(
        child=Words(max_length=LONGEST), required=False, max_length=MOST_EXAMPLES, help_text="Texts of your own."
    )


class ThemeBody(Body):
    """A new theme: a name, a definition, and at least three examples or insights."""

    name = Words(max_length=LONGEST_NAME)
    definition = Words(max_length=LONGEST)
    examples = texts_of()
    insights = serializers.ListField(
        child=serializers.UUIDField(), required=False, max_length=MOST_EXAMPLES, help_text="Ids of insights."
    )
    parent = Words(  # type: ignore[assignment]
        required=False, allow_null=True, max_length=LONGEST_SLUG, help_text="The slug of a theme."
    )
    threshold = Share(required=False, allow_null=True, help_text="0 to 1; null: as the tagger finds it.")


class ThemeChange(Body):
    """What changes of a theme; what is left out stays."""

    name = Words(required=False, max_length=LONGEST_NAME)
    definition = Words(required=False, max_length=LONGEST)
    parent = Words(  # type: ignore[assignment]
        required=False, allow_null=True, max_length=LONGEST_SLUG, help_text="The slug of a theme, or null."
    )
    threshold = Share(required=False, allow_null=True, help_text="0 to 1; null: as the tagger finds it.")


class MergeBody(Body):
    """Into which theme it is merged."""

    into = Words(max_length=LONGEST_SLUG, help_text="The slug of a theme.")


class SplitBody(Body):
    """The theme that is split off, and the insights that go to it."""

    name = Words(max_length=LONGEST_NAME)
    definition = Words(max_length=LONGEST)
    insights = serializers.ListField(
        child=serializers.UUIDField(), max_length=MOST_PICKED, help_text="Ids of insights with the theme."
    )
    examples = texts_of()


class RetireBody(Body):
    """Nothing: what is to be retired is in the address."""

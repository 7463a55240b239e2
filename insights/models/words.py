"""What may stand in a text: the rule that code checks and the database holds."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models

SHORTEST = 3
LONGEST = 5000
# Tab, line feed and carriage return are how people lay out a text; every other control character is damage.
CONTROL = r"[\x01-\x08\x0B\x0C\x0E-\x1F\x7F-\x9F]"
# All that may stand in the way, control characters and half characters: most texts have none and are through at once.
SUSPECT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")


class IsNFC(models.Func):
    """PostgreSQL's `IS NFC NORMALIZED`: the same letters are always the same characters."""

    template = "(%(expressions)s IS NFC NORMALIZED)"
    output_field = models.BooleanField()
    arity = 1


def clean_words(words: str) -> str:
    """Return `words` in Unicode NFC, with line ends as \\n and without space around.

    Raises ValidationError where a character cannot be kept: NUL, other control characters, half of a surrogate pair.
    """
    words = words.replace("\r\n", "\n").replace("\r", "\n")
    if found := SUSPECT.search(words):
        place = found.start() + 1
        if unicodedata.category(found[0]) == "Cs":
            raise ValidationError(f"Character {place} is half of a character. Type it again.", code="surrogate")
        raise ValidationError(
            f"Character {place} is a control character that cannot be kept. Remove it.", code="control"
        )
    return unicodedata.normalize("NFC", words).strip()


def words_constraints(field: str, *, name: str) -> list[models.BaseConstraint]:
    """Return the constraints by which the database holds a column of words to the same rule."""
    return [
        models.CheckConstraint(
            condition=~models.Q(**{f"{field}__regex": CONTROL}),
            name=f"{name}_without_control_characters",
            violation_error_message="Remove the control characters.",
        ),
        models.CheckConstraint(
            condition=models.Q(IsNFC(models.F(field))),
            name=f"{name}_normalised",
            violation_error_message="The text is not in Unicode normal form C.",
        ),
    ]


def known(field: str, choices: type[models.TextChoices], *, name: str, optional: bool = False) -> Any:
    """Return the constraint that a column holds one of its choices (or nothing, if `optional`)."""
    condition = models.Q(**{f"{field}__in": list(choices.values)})
    if optional:
        condition |= models.Q(**{f"{field}__isnull": True})
    return models.CheckConstraint(
        condition=condition,
        name=name,
        violation_error_message="Choose one of: " + ", ".join(choices.values) + ".",
    )

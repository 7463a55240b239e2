"""Dates, numbers and choices as people say them."""

from __future__ import annotations

import datetime
import re
from decimal import Decimal

from django.db.models import TextChoices
from django.utils import timezone

MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


def day(value: datetime.date | datetime.datetime | str | None) -> str:
    """Return a date (or its ISO 8601 form) as “4 March 2021”; nothing for none."""
    if value is None or value == "":
        return ""
    if isinstance(value, str):
        value = datetime.datetime.fromisoformat(value) if "T" in value else datetime.date.fromisoformat(value)
    if isinstance(value, datetime.datetime):
        value = timezone.localtime(value) if timezone.is_aware(value) else value
    return f"{value.day} {MONTHS[value.month - 1]} {value.year}"


def moment(value: datetime.datetime | str | None) -> str:
    """Return a time (or its ISO 8601 form) as “4 March 2021, 2:05pm”; nothing for none."""
    if value is None or value == "":
        return ""
    if isinstance(value, str):
        value = datetime.datetime.fromisoformat(value)
    value = timezone.localtime(value) if timezone.is_aware(value) else value
    half = "am" if value.hour < 12 else "pm"
    return f"{day(value)}, {value.hour % 12 or 12}:{value.minute:02}{half}"


def month(value: datetime.date) -> str:
    """Return a date as “Mar 2021”, for where there is little room."""
    return f"{MONTHS[value.month - 1][:3]} {value.year}"


def number(value: int | float | Decimal | None) -> str:
    """Return a number as “211,756” or “1.5”: thousands parted, no zeros that say nothing."""
    if value is None:
        return ""
    said = f"{Decimal(str(value)):,f}"
    return said.rstrip("0").rstrip(".") if "." in said else said


def percent(value: float | None) -> str:
    """Return a score from 0 to 1 as “62%”."""
    return "" if value is None else f"{round(value * 100)}%"


def counted(n: int, one: str, many: str | None = None) -> str:
    """Return “1 insight”, “12 insights”."""
    return f"{number(n)} {one if n == 1 else many or one + 's'}"


def paragraphs(text: str) -> list[str]:
    """Return the paragraphs of a plain text, which empty lines part."""
    return [" ".join(part.split()) for part in re.split(r"\n\s*\n", text) if part.strip()]


def label(choices: type[TextChoices], value: str | None) -> str:
    """Return the words for a choice, or nothing when none was made."""
    return str(choices(value).label) if value else ""


def short_habit(code: str) -> str:
    """Return a habit's short name from its code: “Every patient”."""
    return code.replace("-", " ").capitalize()

"""Keep the codebooks that the software brings itself: the five habits, and an empty list for the curators' themes."""

from __future__ import annotations

from django.db import transaction

from lhs.habits import HABITS as FIVE
from lhs.models import HABITS, THEMES, Code, Codebook


def ensure_habits() -> Codebook:
    """Make sure that the habits' codebook stands as `lhs.habits` tells it, and that a themes codebook exists.

    Safe to repeat and to run twice at once: rows that are there are kept, with their ids; their words are brought up
    to date. Returns the habits' codebook.
    """
    with transaction.atomic():
        codebook, _ = Codebook.objects.get_or_create(
            slug=HABITS, defaults={"name": "The five habits of a learning system"}
        )
        Codebook.objects.get_or_create(slug=THEMES, defaults={"name": "Themes"})
        for habit in FIVE:
            wanted = {"name": habit.name, "definition": habit.definition, "position": habit.position}
            code, made = Code.objects.get_or_create(codebook=codebook, slug=habit.code, defaults=wanted)
            if not made and any(getattr(code, field) != value for field, value in wanted.items()):
                Code.objects.filter(pk=code.pk).update(**wanted)
    return codebook

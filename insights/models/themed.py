"""The texts that a theme was begun with."""

from __future__ import annotations

import pghistory
from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from uuid_utils.compat import uuid7

from insights.models.said import Insight
from insights.models.words import words_constraints
from lhs.models import Code


@pghistory.track(pghistory.InsertEvent(), pghistory.DeleteEvent())
class Example(models.Model):
    """A text that shows what a theme is about: one that was written for it (`text`), or an insight that was chosen.

    An insight's words are never copied here: they may be edited, or withheld, where they stand.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.ForeignKey(Code, on_delete=models.PROTECT, related_name="examples")
    position = models.PositiveIntegerField(default=0)
    text = models.TextField(blank=True, default="")
    insight = models.ForeignKey(Insight, on_delete=models.PROTECT, null=True, related_name="+")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, editable=False, related_name="+"
    )
    at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ["code", "position", "id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(insight__isnull=True) ^ models.Q(text=""),
                name="example_text_or_insight",
                violation_error_message="An example is either a text or an insight.",
            ),
            models.UniqueConstraint(
                fields=["code", "insight"],
                name="example_insight_once",
                violation_error_message="This insight is an example of the theme already.",
            ),
            *words_constraints("text", name="example_text"),
        ]

    def __str__(self) -> str:
        return f"example {self.position} of {self.code_id}"

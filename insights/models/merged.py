"""Insights that say the same: one is kept with every voice, the other withdrawn; or two are said to be apart."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now
from uuid_utils.compat import uuid7

from casestudies.lifecycle import Status
from insights.models.said import Insight


class Merge(models.Model):
    """`gone` was merged into `kept`: its voices were copied there (`voices`: ids of the copies), and it withdrawn."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kept = models.ForeignKey(Insight, on_delete=models.PROTECT, related_name="merges")
    gone = models.ForeignKey(Insight, on_delete=models.PROTECT, related_name="merged_into")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    status_before = models.CharField(max_length=9, choices=Status)
    voices = ArrayField(models.UUIDField(), default=list)
    at = models.DateTimeField(db_default=Now())
    undone_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["gone"],
                condition=models.Q(undone_at__isnull=True),
                name="merge_once",
                violation_error_message="This insight has been merged into another already.",
            ),
            models.CheckConstraint(
                condition=~models.Q(kept=models.F("gone")),
                name="merge_of_two",
                violation_error_message="An insight cannot be merged into itself.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.gone_id} into {self.kept_id}"


class Apart(models.Model):
    """A curator has looked at two insights that are alike and said that they are not the same."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    first = models.ForeignKey(Insight, on_delete=models.PROTECT, related_name="+")
    second = models.ForeignKey(Insight, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="apart_once"),
            models.CheckConstraint(condition=models.Q(first__lt=models.F("second")), name="apart_in_order"),
        ]

    def __str__(self) -> str:
        return f"{self.first_id} and {self.second_id}"

"""What screening found in an insight's words, one row for each, and what a person made of it."""

from __future__ import annotations

import pghistory
from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from uuid_utils.compat import uuid7

from insights.models.said import Insight, Source
from insights.models.triggers import FLAG_TRIGGERS, came_together
from insights.models.words import known


class FlagKind(models.TextChoices):
    """What could tell who a person is: the kinds of `insights.screening`, in words."""

    EMAIL = "email", "E-mail address"
    HOSPITAL_NUMBER = "hospital-number", "Hospital number"
    NHS_NUMBER = "nhs-number", "NHS number"
    DATE_OF_BIRTH = "date-of-birth", "Date of birth"
    PHONE = "phone", "Phone number"
    POSTCODE = "postcode", "Postcode"
    ADDRESS = "address", "Address"
    NAME = "name", "Name"


class FlagState(models.TextChoices):
    OPEN = "open", "Open"
    REDACTED = "redacted", "Redacted"
    NOT_IDENTIFYING = "not-identifying", "Not identifying"


class FlagField(models.TextChoices):
    """Where words stand that are typed and shown to readers."""

    TITLE = "title", "Title"
    TEXT = "text", "Text"
    SECTION = "section", "Section"
    LOCATOR = "locator", "Where it stands in the source"
    ROLE = "source.role", "Role of who said it"
    PLACE = "source.place", "Place where it was said"


@pghistory.track(came_together(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Flag(models.Model):
    """Something in an insight's words that could tell who a person is.

    `start` and `end` count code points in the words that `digest` (MD5) names, end excluded: of a redacted flag, the
    words as they were before. The words themselves are not kept here.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    insight = models.ForeignKey(Insight, on_delete=models.PROTECT, related_name="flags")
    source = models.ForeignKey(Source, on_delete=models.CASCADE, null=True, related_name="flags")
    field = models.CharField(max_length=12, choices=FlagField)
    kind = models.CharField(max_length=15, choices=FlagKind)
    start = models.PositiveIntegerField()
    end = models.PositiveIntegerField()
    digest = models.CharField(max_length=32)
    state = models.CharField(max_length=15, choices=FlagState, default=FlagState.OPEN)
    settled_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    settled_at = models.DateTimeField(null=True)
    note = models.CharField(max_length=300, blank=True, default="")
    created = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ["insight", "field", "source", "start"]
        constraints = [
            known("field", FlagField, name="flag_field_known"),
            known("kind", FlagKind, name="flag_kind_known"),
            known("state", FlagState, name="flag_state_known"),
            models.CheckConstraint(
                condition=models.Q(start__lt=models.F("end")),
                name="flag_on_some_words",
                violation_error_message="A flag is on at least one character.",
            ),
            models.CheckConstraint(
                condition=models.Q(state=FlagState.OPEN, settled_by__isnull=True, settled_at__isnull=True)
                | (~models.Q(state=FlagState.OPEN) & models.Q(settled_by__isnull=False, settled_at__isnull=False)),
                name="flag_settled_by_someone",
                violation_error_message="What is settled says by whom and when.",
            ),
            models.CheckConstraint(
                condition=models.Q(field__in=[FlagField.ROLE, FlagField.PLACE], source__isnull=False)
                | (~models.Q(field__in=[FlagField.ROLE, FlagField.PLACE]) & models.Q(source__isnull=True)),
                name="flag_of_a_source_or_not",
                violation_error_message="A role or place belongs to a source, and nothing else does.",
            ),
            models.UniqueConstraint(
                fields=["insight", "field", "source", "start"],
                condition=~models.Q(state=FlagState.REDACTED),
                nulls_distinct=False,
                name="flag_once_in_a_place",
                violation_error_message="That place is flagged already.",
            ),
        ]
        indexes = [
            models.Index(fields=["insight"], condition=models.Q(state=FlagState.OPEN), name="flag_open"),
        ]
        triggers = FLAG_TRIGGERS

    def __str__(self) -> str:
        return f"{self.kind} in {self.field}: {self.state}"

"""A report that was read, and what was cut out of it: candidates, until the team saves them as insights.

The document itself is not kept. A candidate that was saved has its insight and no words of its own any more: an edit
or an erasure of the insight has no copy to forget. Neither table has a history: what counts begins with the insight.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from pgvector.django import VectorField
from uuid_utils.compat import uuid7

from casestudies.models import Audience, LearningActivity, Programme
from insights.choices import Consent, Effect, Kind, Level, Perspective, SourceKind
from insights.models.said import Insight
from insights.models.words import known


class ReportForm(models.TextChoices):
    """What a report was written as."""

    DOCX = "docx", "Word document"
    PDF = "pdf", "PDF"
    MARKDOWN = "markdown", "Markdown"
    TEXT = "text", "Text"


class Report(models.Model):
    """A document, by name; `left_out` where it held more than is read. `consent` is that of every voice in it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="reports")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=200)
    form = models.CharField(max_length=8, choices=ReportForm)
    consent = models.CharField(max_length=10, choices=Consent, default=Consent.NOT_NEEDED)
    learning_activity = models.ForeignKey(
        LearningActivity, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    left_out = models.BooleanField(default=False)
    created = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            known("form", ReportForm, name="report_form_known"),
            known("consent", Consent, name="report_consent_known"),
        ]
        indexes = [models.Index(fields=["programme", "-id"], name="report_by_programme")]

    def __str__(self) -> str:
        return self.name


class Candidate(models.Model):
    """A piece of a report that may become an insight.

    `why` says in words why it was not offered ticked. `same_as` is an earlier one of the report with the same words.
    `vector` is the embedding of `text` by `encoder`; null is due. What is typed is kept as it is: whether it will do
    as an insight is asked when it is saved.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="candidates", db_index=False)
    position = models.PositiveIntegerField()
    section = models.CharField(max_length=200, blank=True, default="")
    locator = models.CharField(max_length=300, blank=True, default="")
    title = models.TextField(blank=True, default="")
    text = models.TextField(blank=True, default="")
    kind = models.CharField(max_length=14, choices=Kind)
    perspective = models.CharField(max_length=15, choices=Perspective, null=True, blank=True)
    level = models.CharField(max_length=12, choices=Level, null=True, blank=True)
    effect = models.CharField(max_length=7, choices=Effect, null=True, blank=True)
    source_kind = models.CharField(max_length=12, choices=SourceKind, default=SourceKind.TEAM)
    audiences = models.ManyToManyField(Audience, blank=True, related_name="+")
    ticked = models.BooleanField(default=False)
    why = models.CharField(max_length=400, blank=True, default="")
    same_as = models.ForeignKey("self", on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    vector = VectorField(dimensions=384, null=True)
    encoder = models.CharField(max_length=120, blank=True, default="")
    insight = models.OneToOneField(Insight, on_delete=models.PROTECT, null=True, blank=True, related_name="candidate")

    class Meta:
        ordering = ["report", "position"]
        constraints = [
            models.UniqueConstraint(fields=["report", "position"], name="candidate_position_once_in_report"),
            models.CheckConstraint(
                condition=models.Q(insight__isnull=True) | models.Q(title="", text="", vector__isnull=True),
                name="candidate_saved_has_no_words",
                violation_error_message="A candidate that was saved leaves its words to its insight.",
            ),
            known("kind", Kind, name="candidate_kind_known"),
            known("perspective", Perspective, name="candidate_perspective_known", optional=True),
            known("level", Level, name="candidate_level_known", optional=True),
            known("effect", Effect, name="candidate_effect_known", optional=True),
            known("source_kind", SourceKind, name="candidate_source_kind_known"),
        ]
        indexes = [
            models.Index(
                fields=["report", "position"],
                condition=models.Q(vector__isnull=True, insight__isnull=True),
                name="candidate_to_compare",
            )
        ]

    def __str__(self) -> str:
        return f"{self.position} of {self.report_id}"

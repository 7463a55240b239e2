"""How an insight is tagged: the present outcome, what people decided, and what is still to do."""

from __future__ import annotations

import pghistory
import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now
from pgvector.django import HnswIndex, VectorField
from uuid_utils.compat import uuid7

from insights.choices import Queue, TagOrigin, TagState, Verdict
from insights.models.said import Insight
from insights.models.triggers import TAG_TRIGGERS
from insights.models.words import known
from lhs.models import Code, Codebook, Tagger

PERSONS = pgtrigger.Condition("NEW.origin = 'person'")


@pghistory.track(
    pghistory.InsertEvent("decided", condition=PERSONS), pghistory.UpdateEvent("changed", condition=PERSONS)
)
class Tag(models.Model):
    """Insight × code as it stands now. A suggestion is the machine's; `confirmed` and `rejected` are a person's word.

    Score (0–1), reason and tagger are those of the suggestion, kept beside a person's decision on it.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    insight = models.ForeignKey(Insight, on_delete=models.PROTECT, related_name="tags", db_index=False)
    code = models.ForeignKey(Code, on_delete=models.PROTECT, related_name="tags", db_index=False)
    state = models.CharField(max_length=9, choices=TagState)
    origin = models.CharField(max_length=7, choices=TagOrigin)
    score = models.FloatField(null=True)
    reason = models.TextField(blank=True, default="")
    tagger = models.ForeignKey(Tagger, on_delete=models.PROTECT, null=True, related_name="tags", db_index=False)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    modified = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["insight", "code"], name="tag_once"),
            known("state", TagState, name="tag_state_known"),
            known("origin", TagOrigin, name="tag_origin_known"),
            models.CheckConstraint(
                condition=models.Q(origin="machine", state="suggested", score__isnull=False, tagger__isnull=False)
                | models.Q(origin="person", state__in=["confirmed", "rejected"]),
                name="tag_machine_suggests_person_decides",
                violation_error_message="A machine suggests, with a score and a version; a person confirms or rejects.",
            ),
            models.CheckConstraint(
                condition=models.Q(score__isnull=True) | models.Q(score__gte=0, score__lte=1),
                name="tag_score_between_0_and_1",
            ),
        ]
        indexes = [models.Index(fields=["code", "state", "-insight"], name="tag_by_code")]
        triggers = TAG_TRIGGERS

    def __str__(self) -> str:
        return f"{self.code_id} {self.state} on {self.insight_id}"


class Tagging(models.Model):
    """Insight × codebook: when, with which words and by which tagger it was tagged, and whether it is due again.

    Made by the database with the insight (a trigger), so that nothing can be forgotten. Whoever writes tags of an
    insight locks its row here first. `doubt` (0–1, see `lhs.doubt`) is how much a person's word would teach.
    """

    id = models.BigAutoField(primary_key=True)
    insight = models.ForeignKey(Insight, on_delete=models.PROTECT, related_name="taggings", db_index=False)
    codebook = models.ForeignKey(Codebook, on_delete=models.PROTECT, related_name="+", db_index=False)
    due = models.BooleanField(default=True, db_default=True)
    tagger = models.ForeignKey(Tagger, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    digest = models.CharField(max_length=32, null=True)
    at = models.DateTimeField(null=True)
    doubt = models.FloatField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["insight", "codebook"], name="tagging_once"),
            models.CheckConstraint(
                condition=models.Q(doubt__isnull=True) | models.Q(doubt__gte=0, doubt__lte=1),
                name="tagging_doubt_between_0_and_1",
            ),
            models.CheckConstraint(
                condition=models.Q(at__isnull=True, tagger__isnull=True, digest__isnull=True)
                | models.Q(at__isnull=False, tagger__isnull=False, digest__isnull=False),
                name="tagging_says_by_what_and_when",
            ),
        ]
        indexes = [
            models.Index(fields=["codebook", "insight"], name="tagging_due", condition=models.Q(due=True)),
            models.Index(
                "codebook", models.F("doubt").desc(nulls_last=True), models.F("insight").desc(), name="tagging_by_doubt"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.insight_id} {'due' if self.due else 'tagged'}"


class Embedding(models.Model):
    """The 384 numbers that stand for an insight's words, with the digest of those words and the encoder's name.

    `features` are the wider numbers that heads read, float16 as bytes in `lhs.encoder`'s order; null: not made yet.
    """

    insight = models.OneToOneField(Insight, on_delete=models.PROTECT, primary_key=True, related_name="embedding")
    digest = models.CharField(max_length=32)
    encoder = models.CharField(max_length=80)
    vector = VectorField(dimensions=384)
    features = models.BinaryField(null=True)

    class Meta:
        indexes = [HnswIndex(fields=["vector"], name="embedding_nearest", opclasses=["vector_cosine_ops"])]

    def __str__(self) -> str:
        return f"embedding of {self.insight_id}"


class Bulk(models.Model):
    """One decision on many insights at once: what was selected, how many it met, and whether it was taken back."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    code = models.ForeignKey(Code, on_delete=models.PROTECT, related_name="+")
    verdict = models.CharField(max_length=9, choices=Verdict)
    selection = models.JSONField()
    count = models.PositiveIntegerField()
    at = models.DateTimeField(db_default=Now())
    undone_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [known("verdict", Verdict, name="bulk_verdict_known")]

    def __str__(self) -> str:
        return f"{self.verdict} on {self.count}"


class Decision(models.Model):
    """What a person decided of one code on one insight, and what was before them. Rows are only ever added."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    insight = models.ForeignKey(Insight, on_delete=models.PROTECT, related_name="decisions")
    code = models.ForeignKey(Code, on_delete=models.PROTECT, related_name="decisions")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="decisions")
    verdict = models.CharField(max_length=9, choices=Verdict)
    suggested = models.BooleanField()
    score = models.FloatField(null=True)
    shown = models.BooleanField()
    queue = models.CharField(max_length=6, choices=Queue)
    teaches = models.BooleanField()
    tagger = models.ForeignKey(Tagger, on_delete=models.PROTECT, null=True, related_name="+")
    digest = models.CharField(max_length=32)
    bulk = models.ForeignKey(Bulk, on_delete=models.PROTECT, null=True, related_name="decisions")
    undoes = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="undone_by")
    at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(verdict=Verdict.UNDONE, undoes__isnull=False)
                | (~models.Q(verdict=Verdict.UNDONE) & models.Q(undoes__isnull=True)),
                name="decision_undone_says_which",
                violation_error_message="Taking back names the decision that is taken back.",
            ),
            known("verdict", Verdict, name="decision_verdict_known"),
            known("queue", Queue, name="decision_queue_known"),
        ]
        triggers = [pgtrigger.Protect(name="decisions_are_only_added", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.verdict} by {self.person_id}"


class Review(models.Model):
    """A person has judged an insight, as its words then stood, against a whole codebook – “none” included.

    `codes` are those they found in it (empty: none). `machine` is what the tagger in use then said, code → [score,
    suggested]: of a review in the audit sample, which is random and blind, it is what the tagger is measured by.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    insight = models.ForeignKey(Insight, on_delete=models.PROTECT, related_name="reviews")
    codebook = models.ForeignKey(Codebook, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="reviews")
    codes = ArrayField(models.CharField(max_length=60), default=list)
    queue = models.CharField(max_length=6, choices=Queue, default=Queue.PAGE)
    shown = models.BooleanField(default=True)
    teaches = models.BooleanField(default=False)
    tagger = models.ForeignKey(Tagger, on_delete=models.PROTECT, null=True, related_name="+")
    machine = models.JSONField(null=True)
    digest = models.CharField(max_length=32)
    at = models.DateTimeField(db_default=Now())
    undone_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["insight", "codebook", "person", "digest"],
                condition=models.Q(undone_at__isnull=True),
                name="review_once_of_these_words",
                violation_error_message="You have judged these words already.",
            ),
            known("queue", Queue, name="review_queue_known"),
        ]
        indexes = [
            models.Index(
                fields=["codebook", "digest"], name="review_of_words", condition=models.Q(undone_at__isnull=True)
            )
        ]

    def __str__(self) -> str:
        return f"{self.insight_id} judged by {self.person_id}"


class Turn(models.Model):
    """An insight that the review queue has laid before a person: from where, whether suggestions show, until when."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    insight = models.ForeignKey(Insight, on_delete=models.PROTECT, related_name="+")
    codebook = models.ForeignKey(Codebook, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    queue = models.CharField(max_length=6, choices=Queue)
    shown = models.BooleanField()
    digest = models.CharField(max_length=32)
    at = models.DateTimeField(db_default=Now())
    until = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["insight", "codebook", "person"], name="turn_once_of_a_person"),
            known("queue", Queue, name="turn_queue_known"),
        ]

    def __str__(self) -> str:
        return f"{self.insight_id} before {self.person_id}"


class Sample(models.Model):
    """Insights that several curators judge, each without seeing the others' word, to see how far they agree."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    codebook = models.ForeignKey(Codebook, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=120)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    insights = models.ManyToManyField(Insight, related_name="+")
    at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return self.name

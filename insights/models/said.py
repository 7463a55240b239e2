"""An insight, the voices behind it, and the evidence between insights."""

from __future__ import annotations

import pghistory
import pgtrigger
from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db import models
from django.db.models.functions import MD5, Concat, Length, Now
from django.db.models.lookups import GreaterThanOrEqual, LessThanOrEqual
from uuid_utils.compat import uuid7

from casestudies.lifecycle import Status
from casestudies.models import Audience, CaseStudy, LearningActivity, Organisation, Programme
from insights.choices import Consent, Effect, Kind, Level, Perspective, Relation, Response, SourceKind
from insights.models.triggers import INSIGHT_TRIGGERS, SOURCE_TRIGGERS, came_together
from insights.models.words import LONGEST, SHORTEST, known, words_constraints

SEARCH_CONFIG = "lhs_english"


@pghistory.track(
    came_together(),
    pghistory.UpdateEvent(),
    pghistory.DeleteEvent(),
    exclude=["search", "digest", "words_withheld", "flagged", "modified"],
)
class Insight(models.Model):
    """One short text that a programme team logged.

    `words_withheld` is kept by the database from the consents of the sources, and `flagged` from the flags that are
    open; `digest` names the words as they stand,
    and `modified` changes with every edit.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="insights", db_index=False)
    case_study = models.ForeignKey(
        CaseStudy, on_delete=models.PROTECT, null=True, blank=True, related_name="insights", db_index=False
    )
    learning_activity = models.ForeignKey(
        LearningActivity, on_delete=models.PROTECT, null=True, blank=True, related_name="insights"
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, editable=False, related_name="insights"
    )
    kind = models.CharField(max_length=14, choices=Kind)
    title = models.CharField(max_length=200, blank=True, default="")
    text = models.TextField()
    perspective = models.CharField(max_length=15, choices=Perspective, null=True, blank=True)
    level = models.CharField(max_length=12, choices=Level, null=True, blank=True)
    effect = models.CharField(max_length=7, choices=Effect, null=True, blank=True)
    response = models.CharField(max_length=7, choices=Response, null=True, blank=True)
    status = models.CharField(max_length=9, choices=Status, default=Status.DRAFT, editable=False)
    decline_reason = models.TextField(blank=True, default="", editable=False)
    section = models.CharField(max_length=200, blank=True, default="")
    position = models.PositiveIntegerField(null=True, blank=True)
    locator = models.CharField(max_length=300, blank=True, default="")
    external_id = models.CharField(max_length=120, null=True, blank=True)
    illustrative = models.BooleanField(default=False)
    audiences = models.ManyToManyField(Audience, blank=True, related_name="insights")
    words_withheld = models.BooleanField(default=False, db_default=False, editable=False)
    flagged = models.BooleanField(default=False, db_default=False, editable=False)
    created = models.DateTimeField(db_default=Now(), editable=False)
    modified = models.DateTimeField(db_default=Now(), editable=False)
    published_at = models.DateTimeField(null=True, editable=False)
    digest = models.GeneratedField(
        expression=MD5(Concat("title", models.Value("\n"), "text", output_field=models.TextField())),
        output_field=models.CharField(max_length=32),
        db_persist=True,
    )
    search = models.GeneratedField(
        expression=SearchVector("title", weight="A", config=SEARCH_CONFIG)
        + SearchVector("text", weight="B", config=SEARCH_CONFIG),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(GreaterThanOrEqual(Length("text"), SHORTEST))
                & models.Q(LessThanOrEqual(Length("text"), LONGEST)),
                name="insight_text_length",
                violation_error_message=f"Write between {SHORTEST} and {LONGEST:,} characters.",
            ),
            *words_constraints("text", name="insight_text"),
            *words_constraints("title", name="insight_title"),
            known("kind", Kind, name="insight_kind_known"),
            known("perspective", Perspective, name="insight_perspective_known", optional=True),
            known("level", Level, name="insight_level_known", optional=True),
            known("effect", Effect, name="insight_effect_known", optional=True),
            known("response", Response, name="insight_response_known", optional=True),
            known("status", Status, name="insight_status_known"),
            models.CheckConstraint(
                condition=~models.Q(status=Status.DECLINED) | ~models.Q(decline_reason=""),
                name="insight_declined_with_a_reason",
                violation_error_message="Say why it is declined.",
            ),
            models.CheckConstraint(
                condition=~models.Q(status=Status.PUBLISHED) | models.Q(published_at__isnull=False),
                name="insight_published_at_a_time",
                violation_error_message="A published insight carries the time it was published.",
            ),
            # Over part of the table, so that its columns are no key: else every save of an insight would lock the row
            # against the worker that is writing tags for it, while itself waiting for that worker.
            models.UniqueConstraint(
                fields=["programme", "external_id"],
                condition=models.Q(external_id__isnull=False),
                name="insight_external_id_once_in_programme",
                violation_error_message="This programme already has an insight with that external id.",
            ),
            models.CheckConstraint(
                condition=~models.Q(external_id=""),
                name="insight_external_id_not_empty",
                violation_error_message="Leave the external id out, or give it at least one character.",
            ),
        ]
        indexes = [
            # Lists run newest first (ids are in order of time) within what the reader may open.
            models.Index(fields=["status", "-id"], name="insight_by_status"),
            models.Index(fields=["programme", "status", "-id"], name="insight_by_programme"),
            models.Index(fields=["case_study", "status", "-id"], name="insight_by_case_study"),
            models.Index(fields=["-published_at", "-id"], name="insight_newest_published"),
            # An import asks of each row whether its words are there.
            models.Index(fields=["programme", "digest"], name="insight_by_words"),
            GinIndex(fields=["search"], name="insight_search"),
            GinIndex(OpClass("text", name="gin_trgm_ops"), name="insight_text_trigrams"),
        ]
        triggers = INSIGHT_TRIGGERS

    def __str__(self) -> str:
        return self.title or str(self.id)


@pghistory.track(pghistory.InsertEvent(), pghistory.DeleteEvent(), obj_field=None)
class InsightAudience(Insight.audiences.through):  # type: ignore[name-defined, misc]
    """For whom a recommendation is meant; named here so that a change of it is in the history too."""

    class Meta:
        proxy = True

    def __str__(self) -> str:
        return f"{self.insight_id} for {self.audience_id}"


@pghistory.track(came_together(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Source(models.Model):
    """A voice behind an insight: who, by role, where and when – never a patient's identity.

    The source at position 0 is *the* source.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    insight = models.ForeignKey(Insight, on_delete=models.PROTECT, related_name="sources", db_index=False)
    position = models.PositiveIntegerField(default=0)
    kind = models.CharField(max_length=12, choices=SourceKind)
    role = models.CharField(max_length=120, blank=True, default="")
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, null=True, blank=True, related_name="sources"
    )
    place = models.CharField(max_length=120, blank=True, default="")
    collected_on = models.DateField(null=True, blank=True)
    consent = models.CharField(max_length=10, choices=Consent, default=Consent.NOT_NEEDED)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, editable=False, related_name="+"
    )
    created = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ["insight", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["insight", "position"],
                name="source_position_once_in_insight",
                deferrable=models.Deferrable.DEFERRED,
            ),
            known("kind", SourceKind, name="source_kind_known"),
            known("consent", Consent, name="source_consent_known"),
        ]
        triggers = SOURCE_TRIGGERS

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.role}".strip()


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Evidence(models.Model):
    """What one insight has to do with another: a recommendation rests on a finding; findings support, contradict or
    repeat one another."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    insight = models.ForeignKey(Insight, on_delete=models.PROTECT, related_name="evidence")
    other = models.ForeignKey(Insight, on_delete=models.PROTECT, related_name="evidence_for")
    relation = models.CharField(max_length=12, choices=Relation)
    created = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name_plural = "evidence"
        constraints = [
            models.UniqueConstraint(
                fields=["insight", "other", "relation"],
                name="evidence_once",
                violation_error_message="That link is already there.",
            ),
            models.CheckConstraint(
                condition=~models.Q(insight=models.F("other")),
                name="evidence_between_two",
                violation_error_message="An insight cannot be evidence for itself.",
            ),
            known("relation", Relation, name="evidence_relation_known"),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="evidence_between_the_right_kinds",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                func="""
                    -- Their kinds stay as they are until this link stands.
                    PERFORM 1 FROM insights_insight WHERE id IN (NEW.insight_id, NEW.other_id) ORDER BY id FOR SHARE;
                    IF NEW.relation = 'rests-on' AND (
                        (SELECT kind FROM insights_insight WHERE id = NEW.insight_id) <> 'recommendation'
                        OR (SELECT kind FROM insights_insight WHERE id = NEW.other_id) = 'recommendation'
                    ) OR NEW.relation <> 'rests-on' AND EXISTS (
                        SELECT 1 FROM insights_insight
                        WHERE id IN (NEW.insight_id, NEW.other_id) AND kind = 'recommendation'
                    ) THEN
                        RAISE EXCEPTION
                            'A recommendation rests on findings; findings support, contradict or repeat one another.'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'evidence_between_the_right_kinds';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.insight_id} {self.relation} {self.other_id}"

"""Codebooks, their codes, and the taggers fitted to them."""

from __future__ import annotations

import pghistory
import pgtrigger
from django.db import models
from uuid_utils.compat import uuid7

HABITS = "habits"
THEMES = "themes"

# Two levels and no more, so that a list of themes stays readable; that leaves no room for a cycle either.
CODE_TREE_SOUND = pgtrigger.Trigger(
    name="code_tree_sound",
    when=pgtrigger.Before,
    operation=pgtrigger.Insert | pgtrigger.UpdateOf("parent_id", "codebook_id"),
    condition=pgtrigger.Q(new__parent__isnull=False),
    func="""
        PERFORM pg_advisory_xact_lock(hashtext('code-tree'));
        IF NOT EXISTS (
            SELECT 1 FROM lhs_code
            WHERE id = NEW.parent_id AND codebook_id = NEW.codebook_id AND retired_at IS NULL
        ) THEN
            RAISE EXCEPTION 'A code stands under a code of its own codebook that is in use.'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'code_parent_of_codebook';
        END IF;
        IF EXISTS (
            WITH RECURSIVE above AS (
                SELECT id, parent_id FROM lhs_code WHERE id = NEW.parent_id
                UNION
                SELECT c.id, c.parent_id FROM lhs_code c JOIN above ON c.id = above.parent_id
            )
            SELECT 1 FROM above WHERE id = NEW.id
        ) THEN
            RAISE EXCEPTION 'A code cannot stand under itself.'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'code_tree_has_no_cycle';
        END IF;
        IF EXISTS (SELECT 1 FROM lhs_code WHERE id = NEW.parent_id AND parent_id IS NOT NULL)
            OR EXISTS (SELECT 1 FROM lhs_code WHERE parent_id = NEW.id)
        THEN
            RAISE EXCEPTION 'Codes stand on two levels: one under another, and none under that.'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'code_tree_has_two_levels';
        END IF;
        RETURN NEW;
    """,
)
# What was merged leads to a code in use in one step, and nothing stands under what is retired.
CODE_MERGED_SOUND = pgtrigger.Trigger(
    name="code_merged_sound",
    when=pgtrigger.After,
    timing=pgtrigger.Deferred,
    operation=pgtrigger.Insert | pgtrigger.Update,
    func="""
        IF EXISTS (
            SELECT 1 FROM lhs_code c LEFT JOIN lhs_code m ON m.id = c.merged_into_id
            WHERE (c.id = NEW.id OR c.merged_into_id = NEW.id) AND c.merged_into_id IS NOT NULL
                AND (m.codebook_id <> c.codebook_id OR m.merged_into_id IS NOT NULL)
        ) THEN
            RAISE EXCEPTION 'A code is merged into a code of its own codebook that is not merged itself.'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'code_merged_into_one_in_use';
        END IF;
        IF EXISTS (
            SELECT 1 FROM lhs_code c JOIN lhs_code p ON p.id = c.parent_id
            WHERE (c.id = NEW.id OR p.id = NEW.id) AND p.retired_at IS NOT NULL
        ) THEN
            RAISE EXCEPTION 'Nothing stands under a code that is retired.'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'code_under_one_in_use';
        END IF;
        RETURN NULL;
    """,
)


class Codebook(models.Model):
    """A list of codes that texts are read with: the five habits, or the curators' themes."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    slug = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=120)

    def __str__(self) -> str:
        return self.name


class Codes(models.QuerySet["Code"]):
    """Codes, and which of them are in use."""

    def living(self) -> Codes:
        """Return those that are neither retired nor merged into another."""
        return self.filter(retired_at__isnull=True)


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), exclude=["position"])
class Code(models.Model):
    """One code of a codebook. `position` is its place in the list; `parent` makes themes a tree of two levels.

    `threshold` (0–1) is the score from which the tagger suggests it; null: the one it was fitted with. A code that is
    retired stays as a row, because decisions name it; `merged_into` says which code they count for since then.
    `created` is null for what was there from the start: a review of the codebook said something of it too.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    codebook = models.ForeignKey(Codebook, on_delete=models.PROTECT, related_name="codes")
    slug = models.SlugField(max_length=60)
    name = models.CharField(max_length=160)
    definition = models.TextField(blank=True)
    position = models.PositiveIntegerField(default=0)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="children")
    threshold = models.FloatField(null=True, blank=True)
    merged_into = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="merged")
    retired_at = models.DateTimeField(null=True, blank=True)
    created = models.DateTimeField(null=True, editable=False)

    objects = Codes.as_manager()

    class Meta:
        ordering = ["codebook", "position", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["codebook", "slug"],
                name="code_slug_once_in_codebook",
                violation_error_message="This codebook already has a code with that short name.",
            ),
            models.CheckConstraint(
                condition=~models.Q(parent=models.F("id")),
                name="code_not_its_own_parent",
                violation_error_message="A code cannot stand under itself.",
            ),
            models.CheckConstraint(
                condition=models.Q(threshold__isnull=True) | models.Q(threshold__gt=0, threshold__lt=1),
                name="code_threshold_between_0_and_1",
                violation_error_message="Give a number between 0 and 1, such as 0.5.",
            ),
            models.CheckConstraint(
                condition=models.Q(merged_into__isnull=True) | models.Q(retired_at__isnull=False),
                name="code_merged_is_retired",
                violation_error_message="A code that was merged into another is retired.",
            ),
            models.CheckConstraint(
                condition=models.Q(retired_at__isnull=True) | models.Q(parent__isnull=True),
                name="code_retired_stands_alone",
                violation_error_message="A retired code stands under no other.",
            ),
        ]
        triggers = [CODE_TREE_SOUND, CODE_MERGED_SOUND]

    def __str__(self) -> str:
        return self.name


class Tagger(models.Model):
    """One version of an encoder and a head for one codebook, with the figures it was promoted on.

    `reason` says in words why it is in use or why it is not; `promoted_at` when it last came into use.
    """

    class State(models.TextChoices):
        CHAMPION = "champion", "In use"
        CHALLENGER = "challenger", "Tried, not in use"
        RETIRED = "retired", "Was in use"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    codebook = models.ForeignKey(Codebook, on_delete=models.PROTECT, related_name="taggers")
    version = models.PositiveIntegerField()
    artefact = models.BinaryField()
    figures = models.JSONField(default=dict)
    data_digest = models.CharField(max_length=64)
    state = models.CharField(max_length=12, choices=State, default=State.CHALLENGER)
    reason = models.TextField(blank=True, default="")
    created = models.DateTimeField(auto_now_add=True)
    promoted_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["codebook", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["codebook", "version"], name="tagger_version_once_in_codebook"),
            models.UniqueConstraint(
                fields=["codebook"],
                condition=models.Q(state="champion"),
                name="tagger_one_champion",
                violation_error_message="This codebook already has a tagger in use.",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=["champion", "challenger", "retired"]), name="tagger_state_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.codebook.slug} version {self.version}"


class Training(models.Model):
    """One run of training a codebook's tagger: who or what asked, how far it is, and what came of it in words.

    `beat` moves while the run is alive: one that has stood still for long was killed, and another may begin.
    """

    class Cause(models.TextChoices):
        HAND = "hand", "By hand"
        NIGHT = "night", "Nightly"
        DECISIONS = "decisions", "After new decisions"
        CODES = "codes", "After a theme was changed"

    class State(models.TextChoices):
        RUNNING = "running", "Running"
        DONE = "done", "Done"
        FAILED = "failed", "Failed"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    codebook = models.ForeignKey(Codebook, on_delete=models.PROTECT, related_name="trainings")
    cause = models.CharField(max_length=9, choices=Cause)
    state = models.CharField(max_length=7, choices=State, default=State.RUNNING)
    stage = models.CharField(max_length=120, blank=True, default="")
    done = models.PositiveIntegerField(default=0)
    of = models.PositiveIntegerField(default=0)
    outcome = models.TextField(blank=True, default="")
    tagger = models.ForeignKey(Tagger, on_delete=models.PROTECT, null=True, related_name="trainings")
    began = models.DateTimeField(auto_now_add=True)
    beat = models.DateTimeField(auto_now_add=True)
    ended = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-began"]
        constraints = [
            models.UniqueConstraint(
                fields=["codebook"],
                condition=models.Q(state="running"),
                name="training_one_at_a_time",
                violation_error_message="This codebook's tagger is being trained already.",
            ),
            models.CheckConstraint(
                condition=models.Q(cause__in=["hand", "night", "decisions", "codes"]), name="training_cause_known"
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=["running", "done", "failed"]), name="training_state_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.codebook.slug} training {self.state}"

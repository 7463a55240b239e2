"""Programmes, who works in them, what they planned, how they learned and what they measured."""

from __future__ import annotations

import pghistory
from django.conf import settings
from django.db import models
from uuid_utils.compat import uuid7

from accounts.models import Role
from casestudies.models.places import Organisation


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Programme(models.Model):
    """The effort being learned about; a learning session or conference is a programme too."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    slug = models.SlugField(max_length=80, unique=True)
    name = models.CharField(max_length=200)
    summary = models.TextField(blank=True)
    lead = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="programmes_led")
    partners = models.ManyToManyField(Organisation, blank=True, related_name="programmes_joined")
    starts_on = models.DateField(null=True, blank=True)
    ends_on = models.DateField(null=True, blank=True)
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(starts_on__isnull=True)
                | models.Q(ends_on__isnull=True)
                | models.Q(ends_on__gte=models.F("starts_on")),
                name="programme_ends_after_it_starts",
                violation_error_message="A programme cannot end before it starts.",
            )
        ]

    def __str__(self) -> str:
        return self.name


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Membership(models.Model):
    """A person's role inside one programme."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="memberships")
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=20, choices=Role, default=Role.CONTRIBUTOR)
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "programme"],
                name="membership_once",
                violation_error_message="This person is already a member of the programme.",
            ),
            models.CheckConstraint(
                condition=models.Q(role__in=Role.values),
                name="membership_role_known",
                violation_error_message="Choose one of the roles: " + ", ".join(Role.values) + ".",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.programme_id}: {self.role}"


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Lever(models.Model):
    """What a programme planned to change."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="levers")
    slug = models.SlugField(max_length=80)
    name = models.CharField(max_length=200)
    description = models.TextField(blank=True)
    position = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["position", "name"]
        constraints = [models.UniqueConstraint(fields=["programme", "slug"], name="lever_slug_once_in_programme")]

    def __str__(self) -> str:
        return self.name


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class LearningActivity(models.Model):
    """One way in which a programme learned: a site visit, an interview, a live poll…"""

    class Kind(models.TextChoices):
        SITE_VISIT = "site-visit", "Site visit"
        INTERVIEW = "interview", "Interview"
        DATA_ANALYSIS = "data-analysis", "Data analysis"
        SURVEY = "survey", "Survey"
        WORKSHOP = "workshop", "Workshop"
        AFTER_ACTION_REVIEW = "after-action-review", "After-action review"
        LIVE_POLL = "live-poll", "Live poll"
        OTHER = "other", "Other activity"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="activities")
    slug = models.SlugField(max_length=80)
    kind = models.CharField(max_length=20, choices=Kind)
    name = models.CharField(max_length=200)
    description = models.TextField(blank=True)
    held_on = models.DateField(null=True, blank=True)
    position = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["position", "name"]
        verbose_name_plural = "learning activities"
        constraints = [
            models.UniqueConstraint(fields=["programme", "slug"], name="activity_slug_once_in_programme"),
            # An insight refers to both together, so that its activity is always one of its own programme.
            models.UniqueConstraint(fields=["programme", "id"], name="activity_of_programme"),
            models.CheckConstraint(
                condition=models.Q(
                    kind__in=[
                        "site-visit",
                        "interview",
                        "data-analysis",
                        "survey",
                        "workshop",
                        "after-action-review",
                        "live-poll",
                        "other",
                    ]
                ),
                name="activity_kind_known",
                violation_error_message="Choose one of the kinds of learning activity.",
            ),
        ]

    def __str__(self) -> str:
        return self.name


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Measure(models.Model):
    """A named series of values that a programme follows."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="measures")
    slug = models.SlugField(max_length=80)
    name = models.CharField(max_length=200)
    unit = models.CharField(max_length=60)
    description = models.TextField(blank=True)
    illustrative = models.BooleanField(default=False)

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["programme", "slug"], name="measure_slug_once_in_programme")]

    def __str__(self) -> str:
        return self.name


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class MeasurePoint(models.Model):
    """One value of a measure, at one organisation, on one day."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    measure = models.ForeignKey(Measure, on_delete=models.PROTECT, related_name="points")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="measure_points")
    on = models.DateField()
    value = models.DecimalField(max_digits=16, decimal_places=4)

    class Meta:
        ordering = ["on"]
        constraints = [
            models.UniqueConstraint(
                fields=["measure", "organisation", "on"],
                name="measure_point_once_a_day",
                violation_error_message="This measure already has a value for that place and day.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.value} on {self.on}"

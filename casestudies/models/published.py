"""What a programme published: case studies and the figures in them."""

from __future__ import annotations

import pghistory
from django.db import models
from uuid_utils.compat import uuid7

from casestudies.lifecycle import Status
from casestudies.models.programmes import Programme


class Topic(models.TextChoices):
    """The topics that the library opens with; later case studies may bring their own words."""

    VACCINATION = "COVID-19 vaccination", "COVID-19 vaccination"
    ELECTIVE_RECOVERY = "Elective recovery", "Elective recovery"
    DIAGNOSTICS = "Community diagnostic centres", "Community diagnostic centres"
    PHYSICAL_ACTIVITY = "Physical activity", "Physical activity"


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class CaseStudy(models.Model):
    """A published account of a programme: its background, and what it makes one think of more widely."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    slug = models.SlugField(max_length=80, unique=True)
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="case_studies")
    title = models.CharField(max_length=200)
    topic = models.CharField(max_length=80)
    background = models.TextField(blank=True)
    reflections = models.TextField("wider reflections", blank=True)
    citation = models.TextField(blank=True)
    citation_url = models.URLField(max_length=500, blank=True)
    published_on = models.DateField(null=True, blank=True)
    status = models.CharField(max_length=12, choices=Status, default=Status.DRAFT)
    created = models.DateTimeField(auto_now_add=True)
    modified = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["title"]
        verbose_name_plural = "case studies"
        constraints = [
            # An insight refers to both together, so that its case study is always one of its own programme.
            models.UniqueConstraint(fields=["programme", "id"], name="case_study_of_programme"),
            models.CheckConstraint(
                condition=models.Q(status__in=Status.values),
                name="case_study_status_known",
                violation_error_message="That is not a status of the life-cycle.",
            ),
        ]

    def __str__(self) -> str:
        return self.title


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class KeyFigure(models.Model):
    """One number that a case study turns on, with its unit, its date and whom it counts."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    case_study = models.ForeignKey(CaseStudy, on_delete=models.PROTECT, related_name="key_figures")
    slug = models.SlugField(max_length=80)
    name = models.CharField(max_length=200)
    value = models.DecimalField(max_digits=16, decimal_places=2)
    unit = models.CharField(max_length=60)
    as_of = models.DateField(null=True, blank=True)
    as_of_words = models.CharField(max_length=80, blank=True)
    population = models.CharField(max_length=200, blank=True)
    locator = models.CharField(max_length=300, blank=True)
    position = models.PositiveIntegerField(default=0)
    illustrative = models.BooleanField(default=False)

    class Meta:
        ordering = ["position", "name"]
        constraints = [
            models.UniqueConstraint(fields=["case_study", "slug"], name="key_figure_slug_once_in_case_study")
        ]

    def __str__(self) -> str:
        return f"{self.value} {self.unit}"


class Loaded(models.Model):
    """What the loader last wrote for one entry of `fixtures/`, so that it never overwrites what people edited since."""

    kind = models.CharField(max_length=40)
    key = models.CharField(max_length=200)
    object_id = models.UUIDField()
    digest = models.CharField(max_length=64)

    class Meta:
        verbose_name_plural = "loaded"
        constraints = [models.UniqueConstraint(fields=["kind", "key"], name="loaded_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"

"""A spreadsheet on its way in: the file, its rows and what is to become of each, and what was imported before."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now
from uuid_utils.compat import uuid7

from casestudies.lifecycle import Status
from casestudies.models import Programme
from insights.models.said import Insight
from insights.models.words import known


class ImportState(models.TextChoices):
    """Where an import stands. `checking` and `writing` are due: a worker takes them up."""

    COLUMNS = "columns", "Waiting for its columns to be named"
    CHECKING = "checking", "Being checked"
    CHECKED = "checked", "Checked; nothing is written yet"
    WRITING = "writing", "Being written"
    DONE = "done", "Done"
    CANCELLED = "cancelled", "Cancelled"
    FAILED = "failed", "Could not be read"


DUE = (ImportState.CHECKING, ImportState.WRITING)
ENDED = (ImportState.DONE, ImportState.CANCELLED, ImportState.FAILED)


class Fate(models.TextChoices):
    """What becomes of a row."""

    NEW = "new", "New"
    SAME = "same", "Same"
    CHANGED = "changed", "Changed"
    ERROR = "error", "In error"


class Import(models.Model):
    """One file that someone brought to a programme.

    `layout` says how the file is read (format, encoding, delimiter, sheet, row of headings), `mapping` which column
    (from 0) holds which field, `defaults` what holds where there is no such column. `done` counts the rows of the
    present stage and is where it goes on after a fall; `of` is how many there are, as far as that is known. The
    counts of fates are of the rows as they stand; `written` those that became insights or edits; of new ones `shared`
    and `withheld` say how many words may leave the programme and how many may not.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="imports", db_index=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="imports")
    name = models.CharField(max_length=200)
    size = models.PositiveBigIntegerField()
    digest = models.CharField(max_length=64)
    state = models.CharField(max_length=9, choices=ImportState, default=ImportState.COLUMNS)
    layout = models.JSONField(default=dict)
    headings = ArrayField(models.TextField(), default=list)
    examples = models.JSONField(default=list)
    mapping = models.JSONField(default=dict)
    defaults = models.JSONField(default=dict)
    status = models.CharField(max_length=9, choices=Status, default=Status.DRAFT)
    apply = models.BooleanField(default=False)
    done = models.PositiveIntegerField(default=0)
    of = models.PositiveIntegerField(default=0)
    new = models.PositiveIntegerField(default=0)
    same = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    error = models.PositiveIntegerField(default=0)
    written = models.PositiveIntegerField(default=0)
    shared = models.PositiveIntegerField(default=0, db_default=0)
    withheld = models.PositiveIntegerField(default=0, db_default=0)
    cursor = models.PositiveIntegerField(default=0)
    attempts = models.PositiveIntegerField(default=0)
    failure = models.TextField(blank=True, default="")
    created = models.DateTimeField(db_default=Now())
    ended = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            known("state", ImportState, name="import_state_known"),
            models.CheckConstraint(
                condition=models.Q(status__in=[Status.DRAFT, Status.SUBMITTED]),
                name="import_as_draft_or_submitted",
                violation_error_message="What is imported is a draft or submitted.",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=ENDED, ended__isnull=False)
                | ~models.Q(state__in=ENDED) & models.Q(ended__isnull=True),
                name="import_ended_at_a_time",
            ),
        ]
        indexes = [
            models.Index(fields=["programme", "-id"], name="import_of_programme"),
            models.Index(fields=["id"], name="import_due", condition=models.Q(state__in=DUE)),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.state}"


class ImportPart(models.Model):
    """A piece of the file as it was sent, kept until the import has ended: whichever worker comes can read it."""

    of = models.ForeignKey(Import, on_delete=models.PROTECT, related_name="parts", db_index=False)
    position = models.PositiveIntegerField()
    content = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["of", "position"], name="import_part_once")]

    def __str__(self) -> str:
        return f"part {self.position} of {self.of_id}"


class ImportRow(models.Model):
    """One row of the file: its cells as typed, and what is to become of it.

    `number` is the row's number as a spreadsheet shows it; `faults` a list of {column, field, reason}. `words` is the
    digest of kind, title and text. Once an import has ended only the cells of rows in error are kept.
    """

    id = models.BigAutoField(primary_key=True)
    of = models.ForeignKey(Import, on_delete=models.PROTECT, related_name="rows", db_index=False)
    number = models.PositiveIntegerField()
    cells = models.JSONField(default=list)
    fate = models.CharField(max_length=7, choices=Fate)
    faults = models.JSONField(default=list)
    note = models.CharField(max_length=200, blank=True, default="")
    external_id = models.CharField(max_length=120, null=True)
    words = models.CharField(max_length=32, null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["of", "number"], name="import_row_once"),
            known("fate", Fate, name="import_row_fate_known"),
        ]
        indexes = [
            models.Index(fields=["of", "fate", "number"], name="import_row_by_fate"),
            models.Index(
                fields=["of", "external_id"], name="import_row_by_id", condition=models.Q(external_id__isnull=False)
            ),
            models.Index(fields=["of", "words"], name="import_row_by_words", condition=models.Q(words__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"row {self.number} {self.fate}"


class Imported(models.Model):
    """What a file said last of an insight, as digests: of its words, and of each field.

    A row that says the same again changes nothing, whatever people have made of the insight since; a row that was
    edited changes those fields only that were edited in it.
    """

    insight = models.OneToOneField(Insight, on_delete=models.PROTECT, primary_key=True, related_name="imported")
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="+", db_index=False)
    words = models.CharField(max_length=32)
    fields = models.JSONField(default=dict)

    class Meta:
        verbose_name_plural = "imported"
        indexes = [models.Index(fields=["programme", "words"], name="imported_words")]

    def __str__(self) -> str:
        return f"imported {self.insight_id}"


class ImportColumns(models.Model):
    """How a programme's columns were named last: normalised heading → field, and the defaults."""

    programme = models.OneToOneField(Programme, on_delete=models.PROTECT, primary_key=True, related_name="+")
    columns = models.JSONField(default=dict)
    defaults = models.JSONField(default=dict)

    class Meta:
        verbose_name_plural = "import columns"

    def __str__(self) -> str:
        return f"columns of {self.programme_id}"

"""What the addresses of imports answer, for the schema."""

from __future__ import annotations

from rest_framework import serializers

from api.schema import page_of
from api.shapes import Ref, Shape, one_of
from api.writing import NEW_STATUSES
from insights.models.imported import Fate, ImportState


class ImportCounts(Shape):
    """How many rows there are of each fate."""

    new = serializers.IntegerField()
    same = serializers.IntegerField()
    changed = serializers.IntegerField()
    error = serializers.IntegerField()


class ImportShape(Shape):
    """A file on its way in, and how far it is."""

    id = serializers.UUIDField()
    url = serializers.URLField()
    programme = Ref()
    name = serializers.CharField()
    state = one_of(ImportState)
    status = serializers.ChoiceField(choices=NEW_STATUSES)
    headings = serializers.ListField(child=serializers.CharField(allow_blank=True))
    mapping = serializers.DictField(child=serializers.IntegerField(), help_text="Field → column, from 1.")
    layout = serializers.DictField(child=serializers.JSONField(), help_text="How the file is read.")
    done = serializers.IntegerField(help_text="Rows of the present stage that are done.")
    of = serializers.IntegerField(help_text="How many there are, about while they are being checked.")
    counts = ImportCounts()
    written = serializers.IntegerField(help_text="Rows that became insights or edits.")
    failure = serializers.CharField(allow_blank=True, help_text="Why it could not be read.")
    created = serializers.DateTimeField()
    ended = serializers.DateTimeField(allow_null=True)


class RowFault(Shape):
    """What is wrong with a row."""

    column = serializers.CharField(allow_blank=True)
    field = serializers.CharField(allow_blank=True)
    reason = serializers.CharField()


class ImportRowShape(Shape):
    """One row of the file and its fate. Once an import has ended only rows in error are kept."""

    number = serializers.IntegerField(help_text="As a spreadsheet numbers it.")
    fate = one_of(Fate)
    note = serializers.CharField(allow_blank=True)
    errors = RowFault(many=True)  # type: ignore[assignment]
    cells = serializers.ListField(child=serializers.CharField(allow_blank=True))


ImportPage = page_of(ImportShape, "ImportPage")
ImportRowPage = page_of(ImportRowShape, "ImportRowPage")

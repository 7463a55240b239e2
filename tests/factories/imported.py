"""Spreadsheets that were sent, their parts, columns and rows."""

from __future__ import annotations

import factory

from accounts.models import Role
from insights.models import Import, ImportColumns, Imported, ImportPart, ImportRow
from tests.factories.people import UserFactory
from tests.factories.programmes import ProgrammeFactory
from tests.factories.rows import RowFactory
from tests.factories.said import InsightFactory


class ImportFactory(RowFactory[Import]):
    """A CSV that was sent and waits for its columns to be named; its parts and rows are made apart."""

    class Meta:
        model = Import

    programme = factory.SubFactory(ProgrammeFactory)
    person = factory.SubFactory(UserFactory, role=Role.CURATOR)
    name = "insights.csv"
    size = 100
    digest = "0" * 64
    layout = factory.LazyFunction(lambda: {"format": "csv", "encoding": "utf-8", "delimiter": ",", "heading": 1})
    headings = factory.LazyFunction(lambda: ["Insight"])
    mapping = factory.LazyFunction(lambda: {"text": 0})


class ImportPartFactory(RowFactory[ImportPart]):
    class Meta:
        model = ImportPart

    of = factory.SubFactory(ImportFactory)
    position = factory.Sequence(int)
    content = b"Insight"


class ImportRowFactory(RowFactory[ImportRow]):
    """A row in error."""

    class Meta:
        model = ImportRow

    of = factory.SubFactory(ImportFactory)
    number = factory.Sequence(lambda n: n + 2)
    cells = factory.LazyFunction(lambda: ["No"])
    fate = "error"
    faults = factory.LazyFunction(lambda: [{"column": "Insight", "field": "text", "reason": "Too short."}])


class ImportedFactory(RowFactory[Imported]):
    class Meta:
        model = Imported

    insight = factory.SubFactory(InsightFactory)
    programme = factory.SelfAttribute("insight.programme")
    words = "0" * 32


class ImportColumnsFactory(RowFactory[ImportColumns]):
    class Meta:
        model = ImportColumns

    programme = factory.SubFactory(ProgrammeFactory)

"""Reports, and the candidates cut out of them."""

from __future__ import annotations

import factory

from insights.choices import Kind
from insights.models import Candidate, Report
from tests.factories.people import UserFactory
from tests.factories.programmes import ProgrammeFactory
from tests.factories.rows import RowFactory


class ReportFactory(RowFactory[Report]):
    """A text that was pasted, with nothing cut out of it yet."""

    class Meta:
        model = Report

    programme = factory.SubFactory(ProgrammeFactory)
    person = factory.SubFactory(UserFactory)
    name = factory.Sequence(lambda n: f"Report {n}")
    form = "text"


class CandidateFactory(RowFactory[Candidate]):
    """A ticked finding of a report of its own."""

    class Meta:
        model = Candidate

    report = factory.SubFactory(ReportFactory)
    position = factory.LazyAttribute(lambda one: one.report.candidates.count())
    section = "Findings"
    text = factory.Sequence(lambda n: f"Porters waited {n} times for the lift at noon.")
    kind = Kind.FINDING
    ticked = True

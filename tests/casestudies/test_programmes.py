"""Programmes and their people: a membership once, an end after the start, and parts that stay in their programme."""

from __future__ import annotations

import datetime

import pytest
from django.db import IntegrityError, connection, transaction

from casestudies.models import Membership
from insights.models import Insight
from tests.factories import (
    CaseStudyFactory,
    InsightFactory,
    LearningActivityFactory,
    MembershipFactory,
    ProgrammeFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


def refused(name: str):
    return pytest.raises(IntegrityError, match=name)


def now_or_never() -> None:
    """Have the database check what it would check at the end of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_a_person_is_a_member_of_a_programme_once():
    member = MembershipFactory()
    with refused("membership_once"), transaction.atomic():
        MembershipFactory(user=member.user, programme=member.programme, role="curator")


def test_a_membership_has_a_role_that_there_is():
    with refused("membership_role_known"), transaction.atomic():
        Membership.objects.bulk_create([Membership(user=UserFactory(), programme=ProgrammeFactory(), role="king")])


def test_a_programme_does_not_end_before_it_starts():
    start = datetime.date(2021, 5, 1)
    ProgrammeFactory(starts_on=start, ends_on=start)
    with refused("programme_ends_after_it_starts"), transaction.atomic():
        ProgrammeFactory(starts_on=start, ends_on=start - datetime.timedelta(1))


@pytest.mark.parametrize(
    ("column", "factory", "rule"),
    [
        ("case_study_id", CaseStudyFactory, "insight_case_study_of_programme"),
        ("learning_activity_id", LearningActivityFactory, "insight_activity_of_programme"),
    ],
)
class TestOfOneProgramme:
    def test_an_insight_takes_what_is_of_its_programme(self, column, factory, rule):
        part = factory()
        Insight.objects.filter(id=InsightFactory(programme=part.programme).id).update(**{column: part.id})
        now_or_never()

    def test_and_not_what_is_of_another_even_by_sql(self, column, factory, rule):
        insight, part = InsightFactory(), factory()
        with refused(rule), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"UPDATE insights_insight SET {column} = %s WHERE id = %s", [part.id, insight.id])
            now_or_never()

    def test_nor_does_the_part_leave_for_another_programme(self, column, factory, rule):
        part = factory()
        Insight.objects.filter(id=InsightFactory(programme=part.programme).id).update(**{column: part.id})
        now_or_never()
        with refused(rule), transaction.atomic():
            type(part).objects.filter(id=part.id).update(programme=ProgrammeFactory())
            now_or_never()

"""Every factory makes a row that the database takes, its deferred rules included."""

from __future__ import annotations

import inspect

import pytest
from django.apps import apps
from django.db import connection
from factory.django import DjangoModelFactory

from insights.models import Insight
from tests import factories

pytestmark = pytest.mark.django_db

FACTORIES = [
    made
    for _, made in inspect.getmembers(factories, inspect.isclass)
    if issubclass(made, DjangoModelFactory)
    and made.__module__.startswith(factories.__name__)
    and not made._meta.abstract
]


@pytest.mark.parametrize("factory", FACTORIES, ids=lambda made: made.__name__)
def test_every_factory_makes_a_row_that_the_database_takes(factory):
    factory()
    factory()
    connection.check_constraints()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


@pytest.mark.parametrize("status", ["draft", "submitted", "published", "declined", "withdrawn"])
def test_an_insight_can_stand_anywhere_in_the_life_cycle(status):
    assert factories.InsightFactory(status=status).status == status


def test_an_insight_of_a_case_study_is_of_its_programme():
    case_study = factories.CaseStudyFactory()
    assert factories.InsightFactory(case_study=case_study).programme == case_study.programme


def test_a_withheld_voice_withholds_the_words():
    assert factories.InsightFactory(source__consent="withheld").words_withheld


def test_an_insight_has_one_source_until_more_are_given():
    insight = factories.InsightFactory()
    factories.SourceFactory(insight=insight, kind="patient")
    assert [source.kind for source in insight.sources.all()] == ["staff", "patient"]
    assert Insight.objects.count() == 1


def test_every_model_of_ours_has_a_factory():
    kept_by_the_database = {"Move", "Tally"}
    ours = {
        model.__name__
        for room in ("accounts", "lhs", "casestudies", "insights")
        for model in apps.get_app_config(room).get_models()
        if not model.__name__.endswith("Event") and not model._meta.proxy
    }
    made = {factory._meta.model.__name__ for factory in FACTORIES}
    assert ours - made == kept_by_the_database

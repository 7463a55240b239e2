"""Small numbers of people: hidden, with what would give them away, on pages and in the API alike."""

from __future__ import annotations

import datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casestudies.models import KeyFigure, Measure, MeasurePoint, Organisation
from casestudies.suppression import counts_people, suppressed, too_small
from tests.factories import CaseStudyFactory

DAY = datetime.date(2021, 5, 1)


@pytest.mark.parametrize("unit", ["patients", "people waiting", "Families", "deaths a year", "new referrals"])
def test_from_one_to_four_people_are_too_few(unit):
    assert [n for n in range(7) if too_small(n, unit)] == [1, 2, 3, 4]


@pytest.mark.parametrize(
    "unit",
    ["days", "% of patients", "per million people", "in 6 deaths", "minutes per patient", "centres", "tests", ""],
)
def test_what_counts_no_people_is_shown_however_small(unit):
    assert not counts_people(unit)
    assert not too_small(3, unit)


def points(**values):
    """One point a place on one day; `whole` is the place that the others lie in."""
    measure = Measure(slug="m", name="m", unit="patients")
    whole = Organisation(name="whole")
    made = {}
    for name, value in values.items():
        place = whole if name == "whole" else Organisation(name=name, parent=whole)
        made[name] = MeasurePoint(measure=measure, organisation=place, on=DAY, value=Decimal(value))
    return made


def hidden(unit="patients", **values):
    made = points(**values)
    found = suppressed(made.values(), unit)
    return {name: found[point.id] for name, point in made.items() if point.id in found}


def test_one_small_number_takes_the_next_smallest_with_it_where_the_total_is_shown():
    assert hidden(whole=40, a=3, b=30, c=7) == {"a": "fewer than 5", "c": "not shown"}


def test_without_a_total_or_with_two_small_numbers_nothing_more_is_hidden():
    assert hidden(a=3, b=30, c=7) == {"a": "fewer than 5"}
    assert hidden(whole=35, a=3, b=30, c=2) == dict.fromkeys(("a", "c"), "fewer than 5")
    assert hidden(whole=37, a=0, b=30, c=7) == {}


def test_where_all_others_are_nought_or_there_are_none_the_total_goes_too():
    assert hidden(whole=3, a=3, b=0) == {"whole": "fewer than 5", "a": "fewer than 5"}
    assert hidden(whole=8, a=3, b=0) == {"a": "fewer than 5", "whole": "not shown"}


def test_other_units_hide_nothing():
    assert hidden("% of patients", whole=40, a=3, b=37) == {}


@given(st.lists(st.integers(0, 12), min_size=1, max_size=6))
def test_no_number_of_one_to_four_can_be_worked_out_from_a_total(values):
    named = {f"p{place}": value for place, value in enumerate(values)}
    gone = hidden(whole=sum(values), **named)
    assert all(name in gone for name, value in named.items() if 0 < value < 5)
    if "whole" not in gone:
        assert sum(name in gone for name in named) != 1


@pytest.mark.django_db
def test_neither_the_page_nor_the_api_shows_a_small_number_of_people(client, settings):
    settings.ANONYMOUS_READING = True
    study = CaseStudyFactory()
    trust = Organisation.objects.create(slug="trust", name="The trust", kind="trust")
    wards = [Organisation.objects.create(slug=f"w{n}", name=f"Ward {n}", kind="ward", parent=trust) for n in range(3)]
    measure = Measure.objects.create(programme=study.programme, slug="falls", name="Falls", unit="patients who fell")
    for place, value in zip([trust, *wards], [7713, 3, 7103, 607], strict=True):
        MeasurePoint.objects.create(measure=measure, organisation=place, on=DAY, value=value)
    for slug, value, unit in (("few", 2, "patients"), ("many", 8231, "patients"), ("rate", 2, "% of patients")):
        KeyFigure.objects.create(case_study=study, slug=slug, name=slug, value=value, unit=unit)
    page = client.get(f"/case-studies/{study.slug}/").content.decode()
    assert "fewer than 5" in page
    assert "7,713" in page
    assert "not shown" in page
    assert "607" not in page
    api = client.get(f"/api/v1/programmes/{study.programme.id}/").json()["measures"][0]["points"]
    said = {point["organisation"]["name"]: (point["value"], point["suppressed"]) for point in api}
    assert said == {
        "The trust": (7713, ""),
        "Ward 0": (None, "fewer than 5"),
        "Ward 1": (7103, ""),
        "Ward 2": (None, "not shown"),
    }
    figures = client.get(f"/api/v1/case-studies/{study.slug}/").json()["key_figures"]
    assert {one["slug"]: (one["value"], one["suppressed"]) for one in figures} == {
        "few": (None, "fewer than 5"),
        "many": (8231, ""),
        "rate": (2, ""),
    }

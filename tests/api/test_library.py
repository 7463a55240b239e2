"""Everything but insights: lists in pages, each thing by its id or slug, told whole and with few queries."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from lhs.habits import HABITS
from tests.factories import (
    AudienceFactory,
    CaseStudyFactory,
    KeyFigureFactory,
    LearningActivityFactory,
    LeverFactory,
    MeasureFactory,
    MeasurePointFactory,
    OrganisationFactory,
    ProgrammeFactory,
    ThemeFactory,
)

pytestmark = pytest.mark.django_db

LISTS = (
    "case-studies",
    "programmes",
    "organisations",
    "learning-activities",
    "habits",
    "themes",
    "audiences",
)


def make_a_library(size: int = 3) -> None:
    """Make `size` of everything, each with two of what hangs on it."""
    for _ in range(size):
        programme = ProgrammeFactory(lead=OrganisationFactory(parent=OrganisationFactory()))
        programme.partners.set([OrganisationFactory(), OrganisationFactory()])
        case_study = CaseStudyFactory(programme=programme)
        ThemeFactory(parent=ThemeFactory())
        AudienceFactory()
        for _ in range(2):
            LeverFactory(programme=programme)
            LearningActivityFactory(programme=programme)
            KeyFigureFactory(case_study=case_study)
            measure = MeasureFactory(programme=programme)
            MeasurePointFactory(measure=measure)
            MeasurePointFactory(measure=measure)


def test_the_index_leads_to_every_list_and_to_the_documentation(anyone):
    told = anyone.get("").json()
    assert list(told) == ["insights", *LISTS[:1], *LISTS[1:], "schema", "docs"]
    for name, address in told.items():
        if name != "docs":
            assert anyone.get(address).status_code == 200, name


@pytest.mark.parametrize("name", LISTS)
def test_a_list_is_walked_forwards_and_back_whole(anyone, name):
    make_a_library(3)
    whole = anyone.get(f"{name}/").json()
    assert (whole["next"], whole["previous"]) == (None, None)
    assert len(whole["results"]) >= 3
    walked, address, pages = [], f"{name}/?page_size=2", []
    while address:
        page = anyone.get(address).json()
        pages.append(page)
        walked += page["results"]
        address = page["next"]
    assert walked == whole["results"]
    back: list[dict[str, Any]] = []
    address = pages[-1]["previous"]
    while address:
        page = anyone.get(address).json()
        back = page["results"] + back
        address = page["previous"]
    assert back == walked[: -len(pages[-1]["results"])]


@pytest.mark.parametrize("name", LISTS)
def test_a_list_takes_few_queries_however_long_it_is(anyone, name, django_assert_max_num_queries):
    make_a_library(5)
    with django_assert_max_num_queries(7):
        assert len(anyone.get(f"{name}/").json()["results"]) >= 5


@pytest.mark.parametrize("name", LISTS)
def test_each_thing_is_told_alone_as_it_is_told_in_its_list(anyone, name):
    make_a_library(1)
    for thing in anyone.get(f"{name}/").json()["results"]:
        assert anyone.get(thing["url"]).json() == thing
        for key in ("id", "slug"):
            if key in thing and not (name == "learning-activities" and key == "slug"):
                assert anyone.get(f"{name}/{thing[key]}/").json() == thing


def test_rows_that_share_a_name_are_each_told_once(anyone):
    for _ in range(5):
        OrganisationFactory(name="General Hospital")
    seen, address = [], "organisations/?page_size=2"
    while address:
        page = anyone.get(address).json()
        seen += [row["id"] for row in page["results"]]
        address = page["next"]
    assert len(seen) == len(set(seen)) == 5


def test_a_case_study_is_told_with_its_figures_levers_and_activities(anyone):
    case_study = CaseStudyFactory(topic="Elective recovery", published_on=datetime.date(2022, 3, 1))
    KeyFigureFactory(case_study=case_study, name="People waiting", value=211756, as_of=datetime.date(2021, 5, 31))
    KeyFigureFactory(case_study=case_study, name="Of baseline", value="110.5", unit="%")
    LeverFactory(programme=case_study.programme, name="One waiting list")
    activity = LearningActivityFactory(programme=case_study.programme, name="Interviews")
    told = anyone.get(f"case-studies/{case_study.slug}/").json()
    assert told["topic"] == "Elective recovery"
    assert told["programme"]["id"] == str(case_study.programme_id)
    assert [(figure["name"], figure["value"]) for figure in told["key_figures"]] == [
        ("People waiting", 211756),
        ("Of baseline", 110.5),
    ]
    assert told["key_figures"][0]["as_of"] == "2021-05-31"
    assert told["levers"][0]["name"] == "One waiting list"
    assert told["learning_activities"] == [
        {
            "id": str(activity.id),
            "name": "Interviews",
            "url": f"http://testserver/api/v1/learning-activities/{activity.id}/",
        }
    ]
    assert told["published_on"] == "2022-03-01"


def test_a_programme_is_told_with_its_partners_and_measures(anyone, programme):
    place = OrganisationFactory(name="North Trust")
    programme.partners.add(place)
    measure = MeasureFactory(programme=programme, name="People waiting", unit="people")
    MeasurePointFactory(measure=measure, organisation=place, on=datetime.date(2021, 5, 31), value="20259.5")
    told = anyone.get("programmes/ward-learning/").json()
    assert told["lead"]["name"] == programme.lead.name
    assert [partner["name"] for partner in told["partners"]] == ["North Trust"]
    assert told["measures"][0]["unit"] == "people"
    [point] = told["measures"][0]["points"]
    assert (point["on"], point["value"], point["organisation"]["name"]) == ("2021-05-31", 20259.5, "North Trust")


def test_the_five_habits_are_told_in_their_order(anyone):
    told = anyone.get("habits/").json()["results"]
    assert [(habit["position"], habit["code"], habit["name"], habit["question"]) for habit in told] == [
        (habit.position, habit.code, habit.name, habit.question) for habit in HABITS
    ]


def test_a_theme_says_what_it_stands_under(anyone):
    ThemeFactory(slug="inside", parent=ThemeFactory(slug="outside"))
    assert anyone.get("themes/inside/").json()["parent"] == "outside"
    assert anyone.get("themes/outside/").json()["parent"] is None


def test_a_cursor_of_one_list_is_of_no_use_to_another(anyone):
    make_a_library(2)
    cursor = anyone.get("habits/?page_size=1").json()["next"].partition("cursor=")[2].partition("&")[0]
    assert anyone.get(f"audiences/?cursor={cursor}").status_code == 400

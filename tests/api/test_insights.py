"""Insights over the API: found and read."""

from __future__ import annotations

import pytest

from insights.models import Insight
from tests.api.conftest import faults
from tests.factories import (
    AudienceFactory,
    CaseStudyFactory,
    EvidenceFactory,
    InsightFactory,
    LearningActivityFactory,
    OrganisationFactory,
    SourceFactory,
    TagFactory,
    TaggingFactory,
    ThemeFactory,
    habit,
)

pytestmark = pytest.mark.django_db


def test_anyone_may_read_what_is_published_where_anonymous_reading_is_on(anyone):
    insight = InsightFactory(text="Relatives did not know whom to ring.")
    InsightFactory(status="draft")
    answer = anyone.get("insights/")
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/json"
    told = answer.json()
    assert list(told) == ["next", "previous", "results"]
    assert [row["id"] for row in told["results"]] == [str(insight.id)]
    assert told["results"][0]["text"] == "Relatives did not know whom to ring."
    assert told["results"][0]["url"] == f"http://testserver/api/v1/insights/{insight.id}/"


def test_nobody_reads_without_signing_in_where_anonymous_reading_is_off(anyone, settings):
    settings.ANONYMOUS_READING = False
    answer = anyone.get("insights/")
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == "Token"
    assert faults(answer) == {}


def test_a_list_is_walked_forwards_and_back_by_its_links(anyone):
    made = [str(InsightFactory().id) for _ in range(5)][::-1]
    first = anyone.get("insights/?page_size=2").json()
    second = anyone.get(first["next"]).json()
    third = anyone.get(second["next"]).json()
    assert first["previous"] is None
    assert third["next"] is None
    assert [row["id"] for page in (first, second, third) for row in page["results"]] == made
    assert anyone.get(third["previous"]).json()["results"] == second["results"]
    assert anyone.get(second["previous"]).json()["results"] == first["results"]


def test_a_filter_and_the_page_size_stay_in_the_links(anyone):
    for _ in range(3):
        InsightFactory(kind="observation")
    InsightFactory(kind="finding")
    first = anyone.get("insights/?kind=observation&page_size=2").json()
    assert "kind=observation" in first["next"]
    assert "page_size=2" in first["next"]
    assert [row["kind"] for row in anyone.get(first["next"]).json()["results"]] == ["observation"]


@pytest.mark.parametrize("said", ["kind=finding&kind=observation", "kind=finding,observation"])
def test_several_values_of_a_filter_mean_any_of_them(anyone, said):
    for kind in ("finding", "observation", "recommendation"):
        InsightFactory(kind=kind)
    kinds = {row["kind"] for row in anyone.get(f"insights/?{said}").json()["results"]}
    assert kinds == {"finding", "observation"}


def test_each_filter_narrows_the_list_to_the_insight_it_is_about(anyone):
    insight = InsightFactory(
        case_study=CaseStudyFactory(slug="our-case"),
        kind="recommendation",
        perspective="patient",
        level="system",
        effect="barrier",
        response="change",
        illustrative=True,
        text="Ring the family before the evening round.",
        source__kind="family",
        source__organisation=OrganisationFactory(slug="our-ward", parent=OrganisationFactory(slug="our-trust")),
        source__collected_on="2021-07-14",
        audiences=[AudienceFactory(slug="leaders")],
    )
    TagFactory(insight=insight, code=habit("culture"), confirmed=True)
    TagFactory(insight=insight, code=ThemeFactory(slug="visiting"), confirmed=True)
    InsightFactory()
    filters = {
        "habit": "culture",
        "habit_state": "confirmed",
        "theme": "visiting",
        "kind": "recommendation",
        "perspective": "patient",
        "source_kind": "family",
        "level": "system",
        "effect": "barrier",
        "response": "change",
        "organisation": "our-trust",
        "programme": str(insight.programme_id),
        "case_study": "our-case",
        "audience": "leaders",
        "illustrative": "true",
        "collected_on_after": "2021-07-14",
        "collected_on_before": "2021-07-14",
        "q": "families evening",
    }
    for name, value in filters.items():
        found = anyone.get(f"insights/?{name}={value}")
        assert [row["id"] for row in found.json()["results"]] == [str(insight.id)], name
    assert len(anyone.get("insights/?status=published").json()["results"]) == 2
    assert len(anyone.get("insights/?created_after=2020-01-01T00:00:00Z").json()["results"]) == 2
    assert anyone.get("insights/?created_before=2020-01-01T00:00:00Z").json()["results"] == []


def test_a_search_that_finds_nothing_offers_a_spelling_that_would(anyone):
    InsightFactory(text="Relatives waited for the consultant.")
    told = anyone.get("insights/?q=relatvies").json()
    assert told["results"] == []
    assert told["suggestion"] == "relatives"


def test_an_insight_is_told_whole(anyone):
    insight = InsightFactory(
        case_study=CaseStudyFactory(title="Our case"),
        title="Whom to ring",
        source__organisation=OrganisationFactory(name="North Ward"),
        audiences=[AudienceFactory(name="Ward managers")],
    )
    SourceFactory(insight=insight, kind="patient")
    TagFactory(insight=insight, code=habit("culture"))
    TaggingFactory(insight=insight)
    evidence = EvidenceFactory(insight=insight)
    told = anyone.get(f"insights/{insight.id}/").json()
    assert told["title"] == "Whom to ring"
    assert told["voices"] == 2
    assert told["source"]["organisation"]["name"] == "North Ward"
    assert told["case_study"]["url"] == f"http://testserver/api/v1/case-studies/{insight.case_study_id}/"
    assert [audience["name"] for audience in told["audiences"]] == ["Ward managers"]
    assert told["tagged"]["version"] == 1
    assert told["evidence"][0]["id"] == str(evidence.other_id)
    assert told["habits"] == [
        {
            "code": "culture",
            "state": "suggested",
            "score": 0.8,
            "origin": "machine",
            "reason": "It speaks of workload.",
            "version": 1,
            "neighbour": None,
        }
    ]


def test_what_an_insight_refers_to_is_found_at_the_address_it_gives(anyone):
    insight = InsightFactory(
        case_study=CaseStudyFactory(),
        source__organisation=OrganisationFactory(),
        audiences=[AudienceFactory()],
    )
    activity = LearningActivityFactory(programme=insight.programme)
    Insight.objects.filter(pk=insight.pk).update(learning_activity=activity)
    told = anyone.get(f"insights/{insight.id}/").json()
    refs = [told["programme"], told["case_study"], told["learning_activity"]]
    for ref in [*refs, told["source"]["organisation"], *told["audiences"]]:
        assert anyone.get(ref["url"]).json()["id"] == ref["id"]


def test_a_copy_that_is_still_good_is_not_sent_again(anyone):
    insight = InsightFactory()
    seen = anyone.get(f"insights/{insight.id}/")
    again = anyone.get(f"insights/{insight.id}/", headers={"If-None-Match": seen["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    TagFactory(insight=insight)
    assert anyone.get(f"insights/{insight.id}/", headers={"If-None-Match": seen["ETag"]}).status_code == 200

"""Case studies: the list, and one on its page."""

from __future__ import annotations

import datetime
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from casestudies.models import CaseStudy
from tests.factories import (
    AudienceFactory,
    CaseStudyFactory,
    EvidenceFactory,
    InsightFactory,
    KeyFigureFactory,
    LearningActivityFactory,
    LeverFactory,
    MeasureFactory,
    MeasurePointFactory,
    MembershipFactory,
    OrganisationFactory,
    TagFactory,
    UserFactory,
    habit,
)
from tests.web.pages import Page

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _everyone_may_read(settings):
    settings.ANONYMOUS_READING = True


@pytest.fixture
def study() -> CaseStudy:
    return CaseStudyFactory(
        slug="elective",
        title="More planned care",
        topic="Elective recovery",
        background="Many people waited.\n\nSo more was done.",
        reflections="Who was left out?",
        citation="UCLPartners, 2021.",
        citation_url="https://example.org/report",
        programme__name="Accelerator",
        programme__lead__name="North Central London",
    )


def opened(client: Client, study: CaseStudy) -> Page:
    return Page.of(client.get(f"/case-studies/{study.slug}/"))


def test_the_list_shows_what_is_published_with_its_topic_and_its_programme(client, study):
    CaseStudyFactory(title="Still being written", status="draft")
    page = Page.of(client.get("/case-studies/"))
    assert page.links("More planned care") == ["/case-studies/elective/"]
    assert "Elective recovery" in page.words
    assert "Accelerator, led by North Central London" in page.words
    assert "Still being written" not in page.words


def test_its_own_team_sees_a_draft_and_that_it_is_one(client):
    draft = CaseStudyFactory(title="Still being written", status="draft")
    client.force_login(MembershipFactory(programme=draft.programme).user)
    assert "Still being written Draft" in Page.of(client.get("/case-studies/")).words
    assert "Draft" in opened(client, draft).words


@pytest.mark.parametrize("person", [None, "viewer", "contributor", "analyst"])
def test_a_draft_is_not_found_by_others(client, person):
    if person:
        client.force_login(UserFactory(role=person))
    assert opened(client, CaseStudyFactory(status="draft")).status == 404


def test_a_case_study_reads_as_background_findings_recommendations_and_reflections(client, study):
    page = opened(client, study)
    assert page.title.startswith("More planned care – ")
    parts = ["Background", "Findings by perspective", "Recommendations by audience", "Wider reflections"]
    assert [heading for heading in page.headings if heading in parts] == parts
    assert "Many people waited." in page.words
    assert "Who was left out?" in page.words


def test_the_parts_are_reached_by_anchors_so_that_they_work_without_javascript(client, study):
    page = opened(client, study)
    for part in ("background", "findings", "recommendations", "reflections"):
        assert f'href="#{part}"' in page.html
        assert f'id="{part}"' in page.html


def test_findings_stand_under_their_perspective_in_the_order_of_the_document(client, study):
    InsightFactory(case_study=study, perspective="staff", title="Second", position=2)
    InsightFactory(case_study=study, perspective="staff", title="First", position=1)
    InsightFactory(case_study=study, perspective="patient", title="Heard", position=3)
    InsightFactory(case_study=study, title="Neither", position=4)
    assert _after(opened(client, study).headings, "Findings by perspective")[:7] == [
        *("Patient perspective", "Heard"),
        *("Staff perspective", "First", "Second"),
        *("Other findings", "Neither"),
    ]


def test_recommendations_stand_once_under_the_audiences_they_are_for(client, study):
    regional, local = AudienceFactory(name="Regional leaders"), AudienceFactory(name="Care systems")
    InsightFactory(case_study=study, kind="recommendation", title="Everyone", position=1)
    InsightFactory(case_study=study, kind="recommendation", title="Both", position=2, audiences=[regional, local])
    InsightFactory(case_study=study, kind="recommendation", title="One", position=3, audiences=[regional])
    InsightFactory(case_study=study, kind="recommendation", title="Both again", position=4, audiences=[regional, local])
    assert _after(opened(client, study).headings, "Recommendations by audience")[:7] == [
        *("For Regional leaders; Care systems", "Both", "Both again"),
        *("For Regional leaders", "One"),
        *("For everyone involved", "Everyone"),
    ]


def test_a_recommendation_leads_to_the_findings_it_rests_on(client, study):
    finding = InsightFactory(case_study=study, title="Clerks type twice")
    recommendation = InsightFactory(case_study=study, kind="recommendation", title="One team of clerks")
    EvidenceFactory(insight=recommendation, other=finding, relation="rests-on")
    page = opened(client, study)
    assert "Rests on: Clerks type twice" in page.words
    assert page.links("Clerks type twice") == [f"/insights/{finding.id}/"] * 2


def test_each_insight_leads_to_its_page_with_its_source_and_its_tags(client, study):
    told = InsightFactory(case_study=study, title="Tired", source__kind="coordinator", source__place="Ward 4")
    TagFactory(insight=told, code=habit("staff"), confirmed=True)
    TagFactory(insight=told, code=habit("culture"), score=0.617)
    TagFactory(insight=told, code=habit("feedback"), rejected=True)
    page = opened(client, study)
    assert page.links("Tired") == [f"/insights/{told.id}/"]
    assert "Bedside learning coordinator – ward sister, Ward 4" in page.words
    assert "Staff confirmed Culture suggested, 62%" in page.words
    assert "Feedback suggested" not in page.words


def test_only_published_insights_are_shown_even_to_a_curator(client, study):
    InsightFactory(case_study=study, title="Not yet", status="submitted")
    client.force_login(UserFactory(role="curator"))
    assert "Not yet" not in opened(client, study).words


def test_words_withheld_are_on_no_page_of_others(client, study):
    InsightFactory(case_study=study, text="Between us only.", source__consent="withheld")
    assert "Between us only." not in opened(client, study).html


def test_key_figures_stand_with_unit_date_whom_they_count_and_source(client, study):
    KeyFigureFactory(
        case_study=study,
        name="People waiting",
        value=211756,
        unit="patients",
        as_of_words="May 2021",
        population="North Central London",
        locator="Slide 12",
    )
    KeyFigureFactory(case_study=study, name="Volume", value=110, unit="% of baseline", as_of=datetime.date(2021, 7, 31))
    words = opened(client, study).words
    assert "211,756 patients People waiting North Central London, May 2021 Source: Slide 12" in words
    assert "110% of baseline Volume 31 July 2021" in words


def test_the_programme_says_what_it_planned_to_change_and_how_it_learned(client, study):
    LeverFactory(programme=study.programme, name="Extended hours", description="Later and earlier")
    LearningActivityFactory(programme=study.programme, name="Talks with staff", kind="interview")
    words = opened(client, study).words
    assert "Extended hours: Later and earlier" in words
    assert "Talks with staff (Interview)" in words


def test_the_habit_profile_counts_this_case_study_only_and_each_number_leads_to_what_it_counts(client, study):
    TagFactory(insight=InsightFactory(case_study=study), code=habit("staff"))
    TagFactory(code=habit("staff"))
    page = opened(client, study)
    assert "Staff: 1 suggested for Staff" not in page.words
    assert "Staff: 0 confirmed, 1 suggested for Staff" in page.words
    (href,) = page.links("1 suggested for Staff")
    assert parse_qs(urlsplit(href).query) == {
        "habit": ["staff"],
        "habit_state": ["suggested"],
        "case_study": ["elective"],
    }


def test_a_measure_is_drawn_with_its_numbers_as_a_table_and_says_if_it_is_composed(client, study):
    place = OrganisationFactory(name="The Whittington")
    measure = MeasureFactory(programme=study.programme, name="Long waits", unit="patients", illustrative=True)
    for month, value in ((1, 1200), (2, 900), (3, 3)):
        MeasurePointFactory(measure=measure, organisation=place, on=datetime.date(2021, month, 1), value=value)
    page = opened(client, study)
    assert "Illustrative example: these numbers were composed" in page.words
    assert "Date The Whittington 1 January 2021 1,200 1 February 2021 900 1 March 2021 fewer than 5" in page.words
    assert page.html.count("<polyline") == 1


def test_the_page_says_how_many_of_its_insights_are_composed(client, study):
    InsightFactory(case_study=study, illustrative=True)
    InsightFactory(case_study=study)
    assert "1 of the 2 insights here is illustrative" in opened(client, study).words


def test_it_says_where_it_comes_from(client, study):
    page = opened(client, study)
    assert "UCLPartners, 2021." in page.words
    assert page.links("https://example.org/report") == ["https://example.org/report"]


def test_an_empty_case_study_says_what_is_not_there_yet(client, study):
    words = opened(client, study).words
    assert "No findings are published yet." in words
    assert "No recommendations are published yet." in words


def test_the_address_with_its_id_leads_to_the_one_people_read(client, study):
    answer = client.get(f"/case-studies/{study.id}/")
    assert (answer.status_code, answer["Location"]) == (301, "/case-studies/elective/")


def test_what_people_typed_is_shown_as_they_typed_it(client, study):
    InsightFactory(case_study=study, title="<b>Bold</b>", text="<script>alert(1)</script> & more")
    html = opened(client, study).html
    assert "<b>Bold</b>" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; more" in html


def test_the_number_of_queries_does_not_grow_with_what_is_there(client, study, django_assert_max_num_queries):
    for _ in range(6):
        TagFactory(insight=InsightFactory(case_study=study))
        KeyFigureFactory(case_study=study)
        MeasurePointFactory(measure=MeasureFactory(programme=study.programme))
    with django_assert_max_num_queries(14):
        opened(client, study)


def _after(headings: list[str], heading: str) -> list[str]:
    return headings[headings.index(heading) + 1 :]

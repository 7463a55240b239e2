"""Find insights, and read one."""

from __future__ import annotations

import time
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Role, User
from insights.models import Insight
from tests.factories import (
    AudienceFactory,
    CaseStudyFactory,
    EvidenceFactory,
    InsightFactory,
    LearningActivityFactory,
    MembershipFactory,
    OrganisationFactory,
    SourceFactory,
    TagFactory,
    TaggingFactory,
    ThemeFactory,
    UserFactory,
    habit,
)
from tests.web.pages import Page

pytestmark = pytest.mark.django_db
HTMX = {"headers": {"HX-Request": "true"}}


@pytest.fixture(autouse=True)
def _everyone_may_read(settings):
    settings.ANONYMOUS_READING = True


@pytest.fixture
def curator() -> User:
    return UserFactory(role=Role.CURATOR)


def found(client: Client, **filters: object) -> Page:
    return Page.of(client.get("/insights/", filters))


def opened(client: Client, insight: Insight) -> Page:
    return Page.of(client.get(f"/insights/{insight.id}/"))


def tags_asked(client: Client, insight: Insight, until: object):
    return client.get(f"/insights/{insight.id}/tags/?until={until}", **HTMX)


# --- the list ---------------------------------------------------------------------------------------------------------


def test_the_list_says_how_many_there_are_and_shows_the_newest_first(client):
    InsightFactory(text="The older thing that was said.")
    InsightFactory(text="The newer thing that was said.")
    words = found(client).words
    assert "2 insights, newest first" in words
    assert words.index("The newer thing") < words.index("The older thing")


def test_an_empty_repository_says_so_and_leads_to_logging(client):
    page = found(client)
    assert "No insights yet" in page.words
    assert page.links("Log the first insight") == ["/insights/log/"]


def test_a_card_says_who_said_it_where_and_how_sure_each_tag_is(client):
    said = InsightFactory(source__kind="family", source__role="daughter", illustrative=True)
    TagFactory(insight=said, code=habit("staff"), score=0.62)
    TagFactory(insight=said, code=habit("culture"), confirmed=True)
    words = found(client).words
    assert "Family or carer – daughter" in words
    assert said.programme.name in words
    assert "Staff suggested, 62%" in words
    assert "Culture confirmed" in words
    assert "Illustrative example" in words


@pytest.mark.parametrize(
    ("filters", "match"),
    [
        ({"habit": "staff"}, {"habit": "staff"}),
        ({"perspective": "patient"}, {"perspective": "patient"}),
        ({"source_kind": "family"}, {"source__kind": "family"}),
        ({"kind": "recommendation"}, {"kind": "recommendation"}),
        ({"level": "team"}, {"level": "team"}),
    ],
)
def test_a_filter_keeps_what_fits_and_says_that_it_is_on(client, filters, match):
    wanted = {key: value for key, value in match.items() if key != "habit"}
    fits = InsightFactory(text="This one fits.", **wanted)
    if "habit" in match:
        TagFactory(insight=fits, code=habit(match["habit"]))
    InsightFactory(text="This one does not.", kind="observation")
    page = found(client, **filters)
    assert "This one fits." in page.words
    assert "This one does not." not in page.words
    assert page.links("Remove the filter") == ["/insights/"]


def test_themes_and_case_studies_can_be_chosen_by_name(client):
    said = InsightFactory(case_study=CaseStudyFactory(title="Waiting well", slug="waiting-well"))
    TagFactory(insight=said, code=ThemeFactory(name="Trust", slug="trust"))
    InsightFactory(text="Something else.")
    assert "Something else." not in found(client, theme="trust", case_study="waiting-well").words
    page = found(client)
    assert "Waiting well" in page.words
    assert "Trust (0 confirmed, 1 suggested)" in page.words


def test_a_filter_can_be_taken_away_alone_and_the_others_stay(client):
    InsightFactory()
    page = found(client, habit=["staff", "culture"], kind="finding", q="screen")
    without_staff = next(href for href in page.links("Remove the filter") if "staff" not in href)
    assert parse_qs(urlsplit(without_staff).query) == {"habit": ["culture"], "kind": ["finding"], "q": ["screen"]}


def test_numbers_stand_beside_the_facets_only_while_nothing_is_filtered(client):
    TagFactory(insight=InsightFactory(), code=habit("staff"))
    assert "Staff (0 confirmed, 1 suggested)" in found(client).words
    assert "Staff (" not in found(client, kind="finding").words


def test_a_link_of_another_page_may_hold_a_filter_without_a_checkbox_and_searching_keeps_it(client):
    said = InsightFactory(text="Said in this programme.")
    InsightFactory(text="Said elsewhere.")
    page = found(client, programme=said.programme.slug)
    assert "Said elsewhere." not in page.words
    assert f'type="hidden" name="programme" value="{said.programme.slug}"' in " ".join(page.html.split())


@pytest.mark.parametrize(
    "filters",
    [
        {"habit": "stuff"},
        {"kind": "opinion"},
        {"case_study": "no-such-thing"},
        {"programme": "00000000-0000-0000-0000-000000000000"},
        {"audience": "\0"},
        {"organisation": "’; drop table"},
        {"collected_on_after": "0000-01-01"},
        {"created_before": "2021-13-45T99:99"},
        {"illustrative": "perhaps"},
        {"habit_state": "rejected"},
    ],
)
def test_a_value_that_is_none_is_named_and_left_out(client, filters):
    InsightFactory(text="Still shown.")
    page = found(client, **filters)
    assert page.status == 200
    assert "so it was left out" in page.words
    assert "Still shown." in page.words


@pytest.mark.parametrize("q", ["\0", "a\0b", '"', "((( OR", "x" * 5000, "&|!:*", "🦠"])
def test_anything_can_be_searched_for_without_harm(client, q):
    assert found(client, q=q).status == 200


def test_a_cursor_that_is_none_shows_the_first_page_and_says_so(client):
    InsightFactory(text="On the first page.")
    page = found(client, cursor="not-a-cursor")
    assert "no longer there" in page.words
    assert "On the first page." in page.words


def test_dates_filter_by_when_it_was_collected(client):
    InsightFactory(text="From March.", source__collected_on="2021-03-04")
    InsightFactory(text="From May.", source__collected_on="2021-05-04")
    page = found(client, collected_on_before="2021-04-01")
    assert "From March." in page.words
    assert "From May." not in page.words
    assert "Collected on or before: 1 April 2021" in page.words


def test_search_that_finds_nothing_suggests_a_spelling_and_ways_out(client):
    InsightFactory(text="Volunteers drove the vaccination bus.")
    page = found(client, q="vacination", kind="finding")
    assert "No insights match" in page.words
    assert "Did you mean vaccination" in page.words
    suggested = parse_qs(urlsplit(page.links("vaccination")[0]).query)
    assert suggested == {"q": ["vaccination"], "kind": ["finding"]}
    assert page.links("See all insights") == ["/insights/"]
    assert page.links("Keep the filters") == ["/insights/?kind=finding"]


def test_search_shows_the_best_match_and_keeps_the_words_in_the_box(client):
    InsightFactory(text="Volunteers drove the vaccination bus.")
    page = found(client, q="volunteer bus")
    assert "1 insight about “volunteer bus”" in page.words
    assert 'value="volunteer bus"' in page.html


def test_the_pages_of_the_list_follow_each_other_both_ways(client):
    InsightFactory.create_batch(23, kind="finding")
    first = found(client, kind="finding")
    assert first.html.count('class="lhs-card"') == 20
    second = Page.of(client.get(first.links("Next")[0]))
    assert second.html.count('class="lhs-card"') == 3
    assert second.links("Next") == []
    back = Page.of(client.get(second.links("Previous")[0]))
    assert back.words.split("newest first")[1] == first.words.split("newest first")[1]


def test_counting_stops_where_a_number_would_tell_no_more(client, monkeypatch):
    monkeypatch.setattr("web.pages.insights.COUNTED_UP_TO", 2)
    InsightFactory.create_batch(3)
    assert "More than 2 insights" in found(client).words


def test_drafts_are_listed_and_filtered_by_status_only_for_those_who_may_open_them(client, curator):
    InsightFactory(status="draft", text="Not yet ready.")
    assert "Not yet ready." not in found(client).words
    assert "Draft" not in found(client).words
    client.force_login(curator)
    assert "Not yet ready." in found(client).words
    assert "Draft." in found(client, status="draft").words


def test_without_anonymous_reading_a_visitor_is_asked_to_sign_in_and_comes_back(client, settings):
    settings.ANONYMOUS_READING = False
    answer = client.get("/insights/?habit=staff")
    assert answer.status_code == 302
    assert parse_qs(urlsplit(answer.url).query)["next"] == ["/insights/?habit=staff"]


def test_the_list_asks_the_database_as_often_for_twenty_as_for_two(client, django_assert_max_num_queries):
    for said in InsightFactory.create_batch(20):
        TagFactory(insight=said, code=habit("staff"))
    with django_assert_max_num_queries(12):
        found(client)


# --- one insight ------------------------------------------------------------------------------------------------------


def test_an_insight_shows_its_words_its_voices_and_where_it_stands(client):
    study = CaseStudyFactory(title="Waiting well")
    said = InsightFactory(
        case_study=study,
        learning_activity=LearningActivityFactory(programme=study.programme, name="Visit to ward 7"),
        title="Slow screens",
        text="The booking screen is slow.",
        section="Findings",
        locator="page 4",
        audiences=[AudienceFactory(name="Trust boards")],
        source__organisation=OrganisationFactory(name="Royal Free"),
        source__role="ward sister",
        source__collected_on="2021-03-04",
        source__consent="given",
    )
    SourceFactory(insight=said, kind="data", role="waiting list")
    page = opened(client, said)
    assert page.title.startswith("Slow screens")
    for words in (
        "The booking screen is slow.",
        "Staff, ward sister",
        "Royal Free",
        "4 March 2021",
        "Data, waiting list",
    ):
        assert words in page.words
    for words in ("Waiting well", "Visit to ward 7", "Findings", "page 4", "Trust boards", "Consent given"):
        assert words in page.words
    assert page.links("Royal Free") == [f"/insights/?organisation={said.sources.first().organisation.slug}"]


def test_what_people_typed_is_shown_as_they_typed_it_and_never_as_markup(client):
    page = opened(client, InsightFactory(title="<b>Bold</b>", text="<script>alert(1)</script> & more"))
    assert "<script>alert" not in page.html
    assert "<script>alert(1)</script> & more" in page.words


def test_a_suggestion_says_how_sure_by_which_version_and_why(client):
    tag = TagFactory(code=habit("staff"), score=0.62, reason="It speaks of workload.", tagger__version=1)
    words = opened(client, tag.insight).words
    assert "Suggested by the tagger, version 1 – likely, 62%. It speaks of workload." in words


def test_a_persons_tag_says_that_a_person_said_so(client):
    confirmed = TagFactory(code=habit("staff"), confirmed=True)
    assert "Confirmed by a person" in opened(client, confirmed.insight).words
    added = TagFactory(code=habit("staff"), confirmed=True, tagger=None, score=None, reason="")
    assert "Added by a person" in opened(client, added.insight).words


def test_a_rejected_tag_is_shown_only_to_those_who_may_decide(client, curator):
    tag = TagFactory(code=habit("staff"), rejected=True)
    assert "Rejected" not in opened(client, tag.insight).words
    client.force_login(curator)
    assert "Rejected by a person" in opened(client, tag.insight).words


def test_evidence_is_shown_from_both_ends(client):
    finding = InsightFactory(title="Slow screens")
    recommendation = InsightFactory(title="Buy faster screens", kind="recommendation")
    EvidenceFactory(insight=recommendation, other=finding, relation="rests-on")
    assert "Rests on Slow screens" in opened(client, recommendation).words
    assert "Is a reason for Buy faster screens" in opened(client, finding).words


def test_an_insight_that_is_not_tagged_asks_each_second_and_offers_a_refresh_without_scripts(client):
    said = InsightFactory()
    page = opened(client, said)
    assert "Tags appear in a few seconds" in page.words
    assert 'hx-trigger="every 1s"' in page.html
    assert page.links("Refresh") == [f"/insights/{said.id}/"]


def test_an_insight_in_which_no_habit_was_found_says_so(client):
    said = TaggingFactory().insight
    page = opened(client, said)
    assert "None of the five habits was found in it." in page.words
    assert "hx-trigger" not in page.html


def test_asking_for_tags_changes_nothing_while_there_are_none(client):
    answer = tags_asked(client, InsightFactory(), until=int(time.time()) + 30)
    assert answer.status_code == 204


def test_asking_for_tags_ends_when_they_are_there(client):
    said = TaggingFactory().insight
    TagFactory(insight=said, code=habit("staff"))
    answer = tags_asked(client, said, until=int(time.time()) + 30)
    assert answer.status_code == 286
    assert "hx-trigger" not in answer.content.decode()
    assert "Tagged: Staff, suggested." in answer.content.decode()


@pytest.mark.parametrize("until", ["0", "", "x", "²", "9" * 40])
def test_asking_for_tags_ends_politely_after_a_while(client, until):
    answer = tags_asked(client, InsightFactory(), until=until)
    assert answer.status_code == 286
    assert "The tagger has not come round yet" in answer.content.decode()


def test_the_address_of_the_tags_leads_to_the_page_where_there_are_no_scripts(client):
    said = InsightFactory()
    assert client.get(f"/insights/{said.id}/tags/").url == f"/insights/{said.id}/#tags"


@pytest.mark.parametrize("status", ["draft", "submitted", "declined", "withdrawn"])
def test_what_is_not_published_is_for_the_team_and_curators(client, curator, status):
    said = InsightFactory(status=status)
    address = reverse("web:insight", args=[said.id])
    assert client.get(address).status_code == 404
    client.force_login(UserFactory(role=Role.ANALYST))
    assert client.get(address).status_code == 404
    client.force_login(curator)
    assert client.get(address).status_code == 200
    client.force_login(MembershipFactory(programme=said.programme, role=Role.VIEWER).user)
    assert client.get(address).status_code == 200


def test_withheld_words_open_to_the_team_alone(client, curator):
    said = InsightFactory(text="Only for us.", source__consent="withheld")
    client.force_login(curator)
    assert client.get(f"/insights/{said.id}/").status_code == 404
    assert tags_asked(client, said, until=0).status_code == 404
    client.force_login(MembershipFactory(programme=said.programme).user)
    assert "withheld – these words stay inside the programme" in opened(client, said).words


def test_a_reader_sees_neither_buttons_nor_standing(client):
    page = opened(client, TagFactory().insight)
    assert "<button" not in page.html.split("<main")[1].split("</main>")[0]
    assert "everyone who may read this site" not in page.words


def test_the_history_names_nobody_to_a_reader(client, curator):
    tag = TagFactory(confirmed=True, decided_by__email="cora@example.org", decided_by__name="")
    page = opened(client, tag.insight)
    assert "Confirmed the habit" in page.words
    assert "cora@example.org" not in page.html
    client.force_login(curator)
    assert "cora@example.org" in opened(client, tag.insight).html

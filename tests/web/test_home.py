"""The first page: what this is, the five habits, what is new."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from lhs.habits import HABITS
from tests.factories import (
    CaseStudyFactory,
    InsightFactory,
    MembershipFactory,
    SourceFactory,
    TagFactory,
    UserFactory,
    habit,
)
from tests.web.pages import Page

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _everyone_may_read(settings):
    settings.ANONYMOUS_READING = True


def home(client: Client) -> Page:
    return Page.of(client.get("/"))


def test_it_names_the_five_habits_in_order_with_what_each_means(client):
    page = home(client)
    names = [name for name in page.headings if name in {habit.name for habit in HABITS}]
    assert names == [habit.name for habit in HABITS]
    assert all(habit.definition in page.words for habit in HABITS)


def test_each_habit_says_how_many_published_insights_are_confirmed_and_suggested(client):
    TagFactory(code=habit("staff"), confirmed=True)
    TagFactory.create_batch(2, code=habit("staff"))
    TagFactory(code=habit("staff"), rejected=True)
    TagFactory(code=habit("staff"), insight=InsightFactory(status="draft"))
    assert "1 confirmed for Staff, 2 suggested for Staff" in home(client).words


def test_each_number_leads_to_the_insights_it_counts(client):
    TagFactory(code=habit("culture"))
    (href,) = home(client).links("1 suggested for Culture")
    assert urlsplit(href).path == "/insights/"
    assert parse_qs(urlsplit(href).query) == {"habit": ["culture"], "habit_state": ["suggested"]}


def test_a_count_of_none_leads_nowhere(client):
    page = home(client)
    assert "0 confirmed, 0 suggested" in page.words
    assert page.links("0 confirmed") == []


def test_the_chart_has_a_name_and_its_numbers_as_a_table(client):
    TagFactory(code=habit("feedback"))
    page = home(client)
    assert 'role="img"' in page.html
    assert "Feedback: 0 confirmed, 1 suggested." in page.words
    assert "Habit Confirmed Suggested Priorities 0 0 Staff 0 0 Every patient 0 0 Feedback 0 1 Culture 0 0" in page.words


def test_it_shows_the_newest_published_insights_and_case_studies(client):
    study = CaseStudyFactory(title="Quicker tests near home")
    told = InsightFactory(case_study=study, title="Fewer journeys", source__role="clinic nurse")
    SourceFactory(insight=told)
    InsightFactory(title="Not for everyone yet", status="submitted")
    page = home(client)
    assert page.links("Fewer journeys") == [f"/insights/{told.id}/"]
    assert "Staff – clinic nurse, and 1 other voice" in page.words
    assert f"/case-studies/{study.slug}/" in page.links("Quicker tests near home")
    assert "Not for everyone yet" not in page.words


def test_an_insight_without_a_title_is_named_by_its_words_in_the_link_to_it(client):
    told = InsightFactory(text="Two systems ask for the same details.")
    assert home(client).links("Open this finding: Two systems ask for the same details.") == [f"/insights/{told.id}/"]


def test_what_was_composed_to_show_the_software_is_not_offered_as_new(client):
    InsightFactory(title="Made up", illustrative=True)
    InsightFactory(title="Said by somebody")
    words = home(client).words
    assert "Said by somebody" in words
    assert "Made up" not in words


def test_withheld_words_are_not_on_the_first_page(client):
    InsightFactory(text="Only our team may read this.", source__consent="withheld")
    page = home(client)
    assert "Only our team may read this." not in page.html
    assert "0 published insights" in page.words


def test_the_search_box_asks_the_list_of_insights(client):
    page = home(client)
    assert '<form class="lhs-search" action="/insights/" method="get">' in page.html
    assert 'name="q"' in page.html


def test_someone_who_may_log_an_insight_can_do_so_at_once(client):
    client.force_login(MembershipFactory(user__name="Ade").user)
    page = home(client)
    assert "/insights/log/" in page.html.split("<main")[1]
    assert "Ade" in page.html


@pytest.mark.parametrize("person", [None, "viewer", "contributor"])
def test_others_are_not_asked_to(client, person):
    if person:
        client.force_login(UserFactory(role=person))
    assert "/insights/log/" not in home(client).html.split("<main")[1]


def test_one_insight_and_many_are_counted_in_plain_words(client):
    InsightFactory()
    assert "There is 1 published insight." in home(client).words
    InsightFactory()
    assert "There are 2 published insights." in home(client).words


def test_an_empty_site_says_that_nothing_is_published_yet(client):
    assert home(client).words.count("None are published yet.") == 2


def test_the_number_of_queries_does_not_grow_with_what_is_there(client, django_assert_max_num_queries):
    for _ in range(6):
        TagFactory(insight=InsightFactory(case_study=CaseStudyFactory()))
    with django_assert_max_num_queries(6):
        client.get("/")

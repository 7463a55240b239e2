"""Decide tags and move insights along, with scripts and without."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts.models import Role, User
from insights.models import Decision, Insight, Tag
from tests.factories import (
    InsightFactory,
    MembershipFactory,
    TagFactory,
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
def curator(client: Client) -> User:
    person = UserFactory(role=Role.CURATOR)
    client.force_login(person)
    return person


def opened(client: Client, insight: Insight) -> Page:
    return Page.of(client.get(f"/insights/{insight.id}/"))


def decided(client: Client, insight: Insight, code: str, state: str, **more):
    return client.post(f"/insights/{insight.id}/habits/{code}/", {"state": state}, **more)


def moved(client: Client, insight: Insight, name: str, **said):
    return client.post(f"/insights/{insight.id}/{name}/", said)


# --- tags -------------------------------------------------------------------------------------------------------------


def test_a_curator_is_offered_to_confirm_or_reject_each_suggestion_by_name(client, curator):
    page = opened(client, TagFactory(code=habit("staff")).insight)
    assert "Confirm Staff" in page.words
    assert "Reject Staff" in page.words


@pytest.mark.parametrize("state", ["confirmed", "rejected"])
def test_without_scripts_a_decision_leads_back_to_the_tags_and_says_so(client, curator, state):
    tag = TagFactory(code=habit("staff"))
    answer = decided(client, tag.insight, "staff", state)
    assert answer.status_code == 302
    assert answer.url == f"/insights/{tag.insight_id}/#tags"
    assert f"You {state} Staff." in opened(client, tag.insight).words
    tag.refresh_from_db()
    assert (tag.state, tag.decided_by) == (state, curator)


def test_with_scripts_a_decision_brings_the_tags_as_they_are_now(client, curator):
    tag = TagFactory(code=habit("staff"))
    answer = decided(client, tag.insight, "staff", "confirmed", **HTMX)
    part = answer.content.decode()
    assert answer.status_code == 200
    assert "<html" not in part
    assert "You confirmed Staff." in part
    assert "Confirm Staff" not in part
    assert "Reject Staff" in part


def test_the_message_takes_the_focus_that_the_button_had(client, curator):
    part = decided(client, TagFactory(code=habit("staff")).insight, "staff", "confirmed", **HTMX).content.decode()
    assert 'tabindex="-1" autofocus>You confirmed Staff.' in part


def test_what_a_button_brings_goes_into_a_place_that_stays(client, curator):
    """So that a second press, while the answer to the first is on its way, is shown too."""
    tag = TagFactory(code=habit("staff"))
    assert opened(client, tag.insight).html.count('id="tags-panel"') == 1
    part = decided(client, tag.insight, "staff", "confirmed", **HTMX).content.decode()
    assert 'id="tags-panel"' not in part
    assert 'hx-target="#tags-panel"' in part


def test_a_decision_notes_that_the_suggestion_was_shown(client, curator):
    tag = TagFactory(code=habit("staff"))
    decided(client, tag.insight, "staff", "confirmed")
    decision = Decision.objects.get()
    assert (decision.suggested, decision.shown, decision.queue) == (True, True, "page")


def test_a_habit_nobody_suggested_can_be_added_and_was_not_shown(client, curator):
    said = InsightFactory()
    client.post(f"/insights/{said.id}/tags/add/", {"tag": "habits/culture"})
    assert Tag.objects.get(insight=said).state == "confirmed"
    assert Decision.objects.get().shown is False
    assert "You confirmed Culture." in opened(client, said).words


def test_a_theme_is_added_confirmed_and_rejected_alike(client, curator):
    theme, said = ThemeFactory(name="Trust", slug="trust"), InsightFactory()
    client.post(f"/insights/{said.id}/tags/add/", {"tag": "themes/trust"})
    assert Tag.objects.get(insight=said, code=theme).state == "confirmed"
    client.post(f"/insights/{said.id}/themes/trust/", {"state": "rejected"})
    assert Tag.objects.get(insight=said, code=theme).state == "rejected"
    assert "You rejected Trust." in opened(client, said).words


def test_only_what_is_not_there_yet_can_be_added(client, curator):
    page = opened(client, TagFactory(code=habit("staff")).insight)
    assert 'value="habits/culture"' in page.html
    assert 'value="habits/staff"' not in page.html


@pytest.mark.parametrize("tag", ["", "habits", "habits/", "elsewhere/staff", "/", "habits/\0"])
def test_adding_nothing_asks_for_a_choice(client, curator, tag):
    said = InsightFactory()
    assert client.post(f"/insights/{said.id}/tags/add/", {"tag": tag}).status_code == 302
    assert "Choose a habit or theme to add." in opened(client, said).words


def test_a_code_that_there_is_not_is_not_found(client, curator):
    said = InsightFactory()
    assert decided(client, said, "no-such-habit", "confirmed").status_code == 404
    assert client.post(f"/insights/{said.id}/tags/add/", {"tag": "habits/no-such-habit"}).status_code == 404


def test_a_state_that_is_none_changes_nothing_and_says_what_there_is(client, curator):
    tag = TagFactory(code=habit("staff"))
    decided(client, tag.insight, "staff", "suggested")
    assert "Choose one of: confirmed, rejected." in opened(client, tag.insight).words
    tag.refresh_from_db()
    assert tag.state == "suggested"


def test_a_contributor_decides_in_their_own_programme_and_nowhere_else(client):
    tag = TagFactory(code=habit("staff"))
    client.force_login(MembershipFactory(programme=tag.insight.programme).user)
    assert decided(client, tag.insight, "staff", "confirmed").status_code == 302
    client.force_login(MembershipFactory().user)
    assert decided(client, tag.insight, "staff", "rejected").status_code == 403
    tag.refresh_from_db()
    assert tag.state == "confirmed"


def test_whoever_is_not_signed_in_signs_in_and_comes_back_to_the_insight(client):
    tag = TagFactory(code=habit("staff"))
    answer = decided(client, tag.insight, "staff", "confirmed")
    assert answer.url.startswith("/sign-in/?next=")
    client.force_login(UserFactory(role=Role.CURATOR))
    back = client.get(f"/insights/{tag.insight_id}/habits/staff/", follow=True)
    assert "Nothing has been changed yet. Press the button again." in Page.of(back).words


def test_a_script_is_led_to_sign_in_as_a_whole_page(client):
    tag = TagFactory(code=habit("staff"))
    answer = decided(client, tag.insight, "staff", "confirmed", **HTMX)
    assert answer.status_code == 204
    assert answer.headers["HX-Redirect"].startswith("/sign-in/")


def test_a_script_that_may_not_is_told_on_the_page(client):
    tag = TagFactory(code=habit("staff"))
    client.force_login(UserFactory())
    answer = decided(client, tag.insight, "staff", "confirmed", **HTMX)
    assert answer.headers["HX-Redirect"] == f"/insights/{tag.insight_id}/#tags"
    assert "Tags are decided by curators" in opened(client, tag.insight).words


def test_a_decision_without_the_mark_of_our_own_page_is_refused():
    tag = TagFactory(code=habit("staff"))
    client = Client(enforce_csrf_checks=True)
    client.force_login(UserFactory(role=Role.CURATOR))
    assert decided(client, tag.insight, "staff", "confirmed").status_code == 403


# --- moves ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "team", "curators"),
    [
        ("draft", {"Submit for review", "Withdraw"}, {"Submit for review", "Withdraw"}),
        ("submitted", {"Withdraw"}, {"Publish", "Decline", "Withdraw"}),
        ("published", set(), {"Withdraw"}),
        ("declined", {"Reopen as a draft"}, {"Reopen as a draft"}),
        ("withdrawn", {"Reopen as a draft"}, {"Reopen as a draft"}),
    ],
)
def test_each_person_is_offered_the_moves_that_are_theirs(client, status, team, curators):
    said = InsightFactory(status=status)
    every = {"Submit for review", "Publish", "Decline", "Withdraw", "Reopen as a draft"}
    for person, theirs in (
        (MembershipFactory(programme=said.programme).user, team),
        (UserFactory(role=Role.CURATOR), curators),
    ):
        client.force_login(person)
        html = opened(client, said).html
        assert {
            words for words in every if f">\n  {words}\n</button>" in html or f"{words}</button>" in _tight(html)
        } == theirs


def _tight(html: str) -> str:
    return html.replace("\n", "").replace("  ", "")


def test_the_road_is_walked_with_buttons(client, curator):
    said = InsightFactory(status="draft")
    for name, status in (
        ("submit", "submitted"),
        ("publish", "published"),
        ("withdraw", "withdrawn"),
        ("reopen", "draft"),
    ):
        answer = moved(client, said, name)
        assert answer.url == f"/insights/{said.id}/"
        said.refresh_from_db()
        assert said.status == status


def test_declining_needs_a_reason_and_keeps_what_was_typed(client, curator):
    said = InsightFactory(status="submitted")
    answer = moved(client, said, "decline", reason="  ")
    page = Page.of(answer)
    assert page.status == 400
    assert page.title.startswith("Error: ")
    assert page.links("Say why") == ["#reason"]
    moved(client, said, "decline", reason="Said elsewhere already.")
    said.refresh_from_db()
    assert (said.status, said.decline_reason) == ("declined", "Said elsewhere already.")
    assert "Reason: Said elsewhere already." in opened(client, said).words


def test_a_move_that_does_not_fit_says_where_the_insight_stands(client, curator):
    said = InsightFactory(status="draft")
    moved(client, said, "publish")
    assert "This insight is draft; only what is submitted can be moved" in opened(client, said).words


def test_a_contributor_cannot_publish(client):
    said = InsightFactory(status="submitted")
    client.force_login(MembershipFactory(programme=said.programme).user)
    assert moved(client, said, "publish").status_code == 403


def test_a_move_that_there_is_not_is_not_found(client, curator):
    assert moved(client, InsightFactory(), "explode").status_code == 404


def test_opening_the_address_of_a_move_moves_nothing(client, curator):
    said = InsightFactory(status="submitted")
    client.get(f"/insights/{said.id}/publish/")
    said.refresh_from_db()
    assert said.status == "submitted"

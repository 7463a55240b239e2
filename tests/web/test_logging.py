"""Log an insight and edit one: in under a minute, and nothing that was typed is ever lost."""

from __future__ import annotations

import datetime
import html
import re
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Role, User
from casestudies.models import Programme
from insights.models import Insight
from tests.factories import (
    AudienceFactory,
    CaseStudyFactory,
    InsightFactory,
    LearningActivityFactory,
    MembershipFactory,
    OrganisationFactory,
    ProgrammeFactory,
    SourceFactory,
    TagFactory,
    TaggingFactory,
    UserFactory,
    habit,
)
from tests.web.pages import Page

pytestmark = pytest.mark.django_db
LOG = "/insights/log/"
BEDSIDE = "/insights/log/bedside/"


@pytest.fixture(autouse=True)
def _everyone_may_read(settings):
    settings.ANONYMOUS_READING = True


@pytest.fixture
def programme() -> Programme:
    return ProgrammeFactory(name="Ward learning")


@pytest.fixture
def maya(client: Client, programme: Programme) -> User:
    """A contributor in one programme, signed in."""
    person = MembershipFactory(programme=programme).user
    client.force_login(person)
    return person


def typed(programme: Programme | None = None, /, **more: Any) -> dict[str, Any]:
    said = {"text": "The booking screen is slow.", "kind": "finding", "source_kind": "staff"}
    return said | ({"programme": str(programme.id)} if programme else {}) | more


def hidden(page: Page, name: str) -> str:
    found = re.search(rf'name="{name}"\s+value="([^"]*)"', page.html)
    assert found
    return html.unescape(found[1])


def form(client: Client, address: str = LOG) -> Page:
    return Page.of(client.get(address))


def chosen(page: Page, name: str) -> list[str]:
    """The values that are chosen in a menu, or ticked, under this name."""
    menu = re.search(rf'<select[^>]*name="{name}".*?</select>', page.html, re.S)
    if menu:
        return [value for value in re.findall(r'value="([^"]*)" selected', menu[0]) if value]
    boxes = re.findall(rf'<input[^>]*name="{name}"[^>]*>', page.html, re.S)
    return [re.search(r'value="([^"]*)"', box)[1] for box in boxes if " checked" in box]  # type: ignore[index]


def unfolded(page: Page, name: str) -> bool:
    """Whether what is folded away under this name stands open."""
    found = re.search(rf'<details[^>]*id="{name}"[^>]*>', page.html)
    assert found
    return "open" in found[0].split()[-1]


# --- logging ----------------------------------------------------------------------------------------------------------


def test_four_answers_are_enough_for_a_draft(client, maya, programme):
    answer = client.post(LOG, typed(programme, status="draft"))
    said = Insight.objects.get()
    assert answer.url == f"/insights/{said.id}/logged/"
    assert (said.status, said.author, said.sources.get().kind) == ("draft", maya, "staff")
    page = form(client, answer.url)
    assert "Saved as a draft." in page.words
    assert "Tags appear in a few seconds" in page.words


def test_submitting_sends_it_to_a_curator(client, maya, programme):
    client.post(LOG, typed(programme, status="submitted"))
    assert Insight.objects.get().status == "submitted"


def test_a_status_that_the_form_does_not_offer_is_a_draft(client, maya, programme):
    client.post(LOG, typed(programme, status="published"))
    assert Insight.objects.get().status == "draft"


def test_everything_the_form_asks_is_kept(client, maya, programme):
    study = CaseStudyFactory(programme=programme)
    activity = LearningActivityFactory(programme=programme)
    ward, boards = OrganisationFactory(), AudienceFactory()
    more = {
        "title": "Slow screens",
        "case_study": study.id,
        "learning_activity": activity.id,
        "perspective": "staff",
        "level": "team",
        "effect": "barrier",
        "response": "fix",
        "role": "ward sister",
        "organisation": ward.id,
        "place": "ward 7",
        "collected-day": "4",
        "collected-month": "3",
        "collected-year": "2021",
        "consent": "given",
        "audiences": [boards.id],
        "section": "Findings",
        "locator": "page 4",
    }
    client.post(LOG, typed(programme, **more))
    said = Insight.objects.get()
    voice = said.sources.get()
    assert (said.title, said.case_study, said.learning_activity) == ("Slow screens", study, activity)
    assert (said.perspective, said.level, said.effect, said.response) == ("staff", "team", "barrier", "fix")
    assert (said.section, said.locator, list(said.audiences.all())) == ("Findings", "page 4", [boards])
    assert (voice.role, voice.organisation, voice.place, voice.consent) == ("ward sister", ward, "ward 7", "given")
    assert voice.collected_on.isoformat() == "2021-03-04"


def test_an_empty_form_names_every_fault_links_it_and_keeps_the_rest(client, maya, programme):
    client.force_login(UserFactory(role=Role.CURATOR))
    ProgrammeFactory()
    page = Page.of(client.post(LOG, {"role": "ward sister", "place": "ward <7>"}))
    assert page.status == 400
    assert page.title.startswith("Error: ")
    summary = page.html.split("nhsuk-error-summary__list")[1].split("</ul>")[0]
    assert re.findall(r'href="([^"]*)"', summary) == ["#text", "#kind", "#source_kind", "#programme"]
    for target in ("text", "kind", "source_kind", "programme"):
        assert f'id="{target}"' in page.html
    assert 'value="ward sister"' in page.html
    assert 'value="ward &lt;7&gt;"' in page.html


@pytest.mark.parametrize(
    ("more", "words", "href"),
    [
        ({"text": "ab"}, "Write between 3 and 5,000 characters", "#text"),
        ({"text": "x" * 5001}, "this has 5,001", "#text"),
        ({"text": "one\x07two"}, "control character", "#text"),
        ({"text": "one\0two"}, "ull characters are not allowed", "#text"),
        ({"kind": "opinion"}, "Choose one of the answers", "#kind"),
        ({"title": "x" * 201}, "The title may have up to 200", "#title"),
        ({"role": "x" * 121}, "The role may have up to 120", "#role"),
        ({"collected-day": "4"}, "needs a month and a year too", "#collected-day"),
        ({"collected-day": "31", "collected-month": "2", "collected-year": "2021"}, "not a date", "#collected-day"),
        ({"collected-day": "1", "collected-month": "1", "collected-year": "3021"}, "and today", "#collected-day"),
        ({"collected-day": "²", "collected-month": "x", "collected-year": "9" * 50}, "not a date", "#collected-day"),
        ({"programme": "not-an-id"}, "not one you can choose", "#programme"),
        ({"organisation": "00000000-0000-0000-0000-000000000000"}, "not one you can choose", "#organisation"),
        ({"audiences": "x"}, "not there any more", "#audiences"),
    ],
)
def test_a_fault_is_said_beside_its_field_and_what_was_typed_stays(client, maya, programme, more, words, href):
    AudienceFactory()
    page = Page.of(client.post(LOG, typed(programme, place="ward 7", **{"status": "draft", **more})))
    assert page.status == 400
    assert href in page.links(words)
    assert 'value="ward 7"' in page.html
    assert not Insight.objects.exists()


def test_a_long_text_that_is_refused_is_still_there_to_the_last_letter(client, maya, programme):
    text = "é<&\n" * 2000
    page = Page.of(client.post(LOG, typed(programme, text=text)))
    kept = re.search(r"<textarea[^>]*>(.*?)</textarea>", page.html, re.S)
    assert kept
    assert html.unescape(kept[1]).strip() == text.strip()


def test_a_fault_among_the_optional_fields_opens_them(client, maya, programme):
    page = Page.of(client.post(LOG, typed(programme, title="x" * 201)))
    assert '<details class="nhsuk-details" open>' in page.html


def test_the_programme_follows_from_the_case_study(client, maya, programme):
    client.post(LOG, typed(case_study=CaseStudyFactory(programme=programme).id))
    assert Insight.objects.get().programme == programme


def test_a_case_study_of_another_programme_is_refused_in_words(client, maya, programme):
    client.force_login(UserFactory(role=Role.CURATOR))
    page = Page.of(client.post(LOG, typed(programme, case_study=CaseStudyFactory().id)))
    assert page.links("belongs to another programme") == ["#case_study"]


def test_only_programmes_that_the_person_may_log_in_are_offered(client, maya, programme):
    ProgrammeFactory(name="Not hers")
    page = form(client)
    assert "Ward learning" in page.words
    assert "Not hers" not in page.words


def test_the_only_programme_is_chosen_already_and_of_several_the_last_one(client, maya, programme):
    assert chosen(form(client), "programme") == [str(programme.id)]
    other = MembershipFactory(user=maya).programme
    assert chosen(form(client), "programme") == []
    client.post(LOG, typed(other))
    assert chosen(form(client), "programme") == [str(other.id)]


def test_programme_place_and_activity_are_remembered_on_the_server_and_said_in_one_line(client, maya, programme):
    activity = LearningActivityFactory(programme=programme, name="Round of the ward")
    client.post(LOG, typed(programme, place=" Ward 7 ", learning_activity=activity.id))
    another_phone = Client()
    another_phone.force_login(maya)
    page = form(another_phone)
    assert "Ward learning · Ward 7 · Round of the ward – change" in page.words
    assert 'value="Ward 7"' in page.html
    assert chosen(page, "learning_activity") == [str(activity.id)]
    assert not unfolded(page, "context")
    assert "The booking screen is slow." not in page.html


def test_a_programme_that_one_has_left_is_not_remembered(client, maya, programme):
    MembershipFactory(user=maya)
    client.post(LOG, typed(programme, place="Ward 7"))
    maya.memberships.filter(programme=programme).delete()
    MembershipFactory(user=maya)
    page = form(client)
    assert chosen(page, "programme") == []
    assert "Ward 7" not in page.html
    assert unfolded(page, "context")


def test_what_is_remembered_is_each_persons_own(client, maya, programme):
    client.post(LOG, typed(programme, place="Ward 7"))
    client.force_login(MembershipFactory(programme=programme).user)
    assert "Ward 7" not in form(client).html


def test_text_first_then_one_tap_each_then_where_it_is_from_and_the_rest_folded_away(client, maya, programme):
    html = form(client).html
    places = [
        html.index(f'name="{name}"') for name in ("text", "kind", "source_kind", "response", "programme", "title")
    ]
    assert places == sorted(places)
    for asked in ("perspective", "level", "effect", "consent", "collected-day", "role", "section", "locator"):
        assert html.index(f'name="{asked}"') > html.index('name="title"')
    assert html.count("<select") == html[html.index("<details") :].count("<select")


def test_what_was_saved_is_shown_with_its_habits_to_decide_and_the_way_to_the_next(client, maya, programme, tagger):
    said = Insight.objects.get(id=client.post(LOG, typed(programme)).url.split("/")[2])
    page = form(client, f"/insights/{said.id}/logged/")
    assert (page.status, page.headings[1]) == (200, "Saved")
    assert page.links("Log another") == [LOG]
    assert f'hx-get="/insights/{said.id}/tags/?until=' in page.html
    assert page.links("Refresh") == [f"/insights/{said.id}/"]
    TagFactory(insight=said, code=habit("staff"))
    TaggingFactory(insight=said, codebook=habit("staff").codebook)
    page = form(client, f"/insights/{said.id}/logged/")
    assert "Confirm Staff" in page.words
    assert "Reject Staff" in page.words


def test_the_page_of_what_was_saved_is_for_its_writer_as_long_as_it_is_new(client, maya, programme):
    said = InsightFactory(programme=programme, author=maya, status="published")
    assert client.get(f"/insights/{said.id}/logged/").url == f"/insights/{said.id}/"
    colleagues = InsightFactory(programme=programme, status="draft")
    assert client.get(f"/insights/{colleagues.id}/logged/").url == f"/insights/{colleagues.id}/"
    assert client.get(f"/insights/{InsightFactory(status='draft').id}/logged/").status_code == 404


# --- at the bedside ---------------------------------------------------------------------------------------------------


def test_at_the_bedside_a_coordinator_is_who_said_it_and_the_box_comes_again(client, maya, programme):
    page = form(client, BEDSIDE)
    assert chosen(page, "source_kind") == ["coordinator"]
    assert "Nothing yet today." in page.words
    answer = client.post(BEDSIDE, typed(programme, source_kind="coordinator", response="fix", place="Bay 3"))
    said = Insight.objects.get()
    assert answer.url == f"{BEDSIDE}?saved={said.id}"
    page = form(client, answer.url)
    assert "Are these habits right?" in page.words
    assert "The booking screen is slow." in page.words
    assert "Finding · Fix · Draft" in page.words
    assert "Bay 3" in page.words
    assert page.html.index('name="text"') < page.html.index("The booking screen is slow.")


def test_the_list_of_today_is_ones_own_and_of_today(client, maya, programme):
    InsightFactory(programme=programme, author=maya, status="draft", text="What I said today.")
    InsightFactory(programme=programme, status="draft", text="What a colleague said.")
    yesterday = InsightFactory(programme=programme, author=maya, status="draft", text="What I said yesterday.")
    Insight.objects.filter(id=yesterday.id).update(created=timezone.now() - datetime.timedelta(days=1))
    words = form(client, BEDSIDE).words
    assert "What I said today." in words
    assert "What a colleague said." not in words
    assert "What I said yesterday." not in words


@pytest.mark.parametrize("asked", ["x", "", "0" * 36])
def test_the_bedside_page_takes_any_address(client, maya, programme, asked):
    assert form(client, f"{BEDSIDE}?saved={asked}").status == 200


def test_a_fault_at_the_bedside_keeps_what_was_typed_and_stays_there(client, maya, programme):
    page = Page.of(client.post(BEDSIDE, {"text": "The lift is slow.", "source_kind": "family"}))
    assert (page.status, page.headings[1]) == (400, "Log at the bedside")
    assert "The lift is slow." in page.html
    assert chosen(page, "source_kind") == ["family"]


def test_consent_starts_as_not_needed_and_what_is_withheld_stays_inside(client, maya, programme):
    assert chosen(form(client), "consent") == ["not-needed"]
    client.post(LOG, typed(programme, consent="withheld"))
    assert Insight.objects.get().words_withheld


def test_someone_in_no_programme_is_told_what_to_do(client):
    client.force_login(UserFactory())
    page = form(client)
    assert "You are in no programme yet" in page.words
    assert "<textarea" not in page.html


def test_sending_the_form_twice_saves_it_once(client, maya, programme):
    said = typed(programme, once=hidden(form(client), "once"))
    first, second = client.post(LOG, said), client.post(LOG, said)
    assert Insight.objects.count() == 1
    assert first.url == second.url
    assert "This was saved already, once." in form(client, second.url).words


def test_going_back_and_writing_something_else_saves_both(client, maya, programme):
    once = hidden(form(client), "once")
    client.post(LOG, typed(programme, once=once))
    client.post(LOG, typed(programme, once=once, text="The printer is slow too."))
    assert Insight.objects.count() == 2


def test_the_same_words_from_another_opening_of_the_form_are_another_insight(client, maya, programme):
    for _ in range(2):
        client.post(LOG, typed(programme, once=hidden(form(client), "once")))
    assert Insight.objects.count() == 2


@pytest.mark.parametrize("once", ["", "x", "0" * 36, "9" * 500])
def test_a_form_that_lost_its_mark_is_saved_all_the_same(client, maya, programme, once):
    client.post(LOG, typed(programme, once=once))
    assert Insight.objects.count() == 1


def test_what_was_typed_survives_a_session_that_ended(client, programme):
    person = MembershipFactory(programme=programme).user
    person.set_password("correct horse battery")
    person.save()
    answer = client.post(LOG, typed(programme, place="ward 7", **{"collected-year": "2021"}))
    assert answer.url == f"/sign-in/?next={LOG}"
    after = client.post(
        "/sign-in/", {"login": person.email, "password": "correct horse battery", "next": LOG}, follow=True
    )
    page = Page.of(after)
    assert "What you typed is here and not saved yet" in page.words
    assert "The booking screen is slow." in page.html
    assert 'value="ward 7"' in page.html
    assert 'value="2021"' in page.html
    assert chosen(page, "source_kind") == ["staff"]
    assert "There is a problem" not in page.words
    assert not Insight.objects.exists()
    assert "The booking screen is slow." not in form(client).html


def test_what_was_typed_is_not_kept_for_ever(client, programme, monkeypatch):
    client.post(LOG, typed(programme))
    monkeypatch.setattr("web.views.logging.KEPT_FOR_SECONDS", -1)
    client.force_login(MembershipFactory(programme=programme).user)
    assert "The booking screen is slow." not in form(client).html


def test_logging_is_for_people_who_signed_in(client):
    assert client.get(LOG).url == f"/sign-in/?next={LOG}"


# --- editing ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def draft(maya: User, programme: Programme) -> Insight:
    return InsightFactory(programme=programme, status="draft", text="The screen is slow.", source__role="nurse")


def test_editing_starts_from_what_is_there(client, draft):
    page = form(client, f"/insights/{draft.id}/edit/")
    assert "The screen is slow." in page.html
    assert chosen(page, "kind") == ["finding"]
    assert chosen(page, "programme") == [str(draft.programme_id)]
    assert 'value="nurse"' in page.html


def test_an_edit_changes_what_was_changed_and_leaves_what_the_form_does_not_show(client, draft, programme):
    Insight.objects.filter(id=draft.id).update(external_id="row 7", position=3, illustrative=True)
    SourceFactory(insight=draft, kind="data", role="a second voice")
    address = f"/insights/{draft.id}/edit/"
    answer = client.post(address, typed(programme, role="nurse", seen=hidden(form(client, address), "seen")))
    assert answer.url == f"/insights/{draft.id}/"
    draft.refresh_from_db()
    assert (draft.text, draft.external_id, draft.position, draft.illustrative) == (
        "The booking screen is slow.",
        "row 7",
        3,
        True,
    )
    assert [voice.role for voice in draft.sources.all()] == ["nurse", "a second voice"]


def test_when_someone_else_saved_first_both_versions_are_shown_and_neither_is_lost(client, draft, programme):
    address = f"/insights/{draft.id}/edit/"
    seen = hidden(form(client, address), "seen")
    Insight.objects.filter(id=draft.id).update(text="What a colleague wrote.")
    answer = client.post(address, typed(programme, role="nurse", seen=seen))
    page = Page.of(answer)
    assert page.status == 409
    assert "What a colleague wrote." in page.words
    assert page.html.count("The booking screen is slow.") == 2
    draft.refresh_from_db()
    assert draft.text == "What a colleague wrote."
    client.post(address, typed(programme, role="nurse", text="Both together.", seen=hidden(page, "seen")))
    draft.refresh_from_db()
    assert draft.text == "Both together."


@pytest.mark.parametrize("seen", ["", "yesterday", "2021-13-45T00:00:00", "2021-01-01T00:00:00"])
def test_a_form_that_does_not_know_what_it_was_opened_on_overwrites_nothing(client, draft, programme, seen):
    page = Page.of(client.post(f"/insights/{draft.id}/edit/", typed(programme, seen=seen)))
    assert page.status == 409
    draft.refresh_from_db()
    assert draft.text == "The screen is slow."


def test_a_fault_in_an_edit_keeps_what_was_typed_and_still_guards(client, draft, programme):
    address = f"/insights/{draft.id}/edit/"
    seen = hidden(form(client, address), "seen")
    page = Page.of(client.post(address, typed(programme, text="ab", place="ward 9", seen=seen)))
    assert page.links("Write between 3") == ["#text"]
    assert 'value="ward 9"' in page.html
    assert hidden(page, "seen") == seen


def test_an_edit_survives_a_session_that_ended(client, draft, programme):
    address = f"/insights/{draft.id}/edit/"
    seen = hidden(form(client, address), "seen")
    person = client.session["_auth_user_id"]
    client.logout()
    client.post(address, typed(programme, text="Typed on the ward.", seen=seen))
    client.force_login(User.objects.get(id=person))
    page = form(client, address)
    assert "Typed on the ward." in page.html
    assert hidden(page, "seen") == seen


@pytest.mark.parametrize(
    ("status", "team", "curator"),
    [
        ("draft", 200, 200),
        ("submitted", 200, 200),
        ("published", 403, 200),
        ("declined", 403, 403),
        ("withdrawn", 403, 403),
    ],
)
def test_who_may_edit_depends_on_where_it_stands(client, draft, status, team, curator):
    Insight.objects.filter(id=draft.id).update(status=status, decline_reason="So.", published_at=timezone.now())
    address = f"/insights/{draft.id}/edit/"
    assert client.get(address).status_code == team
    client.force_login(UserFactory(role=Role.CURATOR))
    assert client.get(address).status_code == curator


def test_a_draft_of_another_programme_is_not_there(client, draft):
    client.force_login(MembershipFactory().user)
    assert client.get(f"/insights/{draft.id}/edit/").status_code == 404


def test_a_published_insight_is_not_for_readers_to_edit(client):
    said = InsightFactory()
    client.force_login(UserFactory())
    assert client.get(f"/insights/{said.id}/edit/").status_code == 403

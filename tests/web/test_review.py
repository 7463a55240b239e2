"""The curator's desk in the browser: with scripts or without, every button is a form."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from accounts.models import Role, User
from insights.choices import Queue
from insights.desk import settle
from insights.models import Bulk, Decision, Review, Sample, Tag, Turn
from insights.review import decide
from tests.factories import (
    InsightFactory,
    MembershipFactory,
    ReviewFactory,
    SampleFactory,
    TagFactory,
    ThemeFactory,
    TurnFactory,
    UserFactory,
)
from tests.insights.desks import tagged
from tests.web.pages import Page

pytestmark = pytest.mark.django_db
PAGES = ["/review/", "/review/bulk/", "/agreement/"]


@pytest.fixture(autouse=True)
def _everyone_may_read(settings):
    settings.ANONYMOUS_READING = True


@pytest.fixture
def curator(client: Client) -> User:
    person = UserFactory(role=Role.CURATOR)
    client.force_login(person)
    return person


def opened(client: Client, address: str = "/review/", **query: object) -> Page:
    return Page.of(client.get(address, query))


def pressed(client: Client, do: str, address: str = "/review/", **said: object) -> Page:
    """Press a button of the desk, with what is before them, and read the page that it leads to."""
    turn = re.search(r'name="turn"\s+value="([^"]+)"', Page.of(client.get(address)).html)
    sent = {"do": do, **({"turn": turn[1]} if turn else {}), **said}
    return Page.of(client.post(address, sent, follow=True))


def ticked(page: Page) -> list[str]:
    boxes = re.findall(r'<input[^>]*name="codes"[^>]*>', page.html)
    return [re.findall(r'value="([^"]+)"', box)[0] for box in boxes if re.search(r"\schecked\b", box)]


# --- who --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("address", PAGES)
@pytest.mark.parametrize("role", [Role.VIEWER, Role.CONTRIBUTOR, Role.ANALYST])
def test_the_desk_is_for_curators(client, address, role):
    client.force_login(UserFactory(role=role))
    assert client.get(address).status_code == 403


@pytest.mark.parametrize("address", PAGES)
def test_whoever_is_not_signed_in_signs_in_first(client, address):
    answer = client.get(address)
    assert answer["Location"].startswith("/sign-in/?next=")


@pytest.mark.parametrize(("role", "shown"), [(Role.VIEWER, False), (Role.CURATOR, True), (Role.ADMIN, True)])
def test_the_menu_names_it_for_curators_only(client, role, shown):
    client.force_login(UserFactory(role=role))
    page = opened(client, "/")
    assert bool(page.links("Review")) is shown
    assert bool(page.links("Agreement")) is shown


def test_a_programmes_curator_reviews_what_is_of_it(client):
    insight = tagged(0.5, text="Nobody answers the telephone.")
    client.force_login(MembershipFactory(programme=insight.programme, role="curator").user)
    assert "Nobody answers the telephone." in opened(client).words


# --- one text ---------------------------------------------------------------------------------------------------------


def test_one_text_comes_with_its_suggestions_ticked_in_words_and_why(client, curator):
    insight = tagged(0.62, text="Nobody answers the telephone.")
    Tag.objects.filter(insight=insight).update(reason="Words that weighed most: “telephone”.")
    page = opened(client)
    assert page.title.startswith("Review – ")
    assert "Nobody answers the telephone." in page.words
    assert ticked(page) == ["staff"]
    assert "Suggested: likely, 62%. Words that weighed most: “telephone”." in page.words
    assert '<mark class="lhs-mark-word">telephone</mark>' in page.html
    assert "1 text is left to judge." in page.words
    labels = ["1 Priorities", "2 Staff", "3 Every patient", "4 Feedback", "5 Culture"]
    assert [page.words.index(words) for words in labels] == sorted(page.words.index(words) for words in labels)
    for words in ("Confirm these (Enter)", "Skip (S)"):
        assert words in page.words
    assert page.links("All insights") == ["/insights/"]


def test_the_script_is_loaded_there_and_nowhere_else(client, curator):
    assert "js/review" in opened(client).html
    assert "js/review" not in opened(client, "/insights/").html


def test_confirming_records_all_that_is_ticked_and_brings_the_next(client, curator):
    tagged(0.5)
    tagged(0.9, text="The next one.")
    page = pressed(client, "settle", codes=["staff", "culture"])
    assert "Recorded: Staff and Culture." in page.words
    assert "The next one." in page.words
    assert Review.objects.get().codes == ["staff", "culture"]
    assert "Undo the last (U)" in page.words


@pytest.mark.parametrize(
    ("codes", "said"),
    [
        ([], "Recorded: none of the five habits."),
        (["staff"], "Recorded: Staff."),
        (["staff", "feedback", "culture"], "Recorded: Staff, Feedback and Culture."),
    ],
)
def test_what_was_recorded_is_said(client, curator, codes, said):
    tagged(0.5)
    assert said in pressed(client, "settle", codes=codes).words


def test_what_is_skipped_is_not_recorded(client, curator):
    tagged(0.5)
    page = pressed(client, "skip")
    assert "Skipped. Nothing was recorded." in page.words
    assert "Nothing is left for you to judge." in page.words
    assert "You skipped 1 text." in page.words
    assert not Review.objects.exists()


def test_the_last_one_is_taken_back_and_comes_again(client, curator):
    tagged(0.5, text="Nobody answers the telephone.")
    pressed(client, "settle", codes=["culture"])
    page = pressed(client, "undo")
    assert "Taken back. The text is before you again." in page.words
    assert "Nobody answers the telephone." in page.words
    assert ticked(page) == ["staff"]
    assert "Undo the last" not in page.words


def test_taking_back_nothing_says_so(client, curator):
    assert "There is nothing to take back." in pressed(client, "undo").words


def test_with_nothing_left_the_page_says_so(client, curator):
    page = opened(client)
    assert "Nothing is left for you to judge." in page.words
    assert "0 texts are left to judge." in page.words


def test_the_second_on_one_text_is_told(client, curator):
    insight = tagged(0.5)
    opened(client)
    mine = Turn.objects.get()
    other = UserFactory(role=Role.CURATOR)
    settle(person=other, turn_id=TurnFactory(insight=insight, person=other).id, codes=[])
    page = Page.of(client.post("/review/", {"do": "settle", "turn": mine.id, "codes": "staff"}, follow=True))
    assert "A curator judged this text while you were reading it, and found: none." in page.words
    assert Review.objects.count() == 1


@pytest.mark.parametrize("said", [{}, {"do": "explode"}, {"do": "settle"}, {"do": "settle", "turn": "x"}])
def test_what_no_button_sends_changes_nothing(client, curator, said):
    tagged(0.5)
    assert client.post("/review/", said, follow=True).status_code == 200
    assert not Review.objects.exists()


def test_a_habit_that_there_is_not_is_named(client, curator):
    tagged(0.5)
    assert "There is no code “luck”." in pressed(client, "settle", codes=["luck"]).words


def test_a_judgement_without_the_mark_of_our_own_page_is_refused():
    client = Client(enforce_csrf_checks=True)
    client.force_login(UserFactory(role=Role.CURATOR))
    assert client.post("/review/", {"do": "undo"}).status_code == 403


# --- hidden suggestions -----------------------------------------------------------------------------------------------


def plain(page: Page) -> str:
    """The page without what differs from one text to the next, and from one form to the next."""
    main = page.html.split("<main", 1)[1].split("</main>", 1)[0]
    return re.sub(r'value="[0-9a-f-]{36}"|name="csrfmiddlewaretoken" value="[^"]*"', "", main)


def test_blind_hides_every_suggestion_until_it_is_turned_off(client, curator):
    insight = tagged(0.62)
    decide(
        person=UserFactory(role="curator"),
        insight_id=insight.id,
        codebook="habits",
        code="culture",
        verdict="confirmed",
    )
    page = pressed(client, "blind", blind="on")
    assert ticked(page) == []
    assert "uggested" not in page.words
    assert "by a person" not in page.words
    page = pressed(client, "blind", blind="off")
    assert ticked(page) == ["staff", "culture"]


def test_an_audited_text_looks_like_one_with_no_suggestion(client):
    seen = []
    for audit in (True, False):
        client.force_login(UserFactory(role=Role.CURATOR))
        insight = tagged(0.62 if audit else None, audit=audit, text="Nobody answers the telephone.")
        page = opened(client)
        assert Turn.objects.get().queue == (Queue.AUDIT if audit else Queue.QUEUE)
        assert not page.links("Nobody")
        assert str(insight.id) not in page.html
        seen.append(plain(page))
        Turn.objects.all().delete()
        ReviewFactory(insight=insight)
    assert seen[0] == seen[1]
    assert "udit" not in seen[0]


# --- a whole filter ---------------------------------------------------------------------------------------------------


def test_the_list_leads_there_with_its_filter_for_curators_only(client):
    TagFactory()
    client.force_login(UserFactory())
    assert not opened(client, "/insights/").links("Decide a habit")
    client.force_login(UserFactory(role=Role.CURATOR))
    [address] = opened(client, "/insights/", habit="staff", q="booking").links("Decide a habit")
    assert address == "/review/bulk/?q=booking&habit=staff"
    page = opened(client, address)
    assert "About “booking”" in page.words
    assert "Habit: Staff" in page.words
    assert page.links("Back to these insights") == ["/insights/?q=booking&habit=staff"]


def test_they_are_counted_then_decided_and_taken_back(client, curator):
    TagFactory.create_batch(3)
    chosen = {"habit": "staff", "tag": "habits/staff", "state": "confirmed"}
    page = opened(client, "/review/bulk/", **chosen)
    assert "This will confirm “Staff” on 3 insights." in page.words
    assert "Confirm Staff on 3 insights" in page.words
    assert not Decision.objects.exists()
    sent = {"tag": "habits/staff", "state": "confirmed", "expected": "3"}
    page = Page.of(client.post("/review/bulk/?habit=staff", sent, follow=True))
    assert "Decided on 3 insights." in page.words
    assert "Confirmed Staff on 3 insights" in page.words
    assert Tag.objects.filter(state="confirmed").count() == 3
    page = Page.of(client.post("/review/bulk/undo/", {"bulk": Bulk.objects.get().id}, follow=True))
    assert "Taken back, on 3 insights." in page.words
    assert Tag.objects.filter(state="suggested").count() == 3


def test_the_filter_is_taken_along_whole(client, curator):
    ThemeFactory(slug="visiting", name="Visiting")
    html = opened(client, "/review/bulk/", q="bed", habit="staff", kind="finding", illustrative="false").html
    for name, value in (("q", "bed"), ("habit", "staff"), ("kind", "finding"), ("illustrative", "false")):
        assert re.search(rf'<input type="hidden"\s+name="{name}"\s+value="{value}">', html), name
    assert 'value="themes/visiting"' in html


def test_another_number_than_was_counted_decides_nothing(client, curator):
    TagFactory.create_batch(2)
    sent = {"tag": "habits/staff", "state": "confirmed", "expected": "3"}
    page = Page.of(client.post("/review/bulk/", sent))
    assert "The filter selects 2 insights now, not 3. Nothing was decided." in page.words
    assert "on 2 insights" in page.words
    assert not Decision.objects.exists()


def test_a_filter_that_is_not_understood_decides_nothing(client, curator):
    TagFactory()
    chosen = {"tag": "habits/staff", "state": "confirmed"}
    page = opened(client, "/review/bulk/", habit="luck", **chosen)
    assert "“luck” is not a habit" in page.words
    assert "This will confirm" not in page.words
    client.post("/review/bulk/?habit=luck", {**chosen, "expected": "1"})
    assert not Decision.objects.exists()


@pytest.mark.parametrize(
    "sent", [{}, {"tag": "habits/staff"}, {"tag": "habits/staff", "state": "confirmed", "expected": "many"}]
)
def test_half_a_decision_decides_nothing(client, curator, sent):
    TagFactory()
    assert client.post("/review/bulk/", sent).status_code in (200, 404)
    assert not Decision.objects.exists()


def test_where_all_is_decided_the_page_says_so(client, curator):
    TagFactory(confirmed=True)
    page = opened(client, "/review/bulk/", tag="habits/staff", state="rejected")
    assert "There is nothing to decide" in page.words


def test_nobody_takes_back_what_another_did(client, curator):
    TagFactory()
    client.post("/review/bulk/", {"tag": "habits/staff", "state": "confirmed", "expected": "1"})
    client.force_login(UserFactory(role=Role.CURATOR))
    assert client.post("/review/bulk/undo/", {"bulk": Bulk.objects.get().id}).status_code == 404
    assert client.post("/review/bulk/undo/", {"bulk": "x"}).status_code == 404


# --- agreement --------------------------------------------------------------------------------------------------------


def test_before_two_have_judged_the_page_says_what_to_do(client, curator):
    page = opened(client, "/agreement/")
    assert "No text has been judged by two people yet." in page.words
    assert "There are no samples yet." in page.words


def test_each_habit_has_its_figures_and_the_texts_they_differ_on_are_linked(client, curator):
    insights = InsightFactory.create_batch(4, text="Nobody answers the telephone.")
    other = UserFactory(role=Role.CURATOR)
    for place, insight in enumerate(insights):
        ReviewFactory(insight=insight, person=curator, codes=["staff"] if place else [])
        ReviewFactory(insight=insight, person=other, codes=["staff"])
    page = opened(client, "/agreement/")
    assert "Two people have judged 4 texts. On 3 of them they found the same in every habit." in page.words
    assert "3 both, 1 one alone 75% (" in page.words
    assert page.links("Nobody answers the telephone.") == [f"/insights/{insights[0].id}/"]
    assert "The second found: Staff." in page.words
    assert page.headings.count("Texts they differ on") == 1


def test_a_sample_is_made_judged_blind_and_taken_back(client, curator):
    tagged(0.9, text="Nobody answers the telephone.")
    page = Page.of(client.post("/agreement/", {"name": "Spring", "size": "20"}, follow=True))
    assert "The sample “Spring” is drawn." in page.words
    sample = Sample.objects.get()
    address = f"/agreement/{sample.id}/"
    assert page.links("Judge this sample") == [address]
    page = opened(client, address)
    assert "Judge the sample “Spring”" in page.headings
    assert "You have judged 0 of 1 text." in page.words
    assert ticked(page) == []
    assert "uggest" not in page.words
    page = pressed(client, "settle", address, codes=["culture"])
    assert "Recorded: Culture." in page.words
    assert "Nothing is left for you to judge." in page.words
    assert not Decision.objects.exists()
    assert "Nobody answers the telephone." in pressed(client, "undo", address).words


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"name": "", "size": "5"}, "name"),
        ({"name": "A", "size": "many"}, "size"),
        ({"name": "A\x01", "size": "5"}, "name"),
    ],
)
def test_what_makes_no_sample_is_said_at_its_field(client, curator, sent, field):
    InsightFactory()
    page = Page.of(client.post("/agreement/", sent))
    assert page.status == 400
    assert page.title.startswith("Error: ")
    assert f'href="#{field}"' in page.html


@pytest.mark.parametrize("sample", ["x", "00000000-0000-0000-0000-000000000000"])
def test_a_sample_that_there_is_not_is_not_found(client, curator, sample):
    assert client.get("/agreement/", {"sample": sample}).status_code == 404
    if sample != "x":
        assert client.get(f"/agreement/{sample}/").status_code == 404


def test_a_sample_is_for_curators(client):
    sample = SampleFactory()
    client.force_login(UserFactory())
    assert client.get(f"/agreement/{sample.id}/").status_code == 403


def test_nothing_there_is_inline(client, curator):
    insight = tagged(0.5)
    ReviewFactory(insight=insight, queue="sample")
    for address in PAGES:
        html = opened(client, address).html
        assert not re.search(r"<script(?![^>]*\ssrc=)[^>]*>|<style|\sstyle=|\son[a-z]+=|javascript:", html)
        assert html.count("<h1") == 1

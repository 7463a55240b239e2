"""Nothing that is typed is lost: not to the network, the system, a session that ended, another tab or a closed browser.

And nobody else who holds the phone reads it. The wire between the two is really cut (tests/journeys/wire.py).
"""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.journeys.place import Place
from tests.journeys.steps.phone import BEDSIDE, LOG, Phone
from tests.waiting import until

pytestmark = pytest.mark.xdist_group("journeys")
NURSE, COORDINATOR = "nell@example.org", "cora@example.org"


@pytest.fixture
def ready(phone: Phone) -> Phone:
    """A nurse has opened the form on this phone once."""
    phone.given(NURSE)
    phone.given_that_it_is_ready_for_no_network()
    return phone


def test_ten_without_a_network_and_a_closed_browser_arrive_once_each(place: Place, ready: Phone):
    ready.when_the_network_is_gone()
    ready.when_they_open(LOG)
    for number in range(10):
        ready.when_they_log(f"Ten without a network, {number}.", "Observation", "Staff")
        ready.then_it_is_kept()
        ready.then_it_says(f"{number + 1} waiting to send")
    ready.then_nothing_kept_here_tells("Ten without")
    ready.when_the_browser_is_closed_and_opened_again()
    ready.when_they_open(LOG)
    ready.then_it_says("10 waiting to send")
    assert place.arrived("Ten without") == []

    ready.when_the_network_is_back()
    others = [ready.context.new_page() for _ in range(2)]
    for tab in others:
        tab.goto(ready.wire.home + LOG)
    ready.then_nothing_waits()
    assert place.arrived("Ten without") == [f"Ten without a network, {number}." for number in range(10)]


def test_an_answer_that_was_lost_makes_no_second_insight(place: Place, ready: Phone):
    ready.wire.lose_answers_to(b"POST /queue/send/")
    ready.when_they_log("The answer to this was lost.", "Observation", "Staff")
    ready.then_it_is_kept()
    assert ready.wire.lost.is_set()
    assert place.arrived("The answer to this") == ["The answer to this was lost."]
    ready.wire.mend()
    ready.page.get_by_role("button", name="Send now").click()
    ready.then_nothing_waits()
    assert place.arrived("The answer to this") == ["The answer to this was lost."]


def test_while_the_system_is_down_the_form_opens_and_keeps(place: Place, ready: Phone):
    ready.wire.down()
    ready.when_they_open(LOG)
    ready.when_they_log("Said while it was down.", "Finding", "Patient")
    ready.then_it_is_kept("The site does not answer as it should.")
    ready.wire.mend()
    ready.when_they_open("/")
    ready.then_nothing_waits()
    assert place.arrived("Said while it was down") == ["Said while it was down."]


def test_a_fault_of_ours_keeps_it_and_sends_it_when_that_is_mended(place: Place, ready: Phone):
    with place.something_broken("insights_sent"):
        ready.when_they_log("Said into a fault of ours.", "Finding", "Patient")
        ready.then_it_is_kept("The site does not answer as it should.")
    ready.page.get_by_role("button", name="Send now").click()
    ready.then_nothing_waits()
    assert place.arrived("Said into a fault") == ["Said into a fault of ours."]


def test_a_session_that_ended_keeps_it_until_its_writer_signs_in(place: Place, ready: Phone):
    ready.when_their_session_ends()
    ready.when_they_log("Said after the session had ended.", "Finding", "Staff")
    ready.then_it_is_kept("You have been signed out.")
    ready.given(NURSE)
    ready.then_nothing_waits()
    assert place.arrived("Said after the session") == ["Said after the session had ended."]


def test_a_mark_against_forged_forms_that_is_old_is_made_anew(place: Place, ready: Phone):
    ready.page.evaluate("document.querySelector('form[data-queue] [name=csrfmiddlewaretoken]').value = 'x'.repeat(64)")
    ready.context.clear_cookies(name="csrftoken")
    ready.when_they_log("Said with an old mark.", "Finding", "Staff")
    ready.then_it_is_saved()
    assert place.arrived("Said with an old mark") == ["Said with an old mark."]


def test_what_the_site_refuses_is_kept_with_the_reason_and_mended(place: Place, ready: Phone):
    ready.when_the_network_is_gone()
    ready.page.get_by_text("More", exact=True).click()
    for label, said in (("Day", "31"), ("Month", "2"), ("Year", "2021")):
        ready.page.get_by_label(label, exact=True).fill(said)
    ready.when_they_log("Said on a day that was none.", "Finding", "Staff")
    ready.then_it_is_kept()
    ready.when_the_network_is_back()
    ready.then_it_says("1 could not be saved.")
    expect(ready.page.locator("#to-mend")).to_contain_text("This is not a date.")
    ready.when_the_browser_is_closed_and_opened_again()
    ready.when_they_open(LOG)
    ready.page.get_by_role("button", name="Mend it").click()
    ready.then_the_box_holds("Said on a day that was none.")
    ready.page.get_by_label("Day", exact=True).fill("28")
    ready.page.get_by_role("button", name="Save draft").click()
    ready.then_it_is_saved()
    ready.then_nothing_waits()
    assert place.arrived("Said on a day") == ["Said on a day that was none."]


def test_what_is_wrong_is_said_at_once_where_there_is_a_network(ready: Phone):
    ready.when_they_write("Said by nobody knows whom.")
    ready.page.get_by_role("button", name="Save draft").click()
    summary = ready.page.get_by_role("alert").filter(has_text="There is a problem")
    expect(summary).to_contain_text("Choose who said it.")
    ready.then_the_box_holds("Said by nobody knows whom.")
    ready.then_nothing_waits()


def test_without_a_network_too_it_is_said_what_is_missing(ready: Phone):
    ready.when_the_network_is_gone()
    ready.when_they_write("Said by nobody knows whom.")
    ready.page.get_by_role("button", name="Save draft").click()
    expect(ready.page.locator("#kept")).to_contain_text("Choose what kind of insight this is. Choose who said it.")
    ready.then_the_box_holds("Said by nobody knows whom.")
    expect(ready.page.get_by_role("radio", name="Finding")).to_be_focused()


def test_a_draft_outlives_a_reload_and_a_closed_browser_and_only_its_writer_reads_it(ready: Phone):
    ready.when_they_write("Half a sentence about the")
    ready.when_they_choose("Recommendation")
    until(lambda: any(row["store"] == "drafts" for row in ready.looked_around()["found"]), what="the draft")
    ready.then_nothing_kept_here_tells("Half a sentence")
    ready.page.reload()
    ready.then_the_box_holds("Half a sentence about the")
    ready.when_the_browser_is_closed_and_opened_again()
    ready.when_the_network_is_gone()
    ready.when_they_open(LOG)
    ready.then_the_box_holds("Half a sentence about the")
    expect(ready.page.get_by_role("radio", name="Recommendation")).to_be_checked()
    ready.when_the_network_is_back()

    ready.when_they_open(LOG)
    ready.when_they_sign_out()
    ready.given(COORDINATOR)
    ready.then_the_box_holds("")
    ready.when_they_sign_out()
    ready.given(NURSE)
    ready.then_the_box_holds("Half a sentence about the")
    ready.page.get_by_role("button", name="Start afresh").click()
    ready.page.reload()
    ready.then_the_box_holds("")


def test_two_tabs_hold_two_drafts(ready: Phone):
    ready.when_they_write("In the first tab.")
    first, second = ready.page, ready.context.new_page()
    second.goto(ready.wire.home + LOG)
    ready.page = second
    ready.then_the_box_holds("")
    ready.when_they_write("In the second tab.")
    until(lambda: sum(row["store"] == "drafts" for row in ready.looked_around()["found"]) == 2, what="both drafts")
    for tab, words in ((first, "In the first tab."), (second, "In the second tab.")):
        tab.reload()
        ready.page = tab
        ready.then_the_box_holds(words)


def test_somebody_else_on_the_phone_sees_only_how_many_wait(place: Place, ready: Phone):
    ready.when_the_network_is_gone()
    for words in ("A secret of the nurse, one.", "A secret of the nurse, two."):
        ready.when_they_log(words, "Finding", "Staff")
        ready.then_it_is_kept()
    ready.when_they_write("A secret of the nurse, half")
    until(lambda: any(row["store"] == "drafts" and row["at"] for row in ready.looked_around()["found"]), what="it")
    assert [row["key"] for row in ready.looked_around()["found"] if row["store"] == "keys"] == [{"extractable": False}]

    # The nurse's session ends, and the coordinator picks the phone up.
    ready.when_their_session_ends()
    ready.when_the_network_is_back()
    ready.given(COORDINATOR)
    ready.then_it_says("2 waiting to send from someone else who used this device")
    ready.then_the_box_holds("")
    ready.then_nothing_kept_here_tells("secret of the nurse")
    keys = [row["whose"] for row in ready.looked_around()["found"] if row["store"] == "keys"]
    assert keys == [ready.page.locator("body").get_attribute("data-whose")]
    ready.when_they_log("What the coordinator says.", "Finding", "Staff")
    ready.then_it_is_saved()
    assert place.arrived("A secret of the nurse") == []

    ready.when_they_sign_out()
    ready.then_it_says("2 waiting to send")
    assert [row["store"] for row in ready.looked_around()["found"] if row["store"] == "keys"] == []
    ready.given(NURSE)
    ready.then_nothing_waits()
    assert place.arrived("A secret of the nurse") == ["A secret of the nurse, one.", "A secret of the nurse, two."]


def test_when_the_session_would_have_ended_the_key_goes_with_no_network_too(place: Place, ready: Phone):
    ready.when_the_network_is_gone()
    ready.when_they_open(BEDSIDE)
    ready.when_they_log("Written before the session would have ended.", "Finding")
    ready.then_it_is_kept()
    expect(ready.page.locator("#waiting-here")).to_contain_text("Written before the session")
    ready.given_that_the_session_would_have_ended()
    ready.when_they_open(BEDSIDE)
    ready.then_it_says("1 waiting to send")
    ready.then_nothing_kept_here_tells("Written before the session")
    assert [row for row in ready.looked_around()["found"] if row["store"] == "keys"] == []
    ready.when_the_network_is_back()
    ready.when_they_open(LOG)
    ready.then_nothing_waits()
    assert place.arrived("Written before") == ["Written before the session would have ended."]


def test_signing_out_in_one_tab_clears_the_words_off_the_other(ready: Phone):
    ready.when_they_write("A sentence that stays with its writer.")
    other = ready.context.new_page()
    other.goto(ready.wire.home + "/")
    other.get_by_role("button", name="Sign out").click()
    expect(ready.page.get_by_role("heading", level=1)).to_have_text("Sign in")
    ready.then_nothing_kept_here_tells("stays with its writer")
    ready.given(NURSE)
    ready.then_the_box_holds("A sentence that stays with its writer.")


def test_a_phone_keeps_the_empty_form_and_its_parts_and_no_page_with_words(ready: Phone):
    ready.when_they_open("/insights/")
    ready.when_they_open(BEDSIDE)
    pages = [path for path in ready.looked_around()["pages"] if not path.startswith("/static/")]
    assert sorted(pages) == ["/offline/", "/queue/shell/", "/queue/shell/bedside/"]
    ready.when_the_network_is_gone()
    ready.when_they_open("/insights/")
    expect(ready.page.get_by_role("heading", level=1)).to_have_text("There is no network")
    ready.page.get_by_role("link", name="log at the bedside").click()
    expect(ready.page.get_by_role("heading", level=1)).to_have_text("Log at the bedside")
    ready.when_the_network_is_back()
    ready.when_they_open("/")
    ready.when_they_sign_out()
    until(lambda: not [path for path in ready.looked_around()["pages"] if "shell" in path], what="the cache")
    ready.when_the_network_is_gone()
    ready.when_they_open(LOG)
    expect(ready.page.get_by_role("heading", level=1)).to_have_text("There is no network")


def test_a_coordinator_logs_five_at_the_bedside_offline_in_the_middle(place: Place, phone: Phone):
    phone.given(COORDINATOR)
    phone.when_they_open(BEDSIDE)
    phone.given_that_it_is_ready_for_no_network()
    expect(phone.page.get_by_role("radio", name="Bedside learning coordinator")).to_be_checked()

    def log(number: int) -> None:
        phone.when_they_log(f"Round of bay {number}.", "Observation", "Fix", button="Submit")

    log(1)
    expect(phone.page.get_by_text("Are these habits right?")).to_be_visible()
    phone.when_the_network_is_gone()
    for number in (2, 3, 4):
        log(number)
        phone.then_it_is_kept()
    phone.then_it_says("3 waiting to send")
    waiting = phone.page.locator("#waiting-here > li")
    expect(waiting).to_have_text([re.compile(f"Round of bay {number}.") for number in (4, 3, 2)])
    phone.when_the_network_is_back()
    phone.then_nothing_waits()
    log(5)
    today = phone.page.locator("ol.lhs-today > li > a").filter(has_text="Round of bay")
    expect(today).to_have_text([f"Round of bay {number}." for number in (5, 4, 3, 2, 1)])
    expect(phone.page.locator("ol.lhs-today > li").first).to_contain_text("Observation · Fix · Submitted")
    assert place.arrived("Round of bay") == [f"Round of bay {number}." for number in (1, 2, 3, 4, 5)]


def test_a_nurse_says_me_too(place: Place, phone: Phone):
    heard = place.published()[0]
    phone.given(NURSE)
    phone.page.get_by_label("What was found, heard or recommended?").press_sequentially(heard["text"][:120])
    panel = phone.page.get_by_role("region", name="Has this been said already?")
    with phone.context.expect_page() as opened:
        panel.get_by_role("link", name="Me too").first.click()
    phone.page = opened.value
    phone.page.get_by_role("radio", name="Staff", exact=True).check()
    phone.page.get_by_label("Place", exact=True).fill("Ward 7")
    phone.page.get_by_role("button", name="Add this voice").click()
    expect(phone.page.get_by_role("alert")).to_contain_text("Your voice stands beside the others.")
    expect(phone.page.locator("main")).to_contain_text(f"Raised {heard['voices'] + 1} times")

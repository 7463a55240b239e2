"""A curator signs in by a link that works once, judges what the tagger says, and publishes."""

from __future__ import annotations

from typing import Any

import pytest

from tests.journeys.place import Place
from tests.journeys.steps.analyst import Analyst
from tests.journeys.steps.curator import Curator

pytestmark = pytest.mark.xdist_group("journeys")

TWO_HABITS = (
    "Staff were exhausted after three night shifts, and nobody asked them how to change the rota. Every patient was "
    "asked the same question and we reviewed the answers each week, changed the clinic, and measured again."
)


@pytest.fixture
def submitted(programme: Analyst) -> dict[str, Any]:
    """An insight that the programme sent in, tagged with two habits at least."""
    programme.when_they_post(TWO_HABITS, status="submitted")
    programme.then_it_is_tagged_in_the_end()
    assert {tag["code"] for tag in programme.insight["habits"]} >= {"staff", "feedback"}
    return programme.insight


def test_a_curator_signs_in_by_the_link_that_the_start_printed(place: Place, open_window):
    curator = Curator(open_window())
    curator.when_they_open_the_link(place.curator_link)
    curator.then_it_asks_before_it_signs_in("Demo curator")
    curator.when_they_say_yes("Demo curator")
    curator.then_they_are_signed_in_as("Demo curator")

    curator.when_they_sign_out()
    curator.then_they_are_signed_out()
    curator.when_they_open_the_link(place.curator_link)
    curator.then_the_link_is_refused_kindly()


def test_a_curator_confirms_one_habit_rejects_another_and_publishes(open_window, submitted: dict[str, Any]):
    curator, visitor = Curator(open_window("curator")), open_window()
    curator.given_the_insight_that_was_sent(submitted)
    curator.when_they_confirm("Staff")
    curator.then_it_is_said_that_they("confirmed Staff")
    curator.then_the_habit_stands_as("Staff", "Confirmed")
    curator.when_they_reject_with_the_keyboard("Feedback")
    curator.then_it_is_said_that_they("rejected Feedback")
    curator.then_the_habit_stands_as("Feedback", "Rejected")

    curator.when_they_publish_it()
    curator.then_everyone_finds_it(visitor, submitted)
    curator.then_others_see_the_habit(visitor, "Staff")
    curator.then_others_do_not_see_the_habit(visitor, "Feedback")
    curator.then_others_are_not_told_who_they_are(visitor, "Kofi", "rosa@example.org")


def test_a_curator_judges_one_text_after_the_other_by_keys_alone(open_window, submitted: dict[str, Any]):
    curator = Curator(open_window("curator"))
    curator.when_they_go_to_the_desk()
    first, suggested = curator.text_before_them(), curator.ticked()
    wanted = suggested ^ {"priorities", "culture"}
    curator.when_they_press("1", "5")
    assert curator.ticked() == wanted
    curator.when_they_press("Enter")
    curator.then_it_is_recorded("Recorded:")
    second = curator.text_before_them()
    assert second != first

    curator.when_they_press("s")
    curator.then_it_is_recorded("Skipped.")
    assert curator.text_before_them() not in (first, second)

    curator.when_they_press("u")
    curator.then_it_is_recorded("Taken back.")
    curator.then_this_is_before_them(first)
    assert curator.ticked() == suggested


def test_the_keys_can_be_turned_off_and_stay_off(open_window, submitted: dict[str, Any]):
    curator = Curator(open_window("curator"))
    curator.when_they_go_to_the_desk()
    before, suggested = curator.text_before_them(), curator.ticked()
    curator.when_they_turn_the_keys_off()
    curator.when_they_press("1", "s", "Enter")
    assert (curator.text_before_them(), curator.ticked()) == (before, suggested)
    curator.when_they_go_to_the_desk()
    curator.when_they_press("1")
    assert curator.ticked() == suggested
    curator.when_they_turn_the_keys_on()
    curator.when_they_press("1")
    assert curator.ticked() == suggested ^ {"priorities"}

"""A programme's contributor logs what was found, heard or recommended."""

from __future__ import annotations

import pytest

from tests.journeys.place import Place
from tests.journeys.steps.contributor import Contributor
from tests.journeys.window import PHONE

pytestmark = pytest.mark.xdist_group("journeys")

WORN_OUT = "Night staff are exhausted: they copy each observation into three systems and have no time left for a rest."


def test_a_contributor_logs_an_insight_on_a_phone_and_sees_tags_appear(place: Place, open_window):
    ama = Contributor(open_window("contributor", width=PHONE))
    with place.tagger_held_up():
        ama.given_the_form()
        ama.when_they_write(WORN_OUT)
        ama.when_they_choose("Finding", "Staff")
        ama.when_they_press("Submit")
        ama.then_it_is_saved("Submitted. A curator will look at it.")
        ama.then_it_is_said_that_tags_will_come()
        ama.given_a_mark_on_this_very_page()
    ama.then_tags_appear()
    ama.then_a_screen_reader_is_told()
    ama.then_the_page_was_never_left()


def test_without_javascript_a_contributor_sees_the_tags_by_refreshing(place: Place, open_window):
    ama = Contributor(open_window("contributor", width=PHONE, scripts=False))
    with place.tagger_held_up():
        ama.given_the_form()
        ama.when_they_write(WORN_OUT)
        ama.when_they_choose("Observation", "Bedside learning coordinator")
        ama.when_they_say_more(place="Ward 7")
        ama.when_they_press("Save draft")
        ama.then_it_is_saved("Saved as a draft.")
        ama.then_it_is_said_that_tags_will_come()
    ama.when_they_refresh_until_it_is_tagged()
    ama.then_tags_appear()


def test_a_form_that_cannot_be_saved_keeps_what_was_typed(open_window):
    ama = Contributor(open_window("contributor", width=PHONE))
    ama.given_the_form()
    ama.when_they_write(WORN_OUT)
    ama.when_they_choose("Staff")
    ama.when_they_say_more(their_role="ward sister")
    ama.when_they_press("Submit")
    ama.then_the_form_says_what_is_missing("Choose what kind of insight this is.")
    ama.then_what_was_typed_is_still_there(their_role="ward sister")
    ama.then_what_was_chosen_is_still_chosen("Staff")

    ama.when_they_follow_the_fault("Choose what kind of insight this is.")
    ama.then_they_stand_at_the_question("What kind of insight is it?")
    ama.when_they_choose("Finding")
    ama.when_they_press("Submit")
    ama.then_it_is_saved("Submitted.")


def test_a_draft_is_for_the_team_only(open_window):
    ama = Contributor(open_window("contributor"))
    ama.given_the_form()
    ama.when_they_write("The trolleys for clinic notes are still at the wrong end of the corridor.")
    ama.when_they_choose("Observation", "Staff")
    ama.when_they_press("Save draft")
    ama.then_it_is_saved("Saved as a draft.")
    ama.then_nobody_else_finds_it(open_window())
    ama.then_nobody_else_finds_it(open_window("leader"))

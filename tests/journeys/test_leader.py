"""A leader finds what was learned."""

from __future__ import annotations

import pytest

from tests.journeys.steps.leader import Leader

pytestmark = pytest.mark.xdist_group("journeys")


@pytest.fixture
def leader(open_window) -> Leader:
    return Leader(open_window())


def test_a_leader_finds_findings_by_habit_and_opens_one(leader: Leader):
    leader.given_the_home_page()
    leader.when_they_follow_the_number_beside("Focus on helping staff", short="Staff")
    leader.then_the_list_holds_just_as_many()
    leader.then_every_insight_in_it_shows_that_habit()

    leader.when_they_narrow_it_to("Finding")
    leader.then_there_are_fewer_but_some()
    leader.then_each_of_them_is_a("Finding")

    leader.when_they_open_the_first_that_has_a_title()
    leader.then_they_read_who_said_it()
    leader.then_they_read_why_it_has_that_habit()
    leader.then_they_see_what_happened_to_it()


def test_a_leader_takes_a_filter_away_again(leader: Leader):
    leader.given_the_home_page()
    leader.when_they_follow_the_number_beside("Focus on helping staff", short="Staff")
    leader.when_they_narrow_it_to("Finding")
    leader.then_there_are_fewer_but_some()
    leader.when_they_take_the_filter_away("Finding")
    leader.then_the_list_holds_just_as_many()


def test_a_leader_reads_the_elective_recovery_case_study(leader: Leader):
    leader.given_the_case_studies()
    leader.when_they_open_the_case_study("North Central London's accelerated elective recovery programme")
    leader.then_the_key_figures_are("211,756", "20,259", "110%")
    leader.then_only_this_part_is_open("Background")

    leader.when_they_turn_to("Findings by perspective")
    leader.then_only_this_part_is_open("Findings by perspective")
    leader.then_its_groups_are("Patient perspective", "Staff perspective", "Ways of working")

    leader.when_they_go_on_with_the_arrow_key()
    leader.then_only_this_part_is_open("Recommendations by audience")
    leader.then_there_are_groups_for("Integrated care systems", "Trusts and hospital teams")

    leader.when_they_turn_to("Wider reflections")
    leader.then_only_this_part_is_open("Wider reflections")

    leader.when_they_unfold_the_numbers_of_the_habit_profile()
    leader.then_the_table_says_what_the_drawing_says()

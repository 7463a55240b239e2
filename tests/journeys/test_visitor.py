"""Someone who is not signed in."""

from __future__ import annotations

import pytest

from tests.journeys.place import PASSWORD
from tests.journeys.steps.analyst import Analyst
from tests.journeys.steps.visitor import Visitor

pytestmark = pytest.mark.xdist_group("journeys")


@pytest.fixture
def visitor(open_window) -> Visitor:
    return Visitor(open_window())


def test_a_visitor_searches_with_a_typo_and_is_offered_the_spelling(visitor: Visitor):
    visitor.given_the_home_page()
    visitor.when_they_search_for("exaustion")
    visitor.then_nothing_is_found_but_they_are_offered("exhaustion")
    visitor.when_they_take_the_offer("exhaustion")
    visitor.then_they_find_insights_about("exhaustion")


def test_a_visitor_cannot_open_a_draft(programme: Analyst, visitor: Visitor):
    programme.when_they_post("The lift to the day unit has been out of order since Monday.")
    visitor.when_they_open(f"/insights/{programme.insight['id']}/")
    visitor.then_there_is_no_such_page()
    visitor.then_nothing_of_it_is_told("lift to the day unit")


def test_whoever_has_to_sign_in_first_gets_where_they_were_going(visitor: Visitor):
    visitor.when_they_open("/insights/log/")
    visitor.then_they_are_asked_to_sign_in()
    visitor.when_they_sign_in_as("nia@example.org", PASSWORD)
    visitor.then_they_are_where_they_wanted_to_be("/insights/log/")

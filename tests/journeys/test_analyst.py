"""An analyst's program posts an insight and finds it tagged."""

from __future__ import annotations

import pytest

from tests.journeys.place import ELECTIVE, Place
from tests.journeys.steps.analyst import Analyst
from tests.journeys.steps.visitor import Visitor

pytestmark = pytest.mark.xdist_group("journeys")


def test_an_analyst_posts_with_a_token_and_finds_it_tagged(place: Place):
    rosa = Analyst(place.home, place.token)
    rosa.given_a_programme(ELECTIVE)
    rosa.when_they_post("Nurses spend an hour of every shift looking for pumps that work, and are worn out by it.")
    rosa.then_it_is_a("draft")
    rosa.then_it_is_tagged_in_the_end()
    rosa.then_each_tag_says_how_sure_and_why()
    rosa.then_a_search_finds_it("looking for a pump")


def test_an_analyst_reads_how_to_ask_on_a_page_that_needs_no_other_host(open_window):
    reader = Visitor(open_window())
    reader.when_they_open("/api/v1/docs/")
    reader.then_the_addresses_listed_include("/api/v1/insights/", "/api/v1/insights/{insight_id}/habits/{code}/")

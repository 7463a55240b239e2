"""An analyst's program posts an insight and finds it tagged."""

from __future__ import annotations

import pytest

from tests.journeys.place import ELECTIVE, Place
from tests.journeys.steps.analyst import Analyst

pytestmark = pytest.mark.xdist_group("journeys")


def test_an_analyst_posts_with_a_token_and_finds_it_tagged(place: Place):
    rosa = Analyst(place.home, place.token)
    rosa.given_a_programme(ELECTIVE)
    rosa.when_they_post("Nurses spend an hour of every shift looking for pumps that work, and are worn out by it.")
    rosa.then_it_is_a("draft")
    rosa.then_it_is_tagged_in_the_end()
    rosa.then_each_tag_says_how_sure_and_why()
    rosa.then_a_search_finds_it("looking for a pump")

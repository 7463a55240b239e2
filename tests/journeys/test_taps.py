"""One insight costs its text and three taps on a ward phone; the benchmark counts them, and this holds the count."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from benchmarks.taps import TEXT, WAYS, cost_of, phone
from tests.journeys.place import PASSWORD, Place
from tests.journeys.window import PHONE

pytestmark = pytest.mark.xdist_group("journeys")
AIMS = {
    "the quick form: kind, source, save": 3,
    "the quick form, with the response too": 4,
    "at the bedside: kind, response, save": 3,
}
# A finger on a gloved hand.
SMALLEST = 44


def test_text_and_three_taps(place: Place, browser: Browser):
    assert place.people
    context, counts = phone(browser)
    with context:
        page = context.new_page()
        page.goto(f"{place.home}/sign-in/")
        page.get_by_label("E-mail address").fill("nell@example.org")
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="Sign in", exact=True).tap()
        page.wait_for_url(f"{place.home}/")
        costs = {way: cost_of(page, place.home, counts, way) for way in WAYS}
    assert {way: cost.taps for way, cost in costs.items()} == AIMS
    assert {cost.keys for cost in costs.values()} == {len(TEXT)}


@pytest.mark.parametrize("path", ["/insights/log/", "/insights/log/bedside/"])
def test_whatever_is_tapped_is_as_large_as_a_thumb(open_window, path: str):
    window = open_window("contributor", width=PHONE)
    window.open(path)
    taps = window.page.locator("form.lhs-quick").locator(".lhs-taps__input, button, summary")
    for box in (one.bounding_box() for one in taps.all()):
        assert box
        assert min(box["width"], box["height"]) >= SMALLEST, box

"""Every page can be used: axe finds nothing, on a phone and at a desk, and nobody has to scroll sideways."""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.base import AxeResults
from axe_playwright_python.sync_playwright import Axe

from tests.journeys import screens_account, screens_importing  # noqa: F401 - they note their screens
from tests.journeys.place import Place
from tests.journeys.screens import SCREENS, Open, Ways
from tests.journeys.steps.analyst import Analyst
from tests.journeys.test_curator import TWO_HABITS
from tests.journeys.window import DESK, PHONE, Window

pytestmark = pytest.mark.xdist_group("journeys")

# A desk's 1,280 pixels at four times the size (WCAG 2.2, 1.4.10 Reflow).
ZOOMED = 320
AXE = Axe().axe_script
RUN = "axe.run(document, {resultTypes: ['violations']})"

_sent_in: dict[str, dict[str, Any]] = {}


@pytest.fixture
def ways(place: Place, programme: Analyst, open_window: Open) -> Ways:
    """Ways to every page, with two insights that were sent in once for all of them."""
    if not _sent_in:
        programme.when_they_post("The infusion pump on bed four is counted twice.")
        _sent_in["draft"] = programme.insight
        programme.when_they_post(TWO_HABITS, status="submitted")
        programme.then_it_is_tagged_in_the_end()
        _sent_in["waiting"] = programme.insight
    return Ways(place, open_window, waiting=_sent_in["waiting"], draft=_sent_in["draft"])


@pytest.mark.parametrize("name", SCREENS)
def test_everyone_can_use(name: str, ways: Ways):
    heading, way = SCREENS[name]
    window = way(ways)
    assert heading in window.heading
    assert "<span" not in window.page.locator("body").inner_text()
    window.page.evaluate(AXE)
    for width in (PHONE, DESK):
        _widen(window, width)
        found = AxeResults(window.page.evaluate(RUN))
        assert found.violations_count == 0, f"at {width} px: {found.generate_report()}"
    for width in (PHONE, ZOOMED):
        _widen(window, width)
        assert window.too_wide_by() == 0, f"at {width} px"


def _widen(window: Window, width: int) -> None:
    """Give the window another width, with all that is folded away unfolded."""
    window.page.set_viewport_size({"width": width, "height": 900})
    window.page.evaluate(
        """async () => {
            for (const folded of document.querySelectorAll("details")) folded.open = true;
            await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));
        }"""
    )

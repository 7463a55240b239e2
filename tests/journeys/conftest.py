"""One system and one browser for all journeys; a window for each."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, StorageState, sync_playwright

from config.services.folder import record
from tests.journeys.place import ELECTIVE, Place
from tests.journeys.steps.analyst import Analyst
from tests.journeys.steps.phone import Phone
from tests.journeys.window import DESK, Window
from tests.journeys.wire import Wire

# As /usr/bin/chromium needs it in a container, and without the requests that a browser makes for its maker.
FLAGS = [
    *("--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync", "--no-first-run", "--font-render-hinting=none"),
]
CHROMIUMS = ("chromium", "chromium-browser", "google-chrome")

Open = Callable[..., Window]


# Both end with the last journey and not with the run: the browser's loop would keep Django from its database.
@pytest.fixture(scope="package")
def place() -> Iterator[Place]:
    """The system, cold-started once, with every case study loaded and tagged."""
    parent = Path(tempfile.mkdtemp(prefix="lhs-journeys-"))
    parent.chmod(0o711)
    place = Place(parent / "data")
    try:
        place.start_and_wait()
        place.wait_until_tagged()
        assert place.people
        yield place
    finally:
        if place.running():
            place.signal(signal.SIGTERM)
        if elsewhere := record(place.data).get("database_home"):
            shutil.rmtree(elsewhere, ignore_errors=True)
        for folder in (parent, place.folder):
            shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def programme(place: Place) -> Analyst:
    """A program of the elective recovery programme's team, to log with what a journey starts from."""
    analyst = Analyst(place.home, place.token)
    analyst.given_a_programme(ELECTIVE)
    return analyst


@pytest.fixture(scope="package")
def chromium() -> str:
    """Real Chromium: the one that CHROMIUM names, or the machine's own."""
    named = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, CHROMIUMS)), None)
    assert named, "Install Chromium (Debian: apt-get install chromium), or name it in CHROMIUM."
    return named


@pytest.fixture(scope="package")
def browser(chromium: str) -> Iterator[Browser]:
    """One browser, that every window but those of phones is in."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def phone(place: Place, browser: Browser, chromium: str, tmp_path: Path) -> Iterator[Phone]:
    """A phone of its own, with a wire to the system that can be cut."""
    assert place.people
    wire = Wire(place.port)
    phone = Phone(browser.browser_type, chromium, tmp_path / "phone", FLAGS, wire)
    yield phone
    phone.close()
    wire.close()


@pytest.fixture(scope="package")
def _signed_in() -> dict[str, StorageState]:
    """The cookies of whoever has signed in: a link works once, so each of them does it once."""
    return {}


@pytest.fixture
def open_window(place: Place, browser: Browser, _signed_in: dict[str, StorageState]) -> Iterator[Open]:
    """Open a window: `who` is signed in (None: nobody), so many pixels wide, with scripts or without."""
    opened: list[Window] = []

    def open_one(who: str | None = None, *, width: int = DESK, scripts: bool = True, for_axe: bool = False) -> Window:
        if who and who not in _signed_in:
            with browser.new_context() as context:
                page = context.new_page()
                page.goto(place.people[who])
                page.get_by_role("button", name="Sign in as").click()
                _signed_in[who] = context.storage_state()
        context = browser.new_context(
            viewport={"width": width, "height": 740 if width < 500 else 900},
            has_touch=width < 500,
            is_mobile=width < 500,
            java_script_enabled=scripts,
            storage_state=_signed_in[who] if who else None,
            # axe is put into the page, which the page's own policy rightly forbids.
            bypass_csp=for_axe,
            locale="en-GB",
        )
        context.set_default_timeout(15_000)
        opened.append(Window(context, place.home))
        return opened[-1]

    yield open_one
    for window in opened:
        window.context.close()
    complaints = [complaint for window in opened for complaint in window.complaints]
    assert not complaints, "\n".join(complaints)

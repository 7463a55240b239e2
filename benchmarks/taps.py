"""How many taps and keys one insight costs on a phone: a real Chromium, 375 pixels wide, counts what it is given."""

from __future__ import annotations

import shutil
import signal
import time
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, Page, sync_playwright

from benchmarks.ground import temporary_folder
from benchmarks.progress import say
from tests.journeys.place import Place

WIDTH = 375
TEXT = "Relatives did not know whom to ring in the evening, so they rang the ward and nobody answered."
FORM = ("/insights/log/", "h1:has-text('Saved')")
BEDSIDE = ("/insights/log/bedside/", "text=Are these habits right?")
# What is measured: the page with what shows that it is saved, and what is tapped after the text.
WAYS: dict[str, tuple[tuple[str, str], tuple[str, ...]]] = {
    "the quick form: kind, source, save": (FORM, ("Observation", "Family or carer", "Submit")),
    "the quick form, with the response too": (FORM, ("Observation", "Family or carer", "Fix: put right now", "Submit")),
    "at the bedside: kind, response, save": (BEDSIDE, ("Observation", "Fix: put right now", "Submit")),
}
COUNT = """for (const kind of ["pointerdown", "keydown"]) {
    addEventListener(kind, (event) => event.isTrusted && window.counted(kind), true);
}"""


@dataclass(frozen=True)
class Cost:
    """What one insight cost: trusted taps, keys pressed, and seconds until the page said that it is saved."""

    taps: int
    keys: int
    seconds: float


def phone(browser: Any, **more: Any) -> tuple[BrowserContext, Counter[str]]:
    """Return a phone's context, and what it counts from the next page on (`pointerdown`, `keydown`)."""
    context = browser.new_context(
        viewport={"width": WIDTH, "height": 740}, has_touch=True, is_mobile=True, locale="en-GB", **more
    )
    counts: Counter[str] = Counter()
    context.expose_binding("counted", lambda source, kind: counts.update([kind]))
    context.add_init_script(COUNT)
    return context, counts


def cost_of(page: Page, home: str, counts: Counter[str], way: str) -> Cost:
    """Log TEXT the `way` that is named, as a thumb does: the box has the cursor already, every answer is one tap."""
    (path, saved), answers = WAYS[way]
    page.goto(home + path)
    page.locator("form[data-keeps]").wait_for()
    page.locator("#text:focus").wait_for()
    counts.clear()
    begun = time.monotonic()
    page.keyboard.type(TEXT)
    for answer in answers:
        page.locator(f"label:text-is('{answer}'), button:text-is('{answer}')").or_(
            page.get_by_role("radio", name=answer, exact=True)
        ).first.tap()
    page.locator(saved).first.wait_for()
    seconds = round(time.monotonic() - begun, 2)
    return Cost(counts["pointerdown"], counts["keydown"], seconds)


def measure() -> dict[str, Any]:
    """Start a system, log one insight each way, and stop it."""
    with temporary_folder() as folder, sync_playwright() as playwright:
        place = Place(Path(folder) / "data")
        say("starting a system…")
        place.start_and_wait()
        try:
            browser = playwright.chromium.launch(
                executable_path=shutil.which("chromium") or shutil.which("google-chrome"), args=["--no-sandbox"]
            )
            context, counts = phone(browser)
            page = context.new_page()
            page.goto(place.people["nurse"])
            page.get_by_role("button", name="Sign in as").click()
            ways = {}
            for way in WAYS:
                say(f"{way}…")
                ways[way] = asdict(cost_of(page, place.home, counts, way))
            browser.close()
        finally:
            place.signal(signal.SIGTERM)
    return {"width": WIDTH, "characters": len(TEXT), "ways": ways}

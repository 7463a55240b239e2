"""Decisions a minute that the software allows: the curator's desk in real Chromium, by keyboard alone.

Nobody thinks: as soon as a text is laid the keys are pressed that a curator presses. So this is how fast the desk is,
not how fast people are.
"""

from __future__ import annotations

import os
import random
import re
import shutil
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.ground import SETTING, temporary_folder
from benchmarks.progress import Progress, say
from benchmarks.servers import free_port, wait_for
from benchmarks.whole import NOT_TAKEN_ALONG, database_home, until_tagged
from config.services.folder import ROOT

if TYPE_CHECKING:
    from playwright.sync_api import Page

TEXTS = int(os.environ.get("BENCH_DECIDED", "60"))
CHROMIUMS = ("chromium", "chromium-browser", "google-chrome")
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking")
# Of a hundred texts so many are skipped, and of so many judgements one is taken back and given again; on a text no,
# one or two habits are ticked or unticked before Enter, in these shares.
SKIPPED, TAKEN_BACK, TICKS = 0.05, 0.05, (0.5, 0.35, 0.15)


def measure() -> dict[str, Any]:
    """Start the system with its case studies, sign in as the demo curator, and judge so many texts."""
    with temporary_folder() as folder:
        env = {name: value for name, value in os.environ.items() if name not in NOT_TAKEN_ALONG}
        env |= {"LHS_DATA_DIR": str(folder / "data"), "PORT": str(free_port())}
        try:
            with _running(env, folder / "out") as (base, link), _browser() as page:
                page.goto(link)
                page.get_by_role("button", name="Sign in as").click()
                page.goto(f"{base}/review/")
                return _judge(page)
        finally:
            if home := database_home(folder / "data"):
                shutil.rmtree(home, ignore_errors=True)


@contextmanager
def _running(env: dict[str, str], out: Path) -> Iterator[tuple[str, str]]:
    """Run the system; gives its address and the demo curator's link once all case studies are tagged."""
    base = f"http://localhost:{env['PORT']}"
    say("starting the system…")
    with out.open("wb") as said:
        process = subprocess.Popen(
            [sys.executable, "manage.py", "up", "--local"],
            cwd=ROOT,
            env=env | {"LHS_LOG_LEVEL": SETTING["LHS_LOG_LEVEL"]},
            stdout=said,
        )
    try:
        wait_for(f"{base}/readyz", process, seconds=300)
        until_tagged(base)
        link = re.search(r"demo curator: (\S+)", out.read_text())
        if link is None:
            raise RuntimeError("The start printed no link for the demo curator.")
        yield base, link[1]
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=60)


@contextmanager
def _browser() -> Iterator[Page]:
    """Open a window of real Chromium: the one that CHROMIUM names, or the machine's own."""
    from playwright.sync_api import sync_playwright

    named = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, CHROMIUMS)), None)
    if not named:
        raise RuntimeError("Install Chromium (Debian: apt-get install chromium), or name it in CHROMIUM.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=named, args=list(FLAGS))
        yield browser.new_page(viewport={"width": 1280, "height": 900})
        browser.close()


def _judge(page: Page) -> dict[str, Any]:
    chance = random.Random(0)
    decided = keys = skipped = taken_back = 0
    waits: list[float] = []

    def press(key: str, *, goes_on: bool) -> None:
        nonlocal keys
        keys += 1
        if not goes_on:
            page.keyboard.press(key)
            return
        began = time.perf_counter()
        with page.expect_navigation(wait_until="load"):
            page.keyboard.press(key)
        waits.append(time.perf_counter() - began)

    progress = Progress("judging by keyboard", TEXTS)
    began = time.perf_counter()
    while decided < TEXTS:
        if not page.locator("#judge").count():
            raise RuntimeError(f"Only {decided} texts waited at the desk.")
        if chance.random() < SKIPPED:
            press("s", goes_on=True)
            skipped += 1
            continue
        ticks = chance.choices(range(len(TICKS)), TICKS)[0]
        for key in chance.sample("12345", ticks):
            press(key, goes_on=False)
        press("Enter", goes_on=True)
        if chance.random() < TAKEN_BACK:
            press("u", goes_on=True)
            press("Enter", goes_on=True)
            taken_back += 1
        decided += 1
        progress.at(decided)
    seconds = time.perf_counter() - began
    progress.end()
    return {
        "texts": decided,
        "decisions_per_minute": round(60 * decided / seconds, 1),
        "habits_per_minute": round(60 * 5 * decided / seconds),
        "keys_per_decision": round(keys / decided, 2),
        "skipped": skipped,
        "taken_back": taken_back,
        "next_text_median_ms": round(1000 * statistics.median(waits)),
        "next_text_p95_ms": round(1000 * statistics.quantiles(waits, n=20, method="inclusive")[18]),
    }

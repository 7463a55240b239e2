"""What is done on a phone whose network comes and goes, by whoever holds it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, BrowserType, Page, expect

from tests.journeys.place import PASSWORD
from tests.journeys.window import PHONE
from tests.journeys.wire import Wire
from tests.waiting import until

LOG = "/insights/log/"
BEDSIDE = "/insights/log/bedside/"
BOX = "What was found, heard or recommended?"
# The clock of the key on this phone, put back as if the time of the session were over.
LATER = """async () => {
    const db = await new Promise((resolve) => {
        const asked = indexedDB.open("lhs");
        asked.onsuccess = () => resolve(asked.result);
    });
    const keys = db.transaction("keys", "readwrite").objectStore("keys");
    await new Promise((resolve) => {
        keys.openCursor().onsuccess = ({ target }) => {
            target.result.update({ ...target.result.value, until: 0 }).onsuccess = resolve;
        };
    });
    db.close();
}"""
# What is in the browser's databases and caches, as someone with the phone in hand could look it up.
LOOK_AROUND = """async () => {
    const found = [];
    for (const { name, version } of await indexedDB.databases()) {
        const db = await new Promise((resolve, reject) => {
            const asked = indexedDB.open(name, version);
            asked.onsuccess = () => resolve(asked.result);
            asked.onerror = reject;
        });
        for (const store of db.objectStoreNames) {
            const rows = await new Promise((resolve) => {
                const asked = db.transaction(store).objectStore(store).getAll();
                asked.onsuccess = () => resolve(asked.result);
            });
            for (const row of rows) {
                const key = row.key && { extractable: row.key.extractable };
                const sealed = row.sealed && new TextDecoder("latin1").decode(row.sealed);
                found.push({ store, ...row, key, sealed, iv: undefined });
            }
        }
        db.close();
    }
    const pages = [];
    for (const name of await caches.keys()) {
        for (const request of await (await caches.open(name)).keys()) pages.push(new URL(request.url).pathname);
    }
    return { found, pages };
}"""


class Phone:
    """A phone with a browser that keeps what it is given, also when it is closed and opened again."""

    def __init__(self, kind: BrowserType, program: str, folder: Path, flags: list[str], wire: Wire) -> None:
        self._kind, self._program, self._folder, self._flags = kind, program, folder, flags
        self.wire = wire
        self.context: BrowserContext
        self.page: Page
        self.open()

    # --- the phone itself

    def open(self) -> None:
        self.context = self._kind.launch_persistent_context(
            self._folder,
            executable_path=self._program,
            args=self._flags,
            viewport={"width": PHONE, "height": 740},
            has_touch=True,
            is_mobile=True,
            locale="en-GB",
        )
        self.context.set_default_timeout(15_000)
        self.page = self.context.pages[0]

    def close(self) -> None:
        self.context.close()

    def when_the_browser_is_closed_and_opened_again(self) -> None:
        self.close()
        self.open()

    def when_the_network_is_gone(self) -> None:
        self.wire.cut()
        self.context.set_offline(True)

    def when_the_network_is_back(self) -> None:
        self.wire.mend()
        self.context.set_offline(False)

    # --- who holds it

    def given(self, email: str) -> None:
        self.page.goto(f"{self.wire.home}/sign-in/?next={LOG}")
        self.page.get_by_label("E-mail address").fill(email)
        self.page.get_by_label("Password", exact=True).fill(PASSWORD)
        self.page.get_by_role("button", name="Sign in", exact=True).click()
        expect(self.page.get_by_role("heading", level=1)).to_have_text("Log an insight")

    def given_that_it_is_ready_for_no_network(self) -> None:
        ready = """async () => Boolean((await navigator.serviceWorker.getRegistration())?.active
            && await caches.match("/queue/shell/") && await caches.match("/queue/shell/bedside/"))"""
        until(lambda: self.page.evaluate(ready), what="the empty form on the phone")

    def when_they_sign_out(self) -> None:
        self.page.get_by_role("button", name="Sign out").click()
        expect(self.page.get_by_role("alert")).to_contain_text("You have signed out.")

    def when_their_session_ends(self) -> None:
        self.context.clear_cookies()

    def given_that_the_session_would_have_ended(self) -> None:
        self.page.evaluate(LATER)

    # --- logging

    def when_they_open(self, path: str) -> None:
        self.page.goto(self.wire.home + path)

    def when_they_write(self, text: str) -> None:
        self.page.get_by_label(BOX).fill(text)

    def when_they_choose(self, *answers: str) -> None:
        for answer in answers:
            self.page.get_by_role("radio", name=re.compile(f"^{answer}")).check()

    def when_they_log(self, text: str, *answers: str, button: str = "Save draft") -> None:
        self.when_they_write(text)
        self.when_they_choose(*answers)
        self.page.get_by_role("button", name=button, exact=True).click()

    def then_it_is_kept(self, why: str = "There is no network.") -> None:
        expect(self.page.locator("#kept")).to_contain_text(f"{why} It is kept on this device")
        expect(self.page.get_by_label(BOX)).to_have_value("")

    def then_it_is_saved(self) -> None:
        expect(self.page.get_by_role("heading", level=1)).to_have_text("Saved")

    def then_the_box_holds(self, text: str) -> None:
        expect(self.page.get_by_label(BOX)).to_have_value(text)

    def then_it_says(self, words: str) -> None:
        expect(self.page.locator("#waiting")).to_contain_text(words)

    def then_nothing_waits(self) -> None:
        def nothing() -> bool:
            return not [row for row in self.looked_around()["found"] if row["store"] == "waiting"]

        until(nothing, what="what waits to be sent")
        expect(self.page.locator("#waiting")).not_to_contain_text("waiting to send")

    def looked_around(self) -> dict[str, Any]:
        found: dict[str, Any] = self.page.evaluate(LOOK_AROUND)
        return found

    def then_nothing_kept_here_tells(self, *words: str) -> None:
        told = str(self.looked_around()["found"]) + self.page.content()
        for word in words:
            assert word not in told

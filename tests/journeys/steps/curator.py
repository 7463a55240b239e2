"""What a curator does: sign in by a link, judge what the tagger says, publish."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import Locator, expect

from tests.journeys.window import Window


class Curator:
    """A curator of the site."""

    def __init__(self, window: Window) -> None:
        self.window = window
        self.page = window.page

    # --- signing in

    def when_they_open_the_link(self, link: str) -> None:
        self.link = link
        self.status = self.window.open(link).status

    def then_it_asks_before_it_signs_in(self, name: str) -> None:
        assert self.window.heading == f"Sign in as {name}?"
        expect(self._account().get_by_role("link", name="Sign in")).to_be_visible()

    def when_they_say_yes(self, name: str) -> None:
        self.window.press(f"Sign in as {name}")

    def then_they_are_signed_in_as(self, name: str) -> None:
        expect(self._account()).to_contain_text(name)
        assert self.window.path == "/"

    def then_the_link_is_refused_kindly(self) -> None:
        assert (self.status, self.window.heading) == (410, "This link no longer works")
        expect(self.page.locator("main")).to_contain_text("A sign-in link works once")
        expect(self.page.locator("main").get_by_role("link", name="Sign in with your password")).to_be_visible()

    def when_they_sign_out(self) -> None:
        self.window.press("Sign out")

    def then_they_are_signed_out(self) -> None:
        expect(self.page.get_by_role("alert")).to_contain_text("You have signed out.")

    def _account(self) -> Locator:
        return self.page.get_by_role("navigation", name="Account")

    # --- judging

    def given_the_insight_that_was_sent(self, insight: dict[str, Any]) -> None:
        self.window.open(f"/insights/{insight['id']}/")
        expect(self.page.locator("main")).to_contain_text("Submitted.")

    def when_they_confirm(self, habit: str) -> None:
        self.window.press(f"Confirm {habit}")

    def when_they_reject_with_the_keyboard(self, habit: str) -> None:
        self.page.get_by_role("button", name=f"Reject {habit}", exact=True).focus()
        self.page.keyboard.press("Enter")

    def then_it_is_said_that_they(self, did: str) -> None:
        said = self.page.get_by_text(f"You {did}.", exact=True)
        expect(said).to_be_visible()
        # Where a keyboard goes on from: the button that was pressed is gone.
        expect(said).to_be_focused()

    def then_the_habit_stands_as(self, habit: str, state: str) -> None:
        # A theme may have the habit's name within its own.
        named = self.page.get_by_role("heading", name=re.compile(rf"^{habit}\b"))
        tag = self.page.locator("#tags li").filter(has=named).first
        expect(tag.get_by_role("heading")).to_have_text(re.compile(rf"{habit}\s+{state}"))

    def when_they_publish_it(self) -> None:
        self.window.press("Publish")

    def then_everyone_finds_it(self, visitor: Window, insight: dict[str, Any]) -> None:
        expect(self.page.get_by_role("alert")).to_contain_text("Published.")
        assert visitor.open(f"/insights/{insight['id']}/").status == 200
        expect(visitor.page.locator(".lhs-said")).to_have_text(insight["text"])

    def then_others_see_the_habit(self, visitor: Window, habit: str) -> None:
        expect(visitor.page.locator("#tags")).to_contain_text(habit)
        expect(visitor.page.locator("#tags")).to_contain_text("Confirmed by a person")

    def then_others_do_not_see_the_habit(self, visitor: Window, habit: str) -> None:
        expect(visitor.page.locator("#tags").get_by_role("heading", name=habit)).to_have_count(0)

    def then_others_are_not_told_who_they_are(self, visitor: Window, *people: str) -> None:
        history = visitor.page.get_by_role("region", name="History")
        expect(history).to_contain_text("A curator")
        for person in people:
            assert person not in visitor.page.content()

    # --- at the desk

    def when_they_go_to_the_desk(self) -> None:
        self.window.open("/review/")

    def when_they_press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def when_they_turn_the_keys_off(self) -> None:
        self.page.get_by_label("Use the keys").uncheck()
        # Where a key would be heard if it were.
        self.page.locator("h1").click()

    def when_they_turn_the_keys_on(self) -> None:
        self.page.get_by_label("Use the keys").check()
        self.page.locator("h1").click()

    def text_before_them(self) -> str:
        return self.page.get_by_role("region", name="The text").inner_text()

    def ticked(self) -> set[str]:
        return {box.get_attribute("value") or "" for box in self.page.locator("input[name=codes]:checked").all()}

    def then_it_is_recorded(self, said: str) -> None:
        expect(self.page.get_by_role("alert")).to_contain_text(said)

    def then_this_is_before_them(self, text: str) -> None:
        expect(self.page.get_by_role("region", name="The text")).to_contain_text(text)

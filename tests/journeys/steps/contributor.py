"""What a programme's contributor does: log what was found, heard or recommended."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from playwright.sync_api import expect

from tests.journeys.window import Window
from tests.waiting import until


class Contributor:
    """Someone of the elective recovery programme, signed in."""

    def __init__(self, window: Window) -> None:
        self.window = window
        self.page = window.page
        self.text = ""
        self.address = ""

    def given_the_form(self) -> None:
        self.window.open("/")
        self.page.get_by_role("link", name="Log an insight").first.click()
        assert self.window.heading == "Log an insight"

    def when_they_write(self, text: str) -> None:
        self.text = text
        self.page.get_by_label("What was found, heard or recommended?").fill(text)

    def when_they_choose(self, *answers: str) -> None:
        for answer in answers:
            self.page.get_by_role("radio", name=answer, exact=True).check()

    def when_they_say_more(self, **fields: str) -> None:
        folded = self.page.locator("form details:not([open]) > summary")
        while folded.count():
            folded.first.click()
        for label, words in fields.items():
            self.page.get_by_label(label.replace("_", " ").capitalize(), exact=True).fill(words)

    def when_they_press(self, button: str) -> None:
        self.window.press(button)

    def then_it_is_saved(self, words: str) -> None:
        expect(self.page.get_by_role("alert")).to_contain_text(words)
        expect(self.page.locator(".lhs-said")).to_have_text(self.text)
        self.address = urlsplit(self.page.url).path.removesuffix("logged/")

    def then_it_is_said_that_tags_will_come(self) -> None:
        expect(self.page.locator("#tags")).to_contain_text("Tags appear in a few seconds")

    def given_a_mark_on_this_very_page(self) -> None:
        self.page.evaluate("window.neverLeft = true")

    def then_tags_appear(self) -> None:
        expect(self.page.locator("#tags")).to_contain_text("Suggested by the tagger", timeout=30_000)
        expect(self.page.locator("#tags")).not_to_contain_text("Not tagged yet")

    def then_the_page_was_never_left(self) -> None:
        assert self.page.evaluate("window.neverLeft") is True

    def then_a_screen_reader_is_told(self) -> None:
        expect(self.page.locator("#tags-said")).to_contain_text(re.compile("^Tagged: "))

    def when_they_refresh_until_it_is_tagged(self) -> None:
        refresh = self.page.locator("#tags").get_by_role("link", name="Refresh")

        def tagged() -> bool:
            if refresh.count():
                refresh.click()
            return not refresh.count()

        until(tagged, 30, what="tags after a Refresh")

    def then_nobody_else_finds_it(self, visitor: Window) -> None:
        answer = visitor.open(self.address)
        assert (answer.status, visitor.heading) == (404, "Page not found")

    # --- a form that cannot be saved

    def then_the_form_says_what_is_missing(self, *faults: str) -> None:
        summary = self.page.get_by_role("alert")
        expect(summary).to_contain_text("There is a problem")
        assert summary.get_by_role("link").all_inner_texts() == list(faults)
        assert self.window.tab == "Error: Log an insight"

    def then_what_was_typed_is_still_there(self, **fields: str) -> None:
        expect(self.page.get_by_label("What was found, heard or recommended?")).to_have_value(self.text)
        for label, words in fields.items():
            field = self.page.get_by_label(label.replace("_", " ").capitalize(), exact=True)
            expect(field).to_have_value(words)

    def then_what_was_chosen_is_still_chosen(self, *answers: str) -> None:
        for answer in answers:
            expect(self.page.get_by_role("radio", name=answer, exact=True)).to_be_checked()

    def when_they_follow_the_fault(self, fault: str) -> None:
        self.page.get_by_role("alert").get_by_role("link", name=fault).click()

    def then_they_stand_at_the_question(self, question: str) -> None:
        group = self.page.get_by_role("group", name=question)
        expect(group.get_by_role("radio").first).to_be_focused()

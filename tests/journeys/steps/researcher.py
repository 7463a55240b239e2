"""What a researcher of a programme does with a report: pastes it, ticks, changes, and saves what was cut."""

from __future__ import annotations

from playwright.sync_api import Locator, expect

from tests.journeys.place import ELECTIVE
from tests.journeys.window import Window


class Researcher:
    """Someone of the elective recovery programme, signed in, with a report to hand."""

    def __init__(self, window: Window) -> None:
        self.window = window
        self.page = window.page

    def given_the_form(self) -> None:
        self.window.open("/insights/log/")
        self.window.follow("Cut it into insights")
        self.page.locator(f'main a[href="/programmes/{ELECTIVE}/report/"]').click()
        assert "Insights from a report" in self.window.heading

    def when_they_paste(self, text: str, *, name: str) -> None:
        self.page.get_by_label("Paste the report's text").fill(text)
        self.page.get_by_label("What is it called?").fill(name)
        self.window.press("Read and cut it")

    def when_they_upload(self, name: str, data: bytes) -> None:
        self.page.get_by_label("Or choose a file").set_input_files(
            {"name": name, "mimeType": "application/octet-stream", "buffer": data}
        )
        self.window.press("Read and cut it")

    def when_they_come_back_to(self, name: str) -> None:
        self.window.open(f"/programmes/{ELECTIVE}/report/")
        self.window.follow(name)

    def candidate(self, words: str) -> Locator:
        return self.page.locator(".lhs-candidate", has=self.page.locator(f'textarea:text("{words}")'))

    def then_it_is_cut(self, heading: str, *, ticked: int) -> None:
        assert heading in self.window.heading
        expect(self.page.locator("main")).to_contain_text(f"{ticked} of them ticked")

    def then_a_candidate_is(self, words: str, *, kind: str, perspective: str) -> None:
        candidate = self.candidate(words)
        expect(candidate.get_by_label("Kind")).to_have_value(kind)
        expect(candidate.get_by_label("Perspective")).to_have_value(perspective)
        expect(candidate.get_by_role("checkbox")).to_be_checked()

    def then_it_is_said_what_was_said_already(self, words: str) -> None:
        expect(self.candidate(words)).to_contain_text("Likely said already.", timeout=60_000)

    def when_they_untick(self, words: str) -> None:
        candidate = self.candidate(words)
        with self.page.expect_response("**/keep/"):
            candidate.get_by_role("checkbox").uncheck()

    def when_they_write_instead_of(self, words: str, new: str) -> None:
        text = self.candidate(words).get_by_label("Text")
        with self.page.expect_response("**/keep/"):
            text.fill(new)
            text.blur()

    def when_they_name_a_new_activity(self, name: str, kind: str) -> None:
        self.page.get_by_text("It is not in the list").click()
        self.page.get_by_label("Name of the activity").fill(name)
        self.page.get_by_label("Kind of activity").select_option(label=kind)

    def when_they_save(self) -> None:
        self.window.press("Save ticked as drafts")

    def then_so_many_are_saved(self, many: str) -> None:
        expect(self.page.get_by_role("alert")).to_contain_text(f"{many} saved.")

    def then_a_draft_can_be_opened(self, words: str) -> None:
        self.page.get_by_role("link", name=words).first.click()
        expect(self.page.locator(".lhs-said")).to_contain_text(words)

    def then_a_fault_is_named(self, words: str) -> None:
        expect(self.page.get_by_role("alert")).to_contain_text(words)
        assert self.window.tab.startswith("Error: ")

    def then_nobody_else_opens_it(self, other: Window) -> None:
        answer = other.open(self.page.url)
        assert answer.status == 404

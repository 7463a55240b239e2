"""What someone does who is not signed in: look for something, and find doors closed."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.journeys.window import Window


class Visitor:
    """Nobody in particular."""

    def __init__(self, window: Window) -> None:
        self.window = window
        self.page = window.page

    def given_the_home_page(self) -> None:
        self.window.open("/")

    def when_they_search_for(self, words: str) -> None:
        self.page.get_by_role("searchbox", name="Search the insights").fill(words)
        self.window.press("Search")

    def then_nothing_is_found_but_they_are_offered(self, words: str) -> None:
        expect(self.page.locator("#found")).to_have_text("No insights match")
        expect(self.page.locator("main")).to_contain_text(f"Did you mean {words}?")

    def when_they_take_the_offer(self, words: str) -> None:
        self.window.follow(words)

    def then_they_find_insights_about(self, words: str) -> None:
        expect(self.page.locator("#found")).to_contain_text(f"about “{words}”")
        expect(self.page.get_by_role("article").first).to_contain_text(words, ignore_case=True)

    def when_they_open(self, path: str) -> None:
        self.status = self.window.open(path).status

    def then_there_is_no_such_page(self) -> None:
        assert (self.status, self.window.heading) == (404, "Page not found")

    def then_nothing_of_it_is_told(self, words: str) -> None:
        assert words not in self.page.content()

    def then_they_are_asked_to_sign_in(self) -> None:
        assert self.window.heading == "Sign in"

    def when_they_sign_in_as(self, email: str, password: str) -> None:
        self.page.get_by_label("E-mail address").fill(email)
        self.page.get_by_label("Password", exact=True).fill(password)
        self.window.press("Sign in")

    def then_they_are_where_they_wanted_to_be(self, path: str) -> None:
        assert self.window.path == path

    def then_the_addresses_listed_include(self, *paths: str) -> None:
        for path in paths:
            expect(self.page.locator(f'[data-path="{path}"]').first).to_be_visible()

"""What a leader does: look around, follow a number, read."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, expect

from tests.journeys.window import Window


class Leader:
    """A leader at a desk. The one who reads need not sign in."""

    def __init__(self, window: Window) -> None:
        self.window = window
        self.page = window.page
        self.number = 0
        self.habit = ""
        self.title = ""

    # --- finding by habit

    def given_the_home_page(self) -> None:
        self.window.open("/")
        expect(self.page.get_by_role("heading", name="The five habits of a learning system")).to_be_visible()

    def when_they_follow_the_number_beside(self, habit: str, short: str) -> None:
        beside = self.page.locator(".lhs-habits__item").filter(has_text=habit)
        link = beside.get_by_role("link", name="suggested")
        self.number, self.habit = _number(link), short
        link.click()

    def then_the_list_holds_just_as_many(self) -> None:
        expect(self._found()).to_contain_text(f"{self.number} insights")
        expect(self._filters_that_are_on()).to_contain_text(f"Habit: {self.habit}")

    def then_every_insight_in_it_shows_that_habit(self) -> None:
        cards = self.page.get_by_role("article")
        assert cards.count() > 0
        for card in cards.all():
            expect(card.get_by_role("list", name="Habits and themes")).to_contain_text(f"{self.habit} suggested")

    def when_they_narrow_it_to(self, *choices: str) -> None:
        for choice in choices:
            self.page.get_by_role("checkbox", name=re.compile(rf"^{choice}\b")).check()
        self.window.press("Apply filters")

    def then_there_are_fewer_but_some(self) -> None:
        assert 0 < _number(self._found()) < self.number

    def then_each_of_them_is_a(self, kind: str) -> None:
        for card in self.page.get_by_role("article").all():
            expect(card).to_contain_text(f"{kind}")

    def when_they_take_the_filter_away(self, filter: str) -> None:
        self._filters_that_are_on().get_by_role("link", name=filter).click()

    def when_they_open_the_first_that_has_a_title(self) -> None:
        link = self.page.get_by_role("article").get_by_role("heading").get_by_role("link").first
        self.title = link.inner_text()
        link.click()

    def then_they_read_who_said_it(self) -> None:
        assert self.title in self.window.heading
        expect(self.page.get_by_role("region", name="Who said it").get_by_role("term").first).to_have_text("Who")

    def then_they_read_why_it_has_that_habit(self) -> None:
        tags = self.page.get_by_role("region", name="Habits and themes")
        tag = tags.get_by_role("listitem").filter(
            has=self.page.get_by_role("heading", name=re.compile(rf"^{self.habit}\s+(Suggested|Confirmed)"))
        )
        expect(tag).to_contain_text("Suggested by the tagger, version")
        expect(tag).to_contain_text(re.compile(r"(very likely|likely|possible), \d+%"))

    def then_they_see_what_happened_to_it(self) -> None:
        assert self.page.get_by_role("region", name="History").get_by_role("listitem").count() > 0

    def _found(self) -> Locator:
        return self.page.locator("#found")

    def _filters_that_are_on(self) -> Locator:
        return self.page.get_by_role("list", name="Filters that are on")

    # --- reading a case study

    def given_the_case_studies(self) -> None:
        self.window.open("/")
        self.page.get_by_role("navigation", name="Menu").get_by_role("link", name="Case studies").click()
        expect(self.page.get_by_role("article")).to_have_count(4)

    def when_they_open_the_case_study(self, title: str) -> None:
        self.page.get_by_role("link", name=title).click()

    def then_the_key_figures_are(self, *figures: str) -> None:
        shown = self.page.get_by_role("region", name="Key figures")
        for figure in figures:
            expect(shown).to_contain_text(figure)

    def then_only_this_part_is_open(self, part: str) -> None:
        expect(self.page.get_by_role("tab", name=part)).to_have_attribute("aria-selected", "true")
        expect(self.page.get_by_role("tabpanel")).to_have_count(1)
        expect(self.page.get_by_role("tabpanel").get_by_role("heading", level=2)).to_have_text(part)

    def when_they_turn_to(self, part: str) -> None:
        self.page.get_by_role("tab", name=part).click()

    def when_they_go_on_with_the_arrow_key(self) -> None:
        self.page.keyboard.press("ArrowRight")

    def then_its_groups_are(self, *headings: str) -> None:
        groups = self.page.get_by_role("tabpanel").get_by_role("heading", level=3)
        assert [said.strip() for said in groups.all_inner_texts()] == list(headings)

    def then_there_are_groups_for(self, *audiences: str) -> None:
        groups = " ".join(self.page.get_by_role("tabpanel").get_by_role("heading", level=3).all_inner_texts())
        for audience in audiences:
            assert audience in groups

    def when_they_unfold_the_numbers_of_the_habit_profile(self) -> None:
        self._profile().get_by_text("The numbers as a table").click()

    def then_the_table_says_what_the_drawing_says(self) -> None:
        described = self._profile().locator("svg[role=img] desc").text_content() or ""
        drawn = re.findall(r"([\w ]+): (\d+) confirmed, (\d+) suggested\.", described)
        rows = [row.inner_text().split("\t") for row in self._profile().get_by_role("row").all()[1:]]
        assert len(rows) == 5
        assert [row[:3] for row in rows] == [[name.strip(), *numbers] for name, *numbers in drawn]

    def _profile(self) -> Locator:
        return self.page.get_by_role("region", name="Habit profile")


def _number(words: Locator) -> int:
    found = re.search(r"[\d,]+", words.inner_text())
    assert found
    return int(found[0].replace(",", ""))

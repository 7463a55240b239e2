"""What a programme manager does with last year's spreadsheet."""

from __future__ import annotations

from pathlib import Path

from openpyxl import load_workbook
from playwright.sync_api import expect

from tests.journeys.place import ELECTIVE
from tests.journeys.window import Window

PAGE = f"/programmes/{ELECTIVE}/import/"


class Importer:
    """Someone of the elective recovery programme, signed in, with a spreadsheet."""

    def __init__(self, window: Window, folder: Path) -> None:
        self.window = window
        self.page = window.page
        self.folder = folder
        self.failed = folder / "failed.xlsx"

    def given_the_form(self) -> None:
        self.window.open("/insights/log/")
        self.window.follow("Import a spreadsheet")
        assert self.window.heading.endswith("Import a spreadsheet")

    def when_they_send(self, path: Path) -> None:
        self.page.locator("input[type=file]").set_input_files(path)
        self.window.press("Send the file")

    def then_the_columns_are_guessed(self, **columns: str) -> None:
        assert self.window.heading.endswith("What is in each column?")
        for heading, field in columns.items():
            chosen = self.page.get_by_label(heading.replace("_", " "), exact=True).locator("option:checked")
            expect(chosen).to_have_text(field)

    def when_they_check_every_row(self) -> None:
        self.window.press("Check every row")

    def then_each_row_has_its_fate(self, **fates: str) -> None:
        expect(self.page.locator("h1")).to_contain_text("What will become of each row", timeout=120_000)
        self._then_it_says(fates)
        expect(self.page.locator("main")).to_contain_text("Nothing is written yet.")

    def when_they_refresh_until(self, words: str) -> None:
        for _ in range(600):
            if words in self.window.heading:
                return
            self.page.get_by_role("link", name="Load the page again").click()
        raise AssertionError(f"“{words}” did not come.")

    def then_they_see_why(self, row: str, reason: str) -> None:
        self.page.get_by_role("link", name="Show rows: In error").click()
        expect(self.page.locator("li", has_text=row)).to_contain_text(reason)

    def when_they_import_the_good_rows(self) -> None:
        self.window.press("Import the good rows")

    def then_it_is_done(self, words: str, **fates: str) -> None:
        expect(self.page.locator("h1")).to_contain_text("Your spreadsheet is imported", timeout=120_000)
        expect(self.page.locator("main")).to_contain_text(words)
        self._then_it_says(fates)

    def when_they_download_the_failed_rows(self) -> None:
        with self.page.expect_download() as download:
            self.window.follow("Download the rows in error")
        download.value.save_as(self.failed)

    def when_they_correct_them_and_send_them_back(self, column: str, right: str) -> None:
        book = load_workbook(self.failed)
        sheet = book.worksheets[0]
        at = next(cell.column for cell in sheet[1] if cell.value == column)
        for row in range(2, sheet.max_row + 1):
            sheet.cell(row, at, right)
        path = self.folder / "corrected.xlsx"
        book.save(path)
        self.window.open(PAGE)
        self.when_they_send(path)

    def _then_it_says(self, fates: dict[str, str]) -> None:
        for fate, count in fates.items():
            line = self.page.locator(".nhsuk-summary-list__row", has_text=fate.replace("_", " "))
            expect(line.locator(".nhsuk-summary-list__value")).to_have_text(count)

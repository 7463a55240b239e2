"""The pages of an import, in each state that looks different."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.importing.spreadsheets import HEADINGS, a_row, as_csv
from tests.journeys.screens import Ways, screen
from tests.journeys.steps.importer import PAGE
from tests.journeys.window import Window

NOTES = as_csv(HEADINGS, a_row(1, Ref="axe1"), a_row(2, Ref="axe2", Type="Moan"))


def sent(ways: Ways, content: bytes = NOTES) -> Window:
    window = ways.at(PAGE, "contributor")
    window.page.locator("input[type=file]").set_input_files(
        {"name": "notes.csv", "mimeType": "text/csv", "buffer": content}
    )
    window.press("Send the file")
    return window


def checked(ways: Ways) -> Window:
    window = sent(ways)
    window.press("Check every row")
    expect(window.page.locator("h1")).to_contain_text("What will become of each row", timeout=60_000)
    return window


@screen("Import a spreadsheet")
def import_a_spreadsheet(ways: Ways) -> Window:
    return ways.at(PAGE, "contributor")


@screen("Import a spreadsheet")
def import_into_which_programme(ways: Ways) -> Window:
    return ways.at("/import/", "curator")


@screen("Import a spreadsheet")
def import_of_what_is_no_spreadsheet(ways: Ways) -> Window:
    return sent(ways, b"%PDF-1.7 words")


@screen("What is in each column?")
def import_columns(ways: Ways) -> Window:
    return sent(ways)


@screen("What is in each column?")
def import_columns_with_faults(ways: Ways) -> Window:
    window = sent(ways)
    window.page.get_by_label("Insight", exact=True).select_option("")
    window.press("Check every row")
    window.page.get_by_text("There is a problem").wait_for()
    return window


@screen("Checking your spreadsheet")
def import_going_on(ways: Ways) -> Window:
    window = sent(ways)
    with ways.place.tagger_held_up():
        window.press("Check every row")
        window.page.get_by_text("Cancel this import").wait_for()
        # What is on the page stays as it is from here on.
        window.page.route("**/progress/", lambda route: route.fulfill(status=204))
    return window


@screen("What will become of each row")
def import_checked(ways: Ways) -> Window:
    return checked(ways)


@screen("Your spreadsheet is imported")
def import_done(ways: Ways) -> Window:
    window = sent(ways, as_csv(HEADINGS, a_row(3, Ref="axe3"), a_row(4, Ref="axe4", Type="Moan")))
    window.press("Check every row")
    window.press("Import the good rows")
    expect(window.page.locator("h1")).to_contain_text("Your spreadsheet is imported", timeout=60_000)
    return window


@screen("This import was cancelled")
def import_cancelled(ways: Ways) -> Window:
    window = checked(ways)
    window.press("Cancel this import")
    return window

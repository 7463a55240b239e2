"""A programme manager brings last year's spreadsheet: 2,000 rows, 40 of them bad, corrected and sent back."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.importing.spreadsheets import HEADINGS, a_row, as_csv, as_xlsx
from tests.journeys.place import Place
from tests.journeys.steps.importer import Importer
from tests.journeys.window import PHONE

pytestmark = pytest.mark.xdist_group("journeys")


def test_a_manager_imports_last_years_spreadsheet_and_corrects_what_was_wrong(
    place: Place, open_window, tmp_path: Path
):
    lines = [a_row(n, Ref=f"Y{n}", Type="Moan" if n % 50 == 0 else "finding") for n in range(1, 2_001)]
    (tmp_path / "last year.xlsx").write_bytes(as_xlsx(HEADINGS, *lines))
    ama = Importer(open_window("contributor"), tmp_path)
    ama.given_the_form()
    ama.when_they_send(tmp_path / "last year.xlsx")
    ama.then_the_columns_are_guessed(Ref="Reference", Insight="Insight", Type="Kind", Who_said_it="Who said it")
    ama.when_they_check_every_row()
    ama.then_each_row_has_its_fate(New="1,960", Changed="0", Same="0", In_error="40")
    ama.then_they_see_why("Row 51:", "“Moan” is not known here. Use one of: finding, recommendation, observation.")
    ama.when_they_import_the_good_rows()
    ama.then_it_is_done("1,960 insights added as drafts", In_error="40")
    ama.when_they_download_the_failed_rows()
    ama.when_they_correct_them_and_send_them_back("Type", "observation")
    ama.when_they_check_every_row()
    ama.then_each_row_has_its_fate(New="40", Changed="0", Same="0", In_error="0")
    ama.when_they_import_the_good_rows()
    ama.then_it_is_done("40 insights added as drafts", In_error="0")


def test_without_javascript_on_a_phone_it_is_followed_by_loading_the_page_again(
    place: Place, open_window, tmp_path: Path
):
    (tmp_path / "notes.csv").write_bytes(as_csv(HEADINGS, *(a_row(n, Ref=f"P{n}") for n in range(20))))
    ama = Importer(open_window("contributor", width=PHONE, scripts=False), tmp_path)
    ama.given_the_form()
    ama.when_they_send(tmp_path / "notes.csv")
    ama.when_they_check_every_row()
    ama.when_they_refresh_until("What will become of each row")
    ama.when_they_import_the_good_rows()
    ama.when_they_refresh_until("Your spreadsheet is imported")
    ama.then_it_is_done("20 insights added as drafts")

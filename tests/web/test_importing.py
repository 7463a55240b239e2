"""The pages of an import: send a file, name its columns, see each row's fate, have the good ones written."""

from __future__ import annotations

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from insights.importing.running import run_due
from insights.models import Import, Insight
from tests.factories import MembershipFactory, ProgrammeFactory, UserFactory
from tests.importing.spreadsheets import HEADINGS, a_row, as_csv, cells_of
from tests.web.pages import Page

pytestmark = pytest.mark.django_db


@pytest.fixture
def programme():
    return ProgrammeFactory(slug="ward", name="Ward learning")


@pytest.fixture
def manager(client, programme):
    client.force_login(MembershipFactory(programme=programme).user)
    return client


GOOD = as_csv(HEADINGS, a_row(1), a_row(2), a_row(3, Type="Moan <b>"))
COLUMNS = {
    "column-0": "external_id",
    "column-1": "text",
    "column-2": "kind",
    "column-3": "source_kind",
    "status": "draft",
}


def send(client, content=GOOD, name="notes.csv"):
    return client.post("/programmes/ward/import/", {"file": SimpleUploadedFile(name, content)})


def checked(client, content=GOOD) -> str:
    """Send a file, have it checked, and return the address of its import."""
    address = send(client, content)["Location"]
    client.post(f"{address}columns/", COLUMNS)
    run_due()
    return address


def test_from_the_form_to_the_insights(manager):
    assert manager.get("/insights/log/").content.decode().count('href="/import/"') == 1
    assert manager.get("/import/")["Location"] == "/programmes/ward/import/"
    start = Page.of(manager.get("/programmes/ward/import/"))
    assert "There is none yet." in start.words
    sent = send(manager)
    page = Page.of(manager.get(sent["Location"]))
    assert page.title.startswith("What is in each column?")
    assert "UTF-8 with commas between the columns; the headings are in row 1." in page.words
    assert re.search(r'name="column-1".*?value="text"\s+selected', page.html, re.S)
    answer = manager.post(f"{sent['Location']}columns/", COLUMNS)
    assert answer["Location"] == sent["Location"]
    page = Page.of(manager.get(sent["Location"]))
    assert page.title.startswith("Checking your spreadsheet")
    assert 'hx-trigger="every 1s"' in page.html
    assert page.links("Load the page again") == [sent["Location"]]
    run_due()
    page = Page.of(manager.get(sent["Location"]))
    assert page.title.startswith("What will become of each row")
    assert "Row 4: in error" in page.words
    assert "Moan <b>" in page.words
    assert "<b>" not in page.html
    assert not Insight.objects.exists()
    manager.post(f"{sent['Location']}write/")
    assert "Writing the good rows" in Page.of(manager.get(sent["Location"])).title
    run_due()
    page = Page.of(manager.get(sent["Location"]))
    assert "2 insights added as drafts, 0 edited, 0 the same as before." in page.words
    assert Insight.objects.count() == 2
    assert "Done: 2 rows written, 1 in error." in Page.of(manager.get("/programmes/ward/import/")).words


def test_what_is_remembered_is_chosen_the_next_time(manager):
    content = as_csv(["Musings", "Type", "Source"], ["The lift is slow.", "finding", "staff"])
    address = send(manager, content)["Location"]
    manager.post(f"{address}columns/", {"column-0": "text", "column-1": "kind", "column-2": "source_kind"})
    page = Page.of(manager.get(send(manager, content)["Location"]))
    assert re.search(r'name="column-0".*?value="text"\s+selected', page.html, re.S)


def test_rows_are_shown_by_fate_and_page_by_page(manager):
    address = checked(manager, as_csv(HEADINGS, *(a_row(n) for n in range(60)), a_row(99, Type="Moan")))
    page = Page.of(manager.get(f"{address}?fate=error"))
    assert (page.words.count("Row 62: in error"), "Row 2: new" in page.words) == (1, False)
    page = Page.of(manager.get(address))
    assert "Row 51: new" in page.words
    [more] = page.links("The next rows")
    assert "Row 62: in error" in Page.of(manager.get(more)).words
    assert "No row is changed." in Page.of(manager.get(f"{address}?fate=changed")).words
    for odd in ("?fate=lost", "?after=x", "?after=-1", "?after=999999999999"):
        assert manager.get(f"{address}{odd}").status_code == 200


@pytest.mark.parametrize(
    ("content", "said"),
    [(None, "Choose the file first"), (b"", "Choose the file first|empty"), (b"%PDF-1.4 x", "This is a PDF")],
)
def test_a_file_that_cannot_be_used_is_refused_with_the_way_out(manager, content, said):
    # Django leaves out a file without a byte, as if none had been chosen.
    answer = send(manager, content) if content is not None else manager.post("/programmes/ward/import/", {})
    page = Page.of(answer)
    assert answer.status_code == 400
    assert page.title.startswith("Error: ")
    assert any(words in page.words for words in said.split("|"))


def test_one_that_is_too_large_is_refused_before_it_is_read(manager, settings):
    settings.IMPORT_BYTES = -(1 << 20) + 50
    answer = send(manager)
    assert answer.status_code == 413
    assert "are read at most" in Page.of(answer).words
    assert not Import.objects.exists()


def test_without_the_mark_of_our_own_form_nothing_is_taken_in(programme):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(MembershipFactory(programme=programme).user)
    assert send(strict).status_code == 403
    assert not Import.objects.exists()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"column-1": ""}, "Say which column holds the insight's words."),
        ({"column-4": "text"}, "“Insight” is chosen for “Insight” already."),
        ({"column-2": ""}, "No column holds “Kind”."),
        ({"column-2": "mood"}, "Choose one of the answers on the page."),
        ({"kind": "moan"}, "Choose one of: finding, recommendation, observation."),
    ],
)
def test_columns_that_cannot_be_are_refused_and_what_was_chosen_is_still_chosen(manager, change, said):
    address = send(manager)["Location"]
    answer = manager.post(f"{address}columns/", {**COLUMNS, "column-0": "title", **change})
    page = Page.of(answer)
    assert (answer.status_code, said in page.words) == (400, True)
    assert re.search(r'name="column-0".*?value="title"\s+selected', page.html, re.S)


def test_the_part_that_follows_the_work_has_the_page_loaded_anew_at_the_end(manager):
    address = send(manager)["Location"]
    manager.post(f"{address}columns/", COLUMNS)
    answer = manager.get(f"{address}progress/")
    assert "rows checked" in answer.content.decode()
    assert "HX-Refresh" not in answer
    run_due()
    assert manager.get(f"{address}progress/")["HX-Refresh"] == "true"


def test_it_can_be_cancelled(manager):
    address = checked(manager)
    manager.post(f"{address}cancel/")
    page = Page.of(manager.get(address))
    assert "This import was cancelled" in page.title
    assert "0 rows had been written before it was cancelled." in page.words
    for verb in ("cancel", "write", "columns"):
        assert manager.post(f"{address}{verb}/", COLUMNS)["Location"] == address


def test_a_file_that_turned_out_to_be_too_long_says_so(manager, settings):
    settings.IMPORT_ROWS = 2
    page = Page.of(manager.get(checked(manager)))
    assert "This file could not be read" in page.title
    assert "Cut it into several files" in page.words


def test_files_are_downloaded(manager):
    address = checked(manager)
    assert "Moan" in manager.get(f"{address}failed/").content.decode("utf-8-sig")
    book = manager.get("/import/template.xlsx")
    assert cells_of(book.content)[0][:4] == ["Reference", "Insight", "Kind", "Who said it"]
    assert manager.get("/import/template.csv")["Content-Disposition"] == 'attachment; filename="insights-template.csv"'
    assert manager.get("/import/template.exe").status_code == 404


def test_whoever_may_import_nowhere_is_told_so(client):
    client.force_login(UserFactory())
    assert "You are in no programme yet" in Page.of(client.get("/import/")).title


def test_whoever_may_import_into_several_chooses(client):
    ProgrammeFactory.create_batch(2)
    client.force_login(UserFactory(role="curator"))
    assert len(Page.of(client.get("/import/")).links("Programme ")) == 2


def test_others_find_neither_the_form_nor_the_import(manager, programme):
    address = checked(manager)
    for person, form in (
        (MembershipFactory(programme=programme, role="viewer").user, 403),
        (MembershipFactory().user, 403),
        (UserFactory(role="curator"), 200),
    ):
        other = Client()
        other.force_login(person)
        assert other.get("/programmes/ward/import/").status_code == form
        for part in ("", "progress/", "failed/"):
            assert other.get(f"{address}{part}").status_code == 404
        for part in ("columns/", "write/", "cancel/"):
            assert other.post(f"{address}{part}").status_code == 404
    assert manager.get(address.replace("/ward/", "/elsewhere/")).status_code == 404
    assert Client().get(address).status_code == 302

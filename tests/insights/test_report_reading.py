"""Documents read into blocks: each form, what layout does to text, and what is sent to do harm."""

from __future__ import annotations

import os

import pytest
from django.core.exceptions import ValidationError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from insights.reports.blocks import MOST_CHARACTERS, Block, from_plain, to_plain
from insights.reports.plain import text_blocks
from insights.reports.reading import read_file, read_text
from tests.documents import REPORT, Text, boxes, lines, pdf, with_part, word, zipped


def read(data: bytes, name: str = "report.pdf") -> list[Block]:
    return list(read_file(name=name, data=data).blocks)


def said(blocks: list[Block]) -> list[tuple[str, str]]:
    return [(block.what, block.text) for block in blocks]


def refusal(data: bytes, name: str) -> str:
    with pytest.raises(ValidationError) as caught:
        read_file(name=name, data=data)
    [why] = caught.value.message_dict["file"]
    return why


# --- Word -------------------------------------------------------------------------------------------------------------


def test_a_word_document_gives_headings_points_and_tables_in_their_order():
    blocks = read(
        word(
            ("Heading 1", "Findings"),
            ("List Bullet", "**Night cover**: one nurse for thirty."),
            ("List Bullet 2", "Below it."),
            ("Normal", "Recommendations in **bold** words."),
            table=[["Area", "Recommendation"], ["Phones", "Give each bay a phone."]],
        ),
        "report.docx",
    )
    assert said(blocks)[:2] == [("heading", "Findings"), ("item", "Night cover: one nurse for thirty.")]
    assert blocks[1].lead == "Night cover"
    assert blocks[-1].what == "table"
    assert [[cell[0].text for cell in row] for row in blocks[-1].rows][1] == ["Phones", "Give each bay a phone."]


def test_a_short_paragraph_in_bold_is_a_heading():
    assert said(read(word(("Normal", "**Staff perspectives**"), ("Normal", "They wait.")), "a.docx"))[0] == (
        "heading",
        "Staff perspectives",
    )


def test_a_document_type_is_refused_before_any_parser_sees_it():
    entity = b'<?xml version="1.0"?><!DOCTYPE w [<!ENTITY x SYSTEM "file:///etc/passwd">]><w>&x;</w>'
    assert "document type" in refusal(with_part(word(("Normal", "Words.")), "word/document.xml", entity), "a.docx")
    assert "document type" in refusal(with_part(word(("Normal", "Words.")), "word/styles.xml", entity), "a.docx")


def test_a_document_type_behind_a_long_comment_or_in_utf_16_is_refused_too():
    late = b"<!--" + b"-" * 9000 + b"--><!DOCTYPE w><w/>"
    for data in (late, "<!DOCTYPE w><w/>".encode("utf-16")):
        assert "document type" in refusal(with_part(word(("Normal", "Words.")), "word/document.xml", data), "a.docx")


def test_a_zip_bomb_is_refused_by_what_it_would_unpack_to():
    bomb = zipped({"word/document.xml": b" " * 40_000_000})
    assert len(bomb) < 100_000
    assert "larger than is read here" in refusal(bomb, "a.docx")


def test_a_bomb_in_many_parts_is_refused_by_their_sum():
    pictures = {f"word/media/{n}.png": b"\0" * 60_000_000 for n in range(2)}
    assert "larger than is read here" in refusal(zipped({"word/document.xml": b"<w/>", **pictures}), "a.docx")


def test_an_archive_of_thousands_of_parts_is_refused():
    assert "larger than is read here" in refusal(
        zipped({"word/document.xml": b"<w/>", **{f"p{n}": b"" for n in range(5_001)}}), "a.docx"
    )


def test_macros_are_refused_by_name_and_never_run():
    assert "macros" in refusal(word(("Normal", "Words.")), "a.docm")
    kept = with_part(word(("Normal", "Words of a report.")), "word/vbaProject.bin", b"\xcc\x61 Shell")
    assert said(read(kept, "a.docx")) == [("paragraph", "Words of a report.")]


@pytest.mark.parametrize(
    ("data", "name", "words"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "a.docx", "protected by a password"),
        (b"PK\x03\x04 and then nothing", "a.docx", "damaged"),
        (b"words", "a.docx", "something else, or it is damaged"),
        (zipped({"xl/workbook.xml": b"<w/>"}), "a.docx", "spreadsheet"),
        (zipped({"ppt/presentation.xml": b"<w/>"}), "a.pptx", "presentation"),
        (zipped({"word/document.xml": b"<not closed"}), "a.docx", "damaged"),
        (b"", "a.txt", "nothing in this"),
        (b" \n\n ", "a.md", "nothing in this"),
        (b"{\\rtf1 words}", "a.rtf", "rich text"),
        (b"\x89PNG\r\n", "a.png", "named .png"),
        (b"\0\x01\x02\x03" * 50, "a.txt", "no text that can be read"),
    ],
)
def test_what_cannot_be_read_is_named_with_a_way_out(data, name, words):
    why = refusal(data, name)
    assert words in why
    assert any(way in why for way in ("Save", "Send", "paste", "Import", "Open"))


def test_a_file_above_the_limit_is_refused_unread(settings):
    settings.REPORT_BYTES = 1024 * 1024
    assert "up to 1 MB" in refusal(b"x" * (1024 * 1024 + 1), "a.txt")


# --- PDF --------------------------------------------------------------------------------------------------------------


def test_a_pdf_gives_headings_by_their_size_and_paragraphs_whole_again():
    blocks = read(
        pdf(
            [
                Text("Findings", 720, size=18),
                Text("Staff perspectives", 690, size=14),
                *lines(
                    "Porters wait for the lift at noon while patients go cold in the corri-", "dor outside.", up=660
                ),
                *lines("A second paragraph.", up=600),
            ]
        )
    )
    assert said(blocks) == [
        ("heading", "Findings"),
        ("heading", "Staff perspectives"),
        ("paragraph", "Porters wait for the lift at noon while patients go cold in the corridor outside."),
        ("paragraph", "A second paragraph."),
    ]
    assert [block.level for block in blocks[:2]] == [1, 2]
    assert blocks[0].place == "page 1"


def test_a_hyphen_stays_where_the_document_writes_the_word_with_one_elsewhere():
    blocks = read(pdf([*lines("The follow-up clinic is full. Patients ask for a follow-", "up by telephone.")]))
    assert blocks[0].text.endswith("ask for a follow-up by telephone.")


def test_bold_lines_are_headings_and_bullets_are_points():
    blocks = read(
        pdf(
            [
                Text("Recommendations", 700, bold=True),
                Text("\u2022 Share one list of free beds.", 680),
                Text("\u2022 Pay for a coordinator in each", 664),
                Text("hospital for two years.", 650, left=68),
            ]
        )
    )
    assert said(blocks) == [
        ("heading", "Recommendations"),
        ("item", "Share one list of free beds."),
        ("item", "Pay for a coordinator in each hospital for two years."),
    ]


def test_running_titles_and_page_numbers_are_left_out_wherever_they_stand():
    pages = [
        [
            Text("Winter wards 2024", 810, size=8),
            *lines(f"What page {n} says is said in these words.", up=500),
            Text(f"Page {n} of 4", 30, size=8),
        ]
        for n in range(1, 5)
    ]
    assert [block.text for block in read(pdf(*pages))] == [
        f"What page {n} says is said in these words." for n in range(1, 5)
    ]


def test_a_paragraph_goes_on_over_the_page():
    blocks = read(
        pdf(
            [*lines("Nurses told us that the handover was", up=120)],
            [*lines("cut short whenever a bay was opened.", up=780)],
        )
    )
    assert [block.text for block in blocks] == [
        "Nurses told us that the handover was cut short whenever a bay was opened."
    ]


def test_a_table_with_lines_is_read_by_its_cells():
    drawn = boxes([60, 200, 400], [600, 640, 680])
    blocks = read(
        pdf(
            [
                Text("What we recommend", 720, size=16),
                Text("Area", 655, left=70),
                Text("Recommendation", 655, left=210),
                Text("Phones", 615, left=70),
                Text("Give each bay a phone.", 615, left=210),
                *lines("And some more words below the table.", up=560),
            ],
            rules=drawn,
        )
    )
    assert [block.what for block in blocks] == ["heading", "table", "paragraph"]
    assert [[cell[0].text for cell in row] for row in blocks[1].rows] == [
        ["Area", "Recommendation"],
        ["Phones", "Give each bay a phone."],
    ]


def test_a_scan_without_text_is_told_apart_and_ocr_named():
    assert "OCR" in refusal(pdf([], rules="100 100 300 300 re f"), "scan.pdf")


def test_a_pdf_behind_a_password_is_told_apart():
    assert "password" in refusal(pdf([Text("Words.", 700)], encrypted=True), "a.pdf")


def test_a_broken_pdf_is_refused_with_a_way_out():
    whole = pdf([*lines("Some words that stand on a page of this report.")])
    assert "damaged" in refusal(b"%PDF-1.7\n" + os.urandom(3_000), "a.pdf")
    assert "%PDF" not in refusal(whole[:60], "a.pdf")


# --- text -------------------------------------------------------------------------------------------------------------


def test_markdown_gives_what_its_marks_say():
    blocks = read(REPORT.encode(), "report.md")
    assert ("heading", "Staff perspectives") in said(blocks)
    assert ("item", "Porters wait for the lift for twenty minutes at noon.") in said(blocks)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_text_in_any_common_encoding_is_read(encoding):
    text = "Findings\n\n\u2022 The clinic\u2019s caf\u00e9 closes at three.\r\n"
    blocks = read(text.encode(encoding), "report.txt")
    assert said(blocks) == [("heading", "Findings"), ("item", "The clinic\u2019s caf\u00e9 closes at three.")]


def test_wrapped_lines_are_one_paragraph_and_single_lines_are_not():
    wrapped = (
        "Nurses told us that the handover was the best moment of the day to pass on what\n"
        "had been learned, because everyone who mattered was there and nobody was in a hur-\n"
        "ry to leave.\n"
    )
    [block] = text_blocks(wrapped)
    assert block.text.endswith("nobody was in a hurry to leave.")
    assert len(text_blocks("The lift is slow.\nThe phone rings and nobody answers it at night.\n")) == 2


def test_headings_in_plain_text_are_told_by_number_capitals_underline_or_meaning():
    blocks = text_blocks(
        "Winter wards\n============\n\n1. Background\n\nBeds were short in that winter.\n\n2.1 Staff perspectives\n\n"
        "They wait for the lift.\n\nRECOMMENDATIONS\nShare one list.\n\nBarriers:\n- Nobody has the time."
    )
    headings = [block.text for block in blocks if block.what == "heading"]
    assert headings == ["Winter wards", "Background", "Staff perspectives", "RECOMMENDATIONS", "Barriers:"]


def test_a_table_that_was_pasted_is_read_by_its_tabs():
    [table] = text_blocks("Area\tRecommendation\nPhones\tGive each bay a phone.\n")
    assert table.what == "table"
    assert len(table.rows) == 2


def test_what_is_longer_than_is_read_is_cut_off_and_said_so():
    paragraph = "These are some words of a report that goes on and on. " * 20
    document = read_text(f"{paragraph}\n\n" * (MOST_CHARACTERS // len(paragraph) + 5))
    assert document.left_out
    assert sum(len(block.text) for block in document.blocks) <= MOST_CHARACTERS


def test_an_empty_paste_is_asked_for():
    with pytest.raises(ValidationError) as caught:
        read_text(" \n")
    assert "text" in caught.value.message_dict


# --- bounds -----------------------------------------------------------------------------------------------------------


def test_a_document_that_takes_too_long_is_given_up_with_a_way_out(settings):
    settings.REPORT_SECONDS = 1
    pages = [[Text(f"w{n}", 800 - n * 0.4, left=60 + n % 400) for n in range(1_500)] for _ in range(15)]
    assert "within 1 seconds" in refusal(pdf(*pages), "a.pdf")


def test_a_document_that_takes_too_much_memory_is_given_up_with_a_way_out(settings):
    settings.REPORT_MEMORY = 90 * 1024 * 1024
    why = refusal(("- " + "word " * 30 + "\n").encode() * 60_000, "a.md")
    assert "memory" in why or "could not be read" in why


def test_the_process_that_reads_knows_no_secret_of_ours(monkeypatch, settings):
    """What it is started with is all it has: no database's address, no key."""
    import subprocess

    seen = {}
    real = subprocess.run

    def note(*args, **kwargs):
        seen.update(kwargs)
        return real(*args, **kwargs)

    monkeypatch.setattr(subprocess, "run", note)
    monkeypatch.setenv("DATABASE_URL", "postgresql://secret")
    read_text("Findings\n\nThe lift is slow at noon.")
    assert set(seen["env"]) == {"PATH", "LANG", "PYTHONDONTWRITEBYTECODE"}


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(alphabet=st.sampled_from("ab \t\n#*-<>/=_|.1:\u2022\u00ad\u0007pul"), max_size=200))
def test_whatever_is_pasted_becomes_blocks_that_come_through_json_whole(text):
    for block in text_blocks(text):
        assert from_plain(to_plain(block)) == block
        assert block.what == "table" or block.text.strip()

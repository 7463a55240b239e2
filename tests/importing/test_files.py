"""What a file is, and what is in it – whatever its name, its encoding, and whoever made it to do harm."""

from __future__ import annotations

import contextlib
import io
import zipfile

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from insights.importing.delimited import BROKEN, records
from insights.importing.files import look, rows
from insights.importing.workbook import SMALL_PART
from tests.importing.spreadsheets import HEADINGS, a_row, as_csv, as_xlsx, put, read


def rows_of(path):
    return rows(path, look(path).layout)


ZOE = "Zoë’s café – “slow” £5"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_a_csv_is_read_in_any_common_encoding_with_any_common_delimiter(tmp_path, encoding, delimiter):
    lines = (HEADINGS, a_row(1, Insight=f"{ZOE}{delimiter} and more"), a_row(2))
    path = put(tmp_path, as_csv(*lines, delimiter=delimiter, encoding=encoding))
    assert look(path).headings == list(HEADINGS)
    assert read(path) == [list(line) for line in lines[1:]]


def test_latin_1_is_read_as_its_letters(tmp_path):
    path = put(tmp_path, as_csv(HEADINGS, a_row(1, Insight="Café à côté"), encoding="latin-1"))
    assert read(path)[0][1] == "Café à côté"


def test_what_windows_1252_leaves_open_is_latin_1(tmp_path):
    path = put(tmp_path, as_csv(HEADINGS, a_row(1, Insight="caf\xe9 \x81"), encoding="latin-1"))
    assert look(path).layout.encoding == "latin-1"


def test_the_line_by_which_excel_names_the_delimiter_is_understood(tmp_path):
    path = put(tmp_path, b"sep=;\r\n" + as_csv(HEADINGS, a_row(1), delimiter=";"))
    assert look(path).headings == list(HEADINGS)
    assert [record.number for record in rows(path, look(path).layout)] == [3]


def test_a_workbook_is_read_with_its_dates_numbers_and_formulas_as_they_were_typed(tmp_path):
    import datetime

    path = put(
        tmp_path,
        as_xlsx(HEADINGS, [7, "=1+1", "finding", "staff", datetime.date(2022, 4, 3)], [7.5, "two", None, True]),
        "insights.xlsx",
    )
    assert read(path) == [["7", "=1+1", "finding", "staff", "2022-04-03"], ["7.5", "two", "", "TRUE"]]


def rewritten(book: bytes, **parts: bytes) -> bytes:
    """Return a workbook with its sheet (`sheet1`) written anew, or with texts that cells share (`sharedStrings`)."""
    out = io.BytesIO()
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
    override = f'<Override PartName="/xl/sharedStrings.xml" ContentType="{kind}"/></Types>'.encode()
    with zipfile.ZipFile(io.BytesIO(book)) as was, zipfile.ZipFile(out, "w") as now:
        for name in was.namelist():
            content = parts.get(name.rpartition("/")[2].removesuffix(".xml"), was.read(name))
            if name == "[Content_Types].xml" and "sharedStrings" in parts:
                content = content.replace(b"</Types>", override)
            now.writestr(name, content)
        if "sharedStrings" in parts:
            now.writestr("xl/sharedStrings.xml", parts["sharedStrings"])
    return out.getvalue()


MAIN = b'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
RUNS = b"<r><rPr><b/><sz val='11'/></rPr><t>slow </t></r><r><t>lift</t></r><rPh sb='0' eb='1'><t>unsaid</t></rPh>"


def test_texts_in_runs_are_read_whole_whether_they_are_shared_or_stand_in_their_cell(tmp_path):
    shared = b"<sst " + MAIN + b"><si><t>Insight</t></si><si>" + RUNS + b"</si><si><t/></si></sst>"
    rows = (
        b'<row r="1"><c r="A1" t="s"><v>0</v></c></row><row r="3"><c r="A3" t="s"><v>1</v></c>'
        b'<c r="C3" t="inlineStr"><is>' + RUNS + b'</is></c><c r="D3" t="s"><v>2</v></c></row>'
    )
    sheet = b"<worksheet " + MAIN + b"><sheetData>" + rows + b"</sheetData></worksheet>"
    path = put(tmp_path, rewritten(as_xlsx(["Insight"]), sharedStrings=shared, sheet1=sheet), "insights.xlsx")
    found = list(rows_of(path))
    assert [(record.number, record.cells) for record in found] == [(3, ["slow lift", "", "slow lift", ""])]


def test_a_sheet_that_does_not_say_its_size_is_read_all_the_same(tmp_path):
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Insights")
    for line in (HEADINGS, a_row(1)):
        sheet.append(line)
    path = tmp_path / "insights.xlsx"
    book.save(path)
    assert look(path).of == 0
    assert read(path) == [a_row(1)]


def test_a_row_far_below_costs_nothing_for_those_that_are_not_there(tmp_path):
    far = b'<row r="1"><c r="A1" t="inlineStr"><is><t>Insight</t></is></c></row>' + (
        b'<row r="2000000000"><c r="A2000000000" t="inlineStr"><is><t>Far away.</t></is></c></row>'
    )
    sheet = b"<worksheet " + MAIN + b"><sheetData>" + far + b"</sheetData></worksheet>"
    path = put(tmp_path, rewritten(as_xlsx(["Insight"]), sheet1=sheet), "insights.xlsx")
    assert [record.number for record in rows_of(path)] == [2_000_000_000]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize("part", ["sheet1", "sharedStrings"])
def test_a_sheet_that_declares_entities_is_not_read_in_any_encoding(tmp_path, part, encoding):
    declares = f'<?xml version="1.0" encoding="{encoding}"?><!DOCTYPE x [<!ENTITY a "lol">]>'
    book = rewritten(as_xlsx(HEADINGS, a_row(1)), **{part: (declares + "<x>&a;</x>").encode(encoding)})
    with pytest.raises(ValidationError, match="workbook that can be read"):
        read(put(tmp_path, book, "insights.xlsx"))


def test_the_headings_are_found_below_a_title_and_empty_rows(tmp_path):
    path = put(
        tmp_path,
        as_xlsx(["What we heard in 2022"], [], HEADINGS, a_row(1), [], a_row(2), merged=["A1:E1"]),
        "insights.xlsx",
    )
    found = look(path)
    assert (found.headings, found.layout.heading) == (list(HEADINGS), 3)
    assert [record.number for record in rows(path, found.layout)] == [4, 6]


def test_of_merged_cells_the_first_counts(tmp_path):
    path = put(tmp_path, as_xlsx(HEADINGS, a_row(1), a_row(2), merged=["C2:C3"]), "insights.xlsx")
    assert [cells[2] for cells in read(path)] == ["finding", ""]


def test_without_headings_every_row_is_one_of_insights(tmp_path):
    path = put(tmp_path, as_csv(a_row(1), a_row(2)))
    found = look(path)
    assert (found.layout.heading, found.headings) == (0, [""] * 5)
    assert len(read(path)) == 2


def test_headings_that_mean_nothing_to_us_are_headings_all_the_same(tmp_path):
    found = look(put(tmp_path, as_csv(["Musings", "Whence?"], ["The lift on ward 7 is slow.", "Ama, by the lift"])))
    assert (found.layout.heading, found.headings) == (1, ["Musings", "Whence?"])


@pytest.mark.parametrize("name", ["insights.xlsx", "insights.pdf", "insights"])
def test_a_csv_is_one_whatever_it_is_called(tmp_path, name):
    assert read(put(tmp_path, as_csv(HEADINGS, a_row(1)), name)) == [a_row(1)]


def test_a_workbook_that_is_called_csv_is_one_all_the_same(tmp_path):
    assert read(put(tmp_path, as_xlsx(HEADINGS, a_row(1)))) == [a_row(1)]


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b"\n\n , ,\n", "nothing in this file"),
        (b"%PDF-1.7 \x00\x01", "PDF"),
        (b"\x89PNG\r\n\x1a\n", "picture"),
        (b"\x1f\x8b\x08", "packed"),
        (OLE + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le"), "password"),
        (OLE + b"\0" * 600, "old kind"),
        (b"PK\x03\x04 and then nothing", "cannot be read|workbook that can be read"),
        (b"\x7fELF" + bytes(range(32)) * 40, "not a text"),
    ],
)
def test_what_is_no_spreadsheet_is_refused_with_the_way_out(tmp_path, content, said):
    with pytest.raises(ValidationError, match=said) as refused:
        look(put(tmp_path, content))
    assert list(refused.value.message_dict) == ["file"]


def packed(**parts: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def test_a_zip_bomb_is_not_unpacked(tmp_path):
    bomb = packed(**{"[Content_Types].xml": b"<Types/>", "xl/worksheets/sheet1.xml": b"<a/>" * SMALL_PART})
    assert len(bomb) < 200_000
    with pytest.raises(ValidationError, match="larger than any spreadsheet"):
        look(put(tmp_path, bomb, "insights.xlsx"))


def test_a_bomb_of_entities_is_not_expanded(tmp_path):
    lol = '<!DOCTYPE x [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    book = as_xlsx(HEADINGS, a_row(1))
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book)) as was, zipfile.ZipFile(out, "w") as now:
        for part in was.namelist():
            content = was.read(part)
            if part == "xl/workbook.xml":
                content = content.replace(b"<workbook", lol.encode() + b"<workbook", 1).replace(b"Sheet", b"&b;", 1)
            now.writestr(part, content)
    with pytest.raises(ValidationError, match="workbook that can be read"):
        look(put(tmp_path, out.getvalue(), "insights.xlsx"))


def test_another_archive_is_no_workbook(tmp_path):
    with pytest.raises(ValidationError, match="an archive and not a workbook"):
        look(put(tmp_path, packed(**{"report.txt": b"words"}), "insights.xlsx"))


def test_a_sheet_as_wide_as_can_be_is_refused(tmp_path):
    path = put(tmp_path, as_xlsx([*HEADINGS, *["more"] * (16_384 - len(HEADINGS))]), "insights.xlsx")
    with pytest.raises(ValidationError, match="16,384 columns, and 200 are read"):
        look(path)


def test_two_million_rows_are_refused_as_soon_as_it_is_sure(tmp_path, settings):
    path = put(tmp_path, b"Ref,Insight,Type,Source\n" + b"1,slow lift,obs,staff\n" * 2_000_000)
    with pytest.raises(ValidationError, match=r"more than 100,000 rows.*LHS_IMPORT_ROWS"):
        look(path)
    settings.IMPORT_ROWS = 2_000_000
    assert look(path).of == 2_000_001


def test_texts_over_many_lines_are_not_taken_for_rows(tmp_path, settings):
    settings.IMPORT_ROWS = 10
    path = put(tmp_path, as_csv(HEADINGS, a_row(1, Insight="slow\n" * 200)))
    assert len(read(path)) == 1


def test_empty_columns_out_to_the_last_one_are_nothing(tmp_path):
    path = put(tmp_path, as_xlsx([*HEADINGS, *[None] * 16_000], a_row(1)), "insights.xlsx")
    assert look(path).headings == list(HEADINGS)


def test_a_quotation_mark_that_is_not_closed_costs_its_own_row_only(tmp_path):
    good = as_csv(HEADINGS, *(a_row(n) for n in range(1, 6))).decode().split("\r\n")
    good[3] = 'R3,"Staff told us that it is slow,finding,staff,3/4/2022'
    path = put(tmp_path, "\r\n".join(good).encode())
    found = list(rows(path, look(path).layout))
    assert [record.fault for record in found] == ["", "", BROKEN, "", ""]
    assert found[2].cells[0] == "R3"
    assert [record.number for record in found] == [2, 3, 4, 5, 6]


def test_two_that_are_not_closed_cost_two_rows(tmp_path):
    lines = [f"R{n},text {n},finding" for n in range(8)]
    lines[2] = 'R2,"open,finding'
    lines[5] = 'R5,"open,finding'
    found = list(records([f"{line}\n" for line in lines], ","))
    assert [record.number for record in found if record.fault] == [3, 6]
    assert len(found) == 8


def test_a_text_over_several_lines_is_one_cell():
    [found] = records(['R1,"one\n', "two\n", "\n", 'three",finding\n'], ",")
    assert found.cells == ["R1", "one\ntwo\n\nthree", "finding"]


def test_a_mark_in_the_middle_of_a_cell_is_as_typed():
    [found] = records(['R1,a 12" screen,finding\n'], ",")
    assert (found.cells, found.fault) == (["R1", 'a 12" screen', "finding"], "")


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=40), max_size=12), st.sampled_from(",;\t|"))
def test_whatever_stands_in_the_lines_none_is_lost_and_none_is_read_for_ever(lines, delimiter):
    text = [f"{line}\n" for line in lines]
    numbers = [record.number for record in records(text, delimiter)]
    assert numbers == list(range(1, len(numbers) + 1))
    assert len(numbers) <= len("".join(text).splitlines()) + len(text)


@given(st.binary(max_size=2000))
def test_whatever_the_bytes_they_are_rows_or_refused(tmp_path_factory, content):
    path = put(tmp_path_factory.mktemp("bytes"), content)
    with contextlib.suppress(ValidationError):
        list(rows(path, look(path).layout))

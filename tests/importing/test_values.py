"""What a cell means: dates in four forms, coded values in any case, columns by their headings."""

from __future__ import annotations

import datetime

import pytest
from django.core.exceptions import ValidationError

from insights.importing.columns import guessed, mapping_of, recognised, remember
from insights.importing.values import Wrong, coded, date, role_in
from insights.spreadsheets import as_typed, escaped
from tests.factories import ProgrammeFactory
from tests.importing.spreadsheets import on


@pytest.mark.parametrize(
    "said",
    [
        *("3/4/2022", "03/04/2022", "3.4.2022", "3-4-22", "3 April 2022", "3rd April 2022", "3 apr 2022", "2022-04-03"),
        *("2022-04-03T10:15:00", "2022-04-03 00:00:00", "03-Apr-22", "3-APRIL-2022", " 3  April,  2022 "),
    ],
)
def test_a_date_is_read_day_first_in_whatever_form(said):
    assert date(said.strip()) == on(2022, 4, 3)


def test_september_is_shortened_in_two_ways():
    assert date("1 Sep 2021") == date("1 Sept 2021") == on(2021, 9, 1)


def test_of_two_figures_the_year_is_the_last_that_is_not_to_come():
    now = datetime.date.today().year
    assert date(f"1/2/{now % 100:02}").year == now
    assert date(f"1/2/{(now + 1) % 100:02}").year == now - 99


@pytest.mark.parametrize(
    "said", ["31/2/2022", "13/13/2022", "April 2022", "yesterday", "44654", "4 Ju 2022", "0/0/0000"]
)
def test_what_is_no_date_is_refused_with_how_to_write_one(said):
    with pytest.raises(Wrong, match="day first, such as 3/4/2022, 3 April 2022, 2022-04-03 or 03-Apr-22"):
        date(said)


@pytest.mark.parametrize(
    ("field", "said", "value"),
    [
        ("kind", "FINDING", "finding"),
        ("kind", "Recommendations", "recommendation"),
        ("source_kind", "Family member", "family"),
        ("source_kind", "Bedside learning coordinator", "coordinator"),
        ("source_kind", "bedside-learning co-ordinator", "coordinator"),
        ("source_kind", "Nurse", "staff"),
        ("source_kind", "Family or carer", "family"),
        ("perspective", "Ways of working", "ways-of-working"),
        ("perspective", "ways_of_working", "ways-of-working"),
        ("response", "Fix: put right now", "fix"),
        ("consent", "No", "withheld"),
        ("consent", "N/A", "not-needed"),
    ],
)
def test_coded_values_are_understood_in_any_case_and_as_people_say_them(field, said, value):
    assert coded(field, said) == value


def test_an_unknown_one_is_refused_with_those_that_are_allowed():
    with pytest.raises(Wrong, match=r"“Moan” is not known here\. Use one of: finding, recommendation, observation\."):
        coded("kind", "Moan")


def test_who_said_it_may_be_said_by_their_role():
    assert (role_in("Ward Sister"), role_in("staff"), role_in("family member")) == ("Ward Sister", "", "")


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        *(("Ref", "external_id"), ("ID", "external_id"), ("Number", "external_id"), ("Insight", "text")),
        *(("TEXT", "text"), ("comment", "text"), ("Type", "kind"), ("Kind:", "kind"), ("Who said it?", "source_kind")),
        *(
            ("Said by", "source_kind"),
            ("source", "source_kind"),
            ("Date", "collected_on"),
            ("date_collected", "collected_on"),
        ),
        *(("Trust", "organisation"), ("ODS code", "organisation"), ("Ward", "place")),
    ],
)
def test_columns_are_guessed_from_their_headings(heading, field):
    assert recognised(["", heading]) == {field: 1}


def test_an_nhs_number_is_no_reference():
    assert recognised(["NHS number", "Patient name", "Hospital number"]) == {}


def test_of_two_headings_that_mean_the_same_the_plainer_one_is_taken():
    assert recognised(["Comment", "Insight", "Comment"]) == {"text": 1}
    assert recognised(["Comment", "Comment"]) == {"text": 0}


@pytest.mark.django_db
def test_what_a_programme_chose_is_remembered_for_its_next_file():
    programme = ProgrammeFactory()
    remember(programme, ["Musings", "Comment", "Type"], {"text": 0, "kind": 2}, {"source_kind": "staff"})
    assert guessed(programme, ["Type", "Comment", "Musings", "Date"]) == (
        {"kind": 0, "text": 2, "collected_on": 3},
        {"source_kind": "staff"},
    )
    assert guessed(ProgrammeFactory(), ["Type", "Comment", "Musings"]) == ({"kind": 0, "text": 1}, {})


def test_a_mapping_is_sent_by_heading_or_by_number():
    assert mapping_of({"text": "words", "kind": 3}, ["A", "Words", "Sort"]) == {"text": 1, "kind": 2}


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ([], "Send an object"),
        ({"kind": 1}, "which column holds the insight's words"),
        ({"text": 9}, "no column 9: the file has 3"),
        ({"text": 0}, "no column 0"),
        ({"text": True}, "heading or the number"),
        ({"text": "Nothing"}, "no column called"),
        ({"text": "Twice"}, "more than one column"),
        ({"mood": 1, "text": 2}, "no field “mood”"),
        ({"text": 1, "title": 1}, "shares its column"),
    ],
)
def test_a_mapping_that_cannot_be_is_refused(said, why):
    with pytest.raises(ValidationError, match=why):
        mapping_of(said, ["Words", "Twice", "Twice"])


@pytest.mark.parametrize("text", ["=1+1", "+44", "-5 beds", "@SUM(A1)", "\t=1", "\r=1"])
def test_what_looks_like_a_formula_is_escaped_and_comes_back_as_it_was(text):
    assert escaped(text) == f"'{text}"
    assert as_typed(escaped(text)) == text


@pytest.mark.parametrize("text", ["", "'tis said", "''", "1-2", "a=b", "'"])
def test_other_text_stays_as_it_is(text):
    assert escaped(text) == as_typed(text) == text

"""Dates, numbers and choices as people say them."""

from __future__ import annotations

import datetime
from decimal import Decimal

import pytest

from insights.choices import Kind
from web import words

UTC = datetime.UTC


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (datetime.date(2021, 3, 4), "4 March 2021"),
        ("2021-03-04", "4 March 2021"),
        ("2021-03-04T23:30:00+00:00", "4 March 2021"),
        (datetime.datetime(2021, 12, 31, 9, 5, tzinfo=UTC), "31 December 2021"),
        (None, ""),
        ("", ""),
    ],
)
def test_a_day_is_said_in_plain_words(value, said):
    assert words.day(value) == said


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (datetime.datetime(2021, 3, 4, 14, 5, tzinfo=UTC), "4 March 2021, 2:05pm"),
        (datetime.datetime(2021, 3, 4, 0, 0, tzinfo=UTC), "4 March 2021, 12:00am"),
        ("2021-03-04T12:00:00+00:00", "4 March 2021, 12:00pm"),
        (None, ""),
    ],
)
def test_a_moment_is_a_day_and_the_time_of_the_clock(value, said):
    assert words.moment(value) == said


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (211756, "211,756"),
        (Decimal("211756.00"), "211,756"),
        (Decimal("7.40"), "7.4"),
        (100, "100"),
        (0, "0"),
        (1e-7, "0.0000001"),
        (None, ""),
    ],
)
def test_a_number_parts_its_thousands_and_has_no_zeros_that_say_nothing(value, said):
    assert words.number(value) == said


def test_one_thing_and_many_things_are_counted():
    assert [words.counted(n, "voice") for n in (0, 1, 1200)] == ["0 voices", "1 voice", "1,200 voices"]
    assert words.counted(2, "case study", "case studies") == "2 case studies"


def test_a_score_is_said_as_a_percentage():
    assert [words.percent(score) for score in (0.617, 1, 0, None)] == ["62%", "100%", "0%", ""]


def test_paragraphs_are_parted_by_empty_lines_only():
    assert words.paragraphs("One\nline.\n\n \nTwo.\n") == ["One line.", "Two."]


def test_a_choice_is_said_by_its_label_and_none_by_nothing():
    assert words.label(Kind, "finding") == "Finding"
    assert words.label(Kind, None) == ""


def test_a_habit_has_a_short_name():
    assert words.short_habit("every-patient") == "Every patient"

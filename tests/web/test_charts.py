"""Charts as shapes: they stay inside their drawing, say their numbers, and give nobody away."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from web import charts
from web.colours import contrast_with_white

DAYS = st.dates(datetime.date(1990, 1, 1), datetime.date(2090, 1, 1))
VALUES = st.floats(0, 1e12) | st.integers(0, 10**12)
SERIES = st.lists(
    st.tuples(st.text(max_size=20), st.lists(st.tuples(DAYS, VALUES), max_size=12, unique_by=lambda point: point[0])),
    max_size=7,
)


def test_the_longest_row_fills_the_width_and_the_others_are_in_proportion():
    chart = charts.bars(
        id="c", title="Habits", heading="Habit", series=["Confirmed", "Suggested"], rows=[("A", [3, 1]), ("B", [0, 2])]
    )
    assert [(piece.x, piece.width, piece.series) for piece in chart.bars[0].pieces] == [(0, 255, 0), (255, 85, 1)]
    assert [(piece.x, piece.width, piece.series) for piece in chart.bars[1].pieces] == [(0, 170, 1)]


def test_each_row_says_its_numbers_in_words_and_the_table_has_them_all():
    chart = charts.bars(
        id="c", title="Habits", heading="Habit", series=["Confirmed", "Suggested"], rows=[("A", [1200, 0])]
    )
    assert chart.bars[0].said == "1,200 confirmed, 0 suggested"
    assert chart.table == charts.Table(("Habit", "Confirmed", "Suggested"), (("A", "1,200", "0"),))


def test_a_chart_of_nothing_has_no_bars_and_no_line():
    rows: list[tuple[str, list[int]]] = [("A", [0])]
    assert charts.bars(id="c", title="", heading="", series=["n"], rows=rows).bars[0].pieces == ()
    empty = charts.lines(id="c", title="", unit="", series=[])
    assert (empty.lines, empty.across, empty.table.rows) == ((), (), ())


@given(st.lists(st.tuples(st.text(max_size=9), st.lists(st.integers(0, 10**9), min_size=2, max_size=2)), max_size=9))
def test_bars_never_leave_their_drawing(rows):
    chart = charts.bars(id="c", title="", heading="", series=["a", "b"], rows=rows)
    for bar in chart.bars:
        assert bar.y + chart.thickness <= chart.height
        for piece in bar.pieces:
            assert piece.x >= 0
            assert piece.x + piece.width <= chart.width + 0.2


@given(SERIES)
def test_lines_never_leave_their_axes(series):
    chart = charts.lines(id="c", title="", unit="beds", series=series)
    for line in chart.lines:
        for x, y in line.dots:
            assert chart.left <= x <= chart.right
            assert charts.TOP <= y <= chart.bottom
    assert len(chart.table.rows) == len({when for _, points in series for when, _ in points})


def test_lines_beyond_the_colours_there_are_stand_in_the_table_only():
    day = datetime.date(2021, 5, 1)
    chart = charts.lines(id="c", title="", unit="beds", series=[(f"Ward {n}", [(day, n)]) for n in range(6)])
    assert [line.name for line in chart.lines] == ["Ward 0", "Ward 1", "Ward 2", "Ward 3"]
    assert chart.left_out == 2
    assert chart.table.rows == (("1 May 2021", "0", "1", "2", "3", "4", "5"),)


def test_words_in_the_place_of_a_value_stand_in_the_table_and_are_not_drawn():
    first, second = datetime.date(2021, 5, 1), datetime.date(2021, 6, 1)
    series = [("Ward 4", [(first, 12), (second, "fewer than 5")])]
    chart = charts.lines(id="c", title="", unit="patients", series=series)
    assert len(chart.lines[0].dots) == 1
    assert chart.table.rows == (("1 May 2021", "12"), ("1 June 2021", "fewer than 5"))


@pytest.mark.parametrize(
    ("highest", "marks"),
    [
        (0, (0, 1)),
        (1, (0, 0.25, 0.5, 0.75, 1)),
        (7, (0, 2, 4, 6, 8)),
        (98, (0, 25, 50, 75, 100)),
        (211756, (0, 100000, 200000, 300000)),
    ],
)
def test_an_axis_has_a_few_round_marks_that_reach_the_highest_value(highest, marks):
    assert charts.scale(highest) == marks


def test_every_colour_of_a_chart_stands_out_from_white():
    assert all(contrast_with_white(colour) >= 3 for colour in charts.COLOURS)
    assert len(set(charts.DASHES)) == len(charts.COLOURS)

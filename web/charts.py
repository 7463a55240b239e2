"""Charts as plain shapes, worked out here and drawn by a template: SVG attributes only, and a table behind each.

A drawing is WIDTH units wide, which on a small phone is about one unit to a pixel, so that its words stay readable.
Series differ by pattern as well as by colour; each colour has at least 3:1 against white (WCAG 2.2, 1.4.11).
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from web.words import day, month, number

WIDTH = 340
BAR, LABEL, GAP = 16, 20, 14
LEFT, RIGHT, TOP, BOTTOM = 48, WIDTH - 12, 12, 196
COLOURS = ("#005eb8", "#7c2855", "#006747", "#212b32")
DASHES = ("none", "8 4", "2 4", "12 4 2 4")
MOST = len(COLOURS)
Value = int | float | Decimal


@dataclass(frozen=True)
class Piece:
    """A part of a bar: where it starts, how wide it is, and which series (0, 1, …) it belongs to."""

    x: float
    width: float
    series: int


@dataclass(frozen=True)
class Bar:
    """One row of a bar chart: its label, its values in words, and its pieces, `y` being the top of the bar."""

    label: str
    said: str
    words_y: float
    y: float
    pieces: tuple[Piece, ...]


@dataclass(frozen=True)
class Table:
    """The numbers behind a chart: column headings, and rows whose first cell is their heading."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class BarChart:
    """Horizontal bars, each of one or two series side by side."""

    id: str
    title: str
    height: float
    series: tuple[str, ...]
    bars: tuple[Bar, ...]
    table: Table
    colour: str = COLOURS[0]
    width: int = WIDTH
    thickness: int = BAR


@dataclass(frozen=True)
class Tick:
    """A mark on an axis: where it is, and what it says."""

    at: float
    said: str


@dataclass(frozen=True)
class Line:
    """One series over time: its name, the points of its line as SVG has them, each point alone, and how it looks."""

    name: str
    points: str
    dots: tuple[tuple[float, float], ...]
    colour: str
    dashes: str


@dataclass(frozen=True)
class LineChart:
    """Values over time. Lines beyond the first MOST are in the table only, as `left_out` says."""

    id: str
    title: str
    lines: tuple[Line, ...]
    across: tuple[Tick, ...]
    up: tuple[Tick, ...]
    left_out: int
    table: Table
    unit: str
    left: int = LEFT
    right: int = RIGHT
    bottom: int = BOTTOM
    width: int = WIDTH
    height: int = BOTTOM + 28


def bars(
    *, id: str, title: str, heading: str, series: Sequence[str], rows: Sequence[tuple[str, Sequence[int]]]
) -> BarChart:
    """Lay out horizontal bars.

    `rows` are (label, a count for each series); a row is as long as its sum, the longest fills the width. `heading`
    names what the labels are, for the table. `id` is unique in the page.
    """
    longest = max((sum(values) for _, values in rows), default=0) or 1
    drawn = []
    for place, (label, values) in enumerate(rows):
        top = place * (LABEL + BAR + GAP)
        pieces, x = [], 0.0
        for which, value in enumerate(values):
            width = WIDTH * value / longest
            if value:
                pieces.append(Piece(round(x, 1), round(width, 1), which))
            x += width
        said = ", ".join(f"{number(value)} {name.lower()}" for value, name in zip(values, series, strict=True))
        drawn.append(Bar(label, said, top + 14, top + LABEL, tuple(pieces)))
    return BarChart(
        id=id,
        title=title,
        height=len(rows) * (LABEL + BAR + GAP) - GAP + 2 if rows else 0,
        series=tuple(series),
        bars=tuple(drawn),
        table=Table((heading, *series), tuple((label, *map(number, values)) for label, values in rows)),
    )


def lines(
    *,
    id: str,
    title: str,
    unit: str,
    series: Sequence[tuple[str, Sequence[tuple[datetime.date, Value | str]]]],
) -> LineChart:
    """Lay out values over time, from zero up. `series` are (name, (day, value) in order of time).

    A value may be words instead, such as “fewer than 5”: they stand in the table, and nothing is drawn.
    """
    days = sorted({when for _, points in series for when, _ in points})
    shown = [
        (name, [(when, float(value)) for when, value in points if not isinstance(value, str)])
        for name, points in series[:MOST]
    ]
    up = scale(max((value for _, points in shown for _, value in points), default=0.0))
    span = max(1, (days[-1] - days[0]).days) if days else 1

    def across(when: datetime.date) -> float:
        return round(LEFT + (RIGHT - LEFT) * (when - days[0]).days / span, 1)

    def height(value: float) -> float:
        return round(BOTTOM - (BOTTOM - TOP) * value / up[-1], 1)

    drawn = []
    for (name, points), colour, dashes in zip(shown, COLOURS, DASHES, strict=False):
        dots = tuple((across(when), height(value)) for when, value in points)
        drawn.append(Line(name, " ".join(f"{x},{y}" for x, y in dots), dots, colour, dashes))
    return LineChart(
        id=id,
        title=title,
        unit=unit,
        lines=tuple(drawn),
        across=tuple(Tick(across(when), month(when)) for when in dict.fromkeys(days[:1] + days[-1:])),
        up=tuple(Tick(height(value), number(value)) for value in up),
        left_out=max(0, len(series) - MOST),
        table=_by_day(days, series),
    )


def scale(highest: float) -> tuple[float, ...]:
    """Return four or so round values from 0 to at least `highest`, for an axis."""
    if highest < 1e-4:
        # Marks are told to six places: below that they would all be nothing.
        return (0.0, 1.0)
    power = 10 ** math.floor(math.log10(highest / 4))
    step = next(step * power for step in (1, 2, 2.5, 5, 10) if step * power * 4 >= highest * 0.999)
    return tuple(round(step * mark, 6) for mark in range(math.ceil(highest / step - 1e-9) + 1))


def _by_day(
    days: Sequence[datetime.date],
    series: Sequence[tuple[str, Sequence[tuple[datetime.date, Value | str]]]],
) -> Table:
    values = [dict(points) for _, points in series]
    return Table(
        ("Date", *(name for name, _ in series)),
        tuple((day(when), *(_said(of.get(when, "–")) for of in values)) for when in days),
    )


def _said(value: Value | str) -> str:
    return value if isinstance(value, str) else number(value)

"""How far two readers agree, against examples worked by hand."""

from __future__ import annotations

import numpy as np
import pytest

from lhs.agreement import agree


def readers(both: int, first: int, second: int, neither: int):
    """Two readers with so many texts in each cell."""
    cells = [(True, True)] * both + [(True, False)] * first + [(False, True)] * second + [(False, False)] * neither
    told = np.array(cells, dtype=bool).reshape(-1, 2)
    return told[:, 0], told[:, 1]


@pytest.mark.parametrize(
    ("cells", "percent", "kappa", "ac1"),
    [
        # p_a = 35/50. Kappa: p_e = 0.5·0.6 + 0.5·0.4 = 0.5. AC1: π = 0.55, p_e = 2·0.55·0.45 = 0.495.
        ((20, 5, 10, 15), 0.7, 0.4, 0.205 / 0.505),
        # A common code: p_a = 118/125; p_e = (121·122 + 4·3)/125²; π = 243/250. Kappa says little, AC1 does not.
        ((118, 3, 4, 0), 0.944, (0.944 - 14774 / 15625) / (1 - 14774 / 15625), (0.944 - 0.054432) / (1 - 0.054432)),
        # They always disagree: p_e = 2·0.5·0.5 both ways.
        ((0, 10, 10, 0), 0.0, -1.0, -1.0),
        ((10, 0, 0, 10), 1.0, 1.0, 1.0),
    ],
)
def test_the_figures_are_those_worked_by_hand(cells, percent, kappa, ac1):
    told = agree(*readers(*cells))
    assert (told.both, told.first, told.second, told.neither) == cells
    assert told.n == sum(cells)
    assert told.percent.value == pytest.approx(percent)
    assert told.kappa.value == pytest.approx(kappa)
    assert told.ac1.value == pytest.approx(ac1)


def test_where_both_always_say_no_kappa_has_no_value_and_ac1_is_one():
    told = agree(*readers(0, 0, 0, 12))
    assert (told.percent.value, told.kappa.value, told.kappa.low, told.ac1.value) == (1.0, None, None, 1.0)


def test_of_no_texts_nothing_is_told():
    told = agree(*readers(0, 0, 0, 0))
    assert told.n == 0
    assert {measure.value for measure in (told.percent, told.kappa, told.ac1)} == {None}


def test_the_interval_holds_the_figure_and_narrows_with_more_texts():
    few, many = agree(*readers(8, 2, 4, 6)), agree(*readers(400, 100, 200, 300))
    for name in ("percent", "kappa", "ac1"):
        narrow, wide = getattr(many, name), getattr(few, name)
        assert wide.low <= wide.value <= wide.high
        assert narrow.high - narrow.low < wide.high - wide.low


def test_the_interval_of_a_share_is_about_that_of_the_normal_law():
    told = agree(*readers(350, 75, 75, 500)).percent
    half = 1.96 * np.sqrt(0.85 * 0.15 / 1000)
    assert told.low == pytest.approx(0.85 - half, abs=0.004)
    assert told.high == pytest.approx(0.85 + half, abs=0.004)


def test_the_same_texts_give_the_same_interval():
    assert agree(*readers(20, 5, 10, 15)) == agree(*readers(20, 5, 10, 15))
    assert agree(*readers(20, 5, 10, 15), seed=1) != agree(*readers(20, 5, 10, 15))


def test_readers_of_different_texts_are_refused():
    with pytest.raises(ValueError, match="the same texts"):
        agree(np.ones(3, dtype=bool), np.ones(4, dtype=bool))

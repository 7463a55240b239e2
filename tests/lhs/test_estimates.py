"""Intervals, calibration and corrected counts, against examples worked by hand and against what must always hold."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lhs.estimates import (
    Cells,
    calibration_error,
    cells_of,
    corrected_count,
    enough,
    f1,
    pooled,
    precision,
    recall,
    wilson,
)

COUNT = st.integers(0, 400)
CELLS = st.builds(Cells, COUNT, COUNT, COUNT, COUNT)


class TestShares:
    def test_the_interval_is_the_one_worked_by_hand(self):
        # 81 of 263 (Newcombe 1998, Statistics in Medicine 17, 857–872, table I): 0.2553 to 0.3662.
        told: Any = wilson(81, 263)
        assert told.value == pytest.approx(81 / 263)
        assert (told.low, told.high) == (pytest.approx(0.2553, abs=5e-5), pytest.approx(0.3662, abs=5e-5))

    def test_at_none_and_at_all_it_still_says_what_else_could_be(self):
        # 0 of 20 (the same table): 0 to 0.1611.
        none: Any
        all_: Any
        none, all_ = wilson(0, 20), wilson(20, 20)
        assert (none.low, none.high) == (0.0, pytest.approx(0.1611, abs=5e-5))
        assert (all_.low, all_.high) == (pytest.approx(1 - 0.1611, abs=5e-5), 1.0)

    def test_of_nothing_nothing_is_told(self):
        assert wilson(0, 0).value is None

    @pytest.mark.parametrize(("successes", "n"), [(3, 2), (-1, 2)])
    def test_what_is_no_share_is_refused(self, successes, n):
        with pytest.raises(ValueError, match="no share"):
            wilson(successes, n)

    def test_precision_is_of_what_was_suggested_and_recall_of_what_is_true(self):
        cells = Cells(right=6, wrong=2, missed=4, left=10)
        assert precision(cells).value == 6 / 8
        assert recall(cells).value == 6 / 10

    @given(st.integers(0, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))).filter(lambda s: s[1]))
    def test_the_interval_always_holds_the_share_within_0_and_1(self, share):
        told: Any = wilson(*share)
        assert 0 <= told.low <= told.value <= told.high <= 1
        assert told.low < told.high


class TestF1:
    def test_it_is_the_one_worked_by_hand_with_its_interval_around_it(self):
        # 2·6 / (2·6 + 2 + 4)
        told: Any = f1(Cells(6, 2, 4, 10))
        assert told.value == pytest.approx(12 / 18)
        assert told.low < told.value < told.high

    def test_where_nothing_is_said_and_nothing_is_true_it_has_no_value(self):
        assert f1(Cells(left=60)).value is None
        assert f1(Cells()).value is None

    def test_where_every_draw_says_the_same_it_claims_no_interval(self):
        told: Any = f1(Cells(right=3, left=57))
        assert (told.value, told.low, told.high) == (1.0, None, None)

    @given(CELLS)
    def test_it_lies_between_precision_and_recall_and_is_the_same_each_time(self, cells):
        told: Any = f1(cells, draws=50)
        both = [measure.value for measure in (precision(cells), recall(cells)) if measure.value is not None]
        if told.value is not None and len(both) == 2:
            assert min(both) - 1e-9 <= told.value <= max(both) + 1e-9
        f1.cache_clear()
        assert f1(cells, draws=50) == told


class TestCalibration:
    def test_it_is_the_one_worked_by_hand(self):
        # Bin 0.2–0.3: 0.2 and 0.3−: mean 0.25, one of two true → |0.5 − 0.25|·2/4. Bin 0.9–1: 0.9 and 1, both true →
        # |1 − 0.95|·2/4.
        scores = np.array([0.22, 0.28, 0.9, 1.0])
        truth = np.array([True, False, True, True])
        assert calibration_error(scores, truth) == pytest.approx(0.25 * 0.5 + 0.05 * 0.5)

    def test_scores_that_mean_what_they_say_have_none(self):
        scores = np.full(100, 0.25)
        assert calibration_error(scores, np.arange(100) % 4 == 0) == pytest.approx(0)

    def test_of_nothing_nothing_is_told(self):
        assert calibration_error(np.array([]), np.array([], dtype=bool)) is None

    @pytest.mark.parametrize("scores", [[1.2], [-0.1], [float("nan")], [0.5, 0.5]])
    def test_what_are_no_scores_is_refused(self, scores):
        with pytest.raises(ValueError, match=r"score|Scores"):
            calibration_error(np.array(scores), np.array([True]))

    @given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1))
    def test_it_lies_within_0_and_1(self, rows):
        scores, truth = zip(*rows, strict=True)
        told: Any = calibration_error(np.array(scores), np.array(truth))
        assert 0 <= told <= 1


class TestCorrectedCount:
    SAMPLE = Cells(right=29, wrong=10, missed=3, left=76)

    def test_it_is_the_one_worked_by_hand(self):
        # P(true | suggested) = 29.5/40, P(true | not suggested) = 3.5/80: 50 + 200·0.7375 + 1000·0.04375 = 241.25.
        told: Any = corrected_count(self.SAMPLE, confirmed=50, suggested=200, not_suggested=1000)
        assert told.estimate == 241
        assert 150 < told.low < 241 < told.high < 340

    def test_what_people_decided_counts_as_it_is(self):
        told: Any = corrected_count(self.SAMPLE, confirmed=120, suggested=0, not_suggested=0)
        assert (told.estimate, told.low, told.high) == (120, 120, 120)

    def test_the_interval_is_about_that_of_the_normal_law(self):
        # The rate varies by √(p(1−p)/(n+2)), p = 29.5/40, n = 39, and 10,000 texts at that rate by √(10,000·p(1−p)).
        told: Any = corrected_count(self.SAMPLE, confirmed=0, suggested=10_000, not_suggested=0)
        p = 29.5 / 40
        half = 1.96 * np.sqrt((10_000**2) * p * (1 - p) / 41 + 10_000 * p * (1 - p))
        assert told.high - told.low == pytest.approx(2 * half, rel=0.08)

    def test_a_larger_sample_says_it_more_closely(self):
        many = Cells(290, 100, 30, 760)
        few: Any
        closer: Any
        few, closer = (
            corrected_count(cells, confirmed=0, suggested=200, not_suggested=1000) for cells in (self.SAMPLE, many)
        )
        assert closer.high - closer.low < few.high - few.low

    @pytest.mark.parametrize(
        ("cells", "suggested", "not_suggested", "told"),
        [
            (Cells(20, 9, 10, 10), 5, 5, False),  # 49 in all
            (Cells(20, 10, 10, 10), 5, 5, True),
            (Cells(5, 4, 1, 50), 5, 5, False),  # 9 suggested
            (Cells(5, 4, 1, 50), 0, 5, True),  # … which nobody needs
            (Cells(40, 10, 4, 5), 5, 5, False),  # 9 not suggested
            (Cells(40, 10, 4, 5), 5, 0, True),
        ],
    )
    def test_it_is_told_only_where_enough_was_audited_on_each_side_that_is_needed(
        self, cells, suggested, not_suggested, told
    ):
        found = corrected_count(cells, confirmed=1, suggested=suggested, not_suggested=not_suggested)
        assert (found is not None) == told
        assert enough(cells, suggested=suggested > 0, not_suggested=not_suggested > 0) == told

    def test_a_count_below_nothing_is_refused(self):
        with pytest.raises(ValueError, match="below 0"):
            corrected_count(self.SAMPLE, confirmed=-1, suggested=0, not_suggested=0)

    @given(CELLS, COUNT, COUNT, COUNT)
    def test_it_lies_between_what_is_confirmed_and_all(self, cells, confirmed, suggested, not_suggested):
        told: Any = corrected_count(
            cells, confirmed=confirmed, suggested=suggested, not_suggested=not_suggested, draws=100
        )
        if told is not None:
            assert confirmed <= told.low <= told.estimate <= told.high <= confirmed + suggested + not_suggested

    def test_the_interval_holds_the_truth_about_as_often_as_it_claims(self):
        chance = np.random.default_rng(7)
        held = 0
        for seed in range(300):
            # 2,000 texts of which 600 are suggested; of these 70 % hold it, of the others 8 %. 150 are audited.
            truth = np.concatenate([chance.random(600) < 0.7, chance.random(1400) < 0.08])
            drawn = chance.choice(2000, 150, replace=False)
            cells = cells_of((bool(at < 600), bool(truth[at])) for at in drawn)
            rest = np.setdiff1d(np.arange(2000), drawn)
            told: Any = corrected_count(
                cells,
                confirmed=int(truth[drawn].sum()),
                suggested=int((rest < 600).sum()),
                not_suggested=int((rest >= 600).sum()),
                seed=seed,
                draws=500,
            )
            held += told.low <= truth.sum() <= told.high
        assert 0.9 <= held / 300 <= 0.99


@given(st.lists(st.tuples(st.booleans(), st.booleans())))
def test_cells_hold_every_text_once(judged):
    cells = cells_of(judged)
    assert cells.n == len(judged)
    assert cells.suggested == sum(suggested for suggested, _ in judged)
    assert cells.true == sum(true for _, true in judged)
    assert cells + Cells(1, 2, 3, 4) == Cells(cells.right + 1, cells.wrong + 2, cells.missed + 3, cells.left + 4)


class TestPooled:
    def test_over_several_codes_it_is_the_one_worked_by_hand(self):
        said = np.array([[1, 0], [1, 1], [0, 0], [0, 1]], dtype=bool)
        truth = np.array([[1, 1], [1, 0], [0, 0], [0, 1]], dtype=bool)
        # 3 right of 4 suggested and of 4 true.
        told: Any = pooled(said, truth)
        assert (told.n, told.precision.value, told.recall.value, told.f1.value) == (4, 0.75, 0.75, 0.75)
        assert told.f1.low < 0.75 < told.f1.high

    def test_what_hangs_together_in_a_text_widens_the_interval(self):
        chance = np.random.default_rng(1)
        said = chance.random((300, 1)) < 0.5
        truth = np.where(chance.random((300, 1)) < 0.8, said, ~said)
        apart: Any = pooled(said, truth).f1
        together: Any = pooled(np.repeat(said[:60], 5, axis=1), np.repeat(truth[:60], 5, axis=1)).f1
        assert together.high - together.low > 1.5 * (apart.high - apart.low)

    def test_of_nothing_nothing_is_told(self):
        for n in (0, 3):
            none = np.zeros((n, 2), dtype=bool)
            assert {one.value for one in (pooled(none, none).precision, pooled(none, none).f1)} == {None}

    def test_what_does_not_belong_together_is_refused(self):
        with pytest.raises(ValueError, match="same texts"):
            pooled(np.zeros((2, 1), dtype=bool), np.zeros((3, 1), dtype=bool))

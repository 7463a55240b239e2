"""How much a person's word on a text would teach."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lhs.doubt import doubts

SHARE = st.floats(0, 1)


def test_it_is_greatest_at_the_threshold_and_none_where_the_score_is_sure():
    told = doubts(np.array([[0.2], [0.1], [0.6], [0.0], [1.0]]), np.array([0.2]))
    assert told.tolist() == pytest.approx([1, 0.5, 0.5, 0, 0])


def test_the_code_in_most_doubt_counts():
    assert doubts(np.array([[0.9, 0.25, 0.0]]), np.array([0.5, 0.5, 0.15])).tolist() == pytest.approx([0.5])


def test_where_there_are_no_codes_or_no_texts_there_is_no_doubt():
    assert doubts(np.zeros((2, 0)), np.zeros(0)).tolist() == [0, 0]
    assert doubts(np.zeros((0, 5)), np.full(5, 0.5)).shape == (0,)


@given(st.lists(st.tuples(SHARE, SHARE), min_size=1, max_size=6))
def test_it_is_a_share_whatever_scores_and_thresholds_are(cells):
    scores, thresholds = np.array(cells).T
    [told] = doubts(scores[None, :], thresholds)
    assert 0 <= told <= 1

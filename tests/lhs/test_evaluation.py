from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score, precision_recall_fscore_support

from lhs.evaluation import average_precision, f1, figures_of

rows = st.lists(st.tuples(st.booleans(), st.sampled_from([0.0, 0.1, 0.25, 0.5, 0.9, 1.0])), min_size=1, max_size=40)


@given(rows)
def test_f1_is_what_everyone_means_by_it(labelled: list[tuple[bool, float]]):
    truth, scores = np.array([one for one, _ in labelled]), np.array([one for _, one in labelled])
    expected = precision_recall_fscore_support(truth, scores >= 0.5, average="binary", zero_division=0)[:3]
    assert f1(truth, scores >= 0.5) == pytest.approx(expected)


@given(rows.filter(lambda labelled: any(one for one, _ in labelled)))
def test_average_precision_is_what_everyone_means_by_it(labelled: list[tuple[bool, float]]):
    truth, scores = np.array([one for one, _ in labelled]), np.array([one for _, one in labelled])
    assert average_precision(truth, scores) == pytest.approx(average_precision_score(truth, scores))


def test_figures_name_each_code_and_their_means():
    truth = np.array([[True, False], [True, True], [False, False]])
    scores = np.array([[0.9, 0.1], [0.8, 0.3], [0.1, 0.4]])
    figures = figures_of(["staff", "culture"], truth, scores, scores >= 0.35)
    assert figures["codes"]["staff"] == {"precision": 1.0, "recall": 1.0, "f1": 1.0, "ap": 1.0, "n": 2}
    assert figures["codes"]["culture"] == {"precision": 0.0, "recall": 0.0, "f1": 0.0, "ap": 0.5, "n": 1}
    assert (figures["macro_f1"], figures["micro_f1"], figures["map"], figures["n"]) == (0.5, 0.6667, 0.75, 3)

"""Fit a linear head to rows of numbers: weights, calibration and thresholds, with cross-validated figures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from lhs.encoder import DIMENSIONS, Embeddings
from lhs.evaluation import f1, figures_of
from lhs.features import PLACES, Counts, FeatureSettings, learn_idf, weighed
from lhs.head import Head

# Chosen on real passages; the road there is told in docs/decisions/0002-tagger.md.
STRENGTH = 1.0
FEATURES = FeatureSettings(places=PLACES, weight=0.5)
FOLDS = 5
FEWEST = 8
LOWEST_THRESHOLD, HIGHEST_THRESHOLD = 0.15, 0.5

Array = npt.NDArray[Any]


class TooFewExamples(ValueError):
    """A code has too few texts with it, or without it, to learn from. The message names the code and the counts."""


@dataclass(frozen=True)
class Rows:
    """What a head is fit to: embeddings (n, 384), word counts (n), truth (n, codes); a group (n) stays in one fold."""

    embeddings: Embeddings
    counts: tuple[Counts, ...]
    truth: npt.NDArray[np.bool_]
    groups: npt.NDArray[np.int64]

    def part(self, rows: Array) -> Rows:
        """Only these rows, in this order."""
        counts = tuple(self.counts[row] for row in rows)
        return Rows(self.embeddings[rows], counts, self.truth[rows], self.groups[rows])


@dataclass(frozen=True)
class _Weights:
    meaning: Array
    words: Array
    bias: Array
    idf: npt.NDArray[np.float32]

    def margins(self, rows: Rows) -> Array:
        margins = rows.embeddings @ self.meaning.T + self.bias
        for row, counts in enumerate(rows.counts):
            at, values = weighed(counts, self.idf, FEATURES.weight)
            margins[row] += values @ self.words[at]
        return margins


def fit(codebook: str, codes: Sequence[str], rows: Rows, *, encoder: str) -> tuple[Head, dict[str, Any]]:
    """Fit a head to rows; returns it (without neighbours to show) and its cross-validated figures.

    The figures are of predictions for rows that neither the weights, nor the calibration, nor the threshold had seen.
    Raises TooFewExamples.
    """
    for column, code in enumerate(codes):
        has = int(rows.truth[:, column].sum())
        if min(has, len(rows.truth) - has) < FEWEST:
            raise TooFewExamples(
                f"“{code}” cannot be learnt yet: {has} of {len(rows.truth)} texts have it; "
                f"at least {FEWEST} with it and {FEWEST} without it are needed."
            )
    margins = np.zeros(rows.truth.shape)
    folds = list(_folds(rows))
    for learn, hold in folds:
        margins[hold] = _weights(rows.part(learn)).margins(rows.part(hold))
    scores, said = np.zeros(rows.truth.shape), np.zeros(rows.truth.shape, dtype=bool)
    for learn, hold in folds:
        slope, offset, thresholds = _calibration(margins[learn], rows.truth[learn])
        scores[hold] = _sigmoid(margins[hold] * slope + offset)
        said[hold] = scores[hold] >= thresholds
    weights = _weights(rows)
    slope, offset, thresholds = _calibration(margins, rows.truth)
    head = Head(
        codebook=codebook,
        codes=tuple(codes),
        encoder=encoder,
        settings=FEATURES,
        meaning=weights.meaning.astype(np.float32),
        words=weights.words.astype(np.float32),
        bias=weights.bias.astype(np.float32),
        slope=slope.astype(np.float32),
        offset=offset.astype(np.float32),
        thresholds=thresholds.astype(np.float32),
        idf=weights.idf,
        centre=rows.embeddings.mean(axis=0),
        exemplars=(),
        exemplar_embeddings=np.zeros((0, DIMENSIONS), dtype=np.float32),
    )
    return head, figures_of(codes, rows.truth, scores, said) | {"folds": len(folds)}


def _folds(rows: Rows) -> Iterator[tuple[Array, Array]]:
    from sklearn.model_selection import GroupKFold

    groups = len(set(rows.groups.tolist()))
    if groups < 2:
        raise TooFewExamples("The texts are all alike: nothing can be held back to measure with.")
    yield from GroupKFold(min(FOLDS, groups)).split(rows.truth, groups=rows.groups)


def _weights(rows: Rows) -> _Weights:
    from scipy import sparse
    from sklearn.linear_model import LogisticRegression

    idf = learn_idf(rows.counts, FEATURES.places)
    features = [weighed(counts, idf, FEATURES.weight) for counts in rows.counts]
    starts = np.cumsum([0] + [len(at) for at, _ in features])
    at, values = np.concatenate([a for a, _ in features]), np.concatenate([v for _, v in features])
    seen, columns = np.unique(at, return_inverse=True)
    words = sparse.csr_matrix((values, columns, starts), shape=(len(features), len(seen)))
    design = sparse.hstack([sparse.csr_matrix(rows.embeddings), words]).tocsr()

    codes = rows.truth.shape[1]
    meaning, bias = np.zeros((codes, DIMENSIONS)), np.zeros(codes)
    places = np.zeros((FEATURES.places, codes))
    for column in range(codes):
        truth = rows.truth[:, column]
        if truth.all() or not truth.any():
            # A fold may leave a rare code without an example; it then has nothing to say about the texts held back.
            continue
        model = LogisticRegression(C=STRENGTH, class_weight="balanced", max_iter=2000).fit(design, truth)
        meaning[column] = model.coef_[0, :DIMENSIONS]
        places[seen, column] = model.coef_[0, DIMENSIONS:]
        bias[column] = model.intercept_[0]
    return _Weights(meaning, places, bias, idf)


def _calibration(margins: Array, truth: Array) -> tuple[Array, Array, Array]:
    """Slope, offset and threshold of each code (codes,), from margins of rows that the weights had not seen."""
    from sklearn.linear_model import LogisticRegression

    codes = margins.shape[1]
    slope, offset, thresholds = np.ones(codes), np.zeros(codes), np.full(codes, HIGHEST_THRESHOLD)
    for column in range(codes):
        wanted = truth[:, column]
        if wanted.all() or not wanted.any():
            continue
        model = LogisticRegression(C=100.0).fit(margins[:, [column]], wanted)
        # Where the margins rank the wrong way round, turning them over would only hide it.
        slope[column] = max(float(model.coef_[0, 0]), 1e-3)
        offset[column] = float(model.intercept_[0])
        thresholds[column] = _threshold(_sigmoid(margins[:, column] * slope[column] + offset[column]), wanted)
    return slope, offset, thresholds


def _threshold(scores: Array, truth: Array) -> float:
    """The score from which suggesting gives the highest F1, kept between bounds so that no code is timid or noisy."""
    tried = np.unique(np.clip(scores, LOWEST_THRESHOLD, HIGHEST_THRESHOLD))
    return float(max(tried, key=lambda one: (f1(truth, scores >= one)[2], one)))


def _sigmoid(x: Array) -> Array:
    return np.asarray(1 / (1 + np.exp(-np.clip(x, -30, 30))))

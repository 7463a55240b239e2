"""Fit a linear head to rows of numbers: weights, calibration and thresholds, with cross-validated figures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from lhs.encoder import DIMENSIONS, Embeddings
from lhs.evaluation import figures_of
from lhs.features import PLACES, Counts, learn_idf, weighed
from lhs.head import Head

# Chosen on real passages: docs/decisions/0002-tagger.md. The words' margin moves by this share of what the meaning's
# does: more, and it drowns what the encoder knows; less, and no word can be named as a reason.
MEANING_STRENGTH, WORDS_STRENGTH = 1.0, 10.0
WORDS_SHARE = 0.25
FOLDS = 5
FEWEST = 8
LOWEST_THRESHOLD, HIGHEST_THRESHOLD = 0.15, 0.5

Array = npt.NDArray[Any]


class TooFewExamples(ValueError):
    """A code has too few texts with it, or without it, to learn from. The message names the code and the counts."""


@dataclass(frozen=True)
class Rows:
    """What a head is fit to: embeddings (n, 384), word counts (n), truth (n, codes); a group (n) stays in one fold.

    `known` (n, codes) says where the truth is known at all: nobody may have judged a text for every code. None: all.
    """

    embeddings: Embeddings
    counts: tuple[Counts, ...]
    truth: npt.NDArray[np.bool_]
    groups: npt.NDArray[np.int64]
    known: npt.NDArray[np.bool_] | None = None

    def part(self, rows: Array) -> Rows:
        """Only these rows, in this order."""
        counts = tuple(self.counts[row] for row in rows)
        known = None if self.known is None else self.known[rows]
        return Rows(self.embeddings[rows], counts, self.truth[rows], self.groups[rows], known)


@dataclass(frozen=True)
class _Weights:
    """Weights of meaning (codes, 384) and, fitted apart, of words (places, codes), with a bias (codes,) each."""

    meaning: Array
    meaning_bias: Array
    words: Array
    words_bias: Array
    idf: npt.NDArray[np.float32]

    def margins(self, rows: Rows) -> tuple[Array, Array]:
        """What the meaning says and what the words say, (n, codes) each."""
        of_words = np.tile(self.words_bias, (len(rows.counts), 1))
        for row, counts in enumerate(rows.counts):
            at, values = weighed(counts, self.idf)
            of_words[row] += values @ self.words[at]
        return rows.embeddings @ self.meaning.T + self.meaning_bias, of_words


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
    meaning, words = np.zeros(rows.truth.shape), np.zeros(rows.truth.shape)
    folds = list(_folds(rows))
    for learn, hold in folds:
        meaning[hold], words[hold] = _weights(rows.part(learn)).margins(rows.part(hold))
    share = WORDS_SHARE * float(meaning.std() / max(words.std(), 1e-9))
    margins = meaning + share * words
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
        places=PLACES,
        meaning=weights.meaning.astype(np.float32),
        words=(weights.words * share).astype(np.float32),
        bias=(weights.meaning_bias + weights.words_bias * share).astype(np.float32),
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

    idf = learn_idf(rows.counts)
    features = [weighed(counts, idf) for counts in rows.counts]
    starts = np.cumsum([0] + [len(at) for at, _ in features])
    at, values = np.concatenate([a for a, _ in features]), np.concatenate([v for _, v in features])
    seen, columns = np.unique(at, return_inverse=True)
    design = sparse.csr_matrix((values, columns, starts), shape=(len(features), len(seen)))
    meaning, meaning_bias = _linear(rows.embeddings, rows.truth, MEANING_STRENGTH)
    words, words_bias = _linear(design, rows.truth, WORDS_STRENGTH)
    placed = np.zeros((PLACES, rows.truth.shape[1]))
    placed[seen] = words.T
    return _Weights(meaning, meaning_bias, placed, words_bias, idf)


def _linear(design: Any, truth: Array, strength: float) -> tuple[Array, Array]:
    from sklearn.linear_model import LogisticRegression

    weights, bias = np.zeros((truth.shape[1], design.shape[1])), np.zeros(truth.shape[1])
    for column in range(truth.shape[1]):
        wanted = truth[:, column]
        # A fold may leave a rare code without an example; it then has nothing to say about the texts held back.
        if wanted.any() and not wanted.all():
            model = LogisticRegression(C=strength, class_weight="balanced", max_iter=2000).fit(design, wanted)
            weights[column], bias[column] = model.coef_[0], model.intercept_[0]
    return weights, bias


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
        thresholds[column] = _threshold(_sigmoid(margins[:, column] * slope[column] + offset[column]))
    return slope, offset, thresholds


def _threshold(scores: Array) -> float:
    """The score from which suggesting gives the highest F1 to be expected if the scores are as likely as they say.

    Steadier than the threshold that was best on the labels by chance; kept between bounds so that no code is timid
    or noisy.
    """
    falling = np.sort(scores)[::-1]
    expected = 2 * np.cumsum(falling) / (np.arange(1, len(falling) + 1) + falling.sum())
    return float(np.clip(falling[np.argmax(expected)], LOWEST_THRESHOLD, HIGHEST_THRESHOLD))


def _sigmoid(x: Array) -> Array:
    return np.asarray(1 / (1 + np.exp(-np.clip(x, -30, 30))))

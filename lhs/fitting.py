"""Fit a linear head to rows of numbers: weights, calibration and thresholds, with cross-validated figures."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from lhs.encoder import DIMENSIONS, Features, threads_wanted
from lhs.evaluation import figures_of
from lhs.features import PLACES, Counts, learn_idf, letter_counts_of, weighed, word_counts_of
from lhs.head import Head

# Chosen on real passages: docs/decisions/0002-tagger.md. The margin of the words, and that of the letters, moves by
# this share of what the meaning's does: more, and they drown what the encoder knows.
MEANING_STRENGTH, WORDS_STRENGTH, LETTERS_STRENGTH = 3.0, 10.0, 3.0
WORDS_SHARE, LETTERS_SHARE, PRIOR_SHARE = 0.3, 0.4, 1.5
FOLDS = 5
# Of many rows a third can be held back, and still enough is left to learn from; and the last steps towards the minimum
# change what the head says by less than a change of a few labels would.
MANY, FOLDS_OF_MANY = 3000, 3
TOLERANCE, TOLERANCE_OF_MANY = 1e-4, 3e-4
FEWEST = 8
LOWEST_THRESHOLD, HIGHEST_THRESHOLD = 0.15, 0.5

Array = npt.NDArray[Any]


class TooFewExamples(ValueError):
    """A code has too few texts with it, or without it, to learn from. The message names the code and the counts."""


@dataclass(frozen=True)
class Rows:
    """What a head is fit to, n texts: the encoder's features (n, width), counts of words and of runs of letters (n
    each), truth (n, codes); texts of one group (n) stay in one fold.

    `known` (n, codes) says where the truth is known at all: nobody may have judged a text for every code. None: all.
    `prior` (n, codes) is what an adapted encoder says that had not seen the text; NaN, or None for all: the encoder in
    use had not seen it either.
    """

    features: Features
    words: tuple[Counts, ...]
    letters: tuple[Counts, ...]
    truth: npt.NDArray[np.bool_]
    groups: npt.NDArray[np.int64]
    known: npt.NDArray[np.bool_] | None = None
    prior: npt.NDArray[np.float32] | None = None

    @classmethod
    def of(
        cls,
        texts: Sequence[str],
        features: Features,
        truth: npt.NDArray[np.bool_],
        groups: npt.NDArray[np.int64],
        known: npt.NDArray[np.bool_] | None = None,
    ) -> Rows:
        """Rows of texts whose features are at hand."""
        words, letters = tuple(word_counts_of(texts)), tuple(letter_counts_of(texts))
        return cls(features, words, letters, truth, groups, known)

    def part(self, rows: Array) -> Rows:
        """Only these rows, in this order."""
        return Rows(
            self.features[rows],
            tuple(self.words[row] for row in rows),
            tuple(self.letters[row] for row in rows),
            self.truth[rows],
            self.groups[rows],
            None if self.known is None else self.known[rows],
            None if self.prior is None else self.prior[rows],
        )

    def and_also(self, others: Rows) -> Rows:
        """These rows and, after them, others; what is one group here is none there."""
        known = None
        if self.known is not None or others.known is not None:
            known = np.vstack([_known(self), _known(others)])
        groups = np.concatenate([self.groups, others.groups + (self.groups.max(initial=-1) + 1)])
        return Rows(
            np.vstack([self.features, others.features]),
            self.words + others.words,
            self.letters + others.letters,
            np.vstack([self.truth, others.truth]),
            groups,
            known,
            np.vstack([_prior(self), _prior(others)]),
        )


def _known(rows: Rows) -> npt.NDArray[np.bool_]:
    return np.ones_like(rows.truth) if rows.known is None else rows.known


def _prior(rows: Rows) -> npt.NDArray[np.float32]:
    return np.full(rows.truth.shape, np.nan, dtype=np.float32) if rows.prior is None else rows.prior


@dataclass(frozen=True)
class Prior:
    """How the last 384 features tell what the adapted encoder says of codes: weights (codes, 384), bias (codes,)."""

    weights: npt.NDArray[np.float32]
    bias: npt.NDArray[np.float32]

    def margins(self, rows: Rows) -> Array:
        """What it says of rows, (n, codes): what was kept of those that it was fitted to, its own word of the rest."""
        own = rows.features[:, -DIMENSIONS:].astype(np.float32) @ self.weights.T + self.bias
        kept = _prior(rows)
        return np.where(np.isnan(kept), own, kept)


@dataclass(frozen=True)
class _Weights:
    """Weights of meaning (codes, width), of words and of letters (places, codes), fitted apart, each with a bias
    (codes,); the rarity of words and of letters (places,)."""

    meaning: Array
    meaning_bias: Array
    words: Array
    words_bias: Array
    words_idf: npt.NDArray[np.float32]
    letters: Array
    letters_bias: Array
    letters_idf: npt.NDArray[np.float32]

    def margins(self, rows: Rows) -> tuple[Array, Array, Array]:
        """What the meaning says, what the words say and what the letters say, (n, codes) each."""
        of_meaning = rows.features.astype(np.float32) @ self.meaning.T + self.meaning_bias
        of_words = _of_places(rows.words, self.words_idf, self.words) + self.words_bias
        return of_meaning, of_words, _of_places(rows.letters, self.letters_idf, self.letters) + self.letters_bias


def _of_places(counted: Sequence[Counts], idf: npt.NDArray[np.float32], weights: Array) -> Array:
    """The margins (n, codes) of texts whose places are counted, read with `weights` (places, codes)."""
    margins = np.zeros((len(counted), weights.shape[1]))
    for row, counts in enumerate(counted):
        at, values = weighed(counts, idf)
        margins[row] = values @ weights[at]
    return margins


def fit(
    codebook: str, codes: Sequence[str], rows: Rows, *, encoder: str, prior: Prior | None = None
) -> tuple[Head, dict[str, Any]]:
    """Fit a head to rows; returns it (without neighbours to show) and its cross-validated figures.

    With a `prior`, what is fitted stands beside it and leaves its features alone. The figures are of predictions for
    rows that neither the weights, nor the calibration, nor the threshold had seen.
    Raises TooFewExamples.
    """
    known = _known(rows)
    for column, code in enumerate(codes):
        seen = int(known[:, column].sum())
        has = int((rows.truth & known)[:, column].sum())
        if min(has, seen - has) < FEWEST:
            raise TooFewExamples(
                f"“{code}” cannot be learnt yet: {has} of {seen} texts have it; "
                f"at least {FEWEST} with it and {FEWEST} without it are needed."
            )
    meaning, words, letters = (np.zeros(rows.truth.shape) for _ in range(3))
    said_before = np.zeros(rows.truth.shape) if prior is None else prior.margins(rows)
    centre = rows.features.astype(np.float32).mean(axis=0)
    if prior is not None:
        rows = replace(rows, features=rows.features[:, :-DIMENSIONS])
    folds = list(_folds(rows))
    for learn, hold in folds:
        meaning[hold], words[hold], letters[hold] = _weights(rows.part(learn)).margins(rows.part(hold))
    words_share = WORDS_SHARE * float(meaning.std() / max(words.std(), 1e-9))
    letters_share = LETTERS_SHARE * float(meaning.std() / max(letters.std(), 1e-9))
    prior_share = PRIOR_SHARE * float(meaning.std() / max(said_before.std(), 1e-9))
    margins = meaning + words_share * words + letters_share * letters + prior_share * said_before
    scores, said = np.zeros(rows.truth.shape), np.zeros(rows.truth.shape, dtype=bool)
    for learn, hold in folds:
        slope, offset, thresholds = _calibration(margins[learn], rows.truth[learn], known[learn])
        scores[hold] = _sigmoid(margins[hold] * slope + offset)
        said[hold] = scores[hold] >= thresholds
    weights = _weights(rows)
    slope, offset, thresholds = _calibration(margins, rows.truth, known)
    bias = weights.meaning_bias + weights.words_bias * words_share + weights.letters_bias * letters_share
    fitted = weights.meaning
    if prior is not None:
        bias = bias + prior.bias * prior_share
        fitted = np.hstack([fitted, prior.weights * prior_share])
    head = Head(
        codebook=codebook,
        codes=tuple(codes),
        encoder=encoder,
        places=PLACES,
        width=len(centre),
        meaning=fitted.astype(np.float32),
        words=(weights.words * words_share).astype(np.float32),
        letters=(weights.letters * letters_share).astype(np.float32),
        bias=bias.astype(np.float32),
        slope=slope.astype(np.float32),
        offset=offset.astype(np.float32),
        thresholds=thresholds.astype(np.float32),
        idf=weights.words_idf,
        letters_idf=weights.letters_idf,
        centre=centre,
        exemplars=(),
        exemplar_embeddings=np.zeros((0, DIMENSIONS), dtype=np.float32),
    )
    return head, figures_of(codes, rows.truth, scores, said, known) | {"folds": len(folds)}


def _folds(rows: Rows) -> Iterator[tuple[Array, Array]]:
    from sklearn.model_selection import GroupKFold

    groups = len(set(rows.groups.tolist()))
    if groups < 2:
        raise TooFewExamples("The texts are all alike: nothing can be held back to measure with.")
    wanted = FOLDS if len(rows.truth) < MANY else FOLDS_OF_MANY
    yield from GroupKFold(min(wanted, groups)).split(rows.truth, groups=rows.groups)


def _weights(rows: Rows) -> _Weights:
    from threadpoolctl import threadpool_limits

    known = _known(rows)
    # A code to a core is faster than a code on all cores: the products are too small to be shared out.
    with threadpool_limits(limits=1, user_api="blas"), ThreadPoolExecutor(threads_wanted()) as cores:
        features = rows.features.astype(np.float32)
        mean = features.mean(axis=0)
        # Each feature varies alike, and a text's features together have a length of about one. All in 32 bits: what is
        # read over and over is then half as much.
        scale = (features.std(axis=0) + 1e-6) * math.sqrt(features.shape[1])
        features -= mean
        features /= scale
        of_meaning = _begin(cores, features, rows.truth, known, MEANING_STRENGTH)
        words, words_seen, words_idf = _design(rows.words)
        of_words = _begin(cores, words, rows.truth, known, WORDS_STRENGTH)
        letters, letters_seen, letters_idf = _design(rows.letters)
        of_letters = _begin(cores, letters, rows.truth, known, LETTERS_STRENGTH)
        weights, bias = _solved(of_meaning, features.shape[1])
        meaning = weights / scale
        placed, biases = [], []
        for fitting, design, seen in ((of_words, words, words_seen), (of_letters, letters, letters_seen)):
            weights, intercept = _solved(fitting, design.shape[1])
            placed.append(np.zeros((PLACES, rows.truth.shape[1])))
            placed[-1][seen] = weights.T[: len(seen)]
            biases.append(intercept)
    return _Weights(
        *(meaning, bias - meaning @ mean),
        *(placed[0], biases[0], words_idf),
        *(placed[1], biases[1], letters_idf),
    )


def _design(counted: Sequence[Counts]) -> tuple[Any, Array, npt.NDArray[np.float32]]:
    """What is counted at hashed places as a sparse matrix of the places that were met, which those are, and how rare
    each place is."""
    from scipy import sparse

    idf = learn_idf(counted)
    features = [weighed(counts, idf) for counts in counted]
    starts = np.cumsum([0] + [len(at) for at, _ in features])
    at, values = np.concatenate([a for a, _ in features]), np.concatenate([v for _, v in features])
    seen = np.flatnonzero(np.bincount(at, minlength=PLACES))
    column = np.zeros(PLACES, dtype=np.int32)
    column[seen] = np.arange(len(seen))
    return sparse.csr_matrix((values, column[at], starts), shape=(len(features), max(len(seen), 1))), seen, idf


def _begin(cores: Executor, design: Any, truth: Array, known: Array, strength: float) -> list[Future[Any]]:
    """Begin to fit each code to a design (n, columns): a model to come, or None where nothing is to be told apart."""
    from sklearn.linear_model import LogisticRegression

    tolerance = TOLERANCE if len(truth) < MANY else TOLERANCE_OF_MANY

    def learn(column: int) -> Any:
        seen = known[:, column]
        wanted = truth[seen, column]
        # A fold may leave a rare code without an example; it then has nothing to say about the texts held back.
        if wanted.all() or not wanted.any():
            return None
        rows = design if seen.all() else design[np.flatnonzero(seen)]
        return LogisticRegression(C=strength, class_weight="balanced", max_iter=2000, tol=tolerance).fit(rows, wanted)

    return [cores.submit(learn, column) for column in range(truth.shape[1])]


def _solved(begun: Sequence[Future[Any]], columns: int) -> tuple[Array, Array]:
    """Weights (codes, columns) and bias (codes,) of what was begun; zero where there was nothing to tell apart."""
    weights, bias = np.zeros((len(begun), columns)), np.zeros(len(begun))
    for code, fitting in enumerate(begun):
        model = fitting.result()
        if model is not None:
            weights[code], bias[code] = model.coef_[0], model.intercept_[0]
    return weights, bias


def _calibration(margins: Array, truth: Array, known: Array) -> tuple[Array, Array, Array]:
    """Slope, offset and threshold of each code (codes,), from margins of rows that the weights had not seen."""
    from sklearn.linear_model import LogisticRegression

    codes = margins.shape[1]
    slope, offset, thresholds = np.ones(codes), np.zeros(codes), np.full(codes, HIGHEST_THRESHOLD)
    for column in range(codes):
        seen = known[:, column]
        wanted, margin = truth[seen, column], margins[seen, column]
        if wanted.all() or not wanted.any():
            continue
        model = LogisticRegression(C=100.0).fit(margin[:, None], wanted)
        # Where the margins rank the wrong way round, turning them over would only hide it.
        slope[column] = max(float(model.coef_[0, 0]), 1e-3)
        offset[column] = float(model.intercept_[0])
        thresholds[column] = _threshold(_sigmoid(margin * slope[column] + offset[column]))
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

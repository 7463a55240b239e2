"""How far to trust a tagger, and a count made with it: numbers from a sample that people judged blind.

Arrays or counts in, numbers out. Everything drawn by chance is drawn from a seed, so that the same sample always gives
the same figures.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from lhs.agreement import DRAWS, Measure

Z = 1.959963984540054  # of a two-sided 95 % interval
SEED = 20_221_004
FEWEST_AUDITED = 50
FEWEST_ON_A_SIDE = 10
BINS = 10


@dataclass(frozen=True)
class Cells:
    """What a tagger said beside what a person found, on so many texts.

    `right`: suggested and true; `wrong`: suggested, not true; `missed`: true, not suggested; `left`: neither.
    """

    right: int = 0
    wrong: int = 0
    missed: int = 0
    left: int = 0

    @property
    def n(self) -> int:
        """How many texts were judged."""
        return self.right + self.wrong + self.missed + self.left

    @property
    def suggested(self) -> int:
        """How many of them the tagger had suggested the code for."""
        return self.right + self.wrong

    @property
    def not_suggested(self) -> int:
        """How many of them it had not."""
        return self.missed + self.left

    @property
    def true(self) -> int:
        """In how many of them a person found the code."""
        return self.right + self.missed

    def __add__(self, other: Cells) -> Cells:
        return Cells(
            self.right + other.right, self.wrong + other.wrong, self.missed + other.missed, self.left + other.left
        )


def cells_of(judged: Iterable[tuple[bool, bool]]) -> Cells:
    """Count (suggested, true) pairs."""
    right = wrong = missed = left = 0
    for suggested, true in judged:
        if suggested:
            right, wrong = right + true, wrong + (not true)
        else:
            missed, left = missed + true, left + (not true)
    return Cells(right, wrong, missed, left)


def wilson(successes: int, n: int) -> Measure:
    """The share successes / n and its 95 % score interval; no value where n is 0. Raises ValueError.

    (p + z²/2n ± z √(p(1 − p)/n + z²/4n²)) / (1 + z²/n). Wilson, E. B. (1927). Probable inference, the law of
    succession, and statistical inference. Journal of the American Statistical Association 22(158), 209–212.
    """
    if not 0 <= successes <= n:
        raise ValueError(f"{successes} of {n} is no share.")
    if n == 0:
        return Measure(None, None, None)
    share = successes / n
    middle = share + Z * Z / (2 * n)
    half = Z * math.sqrt(share * (1 - share) / n + Z * Z / (4 * n * n))
    whole = 1 + Z * Z / n
    # At none and at all the ends are exactly 0 and 1, which floating point would miss by a hair.
    low = 0.0 if successes == 0 else (middle - half) / whole
    high = 1.0 if successes == n else (middle + half) / whole
    return Measure(share, low, high)


def precision(cells: Cells) -> Measure:
    """Of what was suggested, the share that is true."""
    return wilson(cells.right, cells.suggested)


def recall(cells: Cells) -> Measure:
    """Of what is true, the share that was suggested."""
    return wilson(cells.right, cells.true)


@lru_cache(maxsize=1024)
def f1(cells: Cells, *, draws: int = DRAWS, seed: int = SEED) -> Measure:
    """F1 = 2·right / (2·right + wrong + missed), with percentiles of a bootstrap over texts.

    No value where nothing was suggested and nothing is true; no interval where every draw says the same, for then the
    sample is too small or too even to tell. Efron and Tibshirani, An Introduction to the Bootstrap, 1993, ch. 13:
    drawing n texts with replacement is drawing their four cells from a multinomial.
    """
    if not cells.right + cells.wrong + cells.missed:
        return Measure(None, None, None)
    counts = np.array([cells.right, cells.wrong, cells.missed, cells.left], dtype=float)
    drawn = np.random.default_rng(seed).multinomial(cells.n, counts / cells.n, size=draws).astype(float)
    doubled = 2 * drawn[:, 0]
    below = doubled + drawn[:, 1] + drawn[:, 2]
    values = doubled[below > 0] / below[below > 0]
    value = 2 * cells.right / (2 * cells.right + cells.wrong + cells.missed)
    if not len(values) or values.min() == values.max():
        return Measure(value, None, None)
    low, high = np.percentile(values, [2.5, 97.5])
    return Measure(value, float(low), float(high))


def calibration_error(
    scores: npt.NDArray[np.float64], truth: npt.NDArray[np.bool_], *, bins: int = BINS
) -> float | None:
    """The expected calibration error of scores (n,), 0–1, against what is true (n,); None where there are none.

    Σ over bins of equal width of (texts in the bin / n) · |share that is true − mean score|. Naeini, Cooper and
    Hauskrecht (2015). Obtaining well calibrated probabilities using Bayesian binning. AAAI-15. Raises ValueError where
    the lengths differ or a score is not within 0–1.
    """
    given, holds = np.asarray(scores, dtype=float), np.asarray(truth, dtype=bool)
    if given.shape != holds.shape or given.ndim != 1:
        raise ValueError(f"A score for each text is needed, not {given.shape} for {holds.shape}.")
    if not len(given):
        return None
    if not ((given >= 0) & (given <= 1)).all():
        raise ValueError("Scores lie between 0 and 1.")
    places = np.minimum((given * bins).astype(int), bins - 1)
    scored = np.bincount(places, weights=given, minlength=bins)
    held = np.bincount(places, weights=holds.astype(float), minlength=bins)
    return float(np.abs(held - scored).sum() / len(given))


@dataclass(frozen=True)
class Corrected:
    """How many texts a code holds for, in truth, and the 95 % interval of that number. Whole texts, rounded."""

    estimate: int
    low: int
    high: int


@lru_cache(maxsize=4096)
def corrected_count(
    cells: Cells, *, confirmed: int, suggested: int, not_suggested: int, draws: int = DRAWS, seed: int = SEED
) -> Corrected | None:
    """Estimate how many texts a code holds for, from a random sample `cells`; None: not enough was audited.

    `confirmed` by people count as they are. Of those undecided, `suggested` and `not_suggested` hold it at the rates
    seen in the sample on that side, P(true | suggested) and P(true | not suggested):

        confirmed + suggested · P(true | suggested) + not_suggested · P(true | not suggested)

    A count of suggestions is wrong by what it wrongly took in and by what it left out; this corrects for both. It is
    the double sampling of Tenenbein (1970, JASA 65(331), 1350–1361), which asks the sample for what is true given what
    was said, rather than turning round sensitivity and specificity as Rogan and Gladen do (1978, Estimating prevalence
    from the results of a screening test, American Journal of Epidemiology 107(1), 71–76): so it stays between 0 and
    all, and needs the sample to come by chance from what is counted. For such “quantification” in general: González
    et al. (2017), A review on quantification learning, ACM Computing Surveys 50(5), 74.

    Each rate has the posterior Beta(½ + true, ½ + not true) (Jeffreys' prior: Brown, Cai and DasGupta, 2001,
    Statistical Science 16(2), 101–133). The estimate takes their means; the interval is percentiles of draws of the
    rates and, given these, of how many of so many texts hold it. At least FEWEST_AUDITED texts must have been judged,
    and FEWEST_ON_A_SIDE on each side on which texts are undecided. Raises ValueError for a count below 0.
    """
    if min(confirmed, suggested, not_suggested) < 0:
        raise ValueError("A count is not below 0.")
    if not enough(cells, suggested=suggested > 0, not_suggested=not_suggested > 0):
        return None
    chance = np.random.default_rng(seed)
    of_suggested = suggested * _mean(cells.right, cells.wrong)
    of_the_others = not_suggested * _mean(cells.missed, cells.left)
    estimate = round(confirmed + of_suggested + of_the_others)
    drawn = confirmed + (
        chance.binomial(suggested, chance.beta(cells.right + 0.5, cells.wrong + 0.5, size=draws))
        + chance.binomial(not_suggested, chance.beta(cells.missed + 0.5, cells.left + 0.5, size=draws))
    )
    low, high = np.percentile(drawn, [2.5, 97.5])
    return Corrected(estimate, min(math.floor(low), estimate), max(math.ceil(high), estimate))


def enough(cells: Cells, *, suggested: bool = True, not_suggested: bool = True) -> bool:
    """Whether a sample tells enough to correct a count by: in all, and on each side that is needed."""
    return (
        cells.n >= FEWEST_AUDITED
        and (not suggested or cells.suggested >= FEWEST_ON_A_SIDE)
        and (not not_suggested or cells.not_suggested >= FEWEST_ON_A_SIDE)
    )


def _mean(true: int, not_true: int) -> float:
    return (true + 0.5) / (true + not_true + 1)


@dataclass(frozen=True)
class Pooled:
    """Precision, recall and F1 over several codes together, on `n` texts."""

    n: int
    precision: Measure
    recall: Measure
    f1: Measure


def pooled(
    said: npt.NDArray[np.bool_], truth: npt.NDArray[np.bool_], *, draws: int = DRAWS // 2, seed: int = SEED
) -> Pooled:
    """Micro-averaged figures of what was `said` beside the `truth`, each (texts, codes), with intervals.

    Whole texts are drawn with replacement, because what is said of one text about several codes hangs together. No
    interval where every draw says the same. Raises ValueError where the shapes differ.
    """
    says, holds = np.asarray(said, dtype=bool), np.asarray(truth, dtype=bool)
    if says.shape != holds.shape or says.ndim != 2:
        raise ValueError(f"What is said and what is true are of the same texts, not {says.shape} and {holds.shape}.")
    n = len(says)
    of_text = np.column_stack([(says & holds).sum(axis=1), says.sum(axis=1), holds.sum(axis=1)]).astype(float)
    weights = np.random.default_rng(seed).multinomial(n, np.full(n, 1 / n), size=draws) if n else np.zeros((0, 0))
    right, suggested, true = np.vstack([of_text.sum(axis=0), weights @ of_text]).T
    return Pooled(n, _ratio(right, suggested), _ratio(right, true), _ratio(2 * right, suggested + true))


def _ratio(part: npt.NDArray[np.float64], whole: npt.NDArray[np.float64]) -> Measure:
    """The first ratio, with percentiles of the others that have a value."""
    if not whole[0]:
        return Measure(None, None, None)
    values = part[1:][whole[1:] > 0] / whole[1:][whole[1:] > 0]
    value = float(part[0] / whole[0])
    if not len(values) or values.min() == values.max():
        return Measure(value, None, None)
    low, high = np.percentile(values, [2.5, 97.5])
    return Measure(value, float(low), float(high))

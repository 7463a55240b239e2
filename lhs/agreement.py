"""How far two readers agree on one code: percent agreement, Cohen's kappa and Gwet's AC1, with intervals.

Arrays in, numbers out. Kappa and AC1 are (p_a − p_e) / (1 − p_e), where p_a is the share on which the two agree; they
differ in p_e, the agreement that is put down to chance.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Cells = npt.NDArray[np.float64]
DRAWS = 2000


@dataclass(frozen=True)
class Measure:
    """A figure and its 95 % interval; None where it has no value (nothing was judged, or chance explains it all)."""

    value: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Agreement:
    """Two readers on one code: on `n` texts `both` found it, `neither` did, `first` or `second` alone did."""

    n: int
    both: int
    first: int
    second: int
    neither: int
    percent: Measure
    kappa: Measure
    ac1: Measure


def agree(
    first: npt.NDArray[np.bool_], second: npt.NDArray[np.bool_], *, draws: int = DRAWS, seed: int = 0
) -> Agreement:
    """Compare what two readers found, each (n,), text by text. Raises ValueError where the lengths differ.

    The intervals are percentiles of a bootstrap over texts (Efron and Tibshirani, An Introduction to the Bootstrap,
    1993, ch. 13), the same for the same seed. Drawing n texts with replacement is drawing their four cells from a
    multinomial, so it is done at once.
    """
    one, other = np.asarray(first, dtype=bool), np.asarray(second, dtype=bool)
    if one.shape != other.shape or one.ndim != 1:
        raise ValueError(f"Two readers judge the same texts, not {one.shape} and {other.shape}.")
    n = len(one)
    cells = np.array([(one & other).sum(), (one & ~other).sum(), (~one & other).sum(), (~one & ~other).sum()], float)
    drawn = np.random.default_rng(seed).multinomial(n, cells / n, size=draws) if n else np.zeros((0, 4))

    def measured(figure: Callable[[Cells], Cells]) -> Measure:
        return _measure(figure(cells[None, :]), figure(drawn.astype(float)))

    both, only_first, only_second, neither = (int(count) for count in cells)
    return Agreement(
        n=n,
        both=both,
        first=only_first,
        second=only_second,
        neither=neither,
        percent=measured(percent),
        kappa=measured(cohens_kappa),
        ac1=measured(gwets_ac1),
    )


def percent(cells: Cells) -> Cells:
    """The share of texts on which two readers agree, of `cells` (rows, 4): both, first alone, second alone, neither."""
    return _share(cells[:, 0] + cells[:, 3], cells.sum(axis=1))


def cohens_kappa(cells: Cells) -> Cells:
    """Cohen's kappa of `cells` (rows, 4); nan where both readers always say the same one thing.

    p_e is what two readers would agree on who each say yes as often as these do, but anywhere:
    p₁p₂ + (1 − p₁)(1 − p₂). Cohen, J. (1960). A coefficient of agreement for nominal scales. Educational and
    Psychological Measurement 20(1), 37–46.
    """
    n = cells.sum(axis=1)
    yes_first, yes_second = _share(cells[:, 0] + cells[:, 1], n), _share(cells[:, 0] + cells[:, 2], n)
    return _beyond_chance(percent(cells), yes_first * yes_second + (1 - yes_first) * (1 - yes_second))


def gwets_ac1(cells: Cells) -> Cells:
    """Gwet's AC1 of `cells` (rows, 4), which stays sensible where a code is rare, as kappa does not.

    p_e is 2π(1 − π), π being how often a text is said to have the code, over both readers. Gwet, K. L. (2008).
    Computing inter-rater reliability and its variance in the presence of high agreement. British Journal of
    Mathematical and Statistical Psychology 61(1), 29–48.
    """
    yes = _share(2 * cells[:, 0] + cells[:, 1] + cells[:, 2], 2 * cells.sum(axis=1))
    return _beyond_chance(percent(cells), 2 * yes * (1 - yes))


def _share(part: Cells, whole: Cells) -> Cells:
    return np.divide(part, whole, out=np.full_like(part, np.nan), where=whole > 0)


def _beyond_chance(seen: Cells, by_chance: Cells) -> Cells:
    room = 1 - by_chance
    return np.divide(seen - by_chance, room, out=np.full_like(seen, np.nan), where=room > 1e-12)


def _measure(value: Cells, drawn: Cells) -> Measure:
    """The figure with its interval, which is left out where half of the draws or more have no value."""
    if not np.isfinite(value[0]):
        return Measure(None, None, None)
    finite = drawn[np.isfinite(drawn)]
    if 2 * len(finite) <= len(drawn):
        return Measure(float(value[0]), None, None)
    low, high = np.percentile(finite, [2.5, 97.5])
    return Measure(float(value[0]), float(low), float(high))

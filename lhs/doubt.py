"""How much a person's word on a text would teach: the rule by which the curators' queue is ordered.

Measured beside an order by chance in docs/learning-curve.md (`python -m benchmarks.curve`).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt


def doubts(scores: npt.NDArray[Any], thresholds: npt.NDArray[Any]) -> npt.NDArray[np.float32]:
    """How near each text comes to being suggested otherwise, 0–1 (texts,), of scores (texts, codes) 0–1.

    A score at its code's threshold (codes,) is in full doubt, 1; from there the doubt falls in a straight line to 0 at
    a score of 0 and of 1. The code in most doubt counts: what one answer settles. Uncertainty sampling (Lewis and Gale
    1994), measured from the threshold and on both sides of it: a rare code is doubtful far below a half. A text is in
    no doubt where there are no codes.
    """
    given = np.asarray(scores, dtype=np.float64)
    at = np.asarray(thresholds, dtype=np.float64)
    below = given / np.maximum(at, 1e-9)
    above = (1 - given) / np.maximum(1 - at, 1e-9)
    near = np.where(given < at, below, above)
    return np.clip(near.max(axis=1, initial=0.0), 0.0, 1.0).astype(np.float32)

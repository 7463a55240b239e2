"""Measure suggestions against what was labelled. The same numbers are told everywhere a tagger is judged."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

Truth = npt.NDArray[np.bool_]


def f1(truth: Truth, said: Truth) -> tuple[float, float, float]:
    """Precision, recall and F1 (each 0–1) of one code, (texts,) each; 0 where nothing was said or nothing was true."""
    right = float((truth & said).sum())
    precision = right / float(said.sum()) if said.any() else 0.0
    recall = right / float(truth.sum()) if truth.any() else 0.0
    return precision, recall, 2 * precision * recall / (precision + recall) if right else 0.0


def average_precision(truth: Truth, scores: npt.NDArray[Any]) -> float:
    """Area under precision by recall, stepwise, 0–1; texts of equal score count together, whatever their order."""
    if not truth.any():
        return 0.0
    order = np.argsort(-scores, kind="stable")
    ranked, sorted_scores = truth[order], scores[order]
    ends = np.append(np.flatnonzero(np.diff(sorted_scores)), len(order) - 1)
    right = np.cumsum(ranked)[ends]
    precision = right / (ends + 1)
    recall = right / ranked.sum()
    return float(np.sum(np.diff(recall, prepend=0.0) * precision))


def figures_of(
    codes: Sequence[str], truth: Truth, scores: npt.NDArray[Any], said: Truth, known: Truth | None = None
) -> dict[str, Any]:
    """macro_f1, micro_f1, map and, for each code, precision, recall, f1, ap and n; all arrays are (texts, codes).

    Only cells that are `known` (default: all) are looked at.
    """
    known = np.ones_like(truth) if known is None else known
    each: dict[str, dict[str, float | int]] = {}
    for column, code in enumerate(codes):
        seen = known[:, column]
        true, scored, says = truth[seen, column], scores[seen, column], said[seen, column]
        precision, recall, both = f1(true, says)
        each[code] = {
            "precision": round(precision, 4),
            "recall": round(recall, 4),
            "f1": round(both, 4),
            "ap": round(average_precision(true, scored), 4),
            "n": int(true.sum()),
        }
    return {
        "macro_f1": round(float(np.mean([one["f1"] for one in each.values()])), 4),
        "micro_f1": round(f1(truth[known], said[known])[2], 4),
        "map": round(float(np.mean([one["ap"] for one in each.values()])), 4),
        "codes": each,
        "n": len(truth),
    }

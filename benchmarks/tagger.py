"""`python -m benchmarks.tagger --train A.jsonl --test B.jsonl`: the product's own encoder and head on labelled texts.

Beside it, in the same run and on the same texts, runs the pipeline that NHS England's pxtextmining publishes: TF-IDF
and a support vector machine with a radial kernel (C = 15, balanced, with probabilities, 1,000 iterations), one for
each code. No database is needed. The last line of standard output is one JSON object.

Codes with at least 12 training rows are fitted; of these, those with at least 8 test rows are averaged.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from benchmarks.labelled import Labelled, read

LEAST_TRAINING, LEAST_TEST = 12, 8
RESAMPLES = 1000

Scores = tuple[npt.NDArray[Any], npt.NDArray[np.bool_]]


def main() -> None:
    """Measure and print, and write predictions where asked."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.tagger", description=__doc__)
    parser.add_argument("--train", type=Path, required=True)
    parser.add_argument("--test", type=Path, required=True)
    parser.add_argument("--predictions", type=Path, help="write id, scores and suggested codes of each test row here")
    parser.add_argument("--no-baseline", action="store_true", help="leave the pipeline beside it out")
    wanted = parser.parse_args()
    _without_database()
    try:
        said = measure(wanted.train, wanted.test, predictions=wanted.predictions, baseline=not wanted.no_baseline)
    except (OSError, ValueError) as error:
        sys.exit(f"Nothing was measured: {error}")
    print(json.dumps(said))


def _without_database() -> None:
    """Set Django up so that the product's modules can be imported; nothing here asks the database."""
    import tempfile

    os.environ.setdefault("LHS_DATA_DIR", tempfile.mkdtemp(prefix="lhs-bench-"))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    django.setup()


def measure(train: Path, test: Path, *, predictions: Path | None = None, baseline: bool = True) -> dict[str, Any]:
    """Fit to `train` and measure on `test`; ours, and the pipeline beside it. Raises OSError, ValueError."""
    began = time.monotonic()
    learn = read(train)
    codes, head = ours_fitted(learn)
    train_s = time.monotonic() - began
    hold = read(test)
    began = time.monotonic()
    scores, said = ours(head, hold)
    texts_per_s = len(hold) / (time.monotonic() - began)
    if predictions is not None:
        _write(predictions, hold, codes, scores, said)
    found = {
        **figures(codes, hold, (scores, said)),
        "train_s": round(train_s, 2),
        "texts_per_s": round(texts_per_s, 1),
        "codes_fitted": len(codes),
        "train_rows": len(learn),
        "test_rows": len(hold),
    }
    if baseline:
        began = time.monotonic()
        beside = pipeline(codes, learn, hold)
        seconds = time.monotonic() - began
        found["baseline"] = {
            "name": "TF-IDF + RBF SVC (pxtextmining)",
            **figures(codes, hold, beside, intervals=False),
            "train_s": round(seconds, 2),
        }
    return found


def ours_fitted(learn: Sequence[Labelled]) -> tuple[tuple[str, ...], Any]:
    """Fit the product's head to rows; returns the codes that can be fitted, in the alphabet's order, and the head."""
    from lhs.training import train

    counted: dict[str, int] = {}
    for row in learn:
        for label in row.labels:
            counted[label] = counted.get(label, 0) + 1
    codes = tuple(sorted(code for code, n in counted.items() if n >= LEAST_TRAINING))
    if not codes:
        raise ValueError(f"no code has {LEAST_TRAINING} training rows.")
    labels = [[label for label in row.labels if label in codes] for row in learn]
    groups = [" ".join(row.text.lower().split()) for row in learn]
    head, _ = train("benchmark", [row.text for row in learn], labels, codes=codes, groups=groups)
    return codes, head


def ours(head: Any, hold: Sequence[Labelled]) -> Scores:
    """Score rows with the product's head: scores and suggestions, (rows, codes) each."""
    from lhs.scoring import features_for

    texts = [row.text for row in hold]
    scores = head.scores(features_for(head, texts), texts)
    return scores, head.suggested(scores)


def pipeline(codes: Sequence[str], learn: Sequence[Labelled], hold: Sequence[Labelled]) -> Scores:
    """The pipeline beside ours, with its published settings: scores and suggestions, (rows, codes) each."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.svm import SVC

    vectoriser = TfidfVectorizer()
    design = vectoriser.fit_transform([row.text for row in learn])
    held = vectoriser.transform([row.text for row in hold])
    scores = np.zeros((len(hold), len(codes)))
    with warnings.catch_warnings():
        # It says of each code that 1,000 iterations were too few, and that probabilities will go their own way.
        warnings.simplefilter("ignore")
        for column, code in enumerate(codes):
            model = SVC(C=15, class_weight="balanced", probability=True, max_iter=1000, random_state=0)
            wanted = [code in row.labels for row in learn]
            scores[:, column] = model.fit(design, wanted).predict_proba(held)[:, 1]
    return scores, scores >= 0.5


def figures(codes: Sequence[str], hold: Sequence[Labelled], found: Scores, *, intervals: bool = True) -> dict[str, Any]:
    """Figures over the codes with enough test rows, each macro figure with a bootstrap interval (95 %, by row)."""
    from lhs.evaluation import figures_of

    truth = np.array([[code in row.labels for code in codes] for row in hold], dtype=bool)
    kept = np.flatnonzero(truth.sum(axis=0) >= LEAST_TEST)
    if not len(kept):
        raise ValueError(f"no fitted code has {LEAST_TEST} test rows.")
    names = [codes[int(column)] for column in kept]
    truth, scores, said = truth[:, kept], found[0][:, kept], found[1][:, kept]
    told = figures_of(names, truth, scores, said)
    if intervals:
        rng = np.random.default_rng(0)
        drawn = []
        for _ in range(RESAMPLES if len(hold) < 500 else RESAMPLES // 5):
            rows = rng.integers(0, len(hold), len(hold))
            again = figures_of(names, truth[rows], scores[rows], said[rows])
            drawn.append((again["macro_f1"], again["map"]))
        low, high = np.percentile(drawn, [2.5, 97.5], axis=0)
        told["intervals"] = {
            name: [round(float(low[at]), 4), round(float(high[at]), 4)] for at, name in enumerate(("macro_f1", "map"))
        }
        told["calibration_error"] = round(calibration_error(truth, scores), 4)
    return told


def calibration_error(truth: npt.NDArray[np.bool_], scores: npt.NDArray[Any], bins: int = 10) -> float:
    """Expected calibration error, 0–1: how far scores lie from what came true, in ten bins of equal width.

    Naeini, Cooper and Hauskrecht, 2015, over all cells (rows, codes) together.
    """
    at = np.minimum((scores.ravel() * bins).astype(int), bins - 1)
    said, true = scores.ravel(), truth.ravel()
    parts = [abs(said[at == one].sum() - true[at == one].sum()) for one in range(bins)]
    return float(sum(parts) / len(said))


def _write(path: Path, hold: Sequence[Labelled], codes: Sequence[str], scores: Any, said: Any) -> None:
    with path.open("w", encoding="utf-8") as file:
        for row, of_row, says in zip(hold, scores.tolist(), said.tolist(), strict=True):
            line = {
                "id": row.id,
                "scores": {code: round(score, 4) for code, score in zip(codes, of_row, strict=True)},
                "suggested": [code for code, one in zip(codes, says, strict=True) if one],
            }
            file.write(json.dumps(line) + "\n")


if __name__ == "__main__":
    main()

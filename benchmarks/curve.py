"""`python -m benchmarks.curve COMMENTS.jsonl`: how macro-F1 grows with decisions, by chance and in the queue's order.

The comments stand in for insights and their labels for curators' decisions. Of each seed three tenths are held back,
and codes are fixed once on all the rest: with at least 12 rows there and 8 held back. A decision is one text judged for
every code; a code is silent (F1 0) until the head can learn it. Everything but the shuffling is the product's own: the
encoder, the head, `lhs.doubt`, one in five by chance. The first FIRST texts come by chance in every order.

The figures go to docs/learning-curve.md and docs/images/learning-curve.svg.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from benchmarks import curve_page
from benchmarks.labelled import Labelled, read
from benchmarks.progress import say
from benchmarks.tagger import LEAST_TEST, LEAST_TRAINING, _without_database

POINTS = (50, 100, 200, 500, 1000, 2000)
# Between the points the head is trained anew as well, for the queue to be put in order by.
STEPS = (50, 100, 150, 200, 300, 500, 700, 1000, 1400, 2000)
FIRST = STEPS[0]
HELD_BACK = 0.3
SEEDS = "11,12,13"

Numbers = npt.NDArray[Any]
Doubt = Callable[[Numbers, Numbers], Numbers]


@dataclass(frozen=True)
class Ground:
    """The comments, encoded once: `rows` as a head is fitted to them, with every label's column in `truth`."""

    texts: tuple[str, ...]
    codes: tuple[str, ...]
    rows: Any
    repeats: npt.NDArray[np.int64]


def main() -> None:
    """Measure and write the page and the picture."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.curve", description=__doc__)
    parser.add_argument("comments", type=Path, help="JSON lines: id, text, labels")
    parser.add_argument("--seeds", default=SEEDS, help=f"default: {SEEDS}")
    parser.add_argument("--upto", type=int, default=POINTS[-1], help="stop after so many decisions and write nothing")
    wanted = parser.parse_args()
    _without_database()
    try:
        comments = read(wanted.comments)
    except (OSError, ValueError) as error:
        sys.exit(f"Nothing was measured: {error}")
    ground = encoded(comments)
    seeds = [int(seed) for seed in wanted.seeds.split(",")]
    found: dict[str, dict[int, list[float]]] = {order: {} for order in ORDERS}
    codes = []
    for seed in seeds:
        for order in ORDERS:
            began = time.monotonic()
            curve, fitted = measure(ground, seed, order, upto=wanted.upto)
            codes.append(fitted)
            for point, macro in curve.items():
                found[order].setdefault(point, []).append(macro)
            told = ", ".join(f"{point:,}: {macro:.3f}" for point, macro in curve.items())
            say(f"  seed {seed}, {order}: {told} ({time.monotonic() - began:.0f} s)")
    for order, points in found.items():
        for point, values in points.items():
            print(f"{order}\t{point}\t{statistics.mean(values):.4f}\t{min(values):.4f}–{max(values):.4f}")
    if wanted.upto == POINTS[-1]:
        curve_page.write(found, comments=len(comments), codes=(min(codes), max(codes)), seeds=seeds)


def encoded(comments: Sequence[Labelled]) -> Ground:
    """Encode the comments, once."""
    from lhs import encoder
    from lhs.fitting import Rows

    say(f"encoding {len(comments):,} comments…")
    texts = tuple(row.text for row in comments)
    codes = tuple(sorted({label for row in comments for label in row.labels}))
    truth = np.array([[code in row.labels for code in codes] for row in comments], dtype=bool)
    repeats = np.unique([" ".join(text.lower().split()) for text in texts], return_inverse=True)[1].astype(np.int64)
    return Ground(texts, codes, Rows.of(texts, encoder.loaded().read(texts).features, truth, repeats), repeats)


def measure(ground: Ground, seed: int, order: str, *, upto: int = POINTS[-1]) -> tuple[dict[int, float], int]:
    """Macro-F1 on what is held back after so many decisions in this order; and on how many codes."""
    draw = np.random.default_rng(seed)
    groups = draw.permutation(int(ground.repeats.max()) + 1)
    held = np.isin(ground.repeats, groups[: int(HELD_BACK * len(groups))])
    hold, waiting = np.flatnonzero(held), draw.permutation(np.flatnonzero(~held))
    enough = (ground.rows.truth[waiting].sum(axis=0) >= LEAST_TRAINING) & (
        ground.rows.truth[hold].sum(axis=0) >= LEAST_TEST
    )
    columns = np.flatnonzero(enough)
    desk = Desk(ground, columns, waiting, ORDERS[order], draw)
    curve: dict[int, float] = {}
    for step in (step for step in STEPS if step <= upto):
        if order == BY_CHANCE and step not in POINTS:
            continue
        desk.decide_until(step)
        if step in POINTS:
            curve[step] = desk.macro_f1(hold)
    return curve, len(columns)


class Desk:
    """Texts that wait, texts that were judged, and the head that was learnt from these."""

    def __init__(
        self, ground: Ground, columns: Numbers, waiting: Numbers, doubt: Doubt | None, draw: np.random.Generator
    ) -> None:
        from insights.desk import AUDIT_ONE_IN

        self._ground, self._columns, self._doubt, self._draw = ground, columns, doubt, draw
        self._one_in = AUDIT_ONE_IN
        # As at the real desk: a fixed fifth is for the audit alone, and the queue leaves it alone.
        audit = draw.random(len(waiting)) < 1 / AUDIT_ONE_IN
        self._first, rest = waiting[:FIRST], np.arange(len(waiting)) >= FIRST
        self._by_chance = waiting[rest]
        self._audit, self._queue = waiting[rest & audit], waiting[rest & ~audit]
        self._judged: list[int] = []
        self._head: Any = None
        self._learnt = np.zeros(0, dtype=int)

    def decide_until(self, many: int) -> None:
        """Judge texts until so many are, and train on them all."""
        more = many - len(self._judged)
        if not self._judged:
            chosen = self._first[:more]
        elif self._doubt is None:
            chosen, self._by_chance = self._by_chance[:more], self._by_chance[more:]
        else:
            audited = int((self._draw.random(more) < 1 / self._one_in).sum())
            from_audit, self._audit = self._audit[:audited], self._audit[audited:]
            queue = self._queue[np.argsort(-self._doubts(self._queue), kind="stable")]
            from_queue, self._queue = queue[: more - len(from_audit)], queue[more - len(from_audit) :]
            chosen = np.concatenate([from_audit, from_queue])
        self._judged += chosen.tolist()
        self._train()

    def macro_f1(self, hold: Numbers) -> float:
        """Macro-F1 over all the codes, on texts that are held back."""
        from lhs.evaluation import figures_of

        scores, said = np.zeros((len(hold), len(self._columns))), np.zeros((len(hold), len(self._columns)), dtype=bool)
        if self._head is not None:
            found = self._scores(hold)
            scores[:, self._learnt], said[:, self._learnt] = found, found >= self._head.thresholds
        names = [self._ground.codes[column] for column in self._columns]
        told = figures_of(names, self._ground.rows.truth[np.ix_(hold, self._columns)], scores, said)
        return float(told["macro_f1"])

    def _train(self) -> None:
        from lhs.fitting import FEWEST, fit

        judged = np.array(self._judged)
        truth = self._ground.rows.truth[np.ix_(judged, self._columns)]
        has = truth.sum(axis=0)
        self._learnt = np.flatnonzero((has >= FEWEST) & (len(judged) - has >= FEWEST))
        if not len(self._learnt):
            return
        rows = self._ground.rows.part(judged)
        from dataclasses import replace

        rows = replace(rows, truth=truth[:, self._learnt])
        names = [self._ground.codes[self._columns[column]] for column in self._learnt]
        self._head, _ = fit("comments", names, rows, encoder="curve")

    def _scores(self, which: Numbers) -> Numbers:
        return np.asarray(
            self._head.scores(self._ground.rows.features[which], [self._ground.texts[at] for at in which])
        )

    def _doubts(self, which: Numbers) -> Numbers:
        if self._head is None or self._doubt is None:
            return np.zeros(len(which))
        return self._doubt(self._scores(which), self._head.thresholds)


def _the_queues(scores: Numbers, thresholds: Numbers) -> Numbers:
    from lhs.doubt import doubts

    return doubts(scores, thresholds)


def _near_a_half(scores: Numbers, thresholds: Numbers) -> Numbers:
    """The queue's rule before: of what is suggested, that nearest to a half; what has no suggestion comes last."""
    return np.where(scores >= thresholds, 1 - np.abs(scores - 0.5), 0).max(axis=1)


BY_CHANCE, BEFORE, QUEUE = "by chance", "suggestions nearest to a half", "the queue"
ORDERS: dict[str, Doubt | None] = {BY_CHANCE: None, BEFORE: _near_a_half, QUEUE: _the_queues}

if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    main()

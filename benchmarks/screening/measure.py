"""Precision and recall of the screening on each half of the test set, by kind, and its rate."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.screening.marked import HALVES, Marked, half
from insights.screening import KINDS, screen

RATED_TEXTS = 5_000


@dataclass
class Score:
    """Counts of one kind: spans marked, marked and found, found, found and marked (an overlap
    with the same kind counts)."""

    marked: int = 0
    recalled: int = 0
    found: int = 0
    right: int = 0

    @property
    def recall(self) -> float:
        """The share of the marked that was found; 1 where nothing is marked."""
        return self.recalled / self.marked if self.marked else 1.0

    @property
    def precision(self) -> float:
        """The share of the found that is marked; 1 where nothing was found."""
        return self.right / self.found if self.found else 1.0

    def __add__(self, other: Score) -> Score:
        return Score(
            self.marked + other.marked,
            self.recalled + other.recalled,
            self.found + other.found,
            self.right + other.right,
        )


def scores(sentences: Sequence[Marked], wrong: list[str] | None = None) -> dict[str, Score]:
    """A score for each kind over some sentences; what was missed or wrongly found is added to `wrong` in words."""
    of = {kind: Score() for kind in KINDS}
    for sentence in sentences:
        found = [(one.kind, one.start, one.end) for one in screen(sentence.text)]
        for span in sentence.spans:
            of[span[0]].marked += 1
            if any(_same(span, other) for other in found):
                of[span[0]].recalled += 1
            elif wrong is not None:
                wrong.append(f"missed {span[0]} “{sentence.text[span[1] : span[2]]}” in: {sentence.text}")
        for span in found:
            of[span[0]].found += 1
            if any(_same(span, other) for other in sentence.spans):
                of[span[0]].right += 1
            elif wrong is not None:
                wrong.append(f"wrong {span[0]} “{sentence.text[span[1] : span[2]]}” in: {sentence.text}")
    return of


def overall(of: dict[str, Score]) -> Score:
    """All kinds together."""
    return sum(of.values(), Score())


def _same(one: tuple[str, int, int], other: tuple[str, int, int]) -> bool:
    return one[0] == other[0] and one[1] < other[2] and other[1] < one[2]


def report(*, missed: bool) -> None:
    """Print the figures; with `missed`, also each miss on the development half (never on the one held out)."""
    for name in HALVES:
        sentences = half(name)
        clean = sum(not sentence.spans for sentence in sentences)
        wrong: list[str] = []
        of = scores(sentences, wrong)
        print(f"\n{name}: {len(sentences)} sentences, {clean} of them clean\n")
        print("| kind | marked | recall | found | precision |\n|---|---|---|---|---|")
        for kind, score in [*of.items(), ("all", overall(of))]:
            print(f"| {kind} | {score.marked} | {score.recall:.3f} | {score.found} | {score.precision:.3f} |")
        if missed and name == "development":
            print("\n" + "\n".join(wrong))
    texts = [sentence.text for name in HALVES for sentence in half(name)]
    screen(texts[0])
    started = time.perf_counter()
    for at in range(RATED_TEXTS):
        screen(f"{texts[at % len(texts)]} {at}")
    print(f"\n{RATED_TEXTS / (time.perf_counter() - started):,.0f} texts a second on one core")

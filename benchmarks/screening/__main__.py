"""`python -m benchmarks.screening [lexicon | train]`: measure the screening of text, or make what it knows anew."""

from __future__ import annotations

import sys


def main() -> None:
    """Without a word: the figures of each half of the test set, and how fast."""
    if sys.argv[1:] == ["lexicon"]:
        from benchmarks.screening.lexicon import build

        print(f"{build():,} words")
    elif sys.argv[1:] == ["train"]:
        from benchmarks.screening.train import train

        train()
    else:
        from benchmarks.screening.measure import report

        report(missed="-v" in sys.argv)


main()

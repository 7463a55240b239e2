"""`python -m benchmarks.keep_passages FILE`: keep the numbers, and no word, of labelled passages (`lhs.passages`).

A developers' command, run again whenever the encoder, its adaptation, the hashes or the labels change.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks.labelled import read_settled
from lhs.habits import CODES


def main() -> None:
    """Encode the passages of FILE and write their numbers where the product reads them."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.keep_passages", description=__doc__)
    parser.add_argument("file", type=Path, help="JSON lines: id, text, labels, and source to group by")
    rows = read_settled(parser.parse_args().file)
    from lhs.adaptation import load_adaptation
    from lhs.encoder import loaded
    from lhs.files import digest_of_file
    from lhs.fitting import Rows
    from lhs.passages import FILE, keep_passages

    truth = np.array([[code in row.labels for code in CODES] for row in rows], dtype=bool)
    sources = np.unique([row.source for row in rows], return_inverse=True)[1]
    texts = [row.text for row in rows]
    kept = Rows.of(texts, loaded().read(texts).features, truth, sources)
    keep_passages(replace(kept, prior=load_adaptation().margins_of(texts)))
    print(f"{len(rows):,} passages, {FILE.stat().st_size / 1e6:.1f} MB; PASSAGES_SHA256 is now {digest_of_file(FILE)}")


if __name__ == "__main__":
    main()

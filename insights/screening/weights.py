"""The weights of the names' two models, as `python -m benchmarks.screening train` wrote them."""

from __future__ import annotations

import json
import lzma
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

FILE = Path(__file__).with_name("weights.json.xz")


@dataclass(frozen=True)
class Weights:
    """`letters`: a weight for each bucket of runs of letters.
    `features`: log-odds of each feature of a word in its place."""

    letters: list[float]
    letters_bias: float
    features: dict[str, float]


@lru_cache(maxsize=1)
def weights() -> Weights:
    """The weights in use, read once."""
    kept = json.loads(lzma.decompress(FILE.read_bytes()))
    return Weights(kept["letters"], kept["letters_bias"], kept["features"])

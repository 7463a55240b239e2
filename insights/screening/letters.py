"""How much a word that nobody has listed looks like a name, from its runs of letters."""

from __future__ import annotations

import zlib
from functools import lru_cache

from insights.screening.weights import weights

BUCKETS = 2**14
LONGEST = 40


def runs(folded: str) -> list[int]:
    """The buckets of the runs of one to five letters of a folded word, its ends marked."""
    word = f"<{folded}>".encode()
    long = len(word)
    return [
        zlib.crc32(word[at : at + size]) % BUCKETS for size in (1, 2, 3, 4, 5) for at in range(max(0, long - size + 1))
    ]


@lru_cache(maxsize=20_000)
def likeness(folded: str) -> float:
    """The log-odds that a word is a name rather than an ordinary word, by its letters alone."""
    if len(folded) > LONGEST:
        return -5.0
    found = runs(folded)
    letters, bias = weights().letters, weights().letters_bias
    return float(sum(letters[bucket] for bucket in found) / len(found) ** 0.5 + bias)

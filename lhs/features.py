"""What the head reads beside the meaning: words, pairs of words and runs of letters, each hashed to a numbered place.

Small enough to need nothing but NumPy, so that scoring and telling a reason load no training library.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from itertools import pairwise
from zlib import crc32

import numpy as np
import numpy.typing as npt

PLACES = 2**16
RUN_LENGTHS = (2, 3, 4, 5)
SPACE = 32
# How many texts are hashed at once: more gains no time and takes room.
TOGETHER = 256

# Words that hold a sentence together and say little of what it is about. Words of denial (“no”, “not”, “nobody”) are
# kept: that a thing was missing is what many an insight tells.
_GLUE = frozenset(
    """
    a about after again all also am an and any are as at be because been before being both but by can could did do does
    doing during each for from further get got had has have having he her here hers herself him himself his how i if in
    into is it it's its itself just may me might more most much must my myself of off on once one only or other our
    ours out over own per quite really same she should so some such than that that's the their them then there these
    they this those through to too under until up upon us very was we were what when where which while who whom why
    will with would you your yours yourself i'm i've i'd we've we're they're he's she's there's what's let's
    """.split()  # noqa: SIM905 - as a list of literals it would fill a page
)
_DENIAL = frozenset(["no", "not", "never", "nobody", "none", "nothing", "without"])
# Words that help to tell texts apart but tell a reader nothing by themselves: never named as a reason alone.
_PALE = frozenset(
    """
    already always another anyone anything around ask asked asks away back bit care come comes came day days down else
    even ever every everyone everything felt few find first five found four gave give given go goes going good great
    health help helped hospital include included includes including keep kept know known last later least less like look
    looked lot made make makes making many month months need needed needs new next nhs now often part people person
    place put said say saying says see seen service services six some someone something sometimes still take taken takes
    tell tells ten thing things think thought three time times today told took tried try turn turned two us use used
    using want wanted wants way ways week weeks well went within work worked working works year years yet
    """.split()  # noqa: SIM905 - as above
)
_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*")

Counts = tuple[npt.NDArray[np.int32], npt.NDArray[np.float32]]


def words_of(text: str) -> list[str]:
    """The words of a text in order, lower case, without digits and marks."""
    plain = unicodedata.normalize("NFKC", text).replace("\u2019", "'").lower()
    return _WORD.findall(plain)


def _tells(word: str) -> bool:
    return len(word) > 1 and word not in _GLUE


def terms_of(text: str) -> list[str]:
    """The terms of a text: its telling words, and the pairs of neighbours of which one at least is telling."""
    words = words_of(text)
    tell = [_tells(word) for word in words]
    pairs = zip(words, words[1:], tell, tell[1:], strict=False)
    return [
        *(word for word, tells in zip(words, tell, strict=True) if tells),
        *(f"{first} {second}" for first, second, one, other in pairs if one or other),
    ]


def speaks(term: str) -> bool:
    """Whether a term says something by itself: telling words, one at least not pale, or a denial and what follows."""
    words = term.split()
    if words[0] in _DENIAL:
        return len(words) == 2 and words[1] not in _PALE
    return all(_tells(word) for word in words) and not all(word in _PALE for word in words)


def place_of(term: str, places: int = PLACES) -> int:
    """Where a term's number stands, 0 ≤ place < `places`: the same on every machine and in every version."""
    return crc32(term.encode("utf-8", "replace")) % places


def word_counts(text: str, places: int = PLACES) -> Counts:
    """Places (ascending) and damped counts (1 + log n) of a text's terms."""
    return word_counts_of([text], places)[0]


def word_counts_of(texts: Sequence[str], places: int = PLACES) -> list[Counts]:
    """`word_counts` of each text: the same numbers, in a fraction of the time."""
    terms = [terms_of(text) for text in texts]
    met = np.array([crc32(term.encode("utf-8", "replace")) for of_text in terms for term in of_text], dtype=np.uint32)
    return _counted(np.repeat(np.arange(len(texts)), [len(of_text) for of_text in terms]), met, len(texts), places)


def letter_counts(text: str, places: int = PLACES) -> Counts:
    """Places (ascending) and damped counts (1 + log n) of a text's runs of 2 to 5 letters within words.

    A word's end counts as a letter, so that endings, beginnings and misspelt words are met again.
    """
    return letter_counts_of([text], places)[0]


def letter_counts_of(texts: Sequence[str], places: int = PLACES) -> list[Counts]:
    """`letter_counts` of each text.

    The runs of many texts are hashed with whole arrays at once (a polynomial in the letters, then mixed): a letter at a
    time would take longer than everything else that is read.
    """
    parts = (texts[start : start + TOGETHER] for start in range(0, len(texts), TOGETHER))
    return [counts for part in parts for counts in _letters(part, places)]


def _letters(texts: Sequence[str], places: int) -> list[Counts]:
    plain = [" ".join(words_of(text)) for text in texts]
    # Between two texts stands one space, and a run that begins with it belongs to the text behind it.
    line = f" {' '.join(words for words in plain if words)} "
    of_text = np.repeat(np.arange(len(plain)), [len(words) + 1 if words else 0 for words in plain])
    letters = np.frombuffer(line.encode("utf-32-le", "replace"), dtype=np.uint32)
    ends = np.concatenate([[0], np.cumsum(letters == SPACE)])
    hashed = np.zeros(len(letters), dtype=np.uint32)
    rows, met = [of_text[:0]], [hashed[:0]]
    longest = min(RUN_LENGTHS[-1], len(letters)) if of_text.size else 0
    for length in range(1, longest + 1):
        hashed = hashed[: len(letters) - length + 1] * np.uint32(0x01000193) + letters[length - 1 :]
        if length in RUN_LENGTHS:
            within = np.flatnonzero(ends[length - 1 : len(letters)] == ends[1 : len(hashed) + 1])
            rows.append(of_text[within])
            met.append(_mixed(hashed[within] ^ np.uint32(length * 0x9E3779B1 & 0xFFFFFFFF)))
    return _counted(np.concatenate(rows), np.concatenate(met), len(texts), places)


def _counted(rows: npt.NDArray[np.int64], met: npt.NDArray[np.uint32], texts: int, places: int) -> list[Counts]:
    """For each text the places of what was met in it (`rows` says in which text), and the damped counts."""
    keys, times = np.unique(rows * places + met % np.uint32(places), return_counts=True)
    at, values = (keys % places).astype(np.int32), (1 + np.log(times)).astype(np.float32)
    borders = np.searchsorted(keys, np.arange(texts + 1) * places).tolist()
    return [(at[start:end], values[start:end]) for start, end in pairwise(borders)]


def _mixed(hashed: npt.NDArray[np.uint32]) -> npt.NDArray[np.uint32]:
    """Spread a number's bits over all of it (the last step of MurmurHash3), so that neighbours part."""
    hashed = (hashed ^ (hashed >> np.uint32(16))) * np.uint32(0x85EBCA6B)
    hashed = (hashed ^ (hashed >> np.uint32(13))) * np.uint32(0xC2B2AE35)
    return np.asarray(hashed ^ (hashed >> np.uint32(16)), dtype=np.uint32)


def learn_idf(counts: Sequence[Counts], places: int = PLACES) -> npt.NDArray[np.float32]:
    """How rare each place is among the texts: float32, shape (places,), 1 for everywhere and higher for rarer."""
    met = [at for at, _ in counts]
    seen = np.bincount(np.concatenate(met) if met else np.zeros(0, dtype=np.int32), minlength=places)
    return (np.log((1 + len(counts)) / (1 + seen)) + 1).astype(np.float32)


def seen_in(idf: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """In how many texts each place was met, (places,), read back from `learn_idf`."""
    return np.asarray(np.rint(np.exp(idf.max() - idf) - 1), dtype=np.float32)


def weighed(counts: Counts, idf: npt.NDArray[np.float32]) -> Counts:
    """Counts times rarity, brought to length 1 (a text without terms stays empty)."""
    at, values = counts
    values = values * idf[at]
    length = float(np.linalg.norm(values))
    return at, (values / length).astype(np.float32) if length else values

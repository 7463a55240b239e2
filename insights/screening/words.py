"""Cut a text into words, numbers and signs, with what is known of each."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from string import ascii_lowercase

from insights.screening.cues import classes_of, kind_of_word
from insights.screening.lexicon import fold, marks_of
from insights.screening.scripts import ELSEWHERE

LETTER = r"[^\W\d_]"
MARK = "\u0300-\u036f\u0591-\u05bd\u064b-\u0652\u0900-\u0903\u093a-\u094f\u0b80-\u0b83\u0bbe-\u0bcd"
PIECE = re.compile(rf"(?:{LETTER}(?:[{MARK}]|['’‘ʼ‐‑-](?={LETTER}))*)+|\d+|\n|[^\w\s]|_")
PLURAL_OF_CAPITALS = re.compile(r"[A-Z]{2,6}s")
SHORTEST_SLIP, LONGEST_SLIP = 5, 16
ENDS = frozenset('.!?:;\n•*"“”–—…>')


@dataclass(slots=True)
class Known:
    """What a word is by itself, wherever it stands. `slip`: in no list, and one slip from an ordinary word."""

    folded: str
    base: str
    classes: tuple[str, ...]
    marks: str
    kind: str
    shape: str
    is_word: bool
    slip: bool = False


@dataclass(slots=True)
class Word:
    """A word, number or sign of a text: where it stands (code points) and what is known of it."""

    start: int
    end: int
    known: Known
    first: bool = False
    label: bool = field(default=False)


@lru_cache(maxsize=50_000)
def known(written: str) -> Known:
    """What is known of a word as it is written."""
    folded = fold(written)
    base = folded[:-2] if folded.endswith("'s") else folded
    is_word = written[0].isalpha()
    marks = marks_of(base)
    kind = kind_of_word(base) if is_word else "--"
    if is_word and not marks and "-" in base:
        # A name of two parts is known by its parts, and is as ordinary as the least ordinary of them.
        kinds = [kind_of_word(part) for part in base.split("-") if part]
        if kinds and all(of[1] != "n" for of in kinds):
            kind = "o" + kinds[0][1]
        elif kinds and all(of[0] != "o" for of in kinds):
            kind = "wn"
    slip = is_word and kind == "on" and not marks and _is_slip(base)
    return Known(folded, base, classes_of(base) or classes_of(folded), marks, kind, _shape(written), is_word, slip)


def _is_slip(word: str) -> bool:
    """Whether one letter too few, too many, exchanged or wrong makes an ordinary word of it: “nusre”, “recieved”."""
    if not SHORTEST_SLIP <= len(word) <= LONGEST_SLIP or not word.isascii():
        return False
    for at in range(len(word) + 1):
        head, tail = word[:at], word[at:]
        if tail and _is_ordinary(head + tail[1:]):
            return True
        if len(tail) > 1 and _is_ordinary(head + tail[1] + tail[0] + tail[2:]):
            return True
        for letter in ascii_lowercase:
            if _is_ordinary(head + letter + tail) or (tail and _is_ordinary(head + letter + tail[1:])):
                return True
    return False


def _is_ordinary(word: str) -> bool:
    return "w" in marks_of(word)


def _shape(written: str) -> str:
    if not written[0].isalpha():
        return "9" if written[0].isdigit() else written[0]
    if ELSEWHERE.match(written):
        return "x"
    stem = written[:-2] if written[-2:-1] in "'’‘" and len(written) > 2 else written
    if len(stem) == 1:
        return "I" if stem.isupper() else "l"
    if stem.isupper():
        return "U"
    if PLURAL_OF_CAPITALS.fullmatch(stem):
        return "x"
    if stem.islower():
        return "l"
    if stem[0].isupper():
        return "T"
    return "m" if stem.upper() != stem.lower() else "x"


def words_of(text: str) -> list[Word]:
    """Every word, number, sign and line break of a text, in order."""
    words: list[Word] = []
    first = True
    for found in PIECE.finditer(text):
        word = Word(found.start(), found.end(), known(found[0]), first)
        words.append(word)
        first = found[0] in ENDS or (first and not word.known.is_word)
    return words

"""Names in scripts other than the Latin: in an English note, a word or two of another script is mostly a person."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from insights.screening.cues import listed
from insights.screening.lexicon import GIVEN, SURNAME, fold, marks_of

Span = tuple[int, int]

# Greek onwards, without the general punctuation, symbols and emoji between the alphabets.
ELSEWHERE = re.compile(r"[\u0370-\u1dff\u1f00-\u1fff\u2c00-\u2dff\u3040-\ud7ff\uf900-\ufaff\ufb1d-\ufdff\ufe70-\ufeff]")
LATIN = re.compile(r"[A-Za-z]+")
MOST_WORDS, LONGEST_UNSPACED = 3, 4
ORDINARY = listed("foreign")
QUOTES = frozenset("\"'“”‘’«»")


def names_elsewhere(text: str) -> Iterator[Span]:
    """Names in other scripts: short runs of words in an English text, and words that are known as names anywhere."""
    if not ELSEWHERE.search(text):
        return
    english = len(LATIN.findall(text)) >= sum(1 for _ in _words(text))
    for run in _runs(text):
        quoted = text[run[0][0] - 1 : run[0][0]] in QUOTES and run[0][0] > 0
        if english and len(run) <= MOST_WORDS and not quoted and all(_capital(text[a:b]) for a, b in run):
            yield run[0][0], run[-1][1]
        else:
            yield from ((start, end) for start, end in run if _capital(text[start:end]) and _is_listed(text[start:end]))


def _runs(text: str) -> Iterator[list[Span]]:
    """Words of another script that follow one another, without those that are known to be ordinary."""
    run: list[Span] = []
    for start, end in _words(text):
        ordinary = fold(text[start:end]) in ORDINARY
        if run and (ordinary or text[run[-1][1] : start] not in (" ", "·", "-", "・")):
            yield run
            run = []
        if not ordinary:
            run.append((start, end))
    if run:
        yield run


def _words(text: str) -> Iterator[Span]:
    start = -1
    for at, letter in enumerate(f"{text}\n"):
        inside = ELSEWHERE.match(letter) is not None and unicodedata.category(letter)[0] in "LM"
        if inside and start < 0:
            start = at
        elif not inside and start >= 0:
            yield start, at
            start = -1


def _capital(word: str) -> bool:
    """Whether a word has the form of a name: a capital where there are capitals, short where there are no spaces."""
    if word[0].lower() != word[0].upper():
        return word[0].isupper()
    unspaced = "\u3040" <= word[0] <= "\u9fff" or "\uac00" <= word[0] <= "\ud7ff"
    return len(word) > 1 and (not unspaced or len(word) <= LONGEST_UNSPACED)


def _is_listed(word: str) -> bool:
    folded = fold(word)
    return len(folded) > 1 and bool({GIVEN, SURNAME} & set(marks_of(folded)))

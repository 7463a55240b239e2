"""The words that weighed in a machine's tags, marked where they stand in the text. Pieces of text, never HTML."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from lhs.features import words_of

QUOTED = re.compile(r"“([^“”]+)”")
# What may stand between the two words of a pair: anything but a letter, as the tagger reads it.
BETWEEN = r"[\W\d_]+"
BEFORE = r"(?<![^\W\d_])(?<![^\W\d_]['’])"
AFTER = r"(?!['’]?[^\W\d_])"


class Piece(NamedTuple):
    """A stretch of text, and whether it is marked."""

    text: str
    marked: bool


def quoted_in(reasons: Iterable[str]) -> list[str]:
    """Return the words and pairs of words that reasons quote (“…”), each once, in order."""
    return list(dict.fromkeys(term for reason in reasons for term in QUOTED.findall(reason)))


def marked(text: str, terms: Iterable[str]) -> list[Piece]:
    """Return `text` in pieces, those that are one of `terms` marked: whole words, whatever their case.

    The pieces put together are the text as it was. Terms that overlap are marked as one stretch.
    """
    pieces: list[Piece] = []
    at = 0
    for start, end in _stretches(text, terms):
        if start > at:
            pieces.append(Piece(text[at:start], False))
        pieces.append(Piece(text[start:end], True))
        at = end
    if at < len(text):
        pieces.append(Piece(text[at:], False))
    return pieces


def _stretches(text: str, terms: Iterable[str]) -> list[tuple[int, int]]:
    found = sorted(
        match.span() for term in terms if (pattern := _pattern(term)) is not None for match in pattern.finditer(text)
    )
    joined: list[tuple[int, int]] = []
    for start, end in found:
        if joined and start < joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def _pattern(term: str) -> re.Pattern[str] | None:
    words = words_of(term)
    if not words:
        return None
    said = BETWEEN.join(re.escape(word).replace("'", "['’]") for word in words)
    return re.compile(BEFORE + said + AFTER, re.IGNORECASE)

"""What is known of a word by itself: a given name, a surname, a place, an ordinary word (decision 16)."""

from __future__ import annotations

import lzma
import unicodedata
from functools import lru_cache
from pathlib import Path

FILE = Path(__file__).with_name("lexicon.txt.xz")
# An ordinary word, one that few use, a word written with a capital, a given name, a surname, a town or country.
WORD, LATE, PROPER, GIVEN, SURNAME, PLACE = "w", "l", "p", "g", "s", "c"
LETTERS = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "ı": "i", "ß": "ss", "æ": "ae", "œ": "oe", "þ": "th", "ə": "e"}
    | dict.fromkeys("’‘ʼ`´ʻ", "'")
    | dict.fromkeys("‐‑", "-")
)


def fold(word: str) -> str:
    """A word in lower case without marks on its letters, as the lexicon keeps it: “Yılmaz” is “yilmaz”."""
    if word.isascii():
        return word.lower()
    apart = unicodedata.normalize("NFKD", word.lower().translate(LETTERS))
    return "".join(letter for letter in apart if not unicodedata.combining(letter)).translate(LETTERS)


@lru_cache(maxsize=1)
def lexicon() -> dict[str, str]:
    """Every word that is known and its marks; read once (a fifth of a second, 25 MB)."""
    marks: dict[str, str] = {}
    for line in lzma.decompress(FILE.read_bytes()).decode().splitlines():
        if not line.startswith("#"):
            word, _, of = line.partition(" ")
            marks[word] = of
    return marks


def marks_of(folded: str) -> str:
    """The marks of a folded word, or an empty string."""
    return lexicon().get(folded, "")

"""Classes of words that tell of their neighbours: titles, roles, relations, verbs of saying, wards, drugs, eponyms."""

from __future__ import annotations

import re
from collections import defaultdict
from functools import lru_cache
from pathlib import Path

from insights.screening.lexicon import fold, marks_of

FILE = Path(__file__).with_name("cues.txt")
# Classes whose words are themselves no people, unless their neighbours say so loudly.
# The stems of the WHO's international nonproprietary names: how a medicine that is not listed is still known as one.
DRUG_LIKE = re.compile(
    r"(?:azole|cillin|mycin|micin|pril|sartan|olol|statin|[tzl]umab|ximab|tinib|oxacin|azepam|idone|denafil|parin|xaban|gliptin"
    r"|gliflozin|glutide|tidine|setron|caine|ovir|floxacin|terol|tropium|asone|solone|dronate|zosin|dipine|triptan|thiazide"
    r"|fusine|curium|curonium|barbital|fenac|profen|oxetine|traline|apine|amide|formin|cycline|penem|cef\w+)$"
)
NO_PEOPLE = frozenset(
    {
        "drug",
        "eponym",
        "software",
        "org2",
        "faith",
        "people",
        "borough",
        "month",
        "named2",
        "brand",
        "acronym",
        "chat",
        "famous",
    }
)


LISTS = frozenset({"stop", "area", "notstreet", "foreign"})


@lru_cache(maxsize=1)
def _lines() -> dict[str, tuple[str, ...]]:
    lines = (line.partition(":") for line in FILE.read_text(encoding="utf-8").splitlines() if line[:1] != "#")
    return {name: tuple(words.split()) for name, _, words in lines}


def listed(name: str) -> frozenset[str]:
    """The words of a list that stands by itself, folded."""
    return frozenset(fold(word) for word in _lines()[name])


@lru_cache(maxsize=1)
def _classes() -> dict[str, tuple[str, ...]]:
    of: dict[str, list[str]] = defaultdict(list)
    for name, words in _lines().items():
        if name not in LISTS:
            for word in dict.fromkeys(words):
                of[fold(word)].append(name)
    return {word: tuple(names) for word, names in of.items()}


def classes_of(folded: str) -> tuple[str, ...]:
    """The classes of a folded word; its possessive and a full stop after it do not matter."""
    found = _classes().get(folded)
    if found is None and folded.endswith("'s"):
        found = _classes().get(folded[:-2])
    if found is None and DRUG_LIKE.search(folded) and not marks_of(folded).strip("l"):
        return ("drug",)
    return found or ()


def kind_of_word(folded: str) -> str:
    """What the lexicon makes of a word, in one sign: how ordinary it is, and whether it is a name."""
    marks = marks_of(folded)
    ordinary = "w" if "w" in marks else "l" if "l" in marks else "o"
    name = "b" if "g" in marks and "s" in marks else "g" if "g" in marks else "s" if "s" in marks else "n"
    return ordinary + name

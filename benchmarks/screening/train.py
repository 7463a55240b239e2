"""Train the weights of names: `python -m benchmarks.screening train` (a few minutes; reproducible).

Read: the development half of the test set, `practice.txt`, the tagger's exemplars and the case studies (no people in
those). Never the half held out. Each sentence is read many times: with other names in place of its own, a part of them
made unknown to the lexicon, in lower case and in capitals.
"""

from __future__ import annotations

import json
import lzma
import random
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from scipy.sparse import csr_matrix
from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LogisticRegression

from benchmarks.progress import say
from benchmarks.screening.marked import MARK, lines_of
from insights.screening import cues, letters, lexicon, names, weights, words

ROOT = Path(__file__).parents[2]
PRACTICE = Path(__file__).with_name("practice.txt")
OTHER = re.compile(r"\(\(([^()]+)\)\)")
HOSPITALS = ("St {}'s", "{} General", "{} Hospital", "Royal {}", "Queen {}", "the {} Trust", "{} Infirmary", "the {}")
READINGS, READINGS_OF_CLEAN, INSERTED = 14, 10, 6
# People and things of the clean passages that names are put in place of, or after.
SOMEONE = re.compile(
    r"\b(?:(?P<pronoun>[Ss]?[Hh]e|him)|(?P<owner>[Hh]is(?= [a-z]))"
    r"|(?P<role>[Tt]he (?:night |staff |student |agency |district |charge )?"
    r"(?:nurse|sister|matron|porter|doctor|consultant|registrar"
    r"|physio|pharmacist|cleaner|volunteer|manager|coordinator|midwife|carer|interpreter|receptionist|chaplain|lady|gentleman"
    r"|patient|surgeon|therapist|ward clerk|HCA|healthcare assistant)"
    r"|(?:[Mm]y|[Hh]is|[Hh]er|[Oo]ur) "
    r"(?:mum|mother|dad|father|son|daughter|wife|husband|partner|sister|brother|nan|gran|grandad"
    r"|friend|aunt|uncle|neighbour|carer))"
    r"|(?P<ward>[Tt]he (?:ward|unit))|(?P<hospital>[Tt]he (?:hospital|trust))"
    r"|(?P<system>[Tt]he (?:system|app|computer|software)))\b(?!')"
)
ORDINARY_NAMES, BARE_SURNAMES, SLIPS = 0.12, 0.1, 0.25
WORD = re.compile(r"[A-Za-z]{5,12}")
SEEN_AT_LEAST = 3
STRENGTH = 0.3


def train() -> None:
    """Write `insights/screening/weights.json.xz` anew."""
    chance = random.Random(20)
    bucket_weights, bias = _letters()
    weights.FILE.write_bytes(_packed(bucket_weights, bias, {}))
    _forget()
    say("features …")
    rows: list[list[str]] = []
    labels: list[bool] = []
    for text, spans, hidden in _readings(chance):
        _with_hidden(hidden)
        for found, is_name in _examples(text, spans):
            rows.append(found)
            labels.append(is_name)
    _with_hidden(())
    say(f"{len(rows):,} words, {sum(labels):,} of them names")
    features = _fit(rows, labels)
    weights.FILE.write_bytes(_packed(bucket_weights, bias, features))
    _forget()
    say(f"{len(features):,} weights, {weights.FILE.stat().st_size:,} bytes")


def _packed(bucket_weights: list[float], bias: float, features: dict[str, float]) -> bytes:
    kept = {"letters": bucket_weights, "letters_bias": bias, "features": features}
    return lzma.compress(json.dumps(kept, sort_keys=True, ensure_ascii=False).encode(), preset=9)


def _forget() -> None:
    weights.weights.cache_clear()
    letters.likeness.cache_clear()
    words.known.cache_clear()
    names.known.cache_clear()


def _letters() -> tuple[list[float], float]:
    say("letters …")
    given: list[tuple[str, int]] = []
    for word, marks in lexicon.lexicon().items():
        is_name, is_word = any(mark in marks for mark in "gs"), any(mark in marks for mark in "wl")
        if is_name != is_word and len(word) > 1 and word.isascii():
            given.append((word, int(is_name)))
    not_names = [word for word, of in cues._classes().items() if {"drug", "software", "brand"} & set(of)]
    given += [(word, 0) for word in not_names for _ in range(3)]
    indices, starts, data = [], [0], []
    for word, _ in given:
        found = letters.runs(word)
        indices += found
        data += [1 / len(found) ** 0.5] * len(found)
        starts.append(len(indices))
    matrix = csr_matrix((data, indices, starts), shape=(len(given), letters.BUCKETS))
    model = LogisticRegression(C=2.0, class_weight="balanced", max_iter=300)
    model.fit(matrix, [is_name for _, is_name in given])
    return [round(float(weight), 2) for weight in model.coef_[0]], round(float(model.intercept_[0]), 3)


def _fit(rows: list[list[str]], labels: list[bool]) -> dict[str, float]:
    counted = Counter(feature for row in rows for feature in row)
    often = {feature for feature, count in counted.items() if count >= SEEN_AT_LEAST}
    vectorizer = DictVectorizer()
    matrix = vectorizer.fit_transform([dict.fromkeys(often.intersection(row), 1) for row in rows])
    model = LogisticRegression(C=STRENGTH, max_iter=400)
    model.fit(matrix, np.array(labels))
    found = dict(zip(vectorizer.feature_names_, model.coef_[0], strict=True))
    kept = {feature: round(float(weight), 2) for feature, weight in found.items() if abs(weight) >= 0.01}
    return kept | {"bias": round(kept.get("bias", 0.0) + float(model.intercept_[0]), 3)}


# --- the sentences, read in many ways -------------------------------------------------------------------------------


def _readings(chance: random.Random) -> Iterator[tuple[str, list[tuple[int, int]], tuple[str, ...]]]:
    pool = _Pool(chance)
    for line in _marked():
        for reading in range(READINGS if MARK.search(line) or OTHER.search(line) else READINGS_OF_CLEAN):
            text, spans, hidden = _other_names(line, pool, chance) if reading else (*_plain(line), ())
            if reading and chance.random() < SLIPS:
                text, spans = _with_slip(text, spans, chance)
            yield _in_case(text, chance) if reading else text, spans, hidden
    for text in _clean():
        yield text, [], ()
        for _ in range(INSERTED):
            unknown: list[str] = []
            inserted, spans = _with_people(text, pool, chance, unknown)
            if chance.random() < SLIPS:
                inserted, spans = _with_slip(inserted, spans, chance)
            yield _in_case(inserted, chance), spans, tuple(unknown)


def _marked() -> list[str]:
    return lines_of("development") + [
        line for line in PRACTICE.read_text(encoding="utf-8").splitlines() if not line.startswith("#")
    ]


def _clean() -> Iterator[str]:
    for file in sorted((ROOT / "lhs" / "exemplars" / "habits").glob("*.yaml")):
        for exemplar in yaml.safe_load(file.read_text(encoding="utf-8")):
            yield exemplar["text"]
    for file in sorted((ROOT / "fixtures" / "case-studies").glob("*.yaml")):
        yield from _texts(yaml.safe_load(file.read_text(encoding="utf-8")))


def _texts(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        for key, of in node.items():
            if key in ("text", "title", "description", "summary") and isinstance(of, str):
                yield of
            else:
                yield from _texts(of)
    elif isinstance(node, list):
        for one in node:
            yield from _texts(one)


def _plain(line: str) -> tuple[str, list[tuple[int, int]]]:
    return _replaced(line, lambda written: written, lambda written: written)


def _other_names(line: str, pool: _Pool, chance: random.Random) -> tuple[str, list[tuple[int, int]], tuple[str, ...]]:
    hidden: list[str] = []
    keep = chance.random() < 0.25

    def person(written: str) -> str:
        return written if keep else pool.person(written, hidden)

    def other(written: str) -> str:
        return written if keep or chance.random() < 0.3 else pool.other(written)

    text, spans = _replaced(line, person, other)
    return text, spans, tuple(hidden)


def _replaced(line: str, person: Any, other: Any) -> tuple[str, list[tuple[int, int]]]:
    text, spans, at = "", [], 0
    for mark in re.finditer(rf"{MARK.pattern}|{OTHER.pattern}", line, re.DOTALL):
        text += line[at : mark.start()]
        is_person = mark[1] == "name"
        said = person(mark[2]) if is_person else mark[2] if mark[1] else other(mark[3])
        if is_person:
            spans.append((len(text), len(text) + len(said)))
        text += said
        at = mark.end()
    return text + line[at:], spans


def _with_people(text: str, pool: _Pool, chance: random.Random, hidden: list[str]) -> tuple[str, list[tuple[int, int]]]:
    """A clean passage with people in it, and wards, hospitals and systems with names of their own."""
    made, spans, at = "", [], 0
    for found in SOMEONE.finditer(text):
        if chance.random() < 0.4:
            continue
        made += text[at : found.start()]
        at = found.end()
        name = pool.whole_name(hidden)
        written, kind = found[0], found.lastgroup
        if kind == "owner":
            before, after = "", "'s"
        elif kind == "pronoun" or (kind == "role" and chance.random() < 0.4):
            before, after = "", ""
        elif kind == "role":
            before, after = chance.choice(
                ((f"{written} ", ""), (f"{written}, ", ","), (f"{written} (", ")"), (f"{written} ", ""))
            )
            if written[:3].lower() == "the" and chance.random() < 0.3:
                before = before[4:5].upper() + before[5:] if written[0] == "T" else before[4:]
        else:
            made += _thing(kind, pool, chance)
            continue
        made += before
        spans.append((len(made), len(made) + len(name)))
        made += name + after
    return made + text[at:], spans


def _thing(kind: str | None, pool: _Pool, chance: random.Random) -> str:
    name = pool.other("Xx")
    if kind == "ward":
        return f"{name} {chance.choice(('ward', 'Ward', 'unit', 'Unit', 'suite', 'wing'))}"
    if kind == "hospital":
        if chance.random() < 0.3:
            return pool.place()
        named = pool.other("Xx") if chance.random() < 0.7 else pool.place()
        return chance.choice(HOSPITALS).format(named)
    return chance.choice(("{}, the new system,", "the {} app", "{} software", "the {} system")).format(name)


def _with_slip(text: str, spans: list[tuple[int, int]], chance: random.Random) -> tuple[str, list[tuple[int, int]]]:
    """A text with up to two of its ordinary words misspelt."""
    for _ in range(2):
        there = [
            word
            for word in WORD.finditer(text)
            if "w" in lexicon.marks_of(word[0].lower())
            and not any(start < word.end() and word.start() < end for start, end in spans)
        ]
        if not there:
            break
        word = chance.choice(there)
        at = word.start() + chance.randrange(1, len(word[0]) - 1)
        made = chance.choice(
            (
                text[at + 1] + text[at],
                text[at + 1],
                text[at] + text[at] + text[at + 1],
                chance.choice("aeioustn") + text[at + 1],
            )
        )
        text = text[:at] + made + text[at + 2 :]
        by = len(made) - 2
        spans = [(start + by, end + by) if start > at else (start, end) for start, end in spans]
    return text, spans


def _in_case(text: str, chance: random.Random) -> str:
    drawn = chance.random()
    changed = text.lower() if drawn < 0.3 else text.upper() if drawn < 0.36 else text
    return changed if len(changed) == len(text) else text


class _Pool:
    """Names to put in place of others: given names mostly, of all languages alike."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        known = {word: marks for word, marks in lexicon.lexicon().items() if word.isascii()}
        self.given = [word for word, marks in known.items() if "g" in marks and not set("wl") & set(marks)]
        self.surnames = [word for word, marks in known.items() if "s" in marks and not set("wl") & set(marks)]
        self.places = [word for word, marks in known.items() if "c" in marks]
        by_hand = Path(__file__).with_name("names.txt").read_text(encoding="utf-8")
        self.by_hand = [
            lexicon.fold(name)
            for line in by_hand.splitlines()
            if line[0] != "#"
            for name in line.partition("|")[0].split()
        ]
        self.ordinary = [name for name in self.by_hand if "w" in known.get(name, "")]
        self.by_hand = [name for name in self.by_hand if "w" not in known.get(name, "")]

    def person(self, written: str, hidden: list[str]) -> str:
        parts = re.split(r"([ .,\n])", written)
        first = True
        for at, part in enumerate(parts):
            folded = lexicon.fold(part)
            classes = cues.classes_of(folded)
            if len(part) < 2 or "title" in classes or "softtitle" in classes or folded in names.STOP:
                first = first and len(part) < 2
                continue
            if "w" in lexicon.marks_of(folded) and self.chance.random() < 0.8:
                continue
            after_title = at > 1 and "title" in cues.classes_of(lexicon.fold(parts[at - 2]))
            drawn = self._surname() if after_title or not first else self._given()
            chosen = self.chance.random() if first and not after_title else 1
            if chosen < ORDINARY_NAMES:
                drawn = self.chance.choice(self.ordinary)
            elif chosen < ORDINARY_NAMES + BARE_SURNAMES:
                drawn = self._surname()
            if self.chance.random() < 0.3:
                hidden.append(drawn)
            parts[at] = _as(part, drawn)
            first = False
        return "".join(parts)

    def whole_name(self, hidden: list[str]) -> str:
        """A name as one is called: Ada, Ada Bello, Mr Bello, Dr Bello, A. Bello."""
        drawn = self.chance.random()
        first = self.chance.choice(self.ordinary) if drawn < 0.2 else self._given()
        name = first.title()
        if drawn > 0.72:
            title = self.chance.choice(("Mr", "Mrs", "Ms", "Dr", "Miss", "Sister", "Nurse", "Prof"))
            surname = self._surname()
            name = f"{title} {surname.title()}" if drawn > 0.84 else f"{name} {surname.title()}"
            if drawn > 0.97:
                name = f"{first[0].upper()}. {surname.title()}"
        if self.chance.random() < 0.3:
            hidden.append(first)
        return name.replace("'S", "'s")

    def place(self) -> str:
        """A town or a country."""
        return self._place().title()

    def other(self, written: str) -> str:
        drawn = self.chance.choice((self._given, self._surname, self._surname, self._place))()
        if " " in written or "St" in written[:3]:
            return " ".join(_as(part, drawn if at == 0 else self._surname()) for at, part in enumerate(written.split()))
        return _as(written, drawn)

    def _given(self) -> str:
        return self.chance.choice(self.given if self.chance.random() < 0.4 else self.by_hand)

    def _surname(self) -> str:
        return self.chance.choice(self.surnames)

    def _place(self) -> str:
        return self.chance.choice(self.places)


def _as(written: str, drawn: str) -> str:
    owned = "'s" if written.endswith("'s") else ""
    if written.isupper() and len(written) > 1:
        return drawn.upper() + owned
    return (drawn.title().replace("'S", "'s") if written[:1].isupper() else drawn) + owned


# --- words into examples --------------------------------------------------------------------------------------------

_HIDDEN: dict[str, str] = {}


def _with_hidden(hidden: tuple[str, ...]) -> None:
    """Make the lexicon forget some names for one sentence: the model must know strangers by their company."""
    known = lexicon.lexicon()
    for word, marks in _HIDDEN.items():
        known[word] = marks
    changed = bool(_HIDDEN) or bool(hidden)
    _HIDDEN.clear()
    for word in hidden:
        if word in known:
            _HIDDEN[word] = known.pop(word)
    if changed:
        words.known.cache_clear()


def _examples(text: str, spans: list[tuple[int, int]]) -> list[tuple[list[str], bool]]:
    found: list[tuple[list[str], bool]] = []
    of_text = words.words_of(text)
    shape = names._text_shape(of_text)
    for at, word in enumerate(of_text):
        if names.could_be(of_text, at):
            is_name = any(start <= word.start < end for start, end in spans)
            if (
                is_name
                and "softtitle" in word.known.classes
                and at + 1 < len(of_text)
                and of_text[at + 1].known.is_word
            ):
                is_name = not any(start <= of_text[at + 1].start < end for start, end in spans)
            found.append((names.features(of_text, at, shape), is_name))
            word.label = is_name
    return found

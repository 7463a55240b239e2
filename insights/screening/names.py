"""Names of people: each word that could be one is weighed by what it is and by what stands around it.

A linear model over features of the word and its neighbours, read from left to right so that it knows what it has just
said; trained by `python -m benchmarks.screening train`. What was tried instead: decision 16.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import repeat
from math import exp

from insights.screening.cues import NO_PEOPLE, listed, phrases
from insights.screening.letters import likeness
from insights.screening.lexicon import marks_of
from insights.screening.weights import weights
from insights.screening.words import Known, Word, known, words_of

SURE = 0.55
AGAIN = 0.2
# Half a name redacted is a name that still stands: less is asked of what may be its second word.
NEXT = 0.1
NOTHING = known(".")
STOP = listed("stop")


def could_be(words: Sequence[Word], at: int) -> bool:
    """Whether a word is worth weighing at all: most words of a text are not."""
    word = words[at].known
    if not word.is_word or word.shape == "x":
        return False
    if word.folded in STOP or word.base in STOP:
        return word.shape == "T" and not words[at].first and "s" in word.marks and len(word.base) > 1
    if "title" in word.classes or _in_phrase(words, at):
        return False
    if word.shape in "TUM" and not (words[at].first and word.kind == "wn"):
        return word.shape != "U" or word.kind != "wn" or _after_cue(words, at)
    if word.kind[1] in "gb" or word.kind[0] == "o":
        return True
    return _after_cue(words, at)


def _in_phrase(words: Sequence[Word], at: int) -> bool:
    """Whether a word and its neighbour make a phrase that is known to be no person: “Sue Ryder”, “jack plug”."""
    base = words[at].known.base
    before = words[at - 1].known if at else NOTHING
    if before.folded == "." and at > 1:
        before = words[at - 2].known
    after = words[at + 1].known if at + 1 < len(words) else NOTHING
    found = phrases()
    return f"{before.folded}_{base}" in found or f"{base}_{after.base}" in found


def _letter_after_title(words: Sequence[Word], at: int) -> bool:
    """“Mr H”: one capital is all that is said of him, and a colleague knows whom."""
    if words[at].known.shape != "I" or at == 0:
        return False
    before = at - 2 if words[at - 1].known.folded == "." and at > 1 else at - 1
    return words[before].known.folded in ("mr", "mrs", "ms", "miss", "dr", "sr")


def _after_cue(words: Sequence[Word], at: int) -> bool:
    if at == 0:
        return False
    before = words[at - 1].known
    if before.folded == "." and at > 1:
        before = words[at - 2].known
    return any(name in ("title", "softtitle", "named", "greet", "role", "relation") for name in before.classes)


def _bucket(odds: float) -> str:
    return "0" if odds < -2 else "1" if odds < -0.5 else "2" if odds < 0.5 else "3" if odds < 2 else "4"


def _text_shape(words: Sequence[Word]) -> str:
    lower = upper = title = 0
    for word in words:
        shape = word.known.shape
        lower += shape == "l"
        upper += shape == "U"
        title += shape == "T"
    if upper > 3 * (lower + title):
        return "U"
    return "l" if upper + title <= lower / 25 and upper + title < 2 else "n"


def features(words: Sequence[Word], at: int, text_shape: str) -> list[str]:
    """What speaks for or against the word at a place being a name, as strings that the weights know."""
    word = words[at].known
    before = words[at - 1].known if at else NOTHING
    before2 = words[at - 2].known if at > 1 else NOTHING
    after = words[at + 1].known if at + 1 < len(words) else NOTHING
    after2 = words[at + 2].known if at + 2 < len(words) else NOTHING
    # “Mr. Ali”: the full stop hides the title.
    past = words[at - 1].label if at else False
    title = "title" in before.classes or (before.folded == "." and "title" in before2.classes)
    shape = word.shape + ("f" if words[at].first else "") + text_shape
    letters = _bucket(likeness(word.base))
    kind = word.kind
    owned = "p" if word.folded != word.base else ""
    no = "".join(sorted(name[:2] for name in word.classes if name in NO_PEOPLE)) or "-"
    if "c" in word.marks:
        no += "cg" if "g" in word.marks else "c"
    found = [
        "bias",
        f"k={kind}",
        f"s={shape}",
        f"ks={kind}{shape}",
        f"kl={kind}{letters}",
        f"ksl={kind}{letters}{shape}",
        f"no={no}",
        f"nos={no}{shape}",
        f"own={owned}{kind}",
        f"size={min(len(word.base), 5)}{kind}{word.shape}",
        f"title={title}{kind[0]}",
        f"past={past}{kind}{word.shape}",
        f"past2={past}{kind[1]}{before.kind[1]}",
        f"-1s={before.shape}{word.shape}{kind[0]}",
        f"+1s={after.shape}{word.shape}{kind[0]}",
        f"-1k={before.kind}{before.shape}{kind}",
        f"+1k={after.kind}{after.shape}{kind}{word.shape}",
        f"-1w={before.folded}",
        f"+1w={after.folded}",
        f"-1wk={before.folded}|{kind[0]}{word.shape}",
        f"+1wk={after.folded}|{kind[0]}{word.shape}",
        f"-2w={before2.folded}",
        f"+2w={after2.folded}",
        f"-+={before.folded}|{after.folded}",
        f"-2-1={before2.folded}|{before.folded}",
        f"end={after.folded[-2:]}{word.shape}{kind[0]}",
        f"+1v={_deed(after)}{kind}{word.shape}",
        f"-1+1k={before.kind[0]}{before.shape}{after.kind[0]}{after.shape}{kind}",
    ]
    if word.slip:
        found += ["slip", f"slip={shape}", f"slip={letters}{word.shape}"]
    if kind[0] == "w":
        found.append(f"w={word.base}")
        found.append(f"ws={word.base}{word.shape}")
    found += [f"own={name}" for name in word.classes]
    for prefix, other in (("-1c", before), ("+1c", after), ("-2c", before2), ("+2c", after2)):
        for name in other.classes:
            if prefix == "+2c" and name in ("place", "thing", "named2", "org"):
                continue
            found.append(f"{prefix}={name}")
            found.append(f"{prefix}={name}{kind}")
            if prefix[1] == "1":
                found.append(f"{prefix}={name}{kind[0]}{word.shape}")
                found.append(f"{prefix}={name}{other.shape}{no}{owned}{kind[0]}")
    if owned:
        found += [f"of={name}" for name in after.classes] or ["of=none"]
    return found


def _deed(word: Known) -> str:
    """How much a word looks like something done: “nodded”, “insists”, or nothing of the kind."""
    if "say" in word.classes:
        return "say"
    for end in ("ed", "es", "s"):
        if word.folded.endswith(end) and "w" in marks_of(word.folded.removesuffix(end)):
            return end
    return "-"


def weigh(words: Sequence[Word], at: int, text_shape: str) -> float:
    """The log-odds that the word at a place is a person's name."""
    return sum(map(weights().features.get, features(words, at, text_shape), repeat(0.0)))


def label(words: Sequence[Word], odds: Callable[[Sequence[Word], int, str], float] = weigh) -> None:
    """Say of each word whether it is a name; one that surely is elsewhere in the text needs less."""
    text_shape = _text_shape(words)
    doubtful: list[Word] = []
    sure: set[str] = set()
    for at, word in enumerate(words):
        if _letter_after_title(words, at):
            word.label = True
        elif could_be(words, at):
            likely = 1 / (1 + exp(-max(-30.0, min(30.0, odds(words, at, text_shape)))))
            word.label = likely >= (NEXT if _goes_on(words, at) else SURE)
            if likely >= 0.8:
                sure.add(word.known.base)
            elif likely >= AGAIN and not word.label:
                doubtful.append(word)
    for word in doubtful:
        word.label = word.known.base in sure


def _goes_on(words: Sequence[Word], at: int) -> bool:
    """Whether a word may be the rest of the name before it: no ordinary word, written like one of a name."""
    return at > 0 and words[at - 1].label and words[at].known.shape in "TUM" and words[at].known.kind[0] == "o"


def names_of(text: str) -> Iterator[tuple[int, int]]:
    """The places of names of people in a text, titles before them included, as (start, end) in code points."""
    words = words_of(text)
    label(words)
    at = 0
    while at < len(words):
        if not words[at].label:
            at += 1
            continue
        last = at
        while (following := _joined(words, last, text)) is not None:
            last = following
        first = _with_title(words, at, text)
        end = words[last].end
        if _owned(words[last].known) and len(text[words[last].start : end]) > 2:
            end -= 2
        yield words[first].start, end
        at = last + 1


def _joined(words: Sequence[Word], at: int, text: str) -> int | None:
    """The next word of the same name, if there is one: “Ali Khan”, “J. Smith”."""
    following = at + 1
    if _owned(words[at].known):
        return None
    if following < len(words) and words[following].known.folded == "." and words[at].known.shape == "I":
        following += 1
    if following < len(words) and words[following].label and text[words[at].end : words[following].start] in _GAPS:
        return following
    return None


_GAPS = frozenset({" ", "  ", ".", ". ", "\u00a0"})


def _with_title(words: Sequence[Word], at: int, text: str) -> int:
    first = at
    while first > 0:
        before = first - 1
        if words[before].known.folded == "." and before > 0 and text[words[before - 1].end : words[before].end] == ".":
            before -= 1
        part = words[before].known
        if not ("title" in part.classes or (part.shape == "I" and part.folded not in ("i", "a"))):
            break
        if text[words[before].end : words[first].start] not in _GAPS:
            break
        first = before
    return first


def _owned(word: Known) -> bool:
    return word.folded != word.base

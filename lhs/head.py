"""The head: what turns a text and its embedding into a score for each code, and tells in words what weighed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from lhs.artefact import Arrays, ArtefactRefused, pack, unpack
from lhs.encoder import DIMENSIONS
from lhs.exemplars import Exemplar
from lhs.features import (
    Counts,
    letter_counts_of,
    place_of,
    seen_in,
    speaks,
    terms_of,
    weighed,
    word_counts,
    word_counts_of,
)

Numbers = npt.NDArray[np.float32]
WHOLE_MEANING = "The meaning of the text as a whole, more than any single word."
MEANING_MORE = "The meaning of the text as a whole weighed more."
# A word that moved the margin by less, or was met in fewer texts, is more likely chance than a reason.
LEAST_WEIGHT = 0.06
LEAST_MET = 3


class AnyHead(Protocol):
    """What can be asked of whatever scores texts for a codebook."""

    @property
    def codebook(self) -> str: ...
    @property
    def codes(self) -> tuple[str, ...]: ...
    @property
    def encoder(self) -> str: ...
    @property
    def width(self) -> int: ...
    @property
    def thresholds(self) -> Numbers: ...

    def scores(self, features: npt.NDArray[Any], texts: Sequence[str]) -> Numbers:
        """How likely each code is, 0–1, (texts, codes)."""

    def suggested(self, scores: Numbers) -> npt.NDArray[np.bool_]:
        """Which scores (texts, codes) are suggested."""

    def reason_in_words(self, text: str, code: str, features: npt.NDArray[Any] | None = None) -> str:
        """What spoke for the code."""

    def nearest_exemplar(self, embedding: Numbers, code: str) -> tuple[Exemplar, float] | None:
        """The exemplar of this code that is most like the text, with its cosine."""

    def to_bytes(self) -> bytes:
        """The artefact."""


def nearest_of(
    exemplars: Sequence[Exemplar], embeddings: Numbers, embedding: Numbers, code: str
) -> tuple[Exemplar, float] | None:
    """Of `exemplars`, whose `embeddings` (n, 384) have length 1, the one of this code that is most like `embedding`
    (384,), with its cosine; None where the code has none."""
    of_code = [row for row, one in enumerate(exemplars) if code in one.labels]
    if not of_code:
        return None
    given = np.asarray(embedding, dtype=np.float32)
    cosines = embeddings[of_code] @ (given / max(float(np.linalg.norm(given)), 1e-12))
    best = int(np.argmax(cosines))
    return exemplars[of_code[best]], float(np.clip(cosines[best], -1.0, 1.0))


@dataclass(frozen=True, eq=False)
class Head:
    """A trained multi-label linear head for one codebook.

    `meaning` (codes, width), `words` and `letters` (places, codes) are weights, `bias` (codes,); a margin becomes a
    score by `slope` and `offset` (codes,), and is suggested from `thresholds` (codes,) up. `idf` and `letters_idf`
    (places,) are the rarity of words and of runs of letters, `centre` (width,) the mean features it was trained on.
    `exemplars`, their embeddings and labels are kept to show a neighbour without encoding anything.
    """

    codebook: str
    codes: tuple[str, ...]
    encoder: str
    places: int
    width: int
    meaning: Numbers
    words: Numbers
    letters: Numbers
    bias: Numbers
    slope: Numbers
    offset: Numbers
    thresholds: Numbers
    idf: Numbers
    letters_idf: Numbers
    centre: Numbers
    exemplars: tuple[Exemplar, ...]
    exemplar_embeddings: Numbers

    @cached_property
    def _met(self) -> Numbers:
        return seen_in(self.idf)

    def _features(self, text: str) -> Counts:
        return weighed(word_counts(text, self.places), self.idf)

    def _column(self, code: str) -> int:
        if code not in self.codes:
            raise ValueError(f"The head for “{self.codebook}” does not know the code “{code}”.")
        return self.codes.index(code)

    def margins(self, features: npt.NDArray[Any], texts: Sequence[str]) -> Numbers:
        """Distance from the border of each code, (texts, codes), before calibration.

        `features` (texts, width) are the encoder's. Raises ValueError on NaN or a wrong shape.
        """
        given = np.asarray(features, dtype=np.float32)
        if given.shape != (len(texts), self.width):
            raise ValueError(f"Expected features of shape ({len(texts)}, {self.width}), not {given.shape}.")
        if not np.isfinite(given).all():
            raise ValueError("A feature is a number that is none.")
        margins: Numbers = given @ self.meaning.T + self.bias
        for counted, idf, weights in (
            (word_counts_of(texts, self.places), self.idf, self.words),
            (letter_counts_of(texts, self.places), self.letters_idf, self.letters),
        ):
            for row, counts in enumerate(counted):
                at, values = weighed(counts, idf)
                margins[row] += values @ weights[at]
        return margins

    def scores(self, features: npt.NDArray[Any], texts: Sequence[str]) -> Numbers:
        """How likely each code is, 0–1, float32 (texts, codes). Raises ValueError on NaN or a wrong shape."""
        told = self.margins(features, texts) * self.slope + self.offset
        return (1 / (1 + np.exp(-np.clip(told, -30, 30)))).astype(np.float32)

    def suggested(self, scores: Numbers) -> npt.NDArray[np.bool_]:
        """Which scores (texts, codes) reach their code's threshold."""
        return np.asarray(scores >= self.thresholds)

    def words_that_weighed(self, text: str, code: str, k: int = 4) -> list[tuple[str, float]]:
        """Up to `k` words or pairs of the text that spoke most for the code, with how far each moved the margin.

        Read from the words' weights alone, the heaviest first; a pair and its own words are not both told.
        Raises ValueError for a code the head does not know.
        """
        column = self._column(code)
        at, values = self._features(text)
        pull = dict(zip(at.tolist(), (values * self.words[at, column]).tolist(), strict=True))
        met = dict(zip(at.tolist(), self._met[at].tolist(), strict=True))
        terms: dict[str, float] = {}
        for term in terms_of(text):
            place = place_of(term, self.places)
            if pull[place] >= LEAST_WEIGHT and met[place] >= LEAST_MET and speaks(term):
                terms[term] = pull[place]
        told: list[tuple[str, float]] = []
        for term, weight in sorted(terms.items(), key=lambda one: (-one[1], one[0])):
            if len(told) == k:
                break
            if not any(set(term.split()) & set(other.split()) for other, _ in told):
                told.append((term, float(weight)))
        return told

    def meaning_weighed(self, features: npt.NDArray[Any], code: str) -> float:
        """How far a text's features (width,) moved the code's margin, measured from the texts it was trained on."""
        return float((np.asarray(features, dtype=np.float32) - self.centre) @ self.meaning[self._column(code)])

    def reason_in_words(self, text: str, code: str, features: npt.NDArray[Any] | None = None) -> str:
        """One plain sentence on what spoke for the code; with the features, whether the whole meaning weighed more."""
        found = self.words_that_weighed(text, code)
        if not found:
            return WHOLE_MEANING
        quoted = ", ".join(f"“{term}”" for term, _ in found)
        if features is not None and self.meaning_weighed(features, code) > sum(weight for _, weight in found):
            return f"Words that weighed most: {quoted}. {MEANING_MORE}"
        return f"Words that weighed most: {quoted}."

    def nearest_exemplar(self, embedding: Numbers, code: str) -> tuple[Exemplar, float] | None:
        """The exemplar of this code that is most like the text, with its cosine; None where the code has none."""
        return nearest_of(self.exemplars, self.exemplar_embeddings, embedding, code)

    def to_bytes(self) -> bytes:
        """The artefact: arrays and JSON, never a pickle. Raises ArtefactRefused where a number is none."""
        arrays: Arrays = {name: getattr(self, name) for name in _SHAPES}
        # Half the room; a cosine keeps three digits.
        arrays["exemplar_embeddings"] = self.exemplar_embeddings.astype(np.float16)
        for name, array in arrays.items():
            if not np.isfinite(array).all():
                raise ArtefactRefused(f"The head holds a number that is none in “{name}”.")
        settings: dict[str, Any] = {
            "codebook": self.codebook,
            "codes": list(self.codes),
            "encoder": self.encoder,
            "places": self.places,
            "width": self.width,
            "exemplars": [[one.text, list(one.labels), one.register] for one in self.exemplars],
        }
        return pack(settings, arrays)

    @classmethod
    def from_bytes(cls, artefact: bytes | memoryview) -> Head:
        """Read an artefact back. Raises ArtefactRefused where it is damaged, foreign or does not fit together."""
        settings, arrays = unpack(bytes(artefact))
        try:
            codes = tuple(str(code) for code in settings["codes"])
            exemplars = tuple(
                Exemplar(str(text), tuple(map(str, labels)), str(register))
                for text, labels, register in settings["exemplars"]
            )
            places = int(settings["places"])
            width = int(settings["width"])
            sizes = {"codes": len(codes), "places": places, "width": width} | {
                "384": DIMENSIONS,
                "exemplars": len(exemplars),
            }
            for name, axes in _SHAPES.items():
                if arrays[name].shape != tuple(sizes[axis] for axis in axes):
                    raise ArtefactRefused(f"The tagger's artefact does not fit together in “{name}”.")
            return cls(
                codebook=str(settings["codebook"]),
                codes=codes,
                encoder=str(settings["encoder"]),
                places=places,
                width=width,
                exemplars=exemplars,
                **{name: arrays[name].astype(np.float32) for name in _SHAPES},
            )
        except (KeyError, TypeError, ValueError) as error:
            if isinstance(error, ArtefactRefused):
                raise
            raise ArtefactRefused("The tagger's artefact lacks a part.") from error


_SHAPES: dict[str, tuple[str, ...]] = {
    "meaning": ("codes", "width"),
    "words": ("places", "codes"),
    "letters": ("places", "codes"),
    "bias": ("codes",),
    "slope": ("codes",),
    "offset": ("codes",),
    "thresholds": ("codes",),
    "idf": ("places",),
    "letters_idf": ("places",),
    "centre": ("width",),
    "exemplar_embeddings": ("exemplars", "384"),
}

"""How a theme is read: by likeness to what it was begun with, and from enough confirmed examples on by a learnt head.

Texts and numbers in, scores out. A theme that nobody has confirmed yet can suggest at once: a prototype is made from
its definition and its examples, and a text that lies nearer to it than nearly all others do is suggested.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from lhs import encoder
from lhs.artefact import Arrays, ArtefactRefused, pack, unpack
from lhs.encoder import DIMENSIONS, LAST_OFFICIAL, Embeddings, of_length_one
from lhs.exemplars import Exemplar
from lhs.head import Head, Numbers, nearest_of

ENOUGH = 20


@dataclass(frozen=True, eq=False)
class ThemeHead:
    """What scores texts for the themes, in the place of a `Head`: the same questions can be asked of it.

    `prototypes` (codes, 384) and `centre` (384,) are in the space of official embeddings; `mean` and `spread` (codes,)
    tell how like the background is to each. `learnt` reads the codes that have enough examples. `counted` and
    `written` (codes) say how many examples each has, and how many of them were written for it.
    """

    codebook: str
    codes: tuple[str, ...]
    encoder: str
    width: int
    prototypes: Numbers
    centre: Numbers
    mean: Numbers
    spread: Numbers
    slope: Numbers
    offset: Numbers
    thresholds: Numbers
    counted: tuple[int, ...]
    exemplars: tuple[Exemplar, ...]
    exemplar_embeddings: Numbers
    learnt: Head | None = None

    def scores(self, features: npt.NDArray[Any], texts: Sequence[str]) -> Numbers:
        """How likely each theme is, 0–1, float32 (texts, codes). Raises ValueError on NaN or a wrong shape."""
        given = np.asarray(features, dtype=np.float32)
        if given.shape != (len(texts), self.width):
            raise ValueError(f"Expected features of shape ({len(texts)}, {self.width}), not {given.shape}.")
        if not np.isfinite(given).all():
            raise ValueError("A feature is a number that is none.")
        likeness = centred(official(given, self.encoder), self.centre) @ self.prototypes.T
        above = (likeness - self.mean) / self.spread
        scores = sigmoid(above * self.slope + self.offset).astype(np.float32)
        if self.learnt is not None:
            scores[:, [self.codes.index(code) for code in self.learnt.codes]] = self.learnt.scores(given, texts)
        return scores

    def suggested(self, scores: Numbers) -> npt.NDArray[np.bool_]:
        """Which scores (texts, codes) reach their theme's threshold."""
        return np.asarray(scores >= self.thresholds)

    def reason_in_words(self, text: str, code: str, features: npt.NDArray[Any] | None = None) -> str:
        """A sentence on what spoke for the theme; of one with too few examples, that it was not learnt yet."""
        counted = self.counted[self.codes.index(code)]
        if self.learnt is not None and code in self.learnt.codes:
            return f"{self.learnt.reason_in_words(text, code, features)} Learnt from {counted:,} examples."
        if counted >= ENOUGH:
            return f"Like the theme’s definition and its {counted:,} examples. Too few were rejected to learn from."
        return f"Like the theme’s definition and examples. {counted} of {ENOUGH} examples: not learnt yet."

    def nearest_exemplar(self, embedding: Numbers, code: str) -> tuple[Exemplar, float] | None:
        """The example written for this theme that is most like the text, with its cosine; None where it has none."""
        return nearest_of(self.exemplars, self.exemplar_embeddings, embedding, code)

    def to_bytes(self) -> bytes:
        """The artefact: arrays and JSON, never a pickle. Raises ArtefactRefused where a number is none."""
        arrays: Arrays = {name: getattr(self, name) for name in _SHAPES}
        for name, array in arrays.items():
            if not np.isfinite(array).all():
                raise ArtefactRefused(f"The head holds a number that is none in “{name}”.")
        arrays["learnt"] = np.frombuffer(self.learnt.to_bytes() if self.learnt else b"", dtype=np.uint8)
        settings: dict[str, Any] = {
            "codebook": self.codebook,
            "codes": list(self.codes),
            "encoder": self.encoder,
            "width": self.width,
            "counted": list(self.counted),
            "exemplars": [[one.text, list(one.labels), one.register] for one in self.exemplars],
        }
        return pack(settings, arrays)

    @classmethod
    def from_bytes(cls, artefact: bytes | memoryview) -> ThemeHead:
        """Read an artefact back. Raises ArtefactRefused where it is damaged, foreign or does not fit together."""
        settings, arrays = unpack(bytes(artefact))
        try:
            codes = tuple(str(code) for code in settings["codes"])
            counted = tuple(int(n) for n in settings["counted"])
            exemplars = tuple(
                Exemplar(str(text), tuple(map(str, labels)), str(register))
                for text, labels, register in settings["exemplars"]
            )
            sizes = {"codes": len(codes), "384": DIMENSIONS, "exemplars": len(exemplars)}
            for name, axes in _SHAPES.items():
                if arrays[name].shape != tuple(sizes[axis] for axis in axes):
                    raise ArtefactRefused(f"The tagger's artefact does not fit together in “{name}”.")
            kept = arrays["learnt"].tobytes()
            learnt = Head.from_bytes(kept) if kept else None
            if len(counted) != len(codes) or (learnt is not None and not set(learnt.codes) <= set(codes)):
                raise ArtefactRefused("The tagger's artefact does not fit together in its codes.")
            return cls(
                codebook=str(settings["codebook"]),
                codes=codes,
                encoder=str(settings["encoder"]),
                width=int(settings["width"]),
                counted=counted,
                exemplars=exemplars,
                learnt=learnt,
                **{name: arrays[name].astype(np.float32) for name in _SHAPES},
            )
        except (KeyError, TypeError, ValueError) as error:
            if isinstance(error, ArtefactRefused):
                raise
            raise ArtefactRefused("The tagger's artefact lacks a part.") from error


_SHAPES: dict[str, tuple[str, ...]] = {
    "prototypes": ("codes", "384"),
    "centre": ("384",),
    "mean": ("codes",),
    "spread": ("codes",),
    "slope": ("codes",),
    "offset": ("codes",),
    "thresholds": ("codes",),
    "exemplar_embeddings": ("exemplars", "384"),
}


def official(features: npt.NDArray[Any], encoder_name: str) -> Embeddings:
    """The embeddings (n, 384), of length 1, that lie in an encoder's features (n, width)."""
    last = LAST_OFFICIAL if encoder_name == encoder.BUILT_IN else slice(None)
    return of_length_one(np.asarray(features, dtype=np.float32)[:, last])


def centred(embeddings: npt.NDArray[Any], centre: npt.NDArray[Any]) -> Embeddings:
    """Embeddings (n, 384) seen from the centre of the background, of length 1: what all texts share is taken away."""
    return of_length_one(np.asarray(embeddings, dtype=np.float32) - centre)


def sigmoid(x: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """The share (0–1) that a margin stands for."""
    return np.asarray(1 / (1 + np.exp(-np.clip(x, -30, 30))))

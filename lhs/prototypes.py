"""Fit what reads the themes: a prototype of each, and a learnt head for those with enough examples."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from lhs import encoder
from lhs.challenge import Taught, together
from lhs.encoder import DIMENSIONS, Embeddings, Reading, of_length_one
from lhs.exemplars import Exemplar
from lhs.fitting import FEWEST, Rows, TooFewExamples, fit
from lhs.head import Head
from lhs.models import THEMES
from lhs.themes import ENOUGH, ThemeHead, centred, official, sigmoid

# Chosen on the insights of the case studies: docs/decisions/0015-themes.md.
DEFINITION_WEIGHS = 0.5
FEWEST_BACKGROUND = 100


@dataclass(frozen=True)
class Theme:
    """What a theme is known by: its words, the examples written for it, and the score from which a curator wants it
    suggested (None: as fitted). `confirmed` counts the confirmed insights that teach it."""

    code: str
    name: str
    definition: str
    examples: tuple[str, ...]
    threshold: float | None = None
    confirmed: int = 0

    @property
    def counted(self) -> int:
        """How many examples it has, written and confirmed."""
        return len(self.examples) + self.confirmed


@dataclass(frozen=True)
class Background:
    """Embeddings (n, 384) of texts of which most have nothing to do with any one theme, and how a distance above them
    is read: a text is suggested from `border` standard deviations above their mean; `slope` and `offset` make of the
    deviations how likely it is.

    What people logged is of one kind with what is to be read. The exemplars are not, and everything people log lies
    far from them, so the border is higher.
    """

    embeddings: Embeddings
    border: float
    slope: float
    offset: float

    @classmethod
    def of(cls, logged: Embeddings, exemplars: Embeddings) -> Background:
        """The logged texts where there are enough, else the exemplars with them."""
        if len(logged) >= FEWEST_BACKGROUND:
            return cls(logged, 1.5, 1.5, -2.7)
        return cls(np.vstack([logged, exemplars]), 2.5, 1.08, -3.33)


def fit_themes(themes: Sequence[Theme], taught: Taught, background: Background) -> tuple[ThemeHead, dict[str, Any]]:
    """Fit a head for these themes, in their order, to what they were begun with and to what was taught (`taught.codes`
    are theirs); with figures: of each theme how many examples it has, whether it was learnt, and its threshold.

    What is held out is not learnt from. The same input gives the same head. Raises EncoderUnavailable.
    """
    told = [f"{one.name}. {one.definition}" for one in themes]
    written = [(text, one.code) for one in themes for text in one.examples]
    reading = encoder.loaded().read([*told, *(text for text, _ in written)])
    of_written = Reading(reading.embeddings[len(told) :], reading.features[len(told) :])
    name = encoder.configured_name()
    known = taught.part(~taught.held_out & taught.known.any(axis=1))
    centre = background.embeddings.mean(axis=0)
    definitions, examples = centred(reading.embeddings[: len(told)], centre), centred(of_written.embeddings, centre)
    confirmed = centred(official(known.features, name), centre)
    prototypes = np.zeros((len(themes), DIMENSIONS), dtype=np.float32)
    for column, theme in enumerate(themes):
        own = examples[[code == theme.code for _, code in written]]
        like = np.vstack([own, confirmed[known.truth[:, column] & known.known[:, column]]])
        prototypes[column] = DEFINITION_WEIGHS * definitions[column] + (like.mean(axis=0) if len(like) else 0)
    prototypes = of_length_one(prototypes)
    likeness = centred(background.embeddings, centre) @ prototypes.T
    learnt, crossed = _learnt(themes, known, written, of_written, name)
    thresholds = np.full(len(themes), sigmoid(np.array(background.border * background.slope + background.offset)))
    for column, theme in enumerate(themes):
        if learnt is not None and theme.code in learnt.codes:
            thresholds[column] = learnt.thresholds[learnt.codes.index(theme.code)]
        if theme.threshold is not None:
            thresholds[column] = theme.threshold
    head = ThemeHead(
        codebook=THEMES,
        codes=tuple(one.code for one in themes),
        encoder=name,
        width=encoder.loaded().width,
        prototypes=prototypes,
        centre=centre.astype(np.float32),
        mean=likeness.mean(axis=0),
        spread=np.maximum(likeness.std(axis=0), 1e-6),
        slope=np.full(len(themes), background.slope, dtype=np.float32),
        offset=np.full(len(themes), background.offset, dtype=np.float32),
        thresholds=thresholds.astype(np.float32),
        counted=tuple(one.counted for one in themes),
        exemplars=tuple(Exemplar(text, (code,), "theme") for text, code in written),
        exemplar_embeddings=of_written.embeddings,
        learnt=learnt,
    )
    read = learnt.codes if learnt is not None else ()
    figures: dict[str, Any] = {
        "themes": {
            one.code: {
                "examples": one.counted,
                "learnt": one.code in read,
                "threshold": round(float(head.thresholds[column]), 4),
            }
            for column, one in enumerate(themes)
        },
        "cross_validated": crossed,
    }
    return head, figures


def _learnt(
    themes: Sequence[Theme], known: Taught, written: Sequence[tuple[str, str]], reading: Reading, encoder_name: str
) -> tuple[Head | None, dict[str, Any] | None]:
    """A head of the themes that have enough examples, and enough texts without them, or None."""
    columns = [column for column, theme in enumerate(themes) if theme.counted >= ENOUGH and _enough(known, column)]
    if not columns:
        return None, None
    codes = tuple(themes[column].code for column in columns)
    rows = np.asarray(known.known[:, columns].any(axis=1))
    learnt = Taught(
        codes,
        tuple(text for text, row in zip(known.texts, rows, strict=True) if row),
        known.features[rows],
        known.truth[rows][:, columns],
        known.known[rows][:, columns],
        known.held_out[rows],
    )
    mine = np.array([[code == own for code in codes] for _, own in written], dtype=bool).reshape(len(written), -1)
    chosen = np.asarray(mine.any(axis=1))
    texts = [text for (text, _), one in zip(written, chosen, strict=True) if one]
    own = Rows.of(texts, reading.features[chosen], mine[chosen], np.arange(len(texts)), mine[chosen])
    try:
        return fit(THEMES, codes, together(own, learnt), encoder=encoder_name)
    except TooFewExamples:
        # Texts that are all alike leave nothing to measure with.
        return None, None


def _enough(known: Taught, column: int) -> bool:
    judged, has = known.known[:, column], known.truth[:, column]
    return int((judged & has).sum()) >= FEWEST <= int((judged & ~has).sum())

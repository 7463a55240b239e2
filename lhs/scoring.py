"""Score texts with a head: for each text what it may be about, how likely, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lhs import encoder
from lhs.encoder import EncoderUnavailable, Features
from lhs.head import AnyHead
from lhs.models import Tagger
from lhs.versions import head_of


@dataclass(frozen=True)
class Suggestion:
    """One code for one text: score 0–1, whether it is suggested, and a reason in words ("" where it is not)."""

    code: str
    score: float
    suggested: bool
    reason: str


def score_texts(
    tagger: Tagger | AnyHead, texts: Sequence[str], features: Features | None = None
) -> list[list[Suggestion]]:
    """For each text, a Suggestion for every code in the codebook's order.

    `features` (n, width) of the head's own encoder spare the encoding. Raises EncoderUnavailable where the configured
    encoder is another than the head was trained with, ArtefactRefused, ValueError on NaN.
    """
    head = head_of(tagger) if isinstance(tagger, Tagger) else tagger
    if features is None:
        features = features_for(head, texts)
    scores = head.scores(features, texts)
    suggested = head.suggested(scores)
    return [
        [
            Suggestion(
                code=code,
                score=float(scores[row, column]),
                suggested=bool(suggested[row, column]),
                reason=head.reason_in_words(text, code, features[row]) if suggested[row, column] else "",
            )
            for column, code in enumerate(head.codes)
        ]
        for row, text in enumerate(texts)
    ]


def features_for(head: AnyHead, texts: Sequence[str]) -> Features:
    """Features (n, width), float16, for a head. Raises EncoderUnavailable where another encoder is configured."""
    if not texts:
        return np.zeros((0, head.width), dtype=np.float16)
    found = encoder.loaded()
    if found.name != head.encoder:
        raise EncoderUnavailable(
            f"The tagger was trained with the encoder {head.encoder}, but {found.name} is configured. "
            "Start the system once so that it trains anew, or set LHS_ENCODER_DIR back."
        )
    return found.read(texts).features

"""A codebook of the tests' own, “wards” with two codes, and insights of which curators have said what holds."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

import numpy as np
from uuid_utils.compat import uuid7

from insights.models import Insight
from insights.teaching import is_held_out
from lhs.challenge import Taught
from lhs.codebooks import ensure_habits
from lhs.encoder import configured_name, loaded
from lhs.fitting import Rows, fit
from lhs.head import Head
from lhs.models import Codebook, Tagger
from tests.factories import (
    CodebookFactory,
    CodeFactory,
    EmbeddingFactory,
    InsightFactory,
    ProgrammeFactory,
    ReviewFactory,
    UserFactory,
)

WARDS = "wards"
CODES = ("culture", "staff")
SPEAKS = {"culture": "They trust each other and the leaders listen", "staff": "The nurses are tired from the rota"}


def taught(n: int = 400, *, seed: int = 0) -> Taught:
    """Texts whose meaning can be read off the first two of their features; every fifth is held out."""
    draw = np.random.default_rng(seed)
    truth = draw.random((n, 2)) < 0.4
    features = draw.normal(0, 0.1, (n, loaded().width))
    # As strongly as the many others together, which all vary alike once they are brought to one scale.
    features[:, :2] += truth
    features[:, 2:200] += truth[:, [0]] * 0.2
    features[:, 200:400] += truth[:, [1]] * 0.2
    texts = tuple(
        ". ".join([f"Note {at} of {seed}", *(SPEAKS[code] for code, has in zip(CODES, row, strict=True) if has)])
        for at, row in enumerate(truth)
    )
    return Taught(CODES, texts, features.astype(np.float16), truth, np.ones_like(truth), np.arange(n) % 5 == 0)


def head_for(data: Taught) -> Head:
    """A head fitted to all of it."""
    rows = Rows.of(data.texts, data.features, data.truth, np.arange(len(data.texts)))
    return fit(WARDS, data.codes, rows, encoder=configured_name())[0]


def wards() -> Codebook:
    """The codebook with its two codes."""
    ensure_habits()
    codebook = CodebookFactory(slug=WARDS, name="Wards")
    for position, code in enumerate(CODES):
        CodeFactory(codebook=codebook, slug=code, position=position)
    return codebook


def in_use(head: Head, *, version: int = 1) -> Tagger:
    """A tagger in use with this head."""
    return Tagger.objects.create(
        codebook=wards(),
        version=version,
        artefact=head.to_bytes(),
        figures={"encoder": head.encoder, "macro_f1": 0.4},
        data_digest="0" * 64,
        state=Tagger.State.CHAMPION,
    )


def reviewed(*, train: int, held_out: int) -> list[Insight]:
    """So many insights of each side, each reviewed by a curator for both codes."""
    codebook, curator, programme = wards(), UserFactory(role="curator"), ProgrammeFactory()
    data = taught(train + held_out, seed=5)
    ids, sides = _ids(), [True] * held_out + [False] * train
    insights = []
    for row, side in enumerate(sides):
        insight = InsightFactory(
            id=next(id for id in ids if is_held_out(id) == side), programme=programme, text=data.texts[row]
        )
        EmbeddingFactory(insight=insight, encoder=configured_name(), features=data.features[row].tobytes())
        codes = [code for code, has in zip(CODES, data.truth[row], strict=True) if has]
        ReviewFactory(insight=insight, codebook=codebook, person=curator, codes=codes, teaches=True)
        insights.append(insight)
    return insights


def _ids() -> Iterator[UUID]:
    while True:
        yield uuid7()

"""Train a tagger from labelled texts, and keep the first one."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from django.db import transaction

from lhs import encoder
from lhs.adaptation import load_adaptation
from lhs.codebooks import ensure_habits
from lhs.encoder import Embeddings, EncoderUnavailable, Progress, Reading
from lhs.exemplars import Exemplar, ExemplarsUnusable, load_exemplars, near_duplicates
from lhs.fitting import Prior, Rows, TooFewExamples, fit
from lhs.habits import CODES
from lhs.head import Head
from lhs.kept import read_kept
from lhs.models import HABITS, Codebook, Tagger
from lhs.passages import PASSAGES_SHA256, PassagesUnusable, check_passages, load_passages
from lhs.versions import keep_version

# What keeps a head from being trained that someone has to put right; each says what and how.
CANNOT_TRAIN = (EncoderUnavailable, ExemplarsUnusable, PassagesUnusable, TooFewExamples)


def data_digest(texts: Sequence[str], labels: Sequence[Sequence[str]]) -> str:
    """A sha256 (hex) of labelled texts: the same whatever the order of the rows or of a row's labels."""
    rows = sorted(json.dumps([text, sorted(row)]) for text, row in zip(texts, labels, strict=True))
    return hashlib.sha256("\n".join(rows).encode()).hexdigest()


def train(
    codebook_slug: str,
    texts: Sequence[str],
    labels: Sequence[Sequence[str]],
    reading: Reading | None = None,
    progress: Progress | None = None,
    *,
    codes: Sequence[str] | None = None,
    groups: Sequence[str] | None = None,
) -> tuple[Head, dict[str, Any]]:
    """Fit a head to texts and the codes each is evidence about; returns it with its cross-validated figures.

    A `reading` of the texts by the configured encoder spares the encoding. `codes` are the codes to learn and their
    order (default: the five habits, else every label there is). Texts of one group (default: texts that say nearly
    the same) never stand on both sides of a fold. The same input gives the same head.
    Raises fitting.TooFewExamples, EncoderUnavailable, and ValueError for a label that is not among the codes.
    """
    known = tuple(codes or (CODES if codebook_slug == HABITS else sorted({code for row in labels for code in row})))
    truth = np.zeros((len(texts), len(known)), dtype=bool)
    for row, of_text in enumerate(labels):
        for label in of_text:
            if label not in known:
                raise ValueError(f"The label “{label}” is not in the codebook “{codebook_slug}”.")
            truth[row, known.index(label)] = True
    if reading is None:
        reading = encoder.loaded().read(texts, progress=progress)
    grouped = _alike(reading.embeddings) if groups is None else np.unique(np.array(groups), return_inverse=True)[1]
    rows = Rows.of(texts, reading.features, truth, grouped)
    head, figures = fit(codebook_slug, known, rows, encoder=encoder.configured_name())
    return head, {**figures, "encoder": head.encoder}


def _alike(embeddings: Embeddings) -> npt.NDArray[np.int64]:
    groups = np.arange(len(embeddings))
    for first, second, _ in near_duplicates(embeddings):
        groups[groups == groups[second]] = groups[first]
    return groups


@dataclass(frozen=True)
class Base:
    """What every head of the habits is taught before any person has decided: rows, and a digest (hex) of them.

    The exemplars come first and are kept with the head as neighbours to show; the passages are numbers without words.
    """

    rows: Rows
    exemplars: tuple[Exemplar, ...]
    embeddings: Embeddings
    digest: str
    passages: int


def base_rows(progress: Progress | None = None, *, folder: Path | None = None) -> Base:
    """The exemplars, and the numbers kept of real passages where the built-in encoder, which made them, is in use.

    A register, and a kind of source, is a group: what is measured is how well a head reads a way of speaking it has
    not met. Raises ExemplarsUnusable, PassagesUnusable, EncoderUnavailable.
    """
    exemplars = load_exemplars(folder)
    texts = [one.text for one in exemplars]
    reading = read_kept(texts, progress)
    truth = np.array([[code in one.labels for code in CODES] for one in exemplars], dtype=bool)
    registers = np.unique([one.register for one in exemplars], return_inverse=True)[1]
    rows = Rows.of(texts, reading.features, truth, registers)
    built_in = encoder.configured_name() == encoder.BUILT_IN
    if built_in:
        rows = replace(rows, prior=load_adaptation().margins_of(texts))
    digest = data_digest(texts, [one.labels for one in exemplars])
    passages = 0
    if built_in and folder is None:
        check_passages()
        kept = load_passages()
        passages = len(kept.truth)
        rows = rows.and_also(kept)
        digest = hashlib.sha256((digest + PASSAGES_SHA256).encode()).hexdigest()
    return Base(rows, exemplars, reading.embeddings, digest, passages)


def prior_for(codebook_slug: str) -> Prior | None:
    """How the configured encoder was adapted to this codebook; None where it was not. Raises EncoderUnavailable."""
    if codebook_slug != HABITS or encoder.configured_name() != encoder.BUILT_IN:
        return None
    adaptation = load_adaptation()
    return Prior(adaptation.weights, adaptation.bias)


def no_base(codes: int) -> Base:
    """The base of a codebook that the software brings nothing for: `codes` columns, no rows."""
    features = np.zeros((0, encoder.loaded().width), dtype=np.float16)
    rows = Rows(features, (), (), np.zeros((0, codes), dtype=bool), np.zeros(0, dtype=np.int64))
    return Base(rows, (), np.zeros((0, encoder.DIMENSIONS), dtype=np.float32), data_digest([], []), 0)


def train_on_exemplars(
    progress: Progress | None = None, *, folder: Path | None = None
) -> tuple[Head, dict[str, Any], str]:
    """Fit the habits' head to the base; with figures and data digest.

    Raises ExemplarsUnusable, PassagesUnusable, TooFewExamples, EncoderUnavailable.
    """
    taught = base_rows(progress, folder=folder)
    head, figures = fit(HABITS, CODES, taught.rows, encoder=encoder.configured_name(), prior=prior_for(HABITS))
    figures |= {"encoder": head.encoder, "exemplars": len(taught.exemplars), "passages": taught.passages}
    figures["measured_on"] = (
        f"Cross-validated on {len(taught.exemplars)} exemplars written for this software and {taught.passages} real "
        "passages labelled by a model reader, not by people, each register and kind of source held back in turn. "
        "Text written for the purpose flatters: expect less on what people log."
    )
    return with_neighbours(head, taught), figures, taught.digest


def with_neighbours(head: Head, taught: Base) -> Head:
    """The head, with the base's exemplars to show as neighbours."""
    return replace(head, exemplars=taught.exemplars, exemplar_embeddings=taught.embeddings)


def first_tagger_due() -> bool:
    """Whether the habits have no tagger in use, or only one trained with another encoder than is configured now.

    Quick: nothing is loaded. Raises EncoderUnavailable.
    """
    in_use = Tagger.objects.filter(codebook__slug=HABITS, state=Tagger.State.CHAMPION)
    return not in_use.filter(figures__encoder=encoder.configured_name()).exists()


def train_where_none_is() -> Tagger | None:
    """Train the habits' first tagger where the start could not, because a file was missing; else do nothing (None).

    A tagger that is there is left alone, whatever the encoder is now. Raises what CANNOT_TRAIN names.
    """
    if Tagger.objects.filter(codebook__slug=HABITS).exists():
        return None
    return train_first_tagger()


def train_first_tagger(progress: Progress | None = None) -> Tagger | None:
    """Train the habits' first tagger from the exemplars and put it in use; None where that is not due.

    It is due again where the encoder has changed: the weights would be read against numbers of another kind.
    Two processes at once: the second waits, then finds the first one's tagger.
    Raises what CANNOT_TRAIN names.
    """
    if not first_tagger_due():
        return None
    ensure_habits()
    with transaction.atomic():
        # NO KEY: rows that point at the codebook can be written while this one trains.
        codebook = Codebook.objects.select_for_update(no_key=True).get(slug=HABITS)
        if not first_tagger_due():
            return None
        head, figures, digest = train_on_exemplars(progress)
        reason = "Trained on what comes with the software; nobody had decided anything yet."
        return keep_version(codebook, head.to_bytes(), figures, digest, reason=reason, in_use=True)

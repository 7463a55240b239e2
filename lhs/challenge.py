"""Train a challenger on what people taught, and see whether it beats the tagger in use on what was held out.

Texts and labels in, a judged head out: nothing is written here.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from lhs import encoder
from lhs.artefact import ArtefactRefused
from lhs.encoder import Features
from lhs.evaluation import f1
from lhs.fitting import Rows, fit
from lhs.habits import CODES
from lhs.head import AnyHead, Head
from lhs.models import HABITS
from lhs.training import Base, base_rows, no_base, prior_for, with_neighbours

FEWEST_HELD_OUT = 50
RESAMPLES = 1000
SEED = 20_221_004
_AT_ONCE = 50

Bools = npt.NDArray[np.bool_]
Told = Callable[[str, int, int], None]


class ChallengerRefused(ValueError):
    """The challenger is broken: its numbers are none, or its artefact cannot be read back. The message says which."""


@dataclass(frozen=True)
class Taught:
    """What people taught: texts, their features (n, width), truth and known (n, codes), held_out (n,).

    `known` says where a person's word exists; elsewhere the truth means nothing. What is held out is never trained on.
    """

    codes: tuple[str, ...]
    texts: tuple[str, ...]
    features: Features
    truth: Bools
    known: Bools
    held_out: Bools

    def part(self, rows: Bools) -> Taught:
        """Only the rows chosen, in order."""
        texts = tuple(text for text, chosen in zip(self.texts, rows, strict=True) if chosen)
        return Taught(self.codes, texts, self.features[rows], self.truth[rows], self.known[rows], self.held_out[rows])


@dataclass(frozen=True)
class Challenge:
    """A challenger, judged: its head and artefact, figures, the digest of what it learnt from, and the verdict."""

    head: AnyHead
    artefact: bytes
    figures: dict[str, Any]
    data_digest: str
    wins: bool
    reason: str


def challenge(
    codebook_slug: str,
    taught: Taught,
    *,
    champion: AnyHead | None,
    champion_version: int | None = None,
    told: Told | None = None,
    base: Base | None = None,
) -> Challenge:
    """Fit a challenger to the base material and what was taught, and compare it on what was held out.

    It wins only if it is better by more than chance: the 95 % interval of the difference in macro-F1 (paired bootstrap
    by text) lies above 0, on at least 50 held-out decisions. Where no tagger is in use, there is nothing to beat: it
    wins. `told(stage, done, of)` follows the work.
    Raises ChallengerRefused, fitting.TooFewExamples, ExemplarsUnusable, EncoderUnavailable.
    """
    began = time.monotonic()
    say = told or (lambda stage, done, of: None)
    if base is None:
        reading = "Reading the exemplars"
        habits = codebook_slug == HABITS
        base = base_rows(lambda done, of: say(reading, done, of)) if habits else no_base(len(taught.codes))
    learnt = taught.part(~taught.held_out & taught.known.any(axis=1))
    held = taught.part(taught.held_out & taught.known.any(axis=1))
    say("Fitting", 0, len(base.rows.truth) + len(learnt.texts))
    rows = together(base.rows, learnt)
    # Learnt from decisions on codes in another order than the codebook's own, the adapted reading would be misplaced.
    prior = prior_for(codebook_slug) if taught.codes == CODES else None
    head, crossed = fit(codebook_slug, taught.codes, rows, encoder=encoder.configured_name(), prior=prior)
    head, artefact = _sound(with_neighbours(head, base))
    say("Comparing on held-out decisions", 0, len(held.texts))
    figures = compared(held, head, champion, champion_version)
    wins, reason = _verdict(figures, champion_version if champion is not None else None)
    decisions = int(taught.known.sum())
    if figures["held_out"] < FEWEST_HELD_OUT:
        figures |= {name: crossed[name] for name in ("macro_f1", "micro_f1", "map", "codes")} | {"interval": None}
        figures["measured_on"] = "Cross-validated on what it was trained on: too few decisions were held out to judge."
    else:
        figures["measured_on"] = f"Measured on {figures['held_out']:,} decisions of people that it never learnt from."
    figures |= {
        "cross_validated": crossed,
        "decisions": decisions,
        "n": len(base.rows.truth) + len(learnt.texts),
        "seconds": round(time.monotonic() - began, 2),
        "encoder": head.encoder,
    }
    return Challenge(head, artefact, figures, _digest(base, learnt), wins, reason)


def compared(
    held: Taught, challenger: AnyHead, champion: AnyHead | None, champion_version: int | None
) -> dict[str, Any]:
    """The figures of a head on what was held out, and of the one in use beside it.

    Raises ChallengerRefused where a score is none.
    """
    challenger_says = _said(challenger, held)
    champion_says = _said(champion, held) if champion is not None else None
    return _figures(held, challenger_says, champion_says, champion_version)


def together(base: Rows, learnt: Taught) -> Rows:
    """Rows of the base and, after them, of what was learnt."""
    # The same words are one group, however many insights say them: they never stand on both sides of a fold.
    alike = np.unique(np.array([text.casefold().strip() for text in learnt.texts], dtype=object), return_inverse=True)
    truth = learnt.truth & learnt.known
    return base.and_also(Rows.of(learnt.texts, learnt.features, truth, alike[1].astype(np.int64), learnt.known))


def _sound(head: Head) -> tuple[Head, bytes]:
    """The head as it reads back from its artefact. Raises ChallengerRefused."""
    try:
        artefact = head.to_bytes()
        return replace(Head.from_bytes(artefact), exemplar_embeddings=head.exemplar_embeddings), artefact
    except ArtefactRefused as error:
        raise ChallengerRefused(f"The challenger is broken and was refused. {error}") from error


def _said(head: AnyHead, held: Taught) -> Bools:
    """What a head suggests for the held-out texts, (n, codes) in their order of codes; unknown codes: nothing.

    Raises ChallengerRefused where a score is none.
    """
    scores = head.scores(held.features, held.texts)
    if not np.isfinite(scores).all():
        raise ChallengerRefused("The challenger is broken and was refused. It gave a score that is no number.")
    suggested = head.suggested(scores)
    said = np.zeros_like(held.truth)
    for column, code in enumerate(held.codes):
        if code in head.codes:
            said[:, column] = suggested[:, head.codes.index(code)]
    return said


def _figures(held: Taught, challenger: Bools, champion: Bools | None, version: int | None) -> dict[str, Any]:
    codes: dict[str, dict[str, float | int]] = {}
    for column, code in enumerate(held.codes):
        known = held.known[:, column]
        truth = held.truth[known, column]
        precision, recall, both = f1(truth, challenger[known, column])
        codes[code] = {
            "precision": round(precision, 4),
            "recall": round(recall, 4),
            "f1": round(both, 4),
            "n": int(truth.sum()),
            "decisions": int(known.sum()),
        }
    judged = held.known & held.truth
    mine = _macro(held, challenger)
    figures: dict[str, Any] = {
        "macro_f1": round(float(mine[0]), 4),
        "micro_f1": round(f1(held.truth[held.known], challenger[held.known])[2], 4),
        "codes": codes,
        "judged_codes": int(judged.any(axis=0).sum()),
        "held_out": int(held.known.sum()),
        "held_out_texts": len(held.texts),
        "interval": _interval(mine[1:]),
        "champion": None,
        "difference": None,
    }
    if champion is not None:
        theirs = _macro(held, champion)
        figures["champion"] = {"version": version, "macro_f1": round(float(theirs[0]), 4)}
        difference = mine - theirs
        figures["difference"] = {"by": round(float(difference[0]), 4), "interval": _interval(difference[1:])}
    return figures


def _macro(held: Taught, said: Bools) -> npt.NDArray[np.float64]:
    """Macro-F1 of the known cells: first as they are, then of each resample of the texts, (1 + resamples,).

    Codes that nobody confirmed on a held-out text are left out: their F1 is 0 whatever is suggested. The same seed
    draws the same texts for both heads, which pairs them.
    """
    right = (held.truth & said & held.known).astype(np.float64)
    wrong = ((held.truth != said) & held.known).astype(np.float64)
    judged = (held.truth & held.known).any(axis=0)
    n = len(held.texts)
    if not judged.any():
        return np.zeros(1 + RESAMPLES)
    right, wrong = right[:, judged], wrong[:, judged]
    draw = np.random.default_rng(SEED)
    parts = [_f1_of(np.ones((1, n)), right, wrong)]
    for start in range(0, RESAMPLES, _AT_ONCE):
        times = draw.multinomial(n, np.full(n, 1 / n), size=min(_AT_ONCE, RESAMPLES - start))
        parts.append(_f1_of(times.astype(np.float64), right, wrong))
    return np.concatenate(parts)


def _f1_of(times: npt.NDArray[Any], right: npt.NDArray[Any], wrong: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    twice = 2 * (times @ right)
    return np.asarray((twice / np.maximum(twice + times @ wrong, 1)).mean(axis=1))


def _interval(resampled: npt.NDArray[np.float64]) -> list[float]:
    low, high = np.percentile(resampled, [2.5, 97.5])
    return [round(float(low), 4), round(float(high), 4)]


def _verdict(figures: dict[str, Any], champion_version: int | None) -> tuple[bool, str]:
    held_out = figures["held_out"]
    if figures["champion"] is None:
        return True, "No tagger was in use that could read the texts, so there was none to beat."
    in_use = "the version in use" if champion_version is None else f"version {champion_version}"
    if held_out < FEWEST_HELD_OUT:
        return False, (
            f"Too few decisions are held out to compare: {held_out} of {FEWEST_HELD_OUT}. "
            f"So {in_use} stays in use until there are enough."
        )
    by, (low, high) = figures["difference"]["by"], figures["difference"]["interval"]
    told = (
        f"On {held_out:,} held-out decisions its macro-F1 is {figures['macro_f1']:.2f}, that of {in_use} "
        f"{figures['champion']['macro_f1']:.2f}: a difference of {by:+.2f} (95 % interval {low:+.2f} to {high:+.2f})."
    )
    if low > 0:
        return True, f"Better than {in_use}. {told}"
    return False, f"Not surely better than {in_use}, so that one stays in use. {told}"


def _digest(base: Base, learnt: Taught) -> str:
    rows: Sequence[str] = sorted(
        repr((text, truth.tolist(), known.tolist()))
        for text, truth, known in zip(learnt.texts, learnt.truth & learnt.known, learnt.known, strict=True)
    )
    return hashlib.sha256("\n".join([base.digest, *learnt.codes, *rows]).encode()).hexdigest()

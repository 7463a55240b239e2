"""Fit the tagger of the themes anew: when that is due, and to what.

What is due is found by looking: the themes as they stand now are not those that the tagger in use was fitted to. So no
message can be lost on the way.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

import numpy as np

from insights.models import Decision, Embedding, Example
from insights.teaching import TeachingRows, teaching_rows
from lhs.challenge import FEWEST_HELD_OUT, Challenge, Taught, compared
from lhs.encoder import DIMENSIONS, Embeddings, configured_name
from lhs.head import AnyHead, Head
from lhs.models import HABITS, THEMES, Code
from lhs.prototypes import Background, Theme, fit_themes
from lhs.themes import ThemeHead
from lhs.versions import NoTagger, champion, head_of

BACKGROUND = 2000

Told = Callable[[str, int, int], None]


def themes_changed() -> bool:
    """Whether the themes are others than those that the tagger in use was fitted to; never where there are none."""
    digest = themes_digest()
    if not digest:
        return False
    try:
        figures = champion(THEMES).figures
    except NoTagger:
        return True
    return bool(figures.get("themes_digest") != digest or figures.get("encoder") != configured_name())


def decisions_to_read() -> int:
    """Return on how many decisions about themes, of insights whose numbers are stored, a tagger could be fitted now.

    More of them than the one in use was fitted to come not only with decisions, but also with numbers: the case
    studies are decided before anything is read.
    """
    stored = Embedding.objects.filter(encoder=configured_name(), features__isnull=False).values("insight_id")
    decisions = Decision.objects.filter(code__codebook__slug=THEMES, teaches=True, insight__words_withheld=False)
    return decisions.filter(insight_id__in=stored).count()


def challenge_themes(
    *, champion_head: AnyHead | None, champion_version: int | None, told: Told | None = None
) -> Challenge:
    """Fit a head to the themes as they stand, and say whether it takes the place of the one in use.

    It does where the themes were changed: the one in use does not know them. Else it does unless it is surely worse
    on what was held out. Raises NoTagger where there are no themes, ChallengerRefused, EncoderUnavailable.
    """
    say = told or (lambda stage, done, of: None)
    digest = themes_digest()
    if not digest:
        raise NoTagger("There are no themes yet, so there is nothing to read for.")
    changed = themes_changed()
    read = decisions_to_read()
    rows = teaching_rows(THEMES)
    taught = _with_examples(rows)
    themes = _themes(rows)
    say("Fitting", 0, len(rows.texts))
    head, figures = fit_themes(themes, taught, _background())
    artefact = head.to_bytes()
    head = ThemeHead.from_bytes(artefact)
    held = taught.part(taught.held_out & taught.known.any(axis=1))
    say("Comparing on held-out decisions", 0, len(held.texts))
    figures |= compared(held, head, None if changed else champion_head, champion_version)
    figures |= {
        "themes_digest": digest,
        "decisions": int(rows.known.sum()),
        "decisions_read": read,
        "n": len(rows.texts),
        "encoder": head.encoder,
    }
    wins, reason = _verdict(figures, changed, champion_version)
    if figures["held_out"] < FEWEST_HELD_OUT:
        figures |= {"macro_f1": None, "interval": None, "measured_on": "Too few decisions were held out to measure."}
    else:
        figures["measured_on"] = f"Measured on {figures['held_out']:,} decisions of people that it never learnt from."
    return Challenge(head, artefact, figures, _digest(digest, rows), wins, reason)


def themes_digest() -> str:
    """Return a digest (hex) of all that the themes in use are known by; empty where there are none."""
    codes = list(_living().values_list("id", "slug", "name", "definition", "threshold"))
    if not codes:
        return ""
    examples: dict[UUID, list[str]] = defaultdict(list)
    for code_id, text, insight_id in Example.objects.order_by("position", "id").values_list("code", "text", "insight"):
        examples[code_id].append(text or str(insight_id))
    told = [[slug, name, definition, threshold, examples[id]] for id, slug, name, definition, threshold in codes]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()


def _living() -> Any:
    return Code.objects.living().filter(codebook__slug=THEMES).order_by("position", "name")


def _themes(rows: TeachingRows) -> list[Theme]:
    """The themes in the order of the rows' codes, with how many confirmed insights teach each."""
    written: dict[str, list[str]] = defaultdict(list)
    texts = Example.objects.filter(insight__isnull=True).order_by("position", "id")
    for slug, text in texts.values_list("code__slug", "text"):
        written[slug].append(text)
    confirmed = (rows.truth & rows.known).sum(axis=0)
    codes = {code.slug: code for code in _living()}
    return [
        Theme(
            code=slug,
            name=codes[slug].name if slug in codes else slug,
            definition=codes[slug].definition if slug in codes else "",
            examples=tuple(written[slug]),
            threshold=codes[slug].threshold if slug in codes else None,
            confirmed=int(confirmed[column]),
        )
        for column, slug in enumerate(rows.codes)
    ]


def _with_examples(rows: TeachingRows) -> Taught:
    """What was taught, none of the insights held out that a curator chose as an example."""
    chosen = set(Example.objects.filter(insight__isnull=False).values_list("insight_id", flat=True))
    is_example = np.array([id in chosen for id in rows.insight_ids], dtype=bool)
    return replace(rows.taught(), held_out=rows.held_out & ~is_example)


def _background() -> Background:
    """The newest texts that people logged, and the exemplars of the habits beside them."""
    stored = Embedding.objects.filter(encoder=configured_name(), insight__words_withheld=False)
    vectors = stored.order_by("-insight_id").values_list("vector", flat=True)[:BACKGROUND]
    logged = np.array([np.asarray(vector) for vector in vectors], dtype=np.float32).reshape(-1, DIMENSIONS)
    return Background.of(logged, _exemplars())


def _exemplars() -> Embeddings:
    try:
        head = head_of(champion(HABITS))
    except NoTagger:
        head = None
    if isinstance(head, Head) and head.encoder == configured_name():
        return head.exemplar_embeddings
    return np.zeros((0, DIMENSIONS), dtype=np.float32)


def _verdict(figures: dict[str, Any], changed: bool, champion_version: int | None) -> tuple[bool, str]:
    counted = Counter(one["learnt"] for one in figures["themes"].values())
    told = f"{counted[True]} learnt from examples, {counted[False]} read by likeness."
    if changed:
        return True, f"Fitted to the themes as they stand now: {told}"
    held_out, difference = figures["held_out"], figures["difference"]
    if difference is None or held_out < FEWEST_HELD_OUT:
        return True, f"Fitted to what was decided since; too few decisions are held out to compare. {told}"
    by, (low, high) = difference["by"], difference["interval"]
    compared_with = (
        f"On {held_out:,} held-out decisions its macro-F1 differs from that of version {champion_version} by {by:+.2f} "
        f"(95 % interval {low:+.2f} to {high:+.2f})."
    )
    if high < 0:
        return False, f"Surely worse than the version in use, which stays. {compared_with}"
    return True, f"Fitted to what was decided since, and not surely worse. {compared_with} {told}"


def _digest(themes: str, rows: TeachingRows) -> str:
    told = sorted(
        f"{id} {truth.tolist()} {known.tolist()}"
        for id, truth, known in zip(rows.insight_ids, rows.truth & rows.known, rows.known, strict=True)
    )
    return hashlib.sha256("\n".join([themes, *told]).encode()).hexdigest()

"""Tagging from the queue beside the bare encoder on the same texts, and tagging again from the embeddings kept."""

from __future__ import annotations

import os
import statistics
import time
from typing import Any

from benchmarks.progress import Progress, say

TEXTS = int(os.environ.get("BENCH_TEXTS", "2000"))
ROUNDS = int(os.environ.get("BENCH_TAG_ROUNDS", "3"))


def measure() -> dict[str, Any]:
    """Tag the same insights in turns with the bare encoder, so that a slow moment slows both down."""
    from benchmarks.content import load
    from insights.models import Embedding, Insight, Tagging
    from insights.reading import as_read
    from insights.tagging import tag_due
    from lhs.encoder import loaded

    tag_due()
    load(how_many=TEXTS, tagged=False)
    due = list(Tagging.objects.filter(codebook__slug="habits", due=True).values_list("insight_id", flat=True))
    said = Insight.objects.filter(id__in=due).values_list("title", "text")
    words = [as_read(title, text) for title, text in said]
    bare, queue, again = [], [], []
    for number in range(ROUNDS):
        say(f"tagging {len(due):,} insights, round {number + 1} of {ROUNDS}…")
        began = time.monotonic()
        loaded().encode(words)
        bare.append(len(words) / (time.monotonic() - began))
        Embedding.objects.filter(insight_id__in=due).delete()
        queue.append(_tag(due, "from the queue"))
        again.append(_tag(due, "again, from embeddings"))
    return {
        "texts": len(due),
        "rounds": ROUNDS,
        "bare_encoder_per_s": round(statistics.median(bare), 1),
        "queue_per_s": round(statistics.median(queue), 1),
        "again_per_s": round(statistics.median(again), 1),
        "queue_to_bare": round(statistics.median(q / b for q, b in zip(queue, bare, strict=True)), 2),
        "again_to_bare": round(statistics.median(a / b for a, b in zip(again, bare, strict=True)), 1),
        "left_due": Tagging.objects.filter(codebook__slug="habits", due=True).count(),
    }


def _tag(due: list[Any], what: str) -> float:
    """Make these insights due, tag them, and return how many a second."""
    from insights.models import Tagging
    from insights.tagging import tag_due

    Tagging.objects.filter(insight_id__in=due, codebook__slug="habits").update(due=True)
    progress = Progress(what, len(due))
    began = time.monotonic()
    done = tag_due(told=progress.at)
    seconds = time.monotonic() - began
    progress.done = done
    progress.end()
    return done / seconds

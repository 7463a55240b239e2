"""Training the tagger anew from what people decided on many insights, from the embeddings kept."""

from __future__ import annotations

import os
import random
import time
from typing import Any

from benchmarks.progress import Progress, say

TEXTS = int(os.environ.get("BENCH_LEARN_TEXTS", "10000"))
MISTAKEN_ONE_IN = 10


def measure() -> dict[str, Any]:
    """Have every insight judged by one person, then train by hand; beside it, what encoding the same texts takes."""
    from benchmarks.content import load
    from insights.learning import learn
    from insights.models import Embedding, Review, Tagging
    from insights.tagging import tag_due
    from insights.teaching import teaching_rows
    from lhs.models import HABITS

    load(how_many=TEXTS, tagged=False)
    due = Tagging.objects.filter(codebook__slug=HABITS, due=True).count()
    progress = Progress("encoding and tagging", due)
    began = time.monotonic()
    progress.done = tag_due(told=progress.at)
    encoding = time.monotonic() - began
    progress.end()
    _judge_all()
    stages: dict[str, float] = {}

    def at(stage: str, done: int, of: int) -> None:
        stages.setdefault(stage, time.monotonic())

    say("training…")
    began = time.monotonic()
    run = learn(progress=at)
    seconds = time.monotonic() - began
    assert run is not None
    return {
        "texts": len(teaching_rows(HABITS).texts),
        "reviews": Review.objects.count(),
        "embeddings": Embedding.objects.count(),
        "learn_s": round(seconds, 1),
        "encode_s": round(encoding, 1),
        "encode_to_learn": round(encoding / seconds, 1),
        "stages": {stage: round(moment - began, 1) for stage, moment in stages.items()},
        "state": run.state,
        "outcome": run.outcome,
    }


def _judge_all() -> None:
    """Write a review of each insight: what was suggested, with one code in ten the other way, as a person has it."""
    from accounts.models import User
    from insights.models import Insight, Review, Tag
    from lhs.models import HABITS, Code, Codebook

    chance = random.Random(11)
    codebook = Codebook.objects.get(slug=HABITS)
    codes = list(Code.objects.filter(codebook=codebook).order_by("position").values_list("slug", flat=True))
    said: dict[Any, set[str]] = {}
    for insight, code in Tag.objects.filter(code__codebook=codebook).values_list("insight_id", "code__slug"):
        said.setdefault(insight, set()).add(code)
    person = User.objects.create(email="judge@example.org", name="Judge", role="curator")
    Review.objects.bulk_create(
        [
            Review(
                insight_id=insight,
                codebook=codebook,
                person=person,
                codes=[
                    code
                    for code in codes
                    if (code in said.get(insight, ())) != (chance.randrange(MISTAKEN_ONE_IN) == 0)
                ],
                digest=digest,
                teaches=True,
            )
            for insight, digest in Insight.objects.filter(words_withheld=False).values_list("id", "digest")
        ],
        batch_size=2000,
    )

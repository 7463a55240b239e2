"""What people taught: every confirm, reject and added tag of a curator as a training row.

A machine's own tags are never rows, and withheld words never train.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import numpy as np
import numpy.typing as npt
from django.db.models import Exists, F, OuterRef, Q

from insights.choices import Verdict
from insights.models import Decision, Embedding, Review
from insights.reading import as_read
from insights.resolving import Word, merged_codes, word_that_holds
from lhs.challenge import Taught
from lhs.encoder import Features, configured_name, features_of, loaded
from lhs.models import Code, Tagger

HELD_OUT_ONE_IN = 5


@dataclass(frozen=True)
class TeachingRows:
    """What people taught of one codebook, an insight a row.

    `features` (n, width) are those stored; `truth` and `known` (n, codes) say what holds and where a person's word
    exists; `held_out` (n,) is a fixed fifth, which no head may learn from.
    """

    codes: tuple[str, ...]
    insight_ids: tuple[UUID, ...]
    texts: tuple[str, ...]
    features: Features
    truth: npt.NDArray[np.bool_]
    known: npt.NDArray[np.bool_]
    held_out: npt.NDArray[np.bool_]

    def taught(self) -> Taught:
        """The same without the insights, as `lhs` takes it."""
        return Taught(self.codes, self.texts, self.features, self.truth, self.known, self.held_out)


def is_held_out(insight_id: UUID) -> bool:
    """Whether an insight belongs to the fifth that is held out: by a hash of its id, so the same for ever."""
    return int.from_bytes(hashlib.sha256(insight_id.bytes).digest()[:8]) % HELD_OUT_ONE_IN == 0


def teaching_rows(codebook: str) -> TeachingRows:
    """Return what people taught of a codebook, in the order of the insights' ids.

    Of each insight and code the latest word counts that teaches, was not taken back, and was given on the words as
    they stand. A review says something of every code that there was: those found hold, the others do not. What was
    said of a code that is merged counts for the one it was merged into (`insights.resolving`). Only insights count
    whose words are not withheld and whose embedding, of these words and by the configured encoder, is stored.
    A text of the training side that is also held out elsewhere is left out. Raises EncoderUnavailable.
    """
    codes = tuple(
        Code.objects.living()
        .filter(codebook__slug=codebook)
        .order_by("position", "name")
        .values_list("slug", flat=True)
    )
    words = _words(codebook, codes)
    stored = Embedding.objects.filter(
        insight_id__in=words,
        encoder=configured_name(),
        digest=F("insight__digest"),
        features__isnull=False,
        insight__words_withheld=False,
    )
    rows = list(
        stored.order_by("insight_id").values_list("insight_id", "insight__title", "insight__text", "features", "digest")
    )
    kept_apart = {digest for id, *_, digest in rows if is_held_out(id)}
    rows = [row for row in rows if is_held_out(row[0]) or row[4] not in kept_apart]
    truth = np.zeros((len(rows), len(codes)), dtype=bool)
    known = np.zeros_like(truth)
    column = {code: at for at, code in enumerate(codes)}
    for row, (id, *_) in enumerate(rows):
        for code, holds in words[id].items():
            truth[row, column[code]], known[row, column[code]] = holds, True
    return TeachingRows(
        codes=codes,
        insight_ids=tuple(id for id, *_ in rows),
        texts=tuple(as_read(title, text) for _, title, text, *_ in rows),
        features=features_of([bytes(features or b"") for *_, features, _ in rows], width=loaded().width),
        truth=truth,
        known=known,
        held_out=np.array([is_held_out(id) for id, *_ in rows], dtype=bool),
    )


def new_decisions_since(tagger: Tagger) -> int:
    """Return how many decisions that teach have been made since this tagger was trained."""
    return decisions_after(tagger.codebook.slug, tagger.created)


def decisions_after(codebook: str, since: datetime | None) -> int:
    """Return how many decisions that teach (all, or those after `since`) people have made of a codebook.

    Taking one back counts: it changes what is known. A review counts once where no decision came with it.
    """
    decisions = Decision.objects.filter(code__codebook__slug=codebook, insight__words_withheld=False, teaches=True)
    reviews = Review.objects.filter(codebook__slug=codebook, insight__words_withheld=False, teaches=True)
    if since is not None:
        decisions = decisions.filter(at__gt=since)
        reviews = reviews.filter(Q(at__gt=since) | Q(undone_at__gt=since))
    with_it = decisions.filter(insight_id=OuterRef("insight_id"), person_id=OuterRef("person_id"))
    return decisions.count() + reviews.exclude(Exists(with_it)).count()


def _words(codebook: str, codes: Sequence[str]) -> dict[UUID, dict[str, bool]]:
    """Of each insight, what people's latest words say of each of these codes."""
    said: dict[UUID, dict[str, list[Word]]] = defaultdict(lambda: defaultdict(list))
    begun = dict(Code.objects.filter(codebook__slug=codebook).values_list("slug", "created"))
    for insight_id, code, verdict, at in _decisions(codebook):
        said[insight_id][code].append(Word(code, verdict == Verdict.CONFIRMED, at))
    # After the decisions: of the same moment the review, which knows every code, is the last word.
    for insight_id, found, at in _reviews(codebook):
        for code, created in begun.items():
            if created is None or created <= at:
                said[insight_id][code].append(Word(code, code in found, at))
    leads_to = merged_codes(codebook)
    words: dict[UUID, dict[str, bool]] = {}
    for insight_id, of_codes in said.items():
        by_code: dict[str, list[Word]] = defaultdict(list)
        for code, given in of_codes.items():
            by_code[leads_to[code].into if code in leads_to else code] += given
        # A code that was added while this is read is for the next run.
        held = {code: word_that_holds(code, given, leads_to).holds for code, given in by_code.items() if code in codes}
        if held:
            words[insight_id] = held
    return words


def _decisions(codebook: str) -> Iterable[tuple[UUID, str, str, datetime]]:
    given = Decision.objects.filter(
        code__codebook__slug=codebook,
        teaches=True,
        verdict__in=[Verdict.CONFIRMED, Verdict.REJECTED],
        undone_by__isnull=True,
        digest=F("insight__digest"),
        insight__words_withheld=False,
    )
    return given.order_by("at", "id").values_list("insight_id", "code__slug", "verdict", "at").iterator()


def _reviews(codebook: str) -> Iterable[tuple[UUID, list[str], datetime]]:
    given = Review.objects.filter(
        codebook__slug=codebook,
        teaches=True,
        undone_at__isnull=True,
        digest=F("insight__digest"),
        insight__words_withheld=False,
    )
    return given.order_by("at", "id").values_list("insight_id", "codes", "at").iterator()

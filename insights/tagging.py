"""Tag what is due: claim, embed, score, write suggestions – a batch at a time, each batch one transaction.

What is due is a row of Tagging, not a message: a worker that dies leaves its batch due, two workers skip each other's
rows, and an edit waits for the batch that holds its insight and makes it due again.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from insights.choices import TagOrigin, TagState
from insights.models import Tag, Tagging
from insights.reading import Ahead, Text, read
from lhs.artefact import ArtefactRefused
from lhs.doubt import doubts
from lhs.encoder import EncoderUnavailable, loaded
from lhs.head import AnyHead
from lhs.models import HABITS, THEMES, Code, Tagger
from lhs.training import CANNOT_TRAIN, train_where_none_is
from lhs.versions import NoTagger, champion, head_of, keep_in_use

logger = logging.getLogger(__name__)
# So many are encoded at a time; twice as many are claimed, and the others read ahead.
BATCH = 64
# Where nothing needs encoding a batch is done in a moment, and may be so many times as large.
GROWTH = 8
# For which tagger, as it came into use, this process has looked through what others tagged, by codebook. One that comes
# into use again comes into use anew: meanwhile another process may have tagged with the one between.
_looked_through: dict[str, tuple[UUID, datetime | None]] = {}


def sweep() -> None:
    """Tag what is due for the habits; where the start could not train their first tagger, do that before."""
    try:
        train_where_none_is()
    except CANNOT_TRAIN as why:
        logger.error("The first tagger cannot be trained yet: %s", why)
        return
    tag_all_due()


def tag_due(*, codebook: str = HABITS, batch: int = BATCH, told: Callable[[int], None] | None = None) -> int:
    """Tag every insight that is due for this codebook, newest first, and return how many were tagged.

    An insight that cannot be tagged is logged by its id and left due; the others go on. Without a tagger or an
    encoder nothing is done: what is due stays due until they are there. Once another tagger is in use, what the one
    before it tagged is due again. `told` is given the number after each batch.
    """
    done = 0
    with Ahead() as ahead:
        for tagged in _batches(codebook, batch, ahead):
            done += tagged
            if told:
                told(done)
    return done


def _batches(codebook: str, batch: int, ahead: Ahead) -> Iterator[int]:
    """Tag what is due, batch by batch, each in its own transaction, and yield how many were tagged."""
    left: set[UUID] = set()
    size, careful = 2 * batch, False
    while True:
        try:
            tagger, head = _in_use(codebook)
        except (NoTagger, EncoderUnavailable, ArtefactRefused) as why:
            logger.error("Nothing can be tagged yet: %s", why)
            return
        claimed: list[UUID] = []
        try:
            with transaction.atomic():
                if not keep_in_use(tagger):
                    continue
                claimed += _claim(tagger, size, left)
                tagged, encoded = _tag(tagger, head, claimed, most_new=batch, ahead=ahead)
        except Exception:
            if not claimed:
                logger.exception("Nothing could be claimed; what is due stays due.")
                return
            # One after the other until the one is found that cannot be tagged.
            size, careful = 1, len(claimed) > 1
            if not careful:
                left.update(claimed)
                logger.exception("Insight %s could not be tagged; it stays due.", claimed[0])
            continue
        if not claimed:
            return
        # Whoever edits one of these insights waits for the batch: it grows only while it costs no encoding.
        if not careful:
            size = 2 * batch if encoded else min(2 * size, GROWTH * batch)
        yield tagged


def tag_all_due() -> int:
    """Tag what is due for the habits, then for the themes, from the same numbers; return how many were tagged.

    Where there are no themes, nothing reads for them, and nothing is amiss.
    """
    done = tag_due()
    if Tagger.objects.filter(codebook__slug=THEMES, state=Tagger.State.CHAMPION).exists():
        done += tag_due(codebook=THEMES)
    return done


def how_many_due(*, codebook: str = HABITS) -> int:
    """Return how many insights wait to be tagged."""
    return Tagging.objects.filter(codebook__slug=codebook, due=True).count()


def _in_use(codebook: str) -> tuple[Tagger, AnyHead]:
    """Return the codebook's champion and its head; what another tagger has tagged is made due.

    Raises NoTagger, ArtefactRefused, and EncoderUnavailable when the head was fitted to another encoder's numbers.
    """
    tagger = champion(codebook)
    head = head_of(tagger)
    if loaded().name != head.encoder:
        raise EncoderUnavailable(
            f"The tagger was trained with the encoder {head.encoder}, but {loaded().name} is configured."
        )
    if _looked_through.get(codebook) != (tagger.id, tagger.promoted_at):
        Tagging.objects.filter(codebook_id=tagger.codebook_id, due=False).exclude(tagger=tagger).update(due=True)
        _looked_through[codebook] = (tagger.id, tagger.promoted_at)
    return tagger, head


def _claim(tagger: Tagger, size: int, left: set[UUID]) -> list[UUID]:
    """Lock up to `size` rows that are due and that no other worker has, newest insight first."""
    due = Tagging.objects.filter(codebook_id=tagger.codebook_id, due=True).exclude(insight_id__in=left)
    due = due.order_by("-insight_id").select_for_update(skip_locked=True)
    return list(due.values_list("insight_id", flat=True)[:size])


def _tag(tagger: Tagger, head: AnyHead, insight_ids: Sequence[UUID], *, most_new: int, ahead: Ahead) -> tuple[int, int]:
    """Embed, score and write the suggestions for insights whose Tagging rows this transaction holds.

    Of those that need encoding no more than `most_new` are done; the rest is read ahead, and stays due. Returns how
    many were tagged, and how many of them were encoded.
    """
    if not insight_ids:
        return 0, 0
    texts, features, encoded = read(insight_ids, most_new=most_new, ahead=ahead)
    insight_ids = [text.insight_id for text in texts]
    words = [text.words for text in texts]
    scores = head.scores(features, words)
    suggested = head.suggested(scores)
    codes = dict(Code.objects.living().filter(codebook_id=tagger.codebook_id).values_list("slug", "id"))
    now = timezone.now()
    tags = [
        Tag(
            insight_id=text.insight_id,
            code_id=codes[code],
            state=TagState.SUGGESTED,
            origin=TagOrigin.MACHINE,
            score=float(scores[row, column]),
            reason=head.reason_in_words(text.words, code, features[row]),
            tagger=tagger,
            modified=now,
        )
        for row, text in enumerate(texts)
        for column, code in enumerate(head.codes)
        if suggested[row, column] and code in codes
    ]
    _write(tagger, insight_ids, tags)
    _through(tagger, texts, doubts(scores, head.thresholds).tolist(), now)
    return len(texts), encoded


def _through(tagger: Tagger, texts: Sequence[Text], doubt: Sequence[float], now: datetime) -> None:
    """Say of these insights that they are tagged, as they stood: an edit waits for these rows before it is saved."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE insights_tagging SET due = false, tagger_id = %s, at = %s, digest = read.digest, doubt = read.doubt
            FROM unnest(%s::uuid[], %s::text[], %s::float8[]) AS read (insight_id, digest, doubt)
            WHERE insights_tagging.insight_id = read.insight_id AND codebook_id = %s
            """,
            [
                *(tagger.id, now, [text.insight_id for text in texts], [text.digest for text in texts]),
                *(list(doubt), tagger.codebook_id),
            ],
        )


def _write(tagger: Tagger, insight_ids: Sequence[UUID], tags: Sequence[Tag]) -> None:
    """Make the machine's tags of these insights be exactly `tags`; what a person decided is left as it is."""
    present = Tag.objects.filter(insight_id__in=insight_ids, code__codebook_id=tagger.codebook_id)
    decided = set(present.filter(origin=TagOrigin.PERSON).values_list("insight_id", "code_id"))
    wanted = [tag for tag in tags if (tag.insight_id, tag.code_id) not in decided]
    kept = {(tag.insight_id, tag.code_id) for tag in wanted}
    stale = [
        id
        for id, insight_id, code_id in present.filter(origin=TagOrigin.MACHINE).values_list(
            "id", "insight_id", "code_id"
        )
        if (insight_id, code_id) not in kept
    ]
    if stale:
        Tag.objects.filter(id__in=stale).delete()
    Tag.objects.bulk_create(
        wanted,
        update_conflicts=True,
        unique_fields=["insight", "code"],
        update_fields=["state", "origin", "score", "reason", "tagger", "modified"],
    )

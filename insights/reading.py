"""Read insights for the tagger: the features that were kept, new ones for the rest, and those of the next batch ahead.

The encoder works on every core; the database, the scoring and the writing on one. So while one batch is written the
next is read.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from types import TracebackType
from typing import Self
from uuid import UUID

import numpy as np

from insights.models import Embedding, Insight
from lhs.encoder import Encoder, Features, Reading, features_of, loaded


@dataclass(frozen=True)
class Text:
    """An insight's words as they stood when they were read."""

    insight_id: UUID
    words: str
    digest: str


def as_read(title: str, text: str) -> str:
    """Return the words of an insight as the tagger reads them: its title, where it has one, on a line of its own."""
    return f"{title}\n{text}" if title else text


class Ahead:
    """Reads words on a thread of its own while the caller does something else. For one caller, as a context."""

    def __init__(self) -> None:
        self._words: list[str] = []
        self._reading: Future[Reading] | None = None
        self._thread = ThreadPoolExecutor(1)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._thread.shutdown(cancel_futures=True)

    def begin(self, encoder: Encoder, words: Sequence[str]) -> None:
        """Begin to read these words. What was read before and not taken is forgotten."""
        self._words = list(dict.fromkeys(words))
        self._reading = self._thread.submit(encoder.read, self._words) if self._words else None

    def read(self, encoder: Encoder, words: Sequence[str]) -> Reading:
        """What the encoder makes of these words, in their order; what was begun with is waited for, not read again.

        Where reading ahead failed the words are read now, and it is now that it raises.
        """
        begun, self._reading = self._reading, None
        if begun is None or begun.exception() is not None:
            return encoder.read(words)
        ahead, place = begun.result(), {one: row for row, one in enumerate(self._words)}
        missing = [one for one in words if one not in place]
        place |= {one: len(self._words) + row for row, one in enumerate(missing)}
        rest, rows = encoder.read(missing), [place[one] for one in words]
        return Reading(
            np.concatenate([ahead.embeddings, rest.embeddings])[rows],
            np.concatenate([ahead.features, rest.features])[rows],
        )


def read(insight_ids: Sequence[UUID], *, most_new: int, ahead: Ahead) -> tuple[list[Text], Features, int]:
    """Return the texts of these insights with their features (n, width), kept from before or new, and how many are new.

    What is new is kept, with its embedding, before it is used. Of those to be read anew no more than `most_new` are
    returned; as many of those after them are read ahead. Raises EncoderUnavailable.
    """
    encoder = loaded()
    texts = _texts(insight_ids)
    kept = _kept(texts, encoder)
    unread = [text for text in texts if text.insight_id not in kept]
    new = unread[:most_new]
    if new:
        # Equal words are read once.
        words = list(dict.fromkeys(text.words for text in new))
        reading = ahead.read(encoder, words)
        ahead.begin(encoder, [text.words for text in unread[most_new : 2 * most_new]])
        place = {one: row for row, one in enumerate(words)}
        kept |= _keep(encoder, new, reading, [place[text.words] for text in new])
    texts = [text for text in texts if text.insight_id in kept]
    return texts, features_of([kept[text.insight_id] for text in texts], width=encoder.width), len(new)


def _texts(insight_ids: Sequence[UUID]) -> list[Text]:
    """What these insights say, in their order."""
    said = {
        id: Text(id, as_read(title, text), digest)
        for id, title, text, digest in Insight.objects.filter(id__in=insight_ids).values_list(
            "id", "title", "text", "digest"
        )
    }
    return [said[id] for id in insight_ids if id in said]


def _kept(texts: Sequence[Text], encoder: Encoder) -> dict[UUID, bytes]:
    """The features that this encoder made of these very words before, as bytes."""
    digests, size = {text.insight_id: text.digest for text in texts}, 2 * encoder.width
    found = Embedding.objects.filter(insight_id__in=digests, encoder=encoder.name, features__isnull=False)
    return {
        insight_id: bytes(features or b"")
        for insight_id, digest, features in found.values_list("insight_id", "digest", "features")
        if digest == digests[insight_id] and len(bytes(features or b"")) == size
    }


def _keep(encoder: Encoder, texts: Sequence[Text], reading: Reading, rows: Sequence[int]) -> dict[UUID, bytes]:
    """Write down what was read of these texts, each at its row, and return the features as bytes."""
    made = {text.insight_id: reading.features[row].tobytes() for text, row in zip(texts, rows, strict=True)}
    Embedding.objects.bulk_create(
        [
            Embedding(
                insight_id=text.insight_id,
                digest=text.digest,
                encoder=encoder.name,
                vector=reading.embeddings[row],
                features=made[text.insight_id],
            )
            for text, row in zip(texts, rows, strict=True)
        ],
        update_conflicts=True,
        unique_fields=["insight"],
        update_fields=["digest", "encoder", "vector", "features"],
    )
    return made

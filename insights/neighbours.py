"""What a suggestion is most like: shown beside one insight, to a reader who may open it."""

from __future__ import annotations

import logging
from typing import Any
from uuid import UUID

import numpy as np
import orjson
from django.db.models import Exists, OuterRef, Q

from insights.choices import TagOrigin, TagState
from insights.models import Embedding, Tag
from insights.similar import embedded, nearest
from insights.visibility import Reader
from lhs.artefact import ArtefactRefused
from lhs.models import HABITS
from lhs.versions import NoTagger, champion, head_of

logger = logging.getLogger(__name__)


def with_neighbours(*, reader: Reader, insight_id: UUID, row: bytes, address: str) -> bytes:
    """Return the row with a `neighbour` for each habit: `{text, similarity, url}` for a suggestion, else null.

    It is the nearest insight with that habit confirmed by a person that `reader` may open (its url is `address`, its
    id and a slash), or the nearest of the codebook's own exemplars, which anyone may read, where that is nearer; an
    exemplar has no address, so its `url` is null. `similarity` is the cosine, from -1 to 1.
    """
    said: dict[str, Any] = orjson.loads(row)
    embedding = Embedding.objects.filter(insight_id=insight_id).only("vector", "encoder").first()
    for tag in said["habits"]:
        tag["neighbour"] = None
        if tag["state"] == TagState.SUGGESTED and embedding is not None:
            tag["neighbour"] = _nearest(reader, embedding, tag["code"], UUID(said["programme"]["id"]), address)
    return orjson.dumps(said)


def _nearest(reader: Reader, embedding: Embedding, code: str, programme: UUID, address: str) -> dict[str, Any] | None:
    near = [one for one in (_insight(reader, embedding, code, programme, address), _exemplar(embedding, code)) if one]
    return max(near, key=lambda one: one["similarity"], default=None)


def _insight(reader: Reader, embedding: Embedding, code: str, programme: UUID, address: str) -> dict[str, Any] | None:
    """Return the nearest insight with this habit confirmed. Withheld words are shown inside their programme only."""
    confirmed = Tag.objects.filter(
        insight_id=OuterRef("pk"),
        code__codebook__slug=HABITS,
        code__slug=code,
        state=TagState.CONFIRMED,
        origin=TagOrigin.PERSON,
    )
    found = reader.insights().filter(Exists(confirmed), Q(words_withheld=False) | Q(programme_id=programme))
    found = embedded(found, embedding.encoder).exclude(id=embedding.insight_id)
    near = next(iter(nearest(found, embedding.vector, 1)), None)
    if near is None:
        return None
    return {"text": near.text, "similarity": round(float(near.similarity), 4), "url": f"{address}{near.id}/"}


def _exemplar(embedding: Embedding, code: str) -> dict[str, Any] | None:
    try:
        head = head_of(champion(HABITS))
    except (NoTagger, ArtefactRefused) as why:
        logger.error("No exemplar can be shown: %s", why)
        return None
    if head.encoder != embedding.encoder or code not in head.codes:
        return None
    nearest_one = head.nearest_exemplar(np.asarray(embedding.vector, dtype=np.float32), code)
    if nearest_one is None:
        return None
    exemplar, similarity = nearest_one
    return {"text": exemplar.text, "similarity": round(float(similarity), 4), "url": None}

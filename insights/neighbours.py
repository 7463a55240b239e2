"""What a suggestion is most like: shown beside one insight, to a reader who may open it."""

from __future__ import annotations

import logging
from typing import Any
from uuid import UUID

import numpy as np
import orjson

from insights.choices import TagState
from insights.models import Embedding
from lhs.artefact import ArtefactRefused
from lhs.models import HABITS
from lhs.versions import NoTagger, champion, head_of

logger = logging.getLogger(__name__)


def with_neighbours(*, insight_id: UUID, row: bytes) -> bytes:
    """Return the row with a `neighbour` for each habit: `{text, similarity, url}` for a suggestion, else null.

    Until people have confirmed tags, the neighbour is the nearest of the codebook's own exemplars, which anyone may
    read; it has no address, so `url` is null. `similarity` is the cosine, from -1 to 1.
    """
    said: dict[str, Any] = orjson.loads(row)
    vector = Embedding.objects.filter(insight_id=insight_id).values_list("vector", flat=True).first()
    for tag in said["habits"]:
        tag["neighbour"] = _nearest(vector, tag["code"]) if tag["state"] == TagState.SUGGESTED else None
    return orjson.dumps(said)


def _nearest(vector: Any, code: str) -> dict[str, Any] | None:
    if vector is None:
        return None
    try:
        nearest = head_of(champion(HABITS)).nearest_exemplar(np.asarray(vector, dtype=np.float32), code)
    except (NoTagger, ArtefactRefused) as why:
        logger.error("No neighbour can be shown: %s", why)
        return None
    if nearest is None:
        return None
    exemplar, similarity = nearest
    return {"text": exemplar.text, "similarity": round(float(similarity), 4), "url": None}

"""What the tagger in use says of one insight, from its stored numbers: kept beside a person's judgement of it."""

from __future__ import annotations

import logging
from typing import Any

from insights.models import Embedding, Insight
from insights.reading import as_read
from lhs.artefact import ArtefactRefused
from lhs.encoder import EncoderUnavailable, features_of
from lhs.models import Tagger
from lhs.scoring import score_texts
from lhs.versions import NoTagger, champion, head_of

logger = logging.getLogger(__name__)


def machine_says(insight: Insight, codebook: str) -> tuple[Tagger | None, dict[str, Any] | None]:
    """Return the tagger in use and code → [score, suggested]; None and None where nothing can be scored just now.

    The text is encoded only where its numbers, of these words and by the head's encoder, are not stored.
    """
    try:
        tagger = champion(codebook)
        head = head_of(tagger)
        stored = Embedding.objects.filter(insight=insight, digest=insight.digest, encoder=head.encoder)
        kept = bytes(stored.values_list("features", flat=True).first() or b"")
        features = features_of([kept], width=head.width) if len(kept) == 2 * head.width else None
        [said] = score_texts(head, [as_read(insight.title, insight.text)], features)
    except (NoTagger, ArtefactRefused, EncoderUnavailable) as why:
        logger.error("What the tagger says cannot be kept: %s", why)
        return None, None
    return tagger, {one.code: [round(one.score, 6), one.suggested] for one in said}

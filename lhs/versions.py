"""Which tagger is in use for a codebook, and its head, read once in each process."""

from __future__ import annotations

from functools import lru_cache
from uuid import UUID

from lhs.head import Head
from lhs.models import Tagger


class NoTagger(LookupError):
    """This codebook has no tagger in use yet."""


def champion(codebook_slug: str) -> Tagger:
    """The tagger in use for a codebook, without its artefact (read on first need). Raises NoTagger."""
    found = (
        Tagger.objects.select_related("codebook")
        .defer("artefact")
        .filter(codebook__slug=codebook_slug, state=Tagger.State.CHAMPION)
        .first()
    )
    if found is None:
        raise NoTagger(f"No tagger is in use for the codebook “{codebook_slug}”: it has not been trained yet.")
    return found


def head_of(tagger: Tagger) -> Head:
    """The head of a tagger, kept in this process: a tagger never changes. Raises ArtefactRefused, NoTagger."""
    return _head(tagger.pk)


@lru_cache(maxsize=4)
def _head(tagger_id: UUID) -> Head:
    artefact = Tagger.objects.filter(pk=tagger_id).values_list("artefact", flat=True).first()
    if artefact is None:
        raise NoTagger("This tagger is no longer kept.")
    return Head.from_bytes(artefact)

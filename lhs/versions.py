"""Which tagger is in use for a codebook, its head (read once in each process), and how another takes its place.

A codebook has one tagger in use. Whoever changes which one locks the codebook's row first (NO KEY: rows that point at
it can still be written).
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import F, Max
from django.utils import timezone

from lhs import encoder
from lhs.artefact import ArtefactRefused
from lhs.head import AnyHead, Head
from lhs.models import THEMES, Codebook, Tagger
from lhs.themes import ThemeHead


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


def head_of(tagger: Tagger) -> AnyHead:
    """The head of a tagger, kept in this process: a tagger never changes.

    Raises ArtefactRefused, naming the version and the way out, and NoTagger.
    """
    try:
        return _head(tagger.pk)
    except ArtefactRefused as why:
        raise ArtefactRefused(
            f"Version {tagger.version} of the tagger for “{tagger.codebook.slug}” cannot be used. {why} Put another in "
            "use (“manage.py tagger rollback”, or “promote N” with one that “list” shows), or train one (“train”)."
        ) from why


@lru_cache(maxsize=4)
def _head(tagger_id: UUID) -> AnyHead:
    kept = Tagger.objects.filter(pk=tagger_id).values_list("codebook__slug", "artefact").first()
    if kept is None:
        raise NoTagger("This tagger is no longer kept.")
    return read_head(*kept)


def read_head(codebook_slug: str, artefact: bytes | memoryview) -> AnyHead:
    """The head that was kept as these bytes for a codebook. Raises ArtefactRefused."""
    return ThemeHead.from_bytes(artefact) if codebook_slug == THEMES else Head.from_bytes(artefact)


def taggers(codebook_slug: str) -> list[Tagger]:
    """Every version kept for a codebook, newest first, without the artefacts."""
    return list(Tagger.objects.filter(codebook__slug=codebook_slug).defer("artefact").order_by("-version"))


@transaction.atomic
def promote(codebook_slug: str, version: int, *, reason: str = "") -> Tagger:
    """Put a kept version in use; the one in use before is retired. One that is in use already stays as it is.

    Raises NoTagger (no such version), ArtefactRefused (it cannot be read, or was trained with another encoder than is
    configured), EncoderUnavailable.
    """
    codebook = lock_codebook(codebook_slug)
    tagger = codebook.taggers.filter(version=version).first()
    if tagger is None:
        raise NoTagger(f"The codebook “{codebook_slug}” has no version {version}.")
    _usable(tagger)
    if tagger.state == Tagger.State.CHAMPION:
        return tagger
    _retire(codebook)
    tagger.state, tagger.promoted_at = Tagger.State.CHAMPION, timezone.now()
    tagger.reason = reason or "Put in use by hand."
    tagger.save(update_fields=["state", "promoted_at", "reason"])
    return tagger


@transaction.atomic
def rollback(codebook_slug: str) -> Tagger:
    """Put the version that was in use before this one in use again. Doing it twice changes nothing in the end.

    Raises NoTagger (there was none before), ArtefactRefused, EncoderUnavailable.
    """
    codebook = lock_codebook(codebook_slug)
    in_use = codebook.taggers.filter(state=Tagger.State.CHAMPION).defer("artefact").first()
    before = codebook.taggers.filter(state=Tagger.State.RETIRED).defer("artefact")
    last = before.order_by(F("promoted_at").desc(nulls_last=True), "-version").first()
    if last is None:
        raise NoTagger(f"No version was in use for the codebook “{codebook_slug}” before this one.")
    now = f"version {in_use.version}" if in_use else "none"
    return promote(codebook_slug, last.version, reason=f"Rolled back to it from {now}.")


def keep_version(
    codebook: Codebook,
    artefact: bytes,
    figures: dict[str, Any],
    data_digest: str,
    *,
    reason: str,
    in_use: bool,
) -> Tagger:
    """Keep a head as the codebook's next version: in use (what was in use is retired), or as a challenger.

    Call it in a transaction that has locked the codebook (`lock_codebook`).
    """
    if in_use:
        _retire(codebook)
    last = codebook.taggers.aggregate(last=Max("version"))["last"] or 0
    return Tagger.objects.create(
        codebook=codebook,
        version=last + 1,
        artefact=artefact,
        figures=figures,
        data_digest=data_digest,
        state=Tagger.State.CHAMPION if in_use else Tagger.State.CHALLENGER,
        reason=reason,
        promoted_at=timezone.now() if in_use else None,
    )


def lock_codebook(codebook_slug: str) -> Codebook:
    """The codebook, locked (NO KEY) until the transaction ends. Raises NoTagger where there is none."""
    codebook = Codebook.objects.select_for_update(no_key=True).filter(slug=codebook_slug).first()
    if codebook is None:
        raise NoTagger(f"There is no codebook “{codebook_slug}”.")
    return codebook


def keep_in_use(tagger: Tagger) -> bool:
    """Keep this tagger in use until the transaction ends; False where another has taken its place.

    Many may hold it at once, and whoever would put another in use waits in turn: a lock of the row would let those
    that tag pass before them one after another, until nothing is left to tag.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(hashtext(%s))", [_in_use(tagger.codebook_id)])
        cursor.execute(
            "SELECT 1 FROM lhs_tagger WHERE id = %s AND state = %s FOR SHARE", [tagger.id, Tagger.State.CHAMPION]
        )
        return cursor.fetchone() is not None


def _in_use(codebook_id: UUID) -> str:
    return f"tagger in use: {codebook_id}"


def _retire(codebook: Codebook) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [_in_use(codebook.id)])
    codebook.taggers.filter(state=Tagger.State.CHAMPION).update(state=Tagger.State.RETIRED)


def _usable(tagger: Tagger) -> None:
    try:
        head, configured = read_head(tagger.codebook.slug, tagger.artefact), encoder.configured_name()
    except ArtefactRefused as why:
        raise ArtefactRefused(f"Version {tagger.version} cannot be put in use. {why}") from why
    if head.encoder != configured:
        raise ArtefactRefused(
            f"Version {tagger.version} was trained with the encoder {head.encoder}, but {configured} is configured."
        )

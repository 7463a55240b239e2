"""All there is to say of a codebook's tagger: its versions, how it is trained, and how far to trust it."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from casestudies.errors import Missing
from insights.figures import Figures, figures
from insights.learning import STOOD_STILL, new_decisions
from insights.tagging import how_many_due
from lhs.models import HABITS, Codebook, Tagger, Training

MOST_VERSIONS = 50
MOST_TRAININGS = 5


@dataclass(frozen=True)
class Version:
    """One version of the tagger: what it was made from, the figures it was judged on, and why it is in use or not.

    `macro_f1` and its `interval` are of what `measured_on` says; `since` is when it last came into use.
    """

    version: int
    state: str
    state_words: str
    made: datetime.datetime
    since: datetime.datetime | None
    encoder: str
    data_digest: str
    decisions: int
    exemplars: int | None
    passages: int | None
    macro_f1: float | None
    interval: tuple[float, float] | None
    measured_on: str
    reason: str


@dataclass(frozen=True)
class Run:
    """One run of training; `alive` while it goes on, which one that has stood still no longer does."""

    cause: str
    cause_words: str
    state: str
    state_words: str
    alive: bool
    stage: str
    done: int
    of: int
    outcome: str
    version: int | None
    began: datetime.datetime
    ended: datetime.datetime | None


@dataclass(frozen=True)
class Report:
    """What is said of a codebook's tagger; versions and trainings newest first, the latest of them."""

    codebook: str
    name: str
    in_use: Version | None
    versions: tuple[Version, ...]
    trainings: tuple[Run, ...]
    figures: Figures
    new_decisions: int
    due: int


def report(*, codebook: str = HABITS) -> Report:
    """Return all there is to say of a codebook's tagger. Raises Missing."""
    found = _codebook(codebook)
    kept = [_version(tagger) for tagger in found.taggers.defer("artefact").order_by("-version")[:MOST_VERSIONS]]
    in_use = found.taggers.defer("artefact").filter(state=Tagger.State.CHAMPION).first()
    return Report(
        codebook=found.slug,
        name=found.name,
        in_use=_version(in_use) if in_use else None,
        versions=tuple(kept),
        trainings=trainings(codebook=codebook),
        figures=figures(codebook=codebook),
        new_decisions=new_decisions(codebook),
        due=how_many_due(codebook=codebook),
    )


def trainings(*, codebook: str = HABITS) -> tuple[Run, ...]:
    """Return the latest runs of training, newest first. Raises Missing."""
    found = _codebook(codebook).trainings.select_related("tagger").defer("tagger__artefact")
    return tuple(_run(one) for one in found.order_by("-began")[:MOST_TRAININGS])


def _codebook(slug: str) -> Codebook:
    found = Codebook.objects.filter(slug=slug).first()
    if found is None:
        raise Missing(f"There is no codebook “{slug}”.")
    return found


def _version(tagger: Tagger) -> Version:
    said: dict[str, Any] = tagger.figures
    interval = said.get("interval")
    return Version(
        version=tagger.version,
        state=tagger.state,
        state_words=str(tagger.get_state_display()),
        made=tagger.created,
        since=tagger.promoted_at if tagger.state == Tagger.State.CHAMPION else None,
        encoder=said.get("encoder", ""),
        data_digest=tagger.data_digest,
        decisions=said.get("decisions", 0),
        exemplars=said.get("exemplars"),
        passages=said.get("passages"),
        macro_f1=said.get("macro_f1"),
        interval=(interval[0], interval[1]) if interval else None,
        measured_on=said.get("measured_on", ""),
        reason=tagger.reason,
    )


def _run(run: Training) -> Run:
    alive = run.state == Training.State.RUNNING and run.beat > timezone.now() - STOOD_STILL
    stood_still = run.state == Training.State.RUNNING and not alive
    return Run(
        cause=run.cause,
        cause_words=str(run.get_cause_display()),
        state=run.state,
        state_words="Stood still" if stood_still else str(run.get_state_display()),
        alive=alive,
        stage=run.stage,
        done=run.done,
        of=run.of,
        outcome=run.outcome,
        version=run.tagger.version if run.tagger else None,
        began=run.began,
        ended=run.ended,
    )

"""Train the tagger anew from what people decided, and change which version is in use.

A run writes how far it is as it goes, each time in a small transaction of its own, so that others see it; a process
that is killed leaves a run whose beat stands still, and the next one takes its place.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from casestudies.errors import Conflict
from insights.nudging import nudge_after_commit
from insights.teaching import decisions_after, teaching_rows
from insights.theming import challenge_themes, decisions_to_read, themes_changed, themes_digest
from lhs import versions
from lhs.artefact import ArtefactRefused
from lhs.challenge import Challenge, ChallengerRefused, challenge
from lhs.encoder import EncoderUnavailable, configured_name
from lhs.head import AnyHead
from lhs.models import HABITS, THEMES, Tagger, Training
from lhs.training import CANNOT_TRAIN
from lhs.versions import NoTagger, champion, head_of, keep_version, lock_codebook

logger = logging.getLogger(__name__)
STOOD_STILL = timedelta(minutes=2)
AFTER_A_FAILURE = timedelta(minutes=10)
BEAT_SECONDS = 20.0
TELL_SECONDS = 0.5
HALF_WAY = "It stopped half way: its process ended."
# So many runs in a row that were killed are no accident; the next is left to the night.
TRIES = 3
CANNOT = (ArtefactRefused, ChallengerRefused, NoTagger, *CANNOT_TRAIN)

Progress = Callable[[str, int, int], None]


class _Superseded(RuntimeError):
    """This run was given up as dead, and another may have begun."""


def learn(
    *, codebook: str = HABITS, cause: str = Training.Cause.HAND, progress: Progress | None = None
) -> Training | None:
    """Train a challenger on what people taught, put it in use if it is better, and return the run's record.

    Not by hand, nothing is done (None) where nothing new was decided. What cannot be done ends the run as failed, with
    the reason as its outcome; the tagger in use stays. `progress(stage, done, of)` follows the work.
    Raises Conflict while another run goes on, NoTagger where there is no such codebook.
    """
    asked = cause in (Training.Cause.HAND, Training.Cause.CODES)
    if not asked and not new_decisions(codebook):
        logger.info("Nothing new was decided: the tagger of “%s” stays as it is.", codebook)
        return None
    run = _begin(codebook, cause)
    try:
        with _beating(run.id):
            _train(run, codebook, progress)
    except _Superseded:
        logger.warning("A training run was given up as dead while it still went on; it has stopped.")
    except CANNOT as why:
        _end(run.id, Training.State.FAILED, str(why))
    except BaseException as error:
        _end(run.id, Training.State.FAILED, f"It was broken off ({type(error).__name__}).")
        raise
    run.refresh_from_db()
    return run


def learn_if_enough(*, codebook: str = HABITS) -> Training | None:
    """Train once people have made LHS_LEARN_AFTER new decisions since the last try. None where it is not due."""
    latest = list(Training.objects.filter(codebook__slug=codebook)[:TRIES])
    if len(latest) == TRIES and all(run.outcome == HALF_WAY for run in latest):
        return None
    if _alive(codebook) or _new_since_last_try(codebook) < settings.LEARN_AFTER:
        return None
    try:
        return learn(codebook=codebook, cause=Training.Cause.DECISIONS)
    except Conflict:
        return None


def learn_themes_if_due() -> Training | None:
    """Fit the themes' tagger anew where a theme was changed, or enough more can be learnt from; None where not.

    What failed is tried again after a while, not at each look.
    """
    last = Training.objects.filter(codebook__slug=THEMES).first()
    failed = last is not None and last.state == Training.State.FAILED and last.outcome != HALF_WAY
    if (
        not themes_digest()
        or _alive(THEMES)
        or (failed and last is not None and last.began > timezone.now() - AFTER_A_FAILURE)
    ):
        return None
    try:
        if themes_changed():
            return learn(codebook=THEMES, cause=Training.Cause.CODES)
        read = champion(THEMES).figures.get("decisions_read", 0)
        if decisions_to_read() - read >= settings.LEARN_AFTER:
            return learn(codebook=THEMES, cause=Training.Cause.CODES)
        return learn_if_enough(codebook=THEMES)
    except (Conflict, NoTagger, EncoderUnavailable) as why:
        logger.info("The themes' tagger is not fitted now: %s", why)
        return None


def learn_nightly(*, codebook: str = HABITS) -> Training | None:
    """Train if anything was decided since the last run; None where nothing was, or a run goes on already."""
    try:
        return learn(codebook=codebook, cause=Training.Cause.NIGHT)
    except Conflict as why:
        logger.info("No nightly training: %s", why)
        return None


def new_decisions(codebook: str = HABITS) -> int:
    """Return how many decisions that teach were made since the last run that was done."""
    done = Training.objects.filter(codebook__slug=codebook, state=Training.State.DONE)
    return decisions_after(codebook, done.order_by("-began").values_list("began", flat=True).first())


def _new_since_last_try(codebook: str) -> int:
    """The same, since the last run that was done or that failed: it would fail again. One that was killed may not."""
    tried = Training.objects.filter(codebook__slug=codebook).exclude(state=Training.State.RUNNING)
    tried = tried.exclude(outcome=HALF_WAY)
    return decisions_after(codebook, tried.order_by("-began").values_list("began", flat=True).first())


@transaction.atomic
def promote(*, codebook: str = HABITS, version: int) -> Tagger:
    """Put a kept version in use; what another version tagged is then tagged anew.

    Raises NoTagger, ArtefactRefused, EncoderUnavailable.
    """
    tagger = versions.promote(codebook, version)
    nudge_after_commit()
    return tagger


@transaction.atomic
def rollback(*, codebook: str = HABITS) -> Tagger:
    """Put the version that was in use before in use again. Raises NoTagger, ArtefactRefused, EncoderUnavailable."""
    tagger = versions.rollback(codebook)
    nudge_after_commit()
    return tagger


def _alive(codebook: str) -> bool:
    since = timezone.now() - STOOD_STILL
    return Training.objects.filter(codebook__slug=codebook, state=Training.State.RUNNING, beat__gt=since).exists()


@transaction.atomic
def _begin(codebook: str, cause: str) -> Training:
    found = lock_codebook(codebook)
    running = found.trainings.filter(state=Training.State.RUNNING).first()
    if running is not None:
        if running.beat > timezone.now() - STOOD_STILL:
            raise Conflict("This codebook's tagger is being trained already.")
        _end(running.id, Training.State.FAILED, HALF_WAY)
    return Training.objects.create(codebook=found, cause=cause, stage="Reading what people decided")


def _train(run: Training, codebook: str, progress: Progress | None) -> None:
    tell = _teller(run.id, progress)
    try:
        in_use: Tagger | None = champion(codebook)
    except NoTagger:
        in_use = None
    head = _readable(in_use) if in_use else None
    version = in_use.version if in_use else None
    if codebook == THEMES:
        result = challenge_themes(champion_head=head, champion_version=version, told=tell)
    else:
        taught = teaching_rows(codebook).taught()
        result = challenge(codebook, taught, champion=head, champion_version=version, told=tell)
    _keep(run.id, codebook, in_use, result)


def _readable(tagger: Tagger) -> AnyHead | None:
    """The head of a tagger, or None where it can tag nothing, so that there is nothing to beat."""
    try:
        head = head_of(tagger)
    except ArtefactRefused as why:
        logger.error("The tagger in use cannot be compared with: %s", why)
        return None
    # Of another encoder, it reads other numbers than are stored now.
    return head if head.encoder == configured_name() else None


@transaction.atomic
def _keep(run_id: UUID, codebook: str, beaten: Tagger | None, result: Challenge) -> None:
    """Keep the challenger, in use if it won and if the version that it beat is still the one in use."""
    found = lock_codebook(codebook)
    run = Training.objects.select_for_update().get(id=run_id)
    if run.state != Training.State.RUNNING:
        raise _Superseded
    now = found.taggers.filter(state=Tagger.State.CHAMPION).values_list("id", flat=True).first()
    wins, reason = result.wins, result.reason
    if wins and now != (beaten.id if beaten else None):
        wins, reason = False, f"Another version was put in use while this one was trained, so that one stays. {reason}"
    tagger = keep_version(found, result.artefact, result.figures, result.data_digest, reason=reason, in_use=wins)
    said = "is now in use" if wins else "is kept, not in use"
    Training.objects.filter(id=run_id).update(
        state=Training.State.DONE,
        stage="Done",
        outcome=f"Version {tagger.version} {said}. {reason}",
        tagger=tagger,
        ended=timezone.now(),
    )
    if wins:
        nudge_after_commit()


def _teller(run_id: UUID, progress: Progress | None) -> Progress:
    """A follower that writes stage and count to the run: at each new stage, and every half second within one."""
    told: dict[str, object] = {"stage": None, "at": timezone.now()}

    def tell(stage: str, done: int, of: int) -> None:
        now = timezone.now()
        if stage != told["stage"] or done == of or (now - told["at"]).total_seconds() > TELL_SECONDS:  # type: ignore[operator]
            told.update(stage=stage, at=now)
            _beat(run_id, stage=stage, done=done, of=of)
        if progress:
            progress(stage, done, of)

    return tell


def _beat(run_id: UUID, **said: object) -> None:
    alive = Training.objects.filter(id=run_id, state=Training.State.RUNNING)
    if not alive.update(beat=timezone.now(), **said):
        raise _Superseded


@contextmanager
def _beating(run_id: UUID) -> Iterator[None]:
    """Move the run's beat while the block works, however long a step of it takes."""
    over = threading.Event()

    def beat() -> None:
        try:
            while not over.wait(BEAT_SECONDS):
                _beat(run_id)
        except _Superseded:
            return
        finally:
            connection.close()

    thread = threading.Thread(target=beat, daemon=True, name="training-beat")
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _end(run_id: UUID, state: str, outcome: str) -> None:
    Training.objects.filter(id=run_id, state=Training.State.RUNNING).update(
        state=state, outcome=outcome, ended=timezone.now()
    )

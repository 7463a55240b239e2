"""Training that is killed half way leaves the tagger in use, and the next run takes its place."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from casestudies.errors import Conflict
from insights.capture import Setting, Voice, log
from insights.learning import HALF_WAY, learn, promote
from lhs.codebooks import ensure_habits
from lhs.models import Codebook, Tagger, Training
from lhs.versions import champion
from tests.factories import CodeFactory, MembershipFactory, ReviewFactory, TaggerFactory
from tests.insights.lessons import WARDS, head_for, in_use, reviewed, taught, wards

pytestmark = pytest.mark.django_db(transaction=True)

# Trains as the worker does, and stands still at the stage named until it is told to go on.
TRAINS = """
import os, sys, django
from django.conf import settings
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
settings.DATABASES["default"]["NAME"] = sys.argv[1]
django.setup()
from insights.learning import learn

def told(stage, done, of):
    if stage == sys.argv[3]:
        print(stage, flush=True)
        sys.stdin.readline()

print(learn(codebook=sys.argv[2], progress=told).outcome, flush=True)
"""


@contextmanager
def training_stands_at(stage: str) -> Iterator[subprocess.Popen[str]]:
    """A process of its own that trains, and that has come to this stage; it is killed when the block ends."""
    process = subprocess.Popen(
        [sys.executable, "-c", TRAINS, str(connection.settings_dict["NAME"]), WARDS, stage],
        cwd=settings.BASE_DIR,
        env={**os.environ},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout.readline().strip() == stage
        yield process
    finally:
        process.kill()
        process.wait(10)
        process.stdin.close()
        process.stdout.close()


@pytest.fixture
def in_use_and_bad() -> Tagger:
    """A tagger in use that was taught the wrong way round, and enough decisions to beat it."""
    data = taught(seed=1)
    tagger = in_use(head_for(replace(data, truth=data.truth[:, ::-1])))
    with transaction.atomic():
        reviewed(train=60, held_out=40)
    return tagger


@pytest.mark.parametrize("stage", ["Fitting", "Comparing on held-out decisions"])
def test_killed_half_way_it_changes_nothing_and_the_next_run_takes_its_place(in_use_and_bad: Tagger, stage: str):
    with training_stands_at(stage):
        running = Training.objects.get()
        assert (running.state, running.stage) == (Training.State.RUNNING, stage)
    assert list(Tagger.objects.filter(codebook__slug=WARDS)) == [in_use_and_bad]
    with pytest.raises(Conflict, match="being trained already"):
        learn(codebook=WARDS)
    Training.objects.update(beat=timezone.now() - timedelta(minutes=3))
    assert learn(codebook=WARDS).state == Training.State.DONE
    running.refresh_from_db()
    assert (running.state, running.outcome) == (Training.State.FAILED, HALF_WAY)
    assert champion(WARDS).version == 2


def test_while_it_trains_people_log_and_decide_and_versions_change(in_use_and_bad: Tagger):
    member = MembershipFactory()
    TaggerFactory(codebook=wards(), version=2, artefact=in_use_and_bad.artefact, state=Tagger.State.CHALLENGER)
    with training_stands_at("Comparing on held-out decisions") as process:
        insight = log(
            person=member.user,
            setting=Setting(member.programme),
            voices=[Voice("staff")],
            kind="finding",
            text="The rota leaves two of us.",
        )
        ReviewFactory(insight=insight, codebook=wards(), teaches=True)
        promote(codebook=WARDS, version=2)
        answer, _ = process.communicate("go on\n", timeout=60)
    assert "Another version was put in use while this one was trained" in answer
    assert champion(WARDS).version == 2


def test_a_code_that_is_added_while_it_trains_waits_for_the_next_run(in_use_and_bad: Tagger):
    with training_stands_at("Fitting") as process:
        CodeFactory(codebook=Codebook.objects.get(slug=WARDS), slug="food")
        answer, _ = process.communicate("go on\n", timeout=60)
    assert "Version 2 is now in use" in answer
    assert set(champion(WARDS).figures["codes"]) == {"culture", "staff"}


def test_the_habits_own_tagger_is_not_touched_by_another_codebooks(in_use_and_bad: Tagger):
    habits = TaggerFactory(codebook=ensure_habits(), version=1, state=Tagger.State.CHAMPION)
    learn(codebook=WARDS)
    assert champion("habits") == habits

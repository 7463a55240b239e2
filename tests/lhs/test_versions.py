from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from uuid import uuid4

import pytest
from django.db import connection

from lhs.codebooks import ensure_habits
from lhs.encoder import BUILT_IN
from lhs.head import Head
from lhs.models import HABITS, Tagger
from lhs.training import train_first_tagger
from lhs.versions import NoTagger, champion, head_of

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def kept(db: None, head: Head) -> Tagger:
    return Tagger.objects.create(
        codebook=ensure_habits(),
        version=3,
        artefact=head.to_bytes(),
        figures={"encoder": BUILT_IN},
        data_digest="0" * 64,
        state=Tagger.State.CHAMPION,
    )


@pytest.mark.django_db
def test_a_codebook_without_a_tagger_says_so():
    ensure_habits()
    with pytest.raises(NoTagger, match="“habits”"):
        champion(HABITS)


def test_the_tagger_in_use_gives_its_head(kept: Tagger, head: Head):
    assert champion(HABITS) == kept
    assert head_of(kept).to_bytes() == head.to_bytes()


def test_a_head_is_read_once_in_a_process(kept: Tagger, django_assert_num_queries):
    head_of(kept)
    with django_assert_num_queries(0):
        assert head_of(kept) is head_of(kept)


def test_asking_which_tagger_is_in_use_does_not_read_its_artefact(kept: Tagger, django_assert_num_queries):
    with django_assert_num_queries(1) as queries:
        found = champion(HABITS)
        assert (found.codebook.slug, found.version) == (HABITS, 3)
    assert '"artefact"' not in queries.captured_queries[0]["sql"]


def test_a_tagger_that_is_gone_has_no_head(db: None):
    with pytest.raises(NoTagger, match="no longer kept"):
        head_of(Tagger(id=uuid4()))


@pytest.mark.django_db
def test_the_first_tagger_is_trained_from_the_exemplars_and_put_in_use():
    tagger = train_first_tagger()
    assert tagger is not None
    assert champion(HABITS) == tagger
    assert (tagger.version, tagger.state) == (1, Tagger.State.CHAMPION)
    assert tagger.figures["macro_f1"] > 0.4
    assert len(tagger.data_digest) == 64
    assert head_of(tagger).codebook == HABITS


def test_where_a_tagger_is_in_use_no_first_one_is_trained(kept: Tagger):
    assert train_first_tagger() is None
    assert Tagger.objects.count() == 1


def test_another_encoder_calls_for_a_tagger_of_its_own(kept: Tagger):
    Tagger.objects.update(figures={"encoder": "another@0123"})
    tagger = train_first_tagger()
    assert tagger is not None
    assert (champion(HABITS), tagger.version) == (tagger, 4)
    kept.refresh_from_db()
    assert kept.state == Tagger.State.RETIRED


FIRST = """
import os, sys, django
from django.conf import settings
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
settings.DATABASES["default"]["NAME"] = sys.argv[1]
django.setup()
from lhs.training import train_first_tagger
made = train_first_tagger()
print("trained" if made else "found one")
"""


# Written for other processes to see, so it is not rolled back but emptied; only what stands on these tables.
@pytest.mark.django_db(transaction=True, available_apps=["lhs"])
def test_two_starts_at_once_make_one_tagger():
    ensure_habits()
    starts = [
        subprocess.Popen(
            [sys.executable, "-c", FIRST, str(connection.settings_dict["NAME"])],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    answers = [start.communicate(timeout=120)[0].strip() for start in starts]
    assert sorted(answers) == ["found one", "trained"]
    assert Tagger.objects.filter(state=Tagger.State.CHAMPION).count() == Tagger.objects.count() == 1

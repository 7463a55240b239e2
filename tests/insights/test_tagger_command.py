"""`manage.py tagger`, as its users see it: a table on standard output, everything else on standard error."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from django.core.management import CommandError, call_command

from lhs.head import Head
from lhs.models import Training
from lhs.versions import champion
from tests.factories import TaggerFactory, TrainingFactory
from tests.insights.lessons import WARDS, head_for, in_use, reviewed, taught, wards

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def bad() -> Head:
    data = taught(seed=1)
    return head_for(replace(data, truth=data.truth[:, ::-1]))


def tagger(*said: str) -> tuple[str, str]:
    """Run it; return what it wrote to standard output and to standard error."""
    out, err = io.StringIO(), io.StringIO()
    call_command("tagger", *said, "--codebook", WARDS, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def test_list_shows_every_version_newest_first(bad: Head):
    in_use(bad)
    figures = {"macro_f1": 0.614, "interval": [0.57, 0.66], "decisions": 1234}
    TaggerFactory(codebook=wards(), version=2, state="challenger", figures=figures, reason="Not surely better.")
    out, err = tagger("list")
    heading, second, first = out.splitlines()
    assert heading.split() == ["version", "state", "made", "decisions", "macro-F1", "reason"]
    assert second.startswith("2 ")
    assert "1,234      0.61 (0.57–0.66)  Not surely better." in second
    assert first.split()[:2] == ["1", "champion"]
    assert err == ""


def test_train_tells_its_stages_and_what_came_of_it(bad: Head):
    in_use(bad)
    reviewed(train=60, held_out=40)
    out, err = tagger("train")
    assert out == ""
    assert "Fitting …" in err
    assert "Version 2 is now in use. Better than version 1." in err


def test_train_fails_with_the_reason(bad: Head):
    in_use(bad)
    with pytest.raises(CommandError, match="cannot be learnt yet"):
        tagger("train")
    TrainingFactory(codebook=wards(), state=Training.State.RUNNING)
    with pytest.raises(CommandError, match="being trained already"):
        tagger("train")


def test_promote_and_rollback_change_the_version_in_use(bad: Head):
    in_use(bad)
    TaggerFactory(codebook=wards(), version=2, state="challenger", artefact=bad.to_bytes())
    out, err = tagger("promote", "2")
    assert (champion(WARDS).version, out) == (2, "")
    assert "Version 2 is in use." in err
    tagger("rollback")
    assert champion(WARDS).version == 1


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (["promote", "9"], "no version 9"),
        (["rollback"], "before this one"),
        (["list", "--codebook", "nothing"], "no codebook “nothing”"),
    ],
)
def test_what_cannot_be_is_said_in_a_sentence(bad: Head, said: list[str], why: str):
    in_use(bad)
    with pytest.raises(CommandError, match=why):
        call_command("tagger", *said, *([] if "--codebook" in said else ["--codebook", WARDS]))


def test_the_codebook_may_be_said_before_the_action(bad: Head):
    in_use(bad)
    out = io.StringIO()
    call_command("tagger", "--codebook", WARDS, "list", stdout=out)
    assert out.getvalue().splitlines()[1].startswith("1 ")

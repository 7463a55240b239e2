"""The tagger in use is damaged in the database: it is said which version and what to do, people go on logging, and one
command repairs it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from insights.capture import Setting, Voice, log
from insights.learning import promote
from insights.models import Insight, Tag, Tagging
from insights.tagging import how_many_due
from lhs.artefact import ArtefactRefused
from lhs.models import HABITS, Tagger
from lhs.versions import champion
from tests.factories import InsightFactory, MembershipFactory
from tests.faults.workers import Broker, broker_of_its_own, workers
from tests.waiting import until

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    with broker_of_its_own(tmp_path) as started:
        yield started


@pytest.fixture
def damaged(tagger: Tagger) -> Tagger:
    """Version 2, in use, of which one bit has turned; version 1, which was in use before, is sound."""
    Tagger.objects.filter(id=tagger.id).update(state=Tagger.State.RETIRED)
    altered = bytearray(tagger.artefact)
    altered[len(altered) // 2] ^= 1
    return Tagger.objects.create(
        codebook=tagger.codebook,
        version=2,
        artefact=bytes(altered),
        figures=tagger.figures,
        data_digest="0" * 64,
        state=Tagger.State.CHAMPION,
    )


REPAIRS = {"rollback": (["rollback"], 1), "promote": (["promote", "1"], 1), "train": (["train"], 3)}


@pytest.mark.parametrize("repair", REPAIRS)
def test_capture_goes_on_and_a_command_repairs_it(damaged, broker, tmp_path, client, repair):
    with transaction.atomic():
        member = MembershipFactory()
        InsightFactory(text="Nobody is blamed when something goes wrong; we ask what we can learn.")
    refusal = "Version 2 of the tagger for “habits” cannot be used. The tagger's artefact is damaged"
    with workers(broker, tmp_path, "first") as [worker]:
        until(lambda: refusal in worker.words, 30, what="the refusal in the log")
        assert "Traceback" not in worker.words
        insight = log(
            person=member.user,
            setting=Setting(member.programme),
            voices=[Voice("staff")],
            kind="finding",
            text="The rota leaves two of us for thirty beds.",
        )
        assert client.get(f"/insights/{Insight.objects.first().id}/").status_code in {200, 302}
        assert (how_many_due(), Tag.objects.count()) == (2, 0)
        told = client.get("/readyz").json()
        assert told["checks"]["tagger"].startswith(refusal)
        assert "manage.py tagger rollback" in told["checks"]["tagger"]
        action, version = REPAIRS[repair]
        call_command("tagger", *action)
        assert champion(HABITS).version == version
        until(lambda: how_many_due() == 0, 60, what="the tags")
    read = Tagging.objects.filter(codebook__slug=HABITS).values_list("insight_id", "tagger__version")
    assert dict(read) == dict.fromkeys(Insight.objects.values_list("id", flat=True), version)
    assert Tagging.objects.get(insight=insight, codebook__slug=HABITS).digest == insight.digest
    assert client.get("/readyz").json()["checks"]["tagger"] == "ok"


def test_classify_refuses_and_says_what_to_do(damaged, monkeypatch, tmp_path):
    texts = tmp_path / "texts"
    texts.write_text(json.dumps({"id": 1, "text": "The rota."}))
    with texts.open() as given:
        monkeypatch.setattr("sys.stdin", given)
        with pytest.raises(CommandError, match=r"Version 2 .* damaged.*tagger rollback"):
            call_command("classify")


def test_a_damaged_version_is_not_put_in_use_by_anyone(damaged):
    with pytest.raises(ArtefactRefused, match=r"Version 2 cannot be put in use.*damaged"):
        promote(version=2)
    call_command("tagger", "rollback")
    with pytest.raises(CommandError, match=r"Version 2 cannot be put in use.*damaged"):
        call_command("tagger", "rollback")
    assert champion(HABITS).version == 1

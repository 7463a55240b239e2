"""Tagging goes on whatever breaks: nothing stays due, nothing is tagged twice, no person's decision is touched."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from django.db import connection, transaction

from insights.capture import Setting, Voice, edit, log
from insights.learning import promote
from insights.models import Decision, Embedding, Insight, Tag, Tagging
from insights.nudging import _nudge
from insights.review import decide
from insights.tagging import BATCH, how_many_due
from lhs.models import HABITS, Tagger
from lhs.scoring import score_texts
from lhs.versions import champion
from tests.factories import InsightFactory, MembershipFactory, ProgrammeFactory, UserFactory, habit
from tests.faults.workers import Broker, broker_of_its_own, workers
from tests.locks import in_a_thread, waiting
from tests.waiting import until

pytestmark = pytest.mark.django_db(transaction=True)
TEXTS = (
    "Nurses are exhausted by entering the same data twice into two systems.",
    "Every patient's results are seen by the whole team, so that nothing is missed.",
    "We meet each week to look at our numbers and decide what to try next.",
    "Nobody is blamed when something goes wrong; we ask what we can learn.",
    "Parking at the site is dear.",
)


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    with broker_of_its_own(tmp_path) as started:
        yield started


@pytest.fixture(autouse=True)
def tagged_log(transactional_db) -> Iterator[None]:
    """Note each time an insight is through the tagger, and by which session."""
    with connection.cursor() as cursor:
        cursor.execute("""
            CREATE TABLE tagged_log (insight_id uuid, session int, tagger_id uuid);
            CREATE FUNCTION note_tagged() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN
                    INSERT INTO tagged_log VALUES (NEW.insight_id, pg_backend_pid(), NEW.tagger_id);
                    RETURN NULL;
                END $$;
            CREATE TRIGGER note_tagged AFTER UPDATE ON insights_tagging FOR EACH ROW
                WHEN (OLD.due AND NOT NEW.due) EXECUTE FUNCTION note_tagged();
        """)
    yield
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER note_tagged ON insights_tagging; DROP FUNCTION note_tagged; DROP TABLE tagged_log")


def times_tagged() -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT insight_id, count(*) FROM tagged_log GROUP BY 1")
        return dict(cursor.fetchall())


def times_tagged_by(tagger: Tagger) -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT insight_id, count(*) FROM tagged_log WHERE tagger_id = %s GROUP BY 1", [tagger.id])
        return dict(cursor.fetchall())


def sessions() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(DISTINCT session) FROM tagged_log")
        return int(cursor.fetchone()[0])


def written(how_many: int) -> list[Insight]:
    """Insights that are there without anyone having been told."""
    with transaction.atomic():
        programme = ProgrammeFactory()
        return [InsightFactory(programme=programme, text=f"{TEXTS[n % len(TEXTS)]} Ward {n}.") for n in range(how_many)]


def decisions_on(insights: list[Insight]) -> list[tuple]:
    """Have a curator decide on some, against what a machine would say of them; return what then stands."""
    curator = UserFactory(role="curator")
    for insight in insights:
        for code, verdict in (("staff", "rejected"), ("priorities", "confirmed")):
            decide(person=curator, insight_id=insight.id, codebook=HABITS, code=code, verdict=verdict)
    return decided()


def decided() -> list[tuple]:
    return list(
        Tag.objects.filter(origin="person")
        .order_by("id")
        .values_list("id", "insight", "code", "state", "decided_by", "score", "reason", "modified")
    )


@contextlib.contextmanager
def stalled(insight: Insight) -> Iterator[None]:
    """Stand where the worker wants to write, so that it gets stuck in the middle of the batch with this insight."""
    with transaction.atomic():
        Embedding.objects.create(insight=insight, digest="0" * 32, encoder="nobody's", vector=[1.0] + [0.0] * 383)
        yield
        transaction.set_rollback(True)


def all_is_well(insights: int) -> None:
    """Nothing is due; every text is tagged as it now stands, as the tagger in use sees it."""
    until(lambda: how_many_due() == 0, 90, what="everything to be tagged")
    found = list(Insight.objects.order_by("id"))
    assert len(found) == insights
    now = {insight.id: insight.digest for insight in found}
    assert dict(Tagging.objects.filter(codebook__slug=HABITS).values_list("insight_id", "digest")) == now
    assert dict(Embedding.objects.values_list("insight_id", "digest")) == now
    persons = {(tag.insight_id, tag.code.slug) for tag in Tag.objects.filter(origin="person").select_related("code")}
    machines = {(tag.insight_id, tag.code.slug) for tag in Tag.objects.filter(origin="machine").select_related("code")}
    scored = score_texts(champion(HABITS), [insight.text for insight in found])
    wanted = {
        (insight.id, suggestion.code)
        for insight, suggestions in zip(found, scored, strict=True)
        for suggestion in suggestions
        if suggestion.suggested
    }
    assert machines == wanted - persons
    assert Tag.objects.filter(origin="machine").exclude(reason="").count() == len(machines)


@pytest.mark.parametrize("who", ["all of it", "the process at work"])
def test_a_worker_is_killed_in_the_middle_of_a_batch(tagger, broker, tmp_path, who):
    insights = written(40)
    kept = decisions_on(insights[-3:])
    with workers(broker, tmp_path, "first") as [first]:
        with stalled(insights[-2]):
            _nudge()
            until(waiting, what="the worker to be in the middle of a batch")
            if who == "all of it":
                first.kill_all()
            else:
                first.kill_the_one_at_work()
        until(lambda: not waiting(), what="the database to notice")
        if who == "all of it":
            assert how_many_due() == 40, "the batch is not half done"
            assert times_tagged() == {}
            with workers(broker, tmp_path, "second"):
                all_is_well(40)
        else:
            all_is_well(40)
    assert set(times_tagged().values()) == {1}
    assert decided() == kept


@pytest.mark.parametrize("fault", ["stopped", "hanging"])
def test_the_broker_is_away_while_two_hundred_insights_are_logged(tagger, broker, tmp_path, fault):
    with transaction.atomic():
        programme = ProgrammeFactory()
        contributor = MembershipFactory(programme=programme).user
    with workers(broker, tmp_path, "first"):
        broker.end() if fault == "stopped" else broker.hang()
        for n in range(200):
            log(
                person=contributor,
                setting=Setting(programme),
                voices=[Voice("staff")],
                kind="finding",
                text=f"{TEXTS[n % len(TEXTS)]} Ward {n}.",
            )
        assert Insight.objects.count() == 200, "capture needs no broker"
        kept = decisions_on(list(Insight.objects.all()[:3]))
        broker.start() if fault == "stopped" else broker.wake()
        all_is_well(200)
    assert set(times_tagged().values()) == {1}
    assert decided() == kept


def test_two_workers_at_once_share_the_work_and_do_nothing_twice(tagger, broker, tmp_path):
    insights = written(200)
    kept = decisions_on(insights[::50])
    with workers(broker, tmp_path, "first", "second"):
        with stalled(insights[-1]):
            # One worker gets stuck at the newest batch, with the next in its hands; the other goes round them and does
            # all the rest.
            for _ in range(2):
                _nudge()
            until(lambda: how_many_due() == 2 * BATCH, 60, what="the other worker to do the rest")
            assert waiting() == 1
        all_is_well(200)
    assert sessions() == 2
    assert set(times_tagged().values()) == {1}
    assert decided() == kept


def test_a_text_is_edited_and_a_tag_decided_while_they_are_being_tagged(tagger, broker, tmp_path):
    insights = written(5)
    held, edited, judged = insights[:3]
    curator = UserFactory(role="curator")
    with workers(broker, tmp_path, "first"), ThreadPoolExecutor(2) as pool:
        with stalled(held):
            _nudge()
            until(waiting, what="the worker to be in the middle of a batch")
            editing = in_a_thread(pool, edit, person=curator, insight_id=edited.id, text="Parking at the site is dear.")
            deciding = in_a_thread(
                pool, decide, person=curator, insight_id=judged.id, codebook=HABITS, code="staff", verdict="rejected"
            )
            until(lambda: waiting() == 3, what="the edit and the decision to wait for the worker")
        editing.result(30)
        deciding.result(30)
        all_is_well(5)
    assert Tag.objects.get(insight=judged, code=habit("staff")).state == "rejected"
    assert Decision.objects.get().person == curator
    assert times_tagged() == {insight.id: 2 if insight == edited else 1 for insight in insights}


def test_what_was_tagged_by_the_tagger_before_is_due_again(tagger, broker, tmp_path):
    written(40)
    with workers(broker, tmp_path, "first"):
        _nudge()
        all_is_well(40)
        with transaction.atomic():
            type(tagger).objects.filter(id=tagger.id).update(state="retired")
            tagger.pk, tagger.version, tagger._state.adding = None, 2, True
            tagger.id = type(tagger)._meta.get_field("id").get_default()
            tagger.save(force_insert=True)
        until(lambda: not Tagging.objects.filter(codebook__slug=HABITS).exclude(tagger=tagger).exists(), 60)
        all_is_well(40)
    assert set(Tag.objects.values_list("tagger__version", flat=True)) == {2}
    assert set(times_tagged().values()) == {2}


def test_another_version_is_put_in_use_while_two_workers_tag_a_large_batch(tagger, fitted, broker, tmp_path):
    eager = replace(fitted[0], thresholds=np.full_like(fitted[0].thresholds, 0.05))
    second = Tagger.objects.create(
        codebook=tagger.codebook, version=2, artefact=eager.to_bytes(), figures=tagger.figures, data_digest="0" * 64
    )
    insights = written(300)
    kept = decisions_on(insights[:3])
    with workers(broker, tmp_path, "first", "second"), ThreadPoolExecutor(1) as pool:
        # The newest comes first: one worker gets stuck at once, the other with a hundred still to do.
        with stalled(insights[-1]), stalled(insights[100]):
            _nudge()
            _nudge()
            until(lambda: waiting() == 2, what="both workers to be in the middle of a batch")
            promoting = in_a_thread(pool, promote, version=2)
            until(lambda: waiting() == 3, what="the promotion to wait for the batches")
        promoting.result(30)
        until(lambda: not Tagging.objects.filter(codebook__slug=HABITS).exclude(tagger=second).exists(), 90)
        all_is_well(300)
    assert set(Tag.objects.filter(origin="machine").values_list("tagger__version", flat=True)) == {2}
    assert set(Tagging.objects.filter(codebook__slug=HABITS).values_list("tagger__version", flat=True)) == {2}
    assert times_tagged_by(second) == dict.fromkeys((insight.id for insight in insights), 1)
    assert 0 < len(times_tagged_by(tagger)) < 300, "the promotion came in the middle"
    assert set(times_tagged_by(tagger).values()) == {1}
    assert decided() == kept

"""An import goes on whatever breaks: a worker that is killed loses its batch, whole, and each row is written once."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.db import connection, transaction

from insights.importing import running, verbs
from insights.importing.running import run_due
from insights.models import Import, ImportPart, Insight
from tests.factories import InsightFactory, MembershipFactory, ProgrammeFactory
from tests.faults.workers import Broker, broker_of_its_own, workers
from tests.importing.spreadsheets import HEADINGS, Importer, a_row, as_csv, put
from tests.locks import in_a_thread, waiting
from tests.waiting import until

pytestmark = pytest.mark.django_db(transaction=True)
ROWS = 2_500


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    with broker_of_its_own(tmp_path) as started:
        yield started


@pytest.fixture
def importer(tmp_path: Path, transactional_db: None) -> Importer:
    programme = ProgrammeFactory()
    return Importer(MembershipFactory(programme=programme).user, programme, tmp_path)


def begun(importer: Importer, rows: int = ROWS) -> Import:
    """A file that was sent, whose checking is due and whose good rows are to be written."""
    content = as_csv(HEADINGS, *(a_row(n) for n in range(rows)))
    path = put(importer.folder, content)
    made = verbs.begin(person=importer.person, programme=importer.programme, path=path, name="insights.csv")
    return verbs.check(person=importer.person, import_id=made.id, apply=True)


def all_written(found: Import, rows: int) -> None:
    def ended() -> bool:
        found.refresh_from_db()
        return found.state not in ("checking", "writing")

    until(ended, 120, what="the import to end")
    assert (found.state, found.new, found.error, found.written) == ("done", rows, 0, rows)
    references = list(Insight.objects.order_by("id").values_list("external_id", flat=True))
    assert references == [f"R{n}" for n in range(rows)]
    assert not ImportPart.objects.exists()


def test_a_worker_is_killed_in_the_middle_and_another_goes_on_where_it_was(tagger, broker, importer, tmp_path):
    with workers(broker, tmp_path, "first") as [first], transaction.atomic():
        # It gets stuck at row 1,500: the second batch of what it writes.
        InsightFactory(programme=importer.programme, external_id="R1500")
        with ThreadPoolExecutor(1) as pool:
            found = in_a_thread(pool, begun, importer=importer).result(60)
        until(lambda: waiting() >= 1, 90, what="the worker to be in the middle of the second batch")
        first.kill_all()
        transaction.set_rollback(True)
    until(lambda: not waiting(), what="the database to notice")
    found.refresh_from_db()
    assert (found.state, found.written) == ("writing", 1_000)
    assert Insight.objects.count() == 1_000, "the batch is not half done"
    with workers(broker, tmp_path, "second"):
        all_written(found, ROWS)


def test_a_reading_that_was_broken_off_goes_on_where_it_was(importer, monkeypatch):
    monkeypatch.setattr(running, "BATCH", 10)
    found = begun(importer, 35)

    def falls(at: Import) -> None:
        if at.done == 20:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_due(only=found.id, told=falls, seconds=600)
    found.refresh_from_db()
    assert (found.state, found.done, found.rows.count()) == ("checking", 20, 20)
    run_due(only=found.id, seconds=600)
    all_written(found, 35)


def test_two_at_once_write_each_row_once(importer, monkeypatch):
    monkeypatch.setattr(running, "BATCH", 10)
    found = begun(importer, 200)

    def work() -> None:
        while run_due(only=found.id, seconds=600):
            pass
        connection.close()

    with ThreadPoolExecutor(3) as pool:
        for done in [pool.submit(work) for _ in range(3)]:
            done.result(120)
    all_written(found, 200)


def test_a_reference_that_is_taken_while_a_batch_is_written_is_seen(importer):
    found = begun(importer, 5)
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            InsightFactory(programme=importer.programme, external_id="R3", status="draft", text="Theirs, and first.")
            working = in_a_thread(pool, run_due, only=found.id, seconds=600)
            until(waiting, 30, what="the import to meet it")
        working.result(60)
    found.refresh_from_db()
    assert (found.state, found.new, found.changed, found.written) == ("done", 4, 1, 5)
    assert Insight.objects.count() == 5


def test_without_a_broker_a_sweep_finds_what_is_due(tagger, broker, importer, tmp_path):
    broker.end()
    found = begun(importer, 20)
    broker.start()
    with workers(broker, tmp_path, "first"):
        all_written(found, 20)

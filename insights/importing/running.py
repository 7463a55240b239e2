"""The work behind an import: checking its rows, then writing the good ones, batch by batch.

What is due is an import's state, not a message. Each batch is one transaction that holds the import's row (SKIP
LOCKED), does so many rows and moves `done` on: a process that is killed loses its batch, whole, and whoever comes next
goes on there, so that each row is written once.
"""

from __future__ import annotations

import logging
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from uuid import UUID

import pghistory
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import DatabaseError, IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from psycopg.types.json import Jsonb

from casestudies.lifecycle import Status
from casestudies.permissions import may
from insights.importing.files import CSV, Layout, rows, too_many
from insights.importing.judging import Judged, Permits, counts_of, judge
from insights.importing.rows import Record
from insights.importing.understanding import Plan, is_withheld, understood
from insights.importing.values import Names
from insights.importing.writing import copy_rows, write_changed, write_new
from insights.models import Import, ImportRow
from insights.models.imported import DUE, Fate, ImportState
from insights.notices import tell_of_import
from insights.nudging import nudge_after_commit

logger = logging.getLogger(__name__)
BATCH = 1000
# Edits go one by one: fewer of them in one transaction, so that the bar moves and a cancel is heard.
MOST_EDITS = 200
ATTEMPTS = 3
# A worker does other work too: after so long of writing, the rest of an import waits its turn.
SLICE_SECONDS = 10.0
STAGED = ("of_id", "number", "cells", "fate", "faults", "note", "external_id", "words")
LOST = "Something went wrong here while this file was read or written, and again when it was tried anew. It is noted."
Told = Callable[[Import], None]


def run_due(*, only: UUID | None = None, told: Told | None = None, seconds: float = SLICE_SECONDS) -> bool:
    """Do what is due of imports, one after the other, and return whether something is left.

    `only` keeps to one import; `told` gets it after each batch. Two at once share the work: whoever holds an import
    has it, the other takes another one or none.
    """
    began = time.monotonic()
    passed: set[UUID] = set()
    while True:
        due = Import.objects.filter(state__in=DUE).exclude(id__in=passed)
        due = due.filter(id=only) if only else due
        found = due.order_by("id").values_list("id", flat=True).first()
        if found is None:
            return bool(passed) and Import.objects.filter(id__in=passed, state__in=DUE).exists()
        if not _run(found, told or (lambda _: None), until=began + seconds):
            passed.add(found)
        if time.monotonic() > began + seconds:
            return Import.objects.filter(state__in=DUE).exists()


def _run(id: UUID, told: Told, *, until: float) -> bool:
    """Work at one import until it is no longer due or the time is up; False where someone else has it."""
    with _reading() as source:
        while True:
            try:
                at_work = _batch(id, source)
            except ValidationError as fault:
                _fail(id, " ".join(fault.messages))
                return True
            except (DatabaseError, ArithmeticError, LookupError, TypeError, ValueError, OSError) as error:
                # Its words may hold what people typed; its kind and place do not.
                logger.error("Import %s failed: %s", id, type(error).__name__)
                if not _failed_again(id):
                    return True
                continue
            if at_work is None:
                return False
            told(at_work)
            if at_work.state not in DUE:
                return True
            if at_work.state == ImportState.WRITING and time.monotonic() > until:
                return True


@transaction.atomic
def _batch(id: UUID, source: _Source) -> Import | None:
    """Do one batch of an import, and return it as it then stands; None where it is not to be had."""
    found = (
        Import.objects.select_for_update(skip_locked=True, of=("self",), no_key=True)
        .select_related("programme", "person")
        .filter(id=id, state__in=DUE)
        .first()
    )
    if found is None:
        return None
    if not may(found.person, "import", "insight", programme_id=found.programme_id, status=found.status):
        raise ValidationError({"person": "Whoever began this import may not import here any more."})
    with pghistory.context(user=str(found.person_id), imported=str(found.id)):
        if found.state == ImportState.CHECKING:
            _check(found, source)
        else:
            _write(found)
    found.attempts = 0
    found.save()
    return found


def plan_of(found: Import) -> Plan:
    """Return how the rows of an import are read."""
    names = Names.of(found.programme)
    delimited = found.layout.get("format") == CSV
    return Plan(found.programme, found.headings, found.mapping, found.defaults, names, delimited=delimited)


def _check(found: Import, source: _Source) -> None:
    plan = plan_of(found)
    records = list(islice(source.after(found), BATCH))
    if len(records) + found.done > settings.IMPORT_ROWS:
        raise ValidationError({"file": too_many()})
    judged = judge([understood(record, plan) for record in records], plan, _permits(found), of=found)
    copy_rows(ImportRow, STAGED, (_staged(found, one) for one in judged))
    _count(found, counts_of(judged))
    found.done += len(records)
    found.of = max(found.of, found.done)
    if len(records) < BATCH:
        found.of = found.done
        found.examples = []
        found.state = ImportState.CHECKED
        if found.apply:
            start_writing(found)


def start_writing(found: Import) -> None:
    """Make an import that was checked due to be written; the caller saves it."""
    found.state, found.done, found.of = ImportState.WRITING, 0, found.new + found.changed


def _staged(found: Import, one: Judged) -> tuple[object, ...]:
    said = one.said
    known = None if one.fate is Fate.ERROR else said.words
    reference = (said.external_id or "")[:120].replace("\0", "") or None
    return (found.id, said.number, Jsonb(said.cells), one.fate.value, Jsonb(said.faults), said.note, reference, known)


def _count(found: Import, counts: dict[str, int], sign: int = 1) -> None:
    for fate, n in counts.items():
        setattr(found, fate, getattr(found, fate) + sign * n)


def _write(found: Import) -> None:
    """Write the next good rows. They are judged again: since the dry run, people may have changed what is there."""
    waiting = found.rows.filter(fate__in=[Fate.NEW, Fate.CHANGED], number__gt=found.cursor)
    batch = list(waiting.order_by("number")[:BATCH])
    edits = [place for place, row in enumerate(batch) if row.fate == Fate.CHANGED]
    if len(edits) > MOST_EDITS:
        batch = batch[: edits[MOST_EDITS]]
    if batch:
        judged = _written(found, batch)
        _book(found, batch, judged)
        found.cursor = batch[-1].number
        found.done += len(batch)
        found.of = max(found.of, found.done)
        nudge_after_commit()
    else:
        finish(found, ImportState.DONE)


def _written(found: Import, batch: list[ImportRow]) -> list[Judged]:
    for attempt in range(ATTEMPTS):
        plan = plan_of(found)
        said = [understood(Record(row.number, row.cells), plan) for row in batch]
        judged = judge(said, plan, _permits(found), of=None)
        try:
            with transaction.atomic():
                write_new([one for one in judged if one.fate is Fate.NEW])
            break
        except IntegrityError:
            # Someone logged one of these references between the judging and the writing: judge anew, and see theirs.
            if attempt == ATTEMPTS - 1:
                raise
    for one in judged:
        if one.fate is Fate.CHANGED and (reason := write_changed(one, plan, found.person)):
            one.fate = Fate.ERROR
            one.said.faults.append(plan.fault("external_id", reason))
    return judged


def _book(found: Import, batch: list[ImportRow], judged: list[Judged]) -> None:
    """Book what became of rows that turned out otherwise than the dry run said."""
    other = []
    for row, one in zip(batch, judged, strict=True):
        if row.fate != one.fate:
            _count(found, {row.fate: 1}, -1)
            _count(found, {one.fate: 1})
            row.fate, row.faults, row.note = one.fate, one.said.faults, one.said.note
            other.append(row)
    ImportRow.objects.bulk_update(other, ["fate", "faults", "note"])
    found.written += sum(one.fate in (Fate.NEW, Fate.CHANGED) for one in judged)
    new = [is_withheld(one.said.values) for one in judged if one.fate is Fate.NEW]
    found.withheld += sum(new)
    found.shared += len(new) - sum(new)


def finish(found: Import, state: ImportState, failure: str = "") -> None:
    """End an import: the file goes, and of its rows all but those in error; the caller saves it.

    Whoever may publish what came in is told of it now, once, and not while more is coming.
    """
    found.state, found.failure, found.ended, found.examples = state, failure, timezone.now(), []
    found.parts.all().delete()
    done = found.rows.all() if state == ImportState.FAILED else found.rows.exclude(fate=Fate.ERROR)
    done.delete()
    if found.status == Status.SUBMITTED:
        tell_of_import(found)


def _permits(found: Import) -> Permits:
    return Permits(found.person, found.programme, found.status)


@transaction.atomic
def _fail(id: UUID, reason: str) -> None:
    found = Import.objects.select_for_update().filter(id=id, state__in=DUE).first()
    if found is not None:
        finish(found, ImportState.FAILED, reason)
        found.save()


def _failed_again(id: UUID) -> bool:
    """Note that a batch failed; after ATTEMPTS in a row the import ends. Returns whether to try again."""
    Import.objects.filter(id=id).update(attempts=F("attempts") + 1)
    if Import.objects.filter(id=id, attempts__lt=ATTEMPTS).exists():
        return True
    _fail(id, LOST)
    return False


class _Source:
    """The records of one import's file, read on from where the last batch ended as long as nobody else went on."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "file"
        self._records: Iterator[Record] | None = None
        self._done = 0

    def after(self, found: Import) -> Iterator[Record]:
        """Yield the records after those that are done."""
        if self._records is None or self._done != found.done:
            self._records = rows(self._file(found), Layout(**found.layout))
            self._done = sum(1 for _ in islice(self._records, found.done))
        for record in self._records:
            self._done += 1
            yield record

    def _file(self, found: Import) -> Path:
        with self._path.open("wb") as file:
            for part in found.parts.order_by("position").iterator(chunk_size=4):
                file.write(part.content)
        return self._path


@contextmanager
def _reading() -> Iterator[_Source]:
    with tempfile.TemporaryDirectory(prefix="lhs-import-") as folder:
        yield _Source(Path(folder))

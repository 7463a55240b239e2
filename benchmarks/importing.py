"""A spreadsheet through the importer beside COPY of the same rows into the same tables, every index and trigger on.

The texts are sentences of the case studies that ship, put together anew; one in ten names somebody and a telephone
number, as a log that is kept on a ward may. Each is screened, and what is found is written, as for anyone.
"""

from __future__ import annotations

import csv
import os
import random
import re
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import psutil
from openpyxl import Workbook

from benchmarks.ground import temporary_folder
from benchmarks.progress import say
from config.services.folder import ROOT

ROWS = int(os.environ.get("BENCH_IMPORT_ROWS", "50000"))
ROUNDS = int(os.environ.get("BENCH_IMPORT_ROUNDS", "3"))
HEADINGS = ("Ref", "Insight", "Type", "Who said it", "Date", "Place", "Title", "Level")
KINDS = ("Finding", "RECOMMENDATION", "observation")
SAID_BY = ("nurse", "family member", "Bedside learning coordinator", "patient")
NAMED = "Ring Nora Hughes on 07700 900123 about it."
ONE_IN = 10
DATES = ("3/4/2022", "3 April 2022", "2022-04-03", "03-Apr-22")


def measure() -> dict[str, Any]:
    """Import and COPY in turns, a third of the rows each time; then import all at once as an operator does."""
    from casestudies.models import Programme

    programme = Programme.objects.order_by("slug")[0]
    writer = Writer()
    share = ROWS // ROUNDS
    imported, copied, ratios = [], [], []
    with temporary_folder() as folder:
        for number in range(ROUNDS):
            say(f"importing and copying {share:,} rows, round {number + 1} of {ROUNDS}…")
            path = folder / f"{number}.csv"
            _make(path, writer, share, f"round{number}-")
            imported.append(share / _import(programme, path))
            copied.append(share / _copy(programme, f"round{number}-"))
            ratios.append(imported[-1] / copied[-1])
        found = {}
        for kind in ("csv", "xlsx"):
            say(f"importing {ROWS:,} rows of {kind} by the command…")
            path = folder / f"all.{kind}"
            _make(path.with_suffix(".csv"), writer, ROWS, f"{kind}-")
            if kind == "xlsx":
                _as_workbook(path.with_suffix(".csv"), path)
            seconds, peak = _command(programme.slug, path)
            found[kind] = {"s": round(seconds, 1), "peak_mib": round(peak / 2**20)}
    return {
        "rows": ROWS,
        "rounds": ROUNDS,
        "import_rows_per_s": round(statistics.median(imported), 1),
        "copy_rows_per_s": round(statistics.median(copied), 1),
        "import_to_copy": round(statistics.median(ratios), 2),
        "import_to_copy_least": round(min(ratios), 2),
        "import_to_copy_most": round(max(ratios), 2),
        "command": found,
    }


class Writer:
    """A writer of texts as they are logged; the same seed writes the same."""

    def __init__(self, seed: int = 2022) -> None:
        from insights.models import Insight

        texts = Insight.objects.order_by("position", "text").values_list("text", flat=True)
        self.sentences = [one for text in texts for one in re.split(r"(?<=[.!?])\s+", text) if len(one) > 20]
        self.chance = random.Random(seed)

    def text(self, number: int) -> str:
        """Return a text of one to three sentences."""
        said = self.chance.sample(self.sentences, self.chance.randint(1, 3))
        return " ".join([*said, NAMED] if number % ONE_IN == 0 else said)

    def title(self) -> str:
        """Return the first words of a sentence."""
        return " ".join(self.chance.choice(self.sentences).split()[:5])


def _make(path: Path, writer: Writer, rows: int, prefix: str) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(HEADINGS)
        for n in range(rows):
            said = (KINDS[n % 3], SAID_BY[n % 4], DATES[n % 4], "Ward 7", writer.title(), "team")
            out.writerow((f"{prefix}{n}", writer.text(n), *said))


def _as_workbook(source: Path, path: Path) -> None:
    """Write the rows of a CSV as a workbook."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Insights")
    with source.open(encoding="utf-8", newline="") as file:
        for row in csv.reader(file):
            sheet.append(row)
    book.save(path)


def _import(programme: Any, path: Path) -> float:
    """Check and write a file, and return the seconds it took."""
    from django.db import connection

    from accounts.models import User
    from insights.importing import verbs
    from insights.importing.running import run_due

    person = User.objects.get(email="library@lhs.invalid")
    began = time.perf_counter()
    begun = verbs.begin(person=person, programme=programme, path=path, name=path.name)
    verbs.check(person=person, import_id=begun.id, apply=True)
    run_due(only=begun.id, seconds=float("inf"))
    seconds = time.perf_counter() - began
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    return seconds


def _copy(programme: Any, prefix: str) -> float:
    """COPY what was imported under `prefix` once more, under other ids, in the same batches; return the seconds."""
    from django.db import transaction

    from insights.importing.running import BATCH
    from insights.importing.writing import INSIGHT, SOURCE, copy_rows
    from insights.models import Insight, Source

    found = Insight.objects.filter(programme=programme, external_id__startswith=prefix)
    insights = [list(row) for row in found.order_by("id").values_list(*INSIGHT)]
    of = {row[0]: number for number, row in enumerate(insights)}
    sources = [list(row) for row in Source.objects.filter(insight__in=found).values_list(*SOURCE)]
    sources.sort(key=lambda row: of[row[1]])
    for insight, source in zip(insights, sources, strict=True):
        insight[0], source[0] = Insight().id, Source().id
        source[1] = insight[0]
        insight[INSIGHT.index("external_id")] += "-copied"
    began = time.perf_counter()
    for start in range(0, len(insights), BATCH):
        with transaction.atomic():
            copy_rows(Source, SOURCE, sources[start : start + BATCH])
            copy_rows(Insight, INSIGHT, insights[start : start + BATCH])
    return time.perf_counter() - began


def _command(programme: str, path: Path) -> tuple[float, int]:
    """Import a file as an operator does, and return the seconds and the most memory (bytes) of the process."""
    command = [sys.executable, "manage.py", "import_insights", str(path), "--programme", programme, "--apply"]
    began = time.perf_counter()
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    seen, most = psutil.Process(process.pid), 0
    while process.poll() is None:
        most = max(most, seen.memory_info().rss)
        time.sleep(0.1)
    seconds = time.perf_counter() - began
    if process.returncode:
        raise RuntimeError("The import did not come to its end.")
    return seconds, most

"""A spreadsheet through the importer beside COPY of the same rows into the same tables, every index and trigger on."""

from __future__ import annotations

import csv
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import psutil

from benchmarks.ground import temporary_folder
from benchmarks.progress import say
from benchmarks.soup import Soup
from config.services.folder import ROOT

ROWS = int(os.environ.get("BENCH_IMPORT_ROWS", "50000"))
ROUNDS = int(os.environ.get("BENCH_IMPORT_ROUNDS", "3"))
HEADINGS = ("Ref", "Insight", "Type", "Who said it", "Date", "Place", "Title", "Level")
KINDS = ("Finding", "RECOMMENDATION", "observation")
SAID_BY = ("nurse", "family member", "Bedside learning coordinator", "patient")
DATES = ("3/4/2022", "3 April 2022", "2022-04-03", "03-Apr-22")


def measure() -> dict[str, Any]:
    """Import and COPY in turns, a third of the rows each time; then import all at once as an operator does."""
    from casestudies.models import Programme

    programme = Programme.objects.order_by("slug")[0]
    soup = Soup()
    share = ROWS // ROUNDS
    imported, copied, ratios = [], [], []
    with temporary_folder() as folder:
        for number in range(ROUNDS):
            say(f"importing and copying {share:,} rows, round {number + 1} of {ROUNDS}…")
            path = folder / f"{number}.csv"
            _make(path, soup, share, f"round{number}-")
            imported.append(share / _import(programme, path))
            copied.append(share / _copy(programme, f"round{number}-"))
            ratios.append(imported[-1] / copied[-1])
        say(f"importing {ROWS:,} rows by the command…")
        path = folder / "all.csv"
        _make(path, soup, ROWS, "all-")
        seconds, peak = _command(programme.slug, path)
    return {
        "rows": ROWS,
        "rounds": ROUNDS,
        "import_rows_per_s": round(statistics.median(imported), 1),
        "copy_rows_per_s": round(statistics.median(copied), 1),
        "import_to_copy": round(statistics.median(ratios), 2),
        "import_to_copy_least": round(min(ratios), 2),
        "import_to_copy_most": round(max(ratios), 2),
        "command_s": round(seconds, 1),
        "command_peak_mib": round(peak / 2**20),
    }


def _make(path: Path, soup: Soup, rows: int, prefix: str) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADINGS)
        for n in range(rows):
            said = (KINDS[n % 3], SAID_BY[n % 4], DATES[n % 4], "Ward 7", soup.title(), "team")
            writer.writerow((f"{prefix}{n}", soup.text(), *said))


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

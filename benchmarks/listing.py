"""The list of insights: this product's, beside a stock REST framework viewset and beside the least it can cost.

All three serve the same rows of the same database under the same web server, and are asked in turns, round by round,
so that whatever slows the machine down slows all of them down.
"""

from __future__ import annotations

import os
import re
import statistics
from base64 import b64encode
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any
from urllib.parse import urlencode

import orjson

from benchmarks.load import Burst, burst, fetch
from benchmarks.progress import Progress, say
from benchmarks.servers import serving

ROWS = int(os.environ.get("BENCH_ROWS", "100000"))
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "9"))
PAGES = int(os.environ.get("BENCH_PAGES", "48"))  # of each kind, of each list, in each round
WARM_UP = 96
PATH = "/api/v1/insights/?"
LISTS = {
    "ours": ("config.wsgi:application", "config.settings"),
    "stock": ("config.wsgi:application", "benchmarks.stock_settings"),
    "floor": ("benchmarks.floor:application", "config.settings"),
}
MOMENT = re.compile(rb"(T\d\d:\d\d:\d\d\.\d*?)0+Z")
Paths = dict[str, dict[str, list[str]]]  # list → kind → paths


def measure() -> dict[str, Any]:
    """Load the insights, serve the three lists, check that they say the same, and measure them in turns."""
    from benchmarks.content import load

    seconds = load(how_many=ROWS)
    found: dict[str, Any] = {"rows": ROWS, "load": {"seconds": seconds, "insights_per_s": ROWS / seconds}}
    with ExitStack() as stack:
        ports = {}
        for name, (application, settings) in LISTS.items():
            say(f"serving {name}…")
            ports[name] = stack.enter_context(serving(application, settings=settings))
        paths = _paths()
        found["page_bytes"] = check_alike(ports, paths)
        rounds = _rounds(ports, paths)
    return found | {"rounds": ROUNDS, "kinds": {kind: _figures(rounds, kind) for kind in [*paths["ours"], "all"]}}


def check_alike(ports: dict[str, int], paths: Paths) -> int:
    """Raise AssertionError unless the three lists send the same insights on every page; return a page's bytes."""
    for kind, addresses in paths["floor"].items():
        for number in range(len(addresses)):
            said = {name: _results(fetch(ports[name], paths[name][kind][number])) for name in LISTS}
            if not len(said["floor"]) or not said["ours"] == said["stock"] == said["floor"]:
                raise AssertionError(f"The lists differ on {kind} page {number}: {_difference(said)}")
    return len(fetch(ports["ours"], paths["ours"]["newest"][0]))


def _results(body: bytes) -> list[dict[str, Any]]:
    # One way of writing a moment in UTC is as good as another.
    body = MOMENT.sub(rb"\1Z", body.replace(b'+00:00"', b'Z"'))
    results: list[dict[str, Any]] = orjson.loads(body)["results"]
    return results


def _difference(said: dict[str, list[dict[str, Any]]]) -> str:
    for rows in zip(*said.values(), strict=False):
        for field in rows[0]:
            values = [row.get(field) for row in rows]
            if any(value != values[0] for value in values):
                return f"{field}: " + " | ".join(f"{name} {value}" for name, value in zip(said, values, strict=True))
    return "the number of insights, " + ", ".join(f"{name} {len(rows)}" for name, rows in said.items())


def _paths() -> Paths:
    """Return the addresses of the same pages in the three lists."""
    from benchmarks.soup import Soup
    from insights.models import Insight
    from insights.search import Cursor

    seen = Insight.objects.filter(status="published", words_withheld=False, flagged=False).order_by("-id")
    places = list(seen.values_list("id", flat=True))
    deep = [places[len(places) * part // 10] for part in (1, 3, 5, 7, 9)]
    cursors: dict[str, Callable[[Any], dict[str, str]]] = {
        "ours": lambda id: {"cursor": str(Cursor(0.0, id))},
        "stock": lambda id: {"cursor": b64encode(urlencode({"p": id}).encode()).decode()},
        "floor": lambda id: {"after": str(id)},
    }
    word = Soup().words[1000]  # as frequent as words are that people look for: one insight in some two hundred
    return {
        name: {
            "newest": [_path(name)],
            "deep": [_path(name, **cursors[name](id)) for id in deep],
            "habit": [_path(name, habit="staff")],
            "words": [_path(name, q=word)],
        }
        for name in LISTS
    }


def _path(name: str, **asked: str) -> str:
    return PATH + urlencode(asked if name == "floor" else {"page_size": 50, **asked})


def _rounds(ports: dict[str, int], paths: Paths) -> list[dict[str, dict[str, Burst]]]:
    """Return for each round, list and kind what it took."""
    for name, kinds in paths.items():
        for kind, addresses in kinds.items():
            say(f"warming up {name}, {kind}…")
            burst(ports[name], (addresses * WARM_UP)[:WARM_UP])
    progress = Progress("rounds", ROUNDS)
    rounds = []
    for number in range(ROUNDS):
        taken: dict[str, dict[str, Burst]] = {name: {} for name in LISTS}
        order = list(LISTS)[number % 3 :] + list(LISTS)[: number % 3]
        for kind in paths["ours"]:
            for name in order:
                taken[name][kind] = burst(ports[name], (paths[name][kind] * PAGES)[:PAGES])
        for name, kinds_taken in taken.items():
            bursts = list(kinds_taken.values())
            latencies = [latency for one in bursts for latency in one.latencies]
            taken[name]["all"] = Burst(sum(one.seconds for one in bursts), latencies)
        rounds.append(taken)
        progress.at(number + 1)
    progress.end()
    return rounds


def _figures(rounds: list[dict[str, dict[str, Burst]]], kind: str) -> dict[str, Any]:
    """Return pages a second and milliseconds of each list, and our ratios to the other two, over the rounds."""
    figures: dict[str, Any] = {}
    for name in LISTS:
        bursts = [taken[name][kind] for taken in rounds]
        together = Burst(1, [latency for one in bursts for latency in one.latencies])
        figures[name] = {
            "pages_per_s": round(statistics.median(one.rate for one in bursts), 1),
            "median_ms": round(together.percentile(50), 2),
            "p95_ms": round(together.percentile(95), 2),
        }
    for other in ("stock", "floor"):
        ratios = sorted(taken["ours"][kind].rate / taken[other][kind].rate for taken in rounds)
        figures[f"to_{other}"] = {
            "median": round(statistics.median(ratios), 2),
            "least": round(ratios[0], 2),
            "most": round(ratios[-1], 2),
        }
    return figures

"""The whole system as a person starts it: from a fresh clone, again, and how soon what is posted is tagged."""

from __future__ import annotations

import json
import os
import shutil
import signal
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.ground import SETTING, temporary_folder
from benchmarks.progress import say
from benchmarks.servers import free_port, wait_for
from config.services.folder import ROOT

POSTED = int(os.environ.get("BENCH_POSTED", "20"))
COLD_SECONDS = 900
# Nothing of this run's own settings and services may help the clone along.
NOT_TAKEN_ALONG = {"DATABASE_URL", "REDIS_URL", "SECRET_KEY", "VIRTUAL_ENV", *SETTING}
TEXT = "Nobody told us what came of suggestion number {}, so the team has stopped making them."


def measure() -> dict[str, Any]:
    """Clone, start cold, wait for the case studies to be tagged, stop, start warm, post insights, and stop."""
    with temporary_folder() as folder:
        clone = folder / "clone"
        say("cloning…")
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)
        env = {name: value for name, value in os.environ.items() if name not in NOT_TAKEN_ALONG}
        env |= {"LHS_DATA_DIR": str(folder / "data"), "PORT": str(free_port())}
        try:
            return _measure(clone, env)
        finally:
            home = database_home(folder / "data")
            if home:
                shutil.rmtree(home, ignore_errors=True)


def _measure(clone: Path, env: dict[str, str]) -> dict[str, Any]:
    base = f"http://127.0.0.1:{env['PORT']}"
    say("cold start: make run in a fresh clone…")
    with _running(clone, env, base) as cold:
        tagged = until_tagged(base)
    say("warm start…")
    with _running(clone, env, base) as warm:
        lags = _lags(clone, env, base)
    return {
        "cold_start_s": round(cold, 1),
        "warm_start_s": round(warm, 1),
        "case_studies_tagged_s": round(tagged, 1),
        "posted": POSTED,
        "tag_lag_median_s": round(statistics.median(lags), 2),
        "tag_lag_most_s": round(max(lags), 2),
    }


@contextmanager
def _running(clone: Path, env: dict[str, str], base: str) -> Iterator[float]:
    """Run `make run`; gives the seconds until `/healthz` said 200."""
    process = subprocess.Popen(
        ["make", "run"], cwd=clone, env=env, stdout=sys.stderr, stderr=sys.stderr, start_new_session=True
    )
    try:
        yield wait_for(f"{base}/healthz", process, seconds=COLD_SECONDS)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(timeout=30)
        except ProcessLookupError:
            process.wait(timeout=30)


def until_tagged(base: str) -> float:
    """Return the seconds until every insight of the case studies has been through the tagger."""
    began = time.monotonic()
    while time.monotonic() - began < COLD_SECONDS:
        results = _ask(f"{base}/api/v1/insights/?page_size=500")["results"]
        if results and all(insight["tagged"] for insight in results):
            return time.monotonic() - began
        time.sleep(0.2)
    raise RuntimeError("The case studies were not tagged.")


def _lags(clone: Path, env: dict[str, str], base: str) -> list[float]:
    """Post insights one by one and return for each the seconds until the API shows it tagged."""
    programme = _ask(f"{base}/api/v1/programmes/")["results"][0]
    command = [".venv/bin/python", "manage.py", "token", "bench@lhs.invalid", "--role", "contributor"]
    command += ["--programme", programme["slug"]]
    token = subprocess.run(command, cwd=clone, env=env, check=True, capture_output=True, text=True).stdout.strip()
    _wait_for_worker(base)
    lags = []
    for number in range(POSTED):
        said = {"kind": "observation", "text": TEXT.format(number + 1), "source": {"kind": "staff"}}
        began = time.monotonic()
        posted = _ask(f"{base}/api/v1/insights/", token, {**said, "programme": programme["id"]})
        while not _ask(posted["url"], token)["tagged"]:
            time.sleep(0.01)
        lags.append(time.monotonic() - began)
    return lags


def _wait_for_worker(base: str) -> None:
    for _ in range(600):
        try:
            with urllib.request.urlopen(f"{base}/readyz", timeout=5) as answer:
                if answer.status == 200:
                    return
        except OSError:
            pass
        time.sleep(0.2)
    raise RuntimeError("The system did not become ready.")


def _ask(address: str, token: str = "", said: dict[str, Any] | None = None) -> Any:
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Token {token}"} if token else {})
    body = json.dumps(said).encode() if said else None
    with urllib.request.urlopen(urllib.request.Request(address, data=body, headers=headers), timeout=30) as answer:
        return json.load(answer)


def database_home(data: Path) -> str | None:
    try:
        home = json.loads((data / "record.json").read_text()).get("database_home")
    except (OSError, ValueError):
        return None
    return str(home) if home else None

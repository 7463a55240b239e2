"""A child that dies is started again, and `/readyz` names it."""

from __future__ import annotations

import signal
from typing import Any

import psutil
import pytest

from tests.faults.system import System
from tests.waiting import until

pytestmark = pytest.mark.xdist_group("faults")


@pytest.mark.parametrize("name", ["web", "worker", "beat", "valkey", "postgres"])
def test_a_child_that_is_killed_is_started_again(system: System, name: str):
    before = until(lambda: system.child(name), what="/readyz")

    psutil.Process(before["pid"]).send_signal(signal.SIGKILL)

    after = until(lambda: _again(system, name, before["restarts"]), 120, what=f"{name} to be started again")
    assert after["pid"] != before["pid"]
    until(system.ready, 120, what="/readyz")
    assert f"{name} ended" in system.err


def _again(system: System, name: str, restarts: int) -> dict[str, Any] | None:
    child = system.child(name)
    return child if child.get("state") == "running" and child["restarts"] > restarts else None


def test_a_child_that_is_away_is_named(system: System):
    before = system.child("worker")
    # Killed as often as it comes back, it is away for longer each time.
    psutil.Process(before["pid"]).send_signal(signal.SIGKILL)

    until(lambda: system.child("worker").get("state") in {"waiting", "gone"}, 30, what="the worker to be missed")

    assert system.get("/readyz")[0] == 503 or system.child("worker")["state"] == "running"
    until(system.ready, 120, what="/readyz")


def test_a_killed_worker_leaves_none_of_its_pool_behind(system: System):
    leader = psutil.Process(system.child("worker")["pid"])
    pool = until(lambda: leader.children(recursive=True), 30, what="the worker's pool")

    leader.send_signal(signal.SIGKILL)

    until(lambda: not any(member.is_running() for member in pool), 30, what="the pool to be gone")
    until(system.ready, 120, what="/readyz")

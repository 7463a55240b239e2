"""A child that dies is started again, and `/readyz` names it."""

from __future__ import annotations

import signal

import psutil
import pytest

from tests.faults.system import System
from tests.waiting import until

pytestmark = pytest.mark.xdist_group("faults")


@pytest.mark.parametrize("name", ["web", "worker", "beat", "valkey", "postgres"])
def test_a_child_that_is_killed_is_started_again(system: System, name: str):
    before = system.child(name)

    psutil.Process(before["pid"]).send_signal(signal.SIGKILL)

    until(lambda: system.child(name).get("restarts", 0) > before["restarts"], 60, what=f"{name} to be started again")
    until(system.ready, 60, what="/readyz")
    after = system.child(name)
    assert after["state"] == "running"
    assert after["pid"] != before["pid"]
    assert f"{name} ended" in system.err


def test_a_child_that_is_away_is_named(system: System):
    before = system.child("worker")
    # Killed as often as it comes back, it is away for longer each time.
    psutil.Process(before["pid"]).send_signal(signal.SIGKILL)

    until(lambda: system.child("worker").get("state") in {"waiting", "gone"}, 30, what="the worker to be missed")

    assert system.get("/readyz")[0] == 503 or system.child("worker")["state"] == "running"
    until(system.ready, 60, what="/readyz")


def test_a_killed_worker_leaves_none_of_its_pool_behind(system: System):
    leader = psutil.Process(system.child("worker")["pid"])
    pool = until(lambda: leader.children(recursive=True), 30, what="the worker's pool")

    leader.send_signal(signal.SIGKILL)

    until(lambda: not any(member.is_running() for member in pool), 30, what="the pool to be gone")
    until(system.ready, 60, what="/readyz")

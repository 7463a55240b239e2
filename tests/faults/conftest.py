"""The system that the faults are injected into: one cold start for all, warm starts after each stop."""

from __future__ import annotations

import shutil
import signal
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from config.services.folder import record
from tests.faults.system import System


def _remove(data: Path) -> None:
    for key in ("database_home", "postgres_socket_folder", "valkey_socket_folder"):
        if elsewhere := record(data).get(key):
            shutil.rmtree(elsewhere, ignore_errors=True)
    shutil.rmtree(data, ignore_errors=True)


@pytest.fixture
def folder() -> Iterator[Callable[..., Path]]:
    """Make places for data folders; whatever they led to is gone afterwards."""
    made: list[Path] = []

    def make(name: str = "data", *, mode: int = 0o711) -> Path:
        parent = Path(tempfile.mkdtemp(prefix="lhs-faults-"))
        parent.chmod(mode)
        made.append(parent)
        return parent / name

    yield make
    for parent in made:
        for data in list(parent.rglob("record.json")):
            _remove(data.parent)
        shutil.rmtree(parent, ignore_errors=True)


@pytest.fixture(scope="session")
def _system() -> Iterator[System]:
    parent = Path(tempfile.mkdtemp(prefix="lhs-faults-"))
    # The name is a fault of its own: paths have spaces, and letters that English has not.
    system = System(parent / "ward 7 – Zoë's data")
    yield system
    if system.running():
        system.signal(signal.SIGTERM)
    _remove(system.data)
    shutil.rmtree(parent, ignore_errors=True)
    shutil.rmtree(system.folder, ignore_errors=True)


@pytest.fixture
def system(_system: System) -> System:
    """A system that is ready, started again if the test before ended it."""
    if not _system.running():
        _system.start_and_wait()
    return _system

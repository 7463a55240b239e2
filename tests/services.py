"""Real services for a run of the tests: PostgreSQL and Valkey, started once, thrown away at the end."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from config.services.embedded import Embedded


@contextmanager
def start_for_tests() -> Iterator[dict[str, str]]:
    """Give DATABASE_URL, REDIS_URL and LHS_DATA_DIR for one run; what the environment names already is left out.

    The cluster does not wait for the disk (a crash may cost it), and dies with this process.
    """
    data = Path(tempfile.mkdtemp(prefix="lhs-tests-"))
    # Passable for the database's account, so that a run as root leaves nothing outside this folder.
    data.chmod(0o711)
    given = {} if os.environ.get("LHS_DATA_DIR") else {"LHS_DATA_DIR": str(data)}
    services = Embedded(data, careless=True)
    try:
        yield {**given, **services.open(dies_with_us=True)}
    finally:
        services.close()
        shutil.rmtree(data, ignore_errors=True)


def of_worker(redis_url: str, worker: str) -> str:
    """Return the address of a Valkey database of this worker's own (`gw0` is number 1, and so on)."""
    number = 1 + int(worker.removeprefix("gw"))
    bare, _, _ = redis_url.partition("?")
    if bare.startswith("unix:"):
        return f"{bare}?db={number}"
    scheme, _, rest = bare.partition("://")
    return f"{scheme}://{rest.split('/', 1)[0]}/{number}"

"""What a part is measured on: services, and a database of this run's own that is dropped afterwards."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg

from benchmarks.progress import say
from config.services import available

# As `make run` sets it up, but that nobody is slowed down: a benchmark asks more than one address may.
SETTING = {
    "LHS_LOCAL": "1",
    "LHS_THROTTLE_ANONYMOUS": "100000000/min",
    "LHS_LOG_LEVEL": "WARNING",
    "DJANGO_SETTINGS_MODULE": "config.settings",
}


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """Make a data folder that is thrown away afterwards."""
    data = Path(tempfile.mkdtemp(prefix="lhs-bench-"))
    # Passable for the database's account, so that a run as root leaves nothing outside this folder.
    data.chmod(0o711)
    try:
        yield data
    finally:
        shutil.rmtree(data, ignore_errors=True)


@contextmanager
def ground() -> Iterator[None]:
    """Use the services that the environment names, or start some; set Django up on a new, prepared database."""
    with ExitStack() as stack:
        data = stack.enter_context(temporary_folder())
        os.environ.update({**SETTING, "LHS_DATA_DIR": str(data)})
        say("starting services…")
        stack.enter_context(available(data))
        stack.enter_context(_own_database())
        import django

        django.setup()
        from django.db import connections

        from config import prepare

        stack.callback(connections.close_all)
        prepare.run([step.name for step in prepare.STEPS], told=say)
        yield


@contextmanager
def _own_database() -> Iterator[None]:
    """Put a new database on the same server in the place of the one that DATABASE_URL names."""
    given = os.environ["DATABASE_URL"]
    name = psycopg.sql.Identifier(f"lhs_bench_{os.getpid()}")
    with psycopg.connect(given, autocommit=True) as server:
        server.execute(psycopg.sql.SQL("CREATE DATABASE {}").format(name))
        os.environ["DATABASE_URL"] = urlunsplit(urlsplit(given)._replace(path=f"/lhs_bench_{os.getpid()}"))
        try:
            yield
        finally:
            os.environ["DATABASE_URL"] = given
            server.execute(psycopg.sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))

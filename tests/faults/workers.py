"""Real workers and a real broker of the test's own, to be killed, stopped and started again."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import psutil
from celery import current_app
from django.conf import settings
from django.db import connection

from config.services.processes import Running
from config.services.valkey import Valkey
from tests.waiting import until


class Broker:
    """A Valkey of this test's own, which both the workers and this process use."""

    def __init__(self, folder: Path) -> None:
        self._valkey = Valkey(folder)
        self._valkey.prepare()
        self._running: Running | None = None

    @property
    def url(self) -> str:
        """Its address, as REDIS_URL says it."""
        return self._valkey.url()

    def start(self) -> None:
        """Start it; it remembers nothing from before."""
        self._running = self._valkey.start(dies_with_us=True)

    def end(self) -> None:
        """Stop it: nobody answers at its address."""
        if self._running is not None:
            self._valkey.end(self._running)
            self._running = None

    def hang(self) -> None:
        """Stop it in its tracks: it takes calls and answers none."""
        assert self._running is not None
        os.kill(self._running.pid, signal.SIGSTOP)

    def wake(self) -> None:
        """Let it go on."""
        assert self._running is not None
        os.kill(self._running.pid, signal.SIGCONT)


@contextlib.contextmanager
def broker_of_its_own(folder: Path) -> Iterator[Broker]:
    """Run a broker that this process sends its nudges to."""
    broker = Broker(folder)
    broker.start()
    before = current_app.conf.broker_url
    current_app.conf.broker_url = broker.url.replace("unix://", "redis+socket://").replace("?db=", "?virtual_host=")
    try:
        yield broker
    finally:
        current_app.conf.broker_url = before
        with contextlib.suppress(ProcessLookupError, AssertionError):
            broker.wake()
        broker.end()


class Worker:
    """A Celery worker with its beat, in a process group of its own, on this test's database."""

    def __init__(self, name: str, broker: Broker, folder: Path) -> None:
        self.log = folder / f"{name}.log"
        database = connection.settings_dict
        where = f"host={quote(database['HOST'], safe='')}&port={database['PORT']}"
        user = f"{quote(database['USER'], safe='')}:{quote(database['PASSWORD'], safe='')}"
        environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "DATABASE_URL": f"postgresql://{user}@/{database['NAME']}?{where}",
            "REDIS_URL": broker.url,
            "LHS_SWEEP_SECONDS": "1",
        }
        schedule = folder / f"{name}.schedule"
        command = ["celery", "-A", "config", "worker", "-n", f"{name}@test", "-c", "1", "-l", "info", "-B"]
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", *command, "-s", str(schedule), "--without-mingle", "--without-gossip"],
                cwd=settings.BASE_DIR,
                env=environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def words(self) -> str:
        """What it has said so far."""
        return self.log.read_text(errors="replace")

    def ready(self) -> None:
        """Wait until it takes tasks."""
        until(lambda: "ready." in self.words or self._process.poll() is not None, 60, what="the worker to be ready")
        assert self._process.poll() is None, self.words

    def kill_all(self) -> None:
        """Kill it with all its processes, with no chance to tidy up."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait(10)

    def kill_the_one_at_work(self) -> None:
        """Kill the process that tags and leave the one that minds it."""
        busiest = max(
            psutil.Process(self._process.pid).children(recursive=True), key=lambda child: child.memory_info().rss
        )
        # Only the one that tags has loaded the language model.
        busiest.kill()


@contextlib.contextmanager
def workers(broker: Broker, folder: Path, *names: str) -> Iterator[list[Worker]]:
    """Run workers until the block ends; they are ready when it begins."""
    started = [Worker(name, broker, folder) for name in names]
    try:
        for worker in started:
            worker.ready()
        yield started
    finally:
        for worker in started:
            worker.kill_all()

"""The supervisor's children: what each runs, how it ends, and when it is started again."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

import psutil

from config.services import processes
from config.services.embedded import Embedded, Service
from config.services.folder import ROOT, subfolder
from config.services.processes import Running
from config.services.trouble import Trouble

LONGEST_PAUSE = 30.0  # seconds before another try
STEADY = 60.0  # seconds of life after which the pauses begin again at one second


class Start(Protocol):
    """Something that starts a child and recognises it afterwards."""

    name: str
    log: Path

    def __call__(self) -> Running:
        """Start it and return it. Raises Trouble."""
        ...

    def reap(self) -> None:
        """Let its ended process go."""
        ...


class Program:
    """One of our own programs: the web server, the worker, the clock."""

    def __init__(self, data: Path, name: str, command: Sequence[str], env: dict[str, str]) -> None:
        self.name = name
        self.log = subfolder(data, "logs") / f"{name}.log"
        self._data, self._command, self._env = data, command, env
        self._process: subprocess.Popen[bytes] | None = None

    def __call__(self) -> Running:
        """Start the program, in place of one that has ended."""
        self.reap()
        self._process = processes.start(
            self._command, log=self.log, env={**os.environ, **self._env}, folder=ROOT, dies_with_us=signal.SIGTERM
        )
        process = Running(self._process.pid, psutil.Process(self._process.pid).create_time())
        processes.note(self._data, self.name, process)
        return process

    def reap(self) -> None:
        """Let it go if it has ended, so that no zombie is left to a parent that does not look after them."""
        if self._process is not None:
            self._process.poll()


class Embed:
    """A service of the data folder: started again only if nobody else did in the meantime."""

    def __init__(self, services: Embedded, service: Service) -> None:
        self.name, self.log = service.name, service.log
        self._services, self._service = services, service

    def __call__(self) -> Running:
        """Make sure that the service runs."""
        self._services.ensure(self._service, dies_with_us=True)
        process = self._service.found()
        if process is None:
            raise Trouble(f"{self.name} ended as soon as it had started: see {self.log}.")
        return process

    def reap(self) -> None:
        """Nothing to do: the service lets its own process go."""


@dataclass
class Child:
    """One child, how it is, and how often it has been started again."""

    start: Start
    state: str = "starting"
    process: Running | None = None
    restarts: int = 0
    pause: float = 1.0
    again_at: float = 0.0
    began: float = field(default_factory=time.monotonic)
    since: str = ""

    @property
    def name(self) -> str:
        """What it is called, in the status and in the names of files."""
        return self.start.name

    def begin(self) -> None:
        """Start it. Raises Trouble."""
        self._turn("starting")
        self.began = time.monotonic()
        self.process = self.start()
        self._turn("running")

    def watch(self) -> str | None:
        """Look after it: note its death, start it again when its pause is over. Returns a line worth telling."""
        if self.state == "waiting":
            if time.monotonic() < self.again_at:
                return None
            self.restarts += 1
            try:
                self.begin()
            except Trouble as trouble:
                return self._wait(str(trouble))
            return f"{self.name} runs again."
        if self.process is not None and not self.process.alive():
            return self._wait(f"{self.name} ended; see {self.start.log}.")
        return None

    def status(self) -> dict[str, Any]:
        """How it is, for `/readyz`."""
        pid = self.process.pid if self.process and self.state == "running" else None
        return {"state": self.state, "pid": pid, "restarts": self.restarts, "since": self.since}

    def _wait(self, why: str) -> str:
        if self.process is not None:
            processes.kill_session(self.process)
        if time.monotonic() - self.began > STEADY:
            self.pause = 1.0
        said = f"{why} It is started again in {self.pause:.0f} s."
        self.again_at = time.monotonic() + self.pause
        self.pause = min(self.pause * 2, LONGEST_PAUSE)
        self._turn("waiting")
        return said

    def _turn(self, state: str) -> None:
        self.state = state
        self.since = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def web(data: Path, env: dict[str, str]) -> Program:
    """The web server."""
    return Program(data, "web", [sys.executable, "-m", "gunicorn", "-c", "config/gunicorn.py"], env)


def worker(data: Path, env: dict[str, str], *, reload: bool) -> Program:
    """The worker that tags. Two processes; it forgets its queue, for what is due stands in the database."""
    celery = ["-m", "celery", "-A", "config", "worker", "-c", "2", "--pool", "prefork", "--loglevel", "info"]
    command = [sys.executable, *celery, "--without-gossip", "--without-mingle", "-n", "worker@%h"]
    if reload:
        rooms = [str(ROOT / room) for room in ("config", "accounts", "lhs", "casestudies", "insights")]
        watching = ["-m", "watchfiles", "--filter", "python", "--target-type", "command", "--sigint-timeout", "3"]
        command = [sys.executable, *watching, shlex.join(command), *rooms]
    return Program(data, "worker", command, env)


def beat(data: Path, env: dict[str, str]) -> Program:
    """The clock that sweeps up what a lost nudge left due."""
    schedule = subfolder(data, "beat") / "schedule"
    celery = [
        "-m",
        "celery",
        "-A",
        "config",
        "beat",
        "--schedule",
        str(schedule),
        "--pidfile",
        "",
        "--loglevel",
        "info",
    ]
    return Program(data, "beat", [sys.executable, *celery], env)

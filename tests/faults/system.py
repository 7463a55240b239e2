"""A whole system of a test's own: `manage.py up` on a folder and a port that nobody else uses."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import psutil

from tests.waiting import until

ROOT = Path(__file__).resolve().parent.parent.parent
OURS = {"DATABASE_URL", "REDIS_URL", "LHS_DATA_DIR", "DJANGO_SETTINGS_MODULE", "PORT", "LHS_LOCAL"}


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment(**more: str) -> dict[str, str]:
    """The environment of a person who has set nothing, and what the test adds."""
    bare = {key: value for key, value in os.environ.items() if key not in OURS and not key.startswith("PYTEST")}
    return {**bare, **more}


def manage(*words: str, data: Path, root: Path = ROOT, said: str = "", **more: str) -> subprocess.CompletedProcess[str]:
    """Run one `manage.py` command to its end; `said` is its standard input, `root` where the software is."""
    return subprocess.run(
        [sys.executable, "manage.py", *words],
        cwd=root,
        env=environment(LHS_DATA_DIR=str(data), **more),
        input=said,
        capture_output=True,
        text=True,
        timeout=120,
    )


def begin(*words: str, data: Path, **more: str) -> subprocess.Popen[str]:
    """Start one `manage.py` command and go on."""
    return subprocess.Popen(
        [sys.executable, "manage.py", *words],
        cwd=ROOT,
        env=environment(LHS_DATA_DIR=str(data), **more),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


class System:
    """One data folder, one port, and the supervisor when it runs, of the software in `root`."""

    def __init__(self, data: Path, *, root: Path = ROOT, **more: str) -> None:
        self.data = data
        self.root = root
        self.port = free_port()
        self._more = more
        self._process: subprocess.Popen[bytes] | None = None
        self._seen: dict[int, psutil.Process] = {}
        self.folder = Path(tempfile.mkdtemp(prefix="lhs-said-"))

    @property
    def pid(self) -> int:
        """The supervisor's process number."""
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        """Start the supervisor and go on."""
        with (self.folder / "out").open("wb") as out, (self.folder / "err").open("wb") as err:
            self._process = subprocess.Popen(
                [sys.executable, "manage.py", "up", "--local"],
                cwd=self.root,
                env=environment(LHS_DATA_DIR=str(self.data), PORT=str(self.port), **self._more),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
            )

    def start_and_wait(self) -> None:
        """Start the supervisor and wait until all is there."""
        self.start()
        until(lambda: f"localhost:{self.port}" in self.out or self.ended(), 120, what="the address on stdout")
        assert not self.ended(), self.err
        until(self.ready, 60, what="/readyz")
        self.processes()

    def running(self) -> bool:
        """Whether the supervisor runs."""
        return self._process is not None and not self.ended()

    def ended(self) -> bool:
        """Whether the supervisor has ended."""
        return self._process is not None and self._process.poll() is not None

    @property
    def out(self) -> str:
        """What the supervisor wrote to stdout."""
        return (self.folder / "out").read_text()

    @property
    def err(self) -> str:
        """What the supervisor wrote to stderr."""
        return (self.folder / "err").read_text()

    def get(self, path: str, token: str = "") -> tuple[int, dict[str, Any]]:
        """The status and the JSON of an address, to anyone or to whoever has a token; (0, {}) while nobody answers."""
        signed = {"Authorization": f"Token {token}"} if token else {}
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", headers=signed)
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            return error.code, json.load(error)
        except OSError:
            return 0, {}

    def manage(self, *words: str, said: str = "") -> subprocess.CompletedProcess[str]:
        """Run one `manage.py` command on this system to its end."""
        return manage(*words, data=self.data, root=self.root, said=said, **self._more)

    def post(self, path: str, token: str, said: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """Send JSON to an address as whoever has this token; the status and the JSON of the answer."""
        headers = {"Content-Type": "application/json", "Authorization": f"Token {token}"}
        address = f"http://127.0.0.1:{self.port}{path}"
        request = urllib.request.Request(address, data=json.dumps(said).encode(), headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            return error.code, json.load(error)

    def ready(self) -> bool:
        """Whether everything is well."""
        return self.get("/readyz")[0] == 200

    def child(self, name: str) -> dict[str, Any]:
        """What `/readyz` says of one child."""
        found: dict[str, Any] = self.get("/readyz")[1].get("processes", {}).get(name, {})
        return found

    def processes(self) -> list[psutil.Process]:
        """Every process of this system ever seen that still runs, the supervisor among them."""
        if self.running():
            supervisor = psutil.Process(self.pid)
            for process in [supervisor, *supervisor.children(recursive=True)]:
                self._seen[process.pid] = process
        return [process for process in self._seen.values() if alive(process)]

    def signal(self, which: signal.Signals) -> int:
        """Send the supervisor a signal and wait for its end; returns the exit code."""
        assert self._process is not None
        self.processes()
        self._process.send_signal(which)
        return self._process.wait(60)


def alive(process: psutil.Process) -> bool:
    """Whether a process runs (a zombie does not)."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False

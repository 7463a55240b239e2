"""`manage.py up`: everything under one process, which stays small (it loads no Django) and cleans up after itself."""

from __future__ import annotations

import argparse
import json
import os
import selectors
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import FrameType

from config.services import children, processes
from config.services.children import Child, Embed
from config.services.embedded import Embedded
from config.services.folder import ROOT, data_folder, record, secret_key, subfolder, write_status
from config.services.locks import Lock
from config.services.trouble import Trouble

STOPS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
LOOK_EVERY = 0.2  # seconds
DOOR_SECONDS = 4.0  # what the web server, the worker and the clock are given to finish


def arguments(parser: argparse.ArgumentParser) -> None:
    """Say what `manage.py up` understands."""
    parser.add_argument("--local", action="store_true", help="local conveniences: http, open reading, a demo curator")
    parser.add_argument("--port", default=os.environ.get("PORT") or "8000", help="port on 127.0.0.1 (default: 8000)")
    parser.add_argument("--reload", action="store_true", help="start web and worker again when a file changes")


def main(argv: Sequence[str]) -> int:
    """Run `manage.py up`. Returns the exit code: 0 when told to stop. Raises Trouble if the start cannot go on."""
    parser = argparse.ArgumentParser(prog="manage.py up", description="Start everything; Ctrl-C stops it.")
    arguments(parser)
    # Django's own options, which `manage.py` accepts everywhere.
    for option in ("--settings", "--pythonpath", "-v", "--verbosity"):
        parser.add_argument(option, help=argparse.SUPPRESS)
    wanted = parser.parse_args(list(argv))
    return run(port=port_number(wanted.port), local=wanted.local, reload=wanted.reload)


def port_number(said: str) -> int:
    """Read a port. Raises Trouble for what is none."""
    if not said.isdecimal() or not 1 <= int(said) <= 65535:
        raise Trouble(f"“{said}” is not a port: give PORT= a number from 1 to 65535.")
    return int(said)


def run(*, port: int, local: bool, reload: bool) -> int:
    """Start everything, look after it until SIGINT, SIGTERM or SIGHUP, stop everything. Raises Trouble."""
    data = data_folder()
    only = Lock(data / "locks" / "supervisor")
    if not only.take(alone=True, wait=False):
        raise Trouble(
            f"The data folder {data} is in use by process {only.signed() or 'unknown'}: stop that one first, or set "
            "LHS_DATA_DIR to another folder."
        )
    only.sign()
    try:
        return Supervisor(data, port=port, local=local, reload=reload).run()
    finally:
        only.drop()


class ToldToStop(Exception):
    """A signal came while something was still being started."""


class Supervisor:
    """Start, watch and stop the services and our own programs."""

    def __init__(self, data: Path, *, port: int, local: bool, reload: bool) -> None:
        self.data, self.port, self.local, self.reload = data, port, local, reload
        self.children: list[Child] = []
        self.services = Embedded(data)
        self._stop = False
        self._opened = False  # services that we did not open may be in use by a command

    def run(self) -> int:
        """Run until told to stop."""
        for which in STOPS:
            if signal.getsignal(which) != signal.SIG_IGN:  # as under nohup
                signal.signal(which, self._told_to_stop)
        began = time.monotonic()
        end_orphans(self.data)
        try:
            check_port(self.port)
            secret_key(self.data)
            self._start_services()
            link = self._prepare_and_start()
            self._wait_until_served()
            _say(f"Ready after {time.monotonic() - began:.0f} s. Ctrl-C stops it.")
            print(f"http://localhost:{self.port}", flush=True)  # noqa: T201
            if link:
                print(f"Sign in once as the demo curator: {link}", flush=True)  # noqa: T201
            while not self._stop:
                self._look_after()
                time.sleep(LOOK_EVERY)
        except ToldToStop:
            pass
        finally:
            self._end()
        return 0

    def _told_to_stop(self, which: int, frame: FrameType | None) -> None:
        self._stop = True

    def _start_services(self) -> None:
        if not self.services.services:
            return
        began = time.monotonic()
        first = not (self.data / "database-password").exists()
        _say("Making the database and starting the services…" if first else "Starting the services…")
        os.environ.update(self.services.open(dies_with_us=True, afresh=True))
        self._opened = True
        for service in self.services.services:
            child = Child(Embed(self.services, service))
            child.begin()
            self._add(child)
        _say(f"Services: {time.monotonic() - began:.1f} s")
        if elsewhere := record(self.data).get("database_home"):
            _say(f"The database is kept in {elsewhere}, for its account cannot reach {self.data}: back up both.")
        if self._stop:
            raise ToldToStop

    def _prepare_and_start(self) -> str | None:
        """Prepare in a process of its own, and start each program as soon as what it needs is done."""
        env = {"PORT": str(self.port), "LHS_DATA_DIR": str(self.data), **({"LHS_LOCAL": "1"} if self.local else {})}
        env |= {"LHS_RELOAD": "1"} if self.reload else {}
        ready_for = {
            "load": [children.web(self.data, env)],
            "train": [children.worker(self.data, env, reload=self.reload), children.beat(self.data, env)],
        }
        command = [sys.executable, "-m", "config.prepare"]
        command += ["--link", f"http://localhost:{self.port}"] if self.local else []
        log = subfolder(self.data, "logs") / "prepare.log"
        link = None
        with open(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as errors:
            preparing = subprocess.Popen(
                command,
                cwd=ROOT,
                env={**os.environ, **env},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=errors,
                start_new_session=True,
            )
        recognised = processes.running(preparing.pid)
        processes.note(self.data, "prepare", recognised)
        try:
            for line in self._lines(preparing):
                fact = json.loads(line)
                if "line" in fact:
                    _say(fact["line"])
                link = fact.get("link", link)
                for program in ready_for.pop(fact.get("done"), []):
                    child = Child(program)
                    child.begin()
                    self._add(child)
            if preparing.wait():
                said = processes.last_words(log)
                raise Trouble(f"The preparation stopped: {said} The whole of it is in {log}.")
        finally:
            if recognised is not None and preparing.poll() is None:
                processes.end(recognised, steps=[(signal.SIGTERM, 1)])
                preparing.wait()
            if preparing.stdout:
                preparing.stdout.close()
            processes.note(self.data, "prepare", None)
        return link

    def _lines(self, process: subprocess.Popen[bytes]) -> Iterator[str]:
        """Read a process's lines as they come, looking up often enough to hear a signal."""
        assert process.stdout is not None
        rest = b""
        with selectors.DefaultSelector() as selector:
            selector.register(process.stdout, selectors.EVENT_READ)
            while True:
                if self._stop:
                    raise ToldToStop
                if not selector.select(LOOK_EVERY):
                    self._look_after()
                    continue
                block = os.read(process.stdout.fileno(), 65536)
                if not block:
                    return
                *whole, rest = (rest + block).split(b"\n")
                yield from (line.decode() for line in whole)

    def _add(self, child: Child) -> None:
        self.children.append(child)
        self._write_status()

    def _look_after(self) -> None:
        for child in self.children:
            before = child.status()
            if said := child.watch():
                _say(said)
            if child.status() != before:
                self._write_status()
            processes.trim(child.start.log)

    def _write_status(self) -> None:
        write_status(self.data, {child.name: child.status() for child in self.children})

    def _wait_until_served(self) -> None:
        web = next(child for child in self.children if child.name == "web")
        while not self._served():
            self._look_after()
            time.sleep(LOOK_EVERY)
            if self._stop:
                raise ToldToStop
            if web.restarts >= 3:
                said = processes.last_words(web.start.log)
                raise Trouble(f"The web server does not start (it says: {said}): see {web.start.log}.")

    def _served(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=5) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def _end(self) -> None:
        """Stop the doors first, then what they lean on; then nothing of ours is left."""
        for which in STOPS:
            signal.signal(which, signal.SIG_IGN)
        if self.children:
            _say("Stopping…")
        ours = [child for child in self.children if not isinstance(child.start, Embed) and child.process]
        for child in ours:
            assert child.process is not None
            processes.send(child.process, signal.SIGTERM)
        processes.until(lambda: not any(child.process and child.process.alive() for child in ours), DOOR_SECONDS)
        for child in ours:
            assert child.process is not None
            processes.end(child.process, steps=[])
            processes.note(self.data, child.name, None)
            child.start.reap()
        if self._opened:
            self.services.close_for_all()
        (self.data / "status.json").unlink(missing_ok=True)
        if self.children:
            _say("Stopped.")


def end_orphans(data: Path) -> None:
    """Stop our programs that outlived a supervisor which was killed. Services are the business of Embedded."""
    for name in processes.all_noted(data):
        process = processes.noted(data, name)
        if name in {"postgres", "valkey"} or process is None:
            continue
        if process.alive():
            _say(f"Stopping a {name} process left behind by an earlier start…")
        processes.end(process, steps=[(signal.SIGTERM, DOOR_SECONDS)])
        processes.note(data, name, None)
    (data / "status.json").unlink(missing_ok=True)


def check_port(port: int) -> None:
    """Raise Trouble if the port cannot be ours."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except PermissionError as error:
            raise Trouble(f"Port {port} needs more rights than this account has: choose one with PORT=.") from error
        except OSError as error:
            raise Trouble(
                f"Port {port} is in use by another program: stop it, or choose another with PORT=."
            ) from error


def _say(line: str) -> None:
    try:
        print(line, file=sys.stderr, flush=True)  # noqa: T201
    except OSError:
        return  # the terminal is gone; the work is not

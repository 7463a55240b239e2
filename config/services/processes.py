"""Starting, recognising and ending processes. A process is known by its number and the moment it began."""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

from config.services.account import Account, as_account
from config.services.folder import read_json, subfolder, write_private

LOG_LIMIT = 10_000_000  # bytes; one older log of the same size is kept beside it
PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


@dataclass(frozen=True)
class Running:
    """One process, and no other that may get its number later."""

    pid: int
    created: float

    def alive(self) -> bool:
        """Whether this very process still runs (a zombie does not)."""
        try:
            process = psutil.Process(self.pid)
            same = abs(process.create_time() - self.created) < 2
            return same and process.status() != psutil.STATUS_ZOMBIE
        except psutil.Error:
            return False


def running(pid: int) -> Running | None:
    """Recognise a process by its number; None if there is none."""
    try:
        return Running(pid, psutil.Process(pid).create_time())
    except (psutil.Error, ValueError):
        return None


def note(data: Path, name: str, process: Running | None) -> None:
    """Write down which process is `name`, so that a later start finds it; None forgets it."""
    path = subfolder(data, "processes") / f"{name}.json"
    if process is None:
        path.unlink(missing_ok=True)
    else:
        write_private(path, json.dumps(asdict(process)))


def noted(data: Path, name: str) -> Running | None:
    """Return the process written down as `name`, whether or not it still runs."""
    found = read_json(data / "processes" / f"{name}.json")
    try:
        return Running(int(found["pid"]), float(found["created"]))
    except (KeyError, TypeError, ValueError):
        return None


def all_noted(data: Path) -> list[str]:
    """Return the names under which a process is written down."""
    return sorted(path.stem for path in (data / "processes").glob("*.json"))


def start(
    command: Sequence[str],
    *,
    log: Path,
    env: Mapping[str, str] | None = None,
    folder: Path | None = None,
    account: Account | None = None,
    dies_with_us: signal.Signals | None = None,
) -> subprocess.Popen[bytes]:
    """Start a process in a session of its own, its output added to `log`.

    A session of its own keeps Ctrl-C at the terminal from reaching it: whoever started it decides the order of the end.
    With `dies_with_us` the kernel (Linux) sends it that signal if this process dies without a word.
    """
    parent = os.getpid()

    def at_birth() -> None:
        if dies_with_us is not None and _libc is not None:
            _libc.prctl(PR_SET_PDEATHSIG, int(dies_with_us), 0, 0, 0)
            if os.getppid() != parent:  # we died before the call
                os._exit(1)

    with open(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab") as output:
        return subprocess.Popen(
            list(command),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env=None if env is None else dict(env),
            cwd=folder,
            start_new_session=True,
            preexec_fn=at_birth if dies_with_us is not None and _libc is not None else None,
            **as_account(account),
        )


def session(pid: int) -> list[int]:
    """Return the numbers of the processes in the session that `pid` leads, it first."""
    members = []
    for other in psutil.pids():
        with contextlib.suppress(OSError):
            if os.getsid(other) == pid:
                members.append(other)
    return sorted(members, key=lambda other: other != pid)


def end(process: Running, *, steps: Sequence[tuple[signal.Signals, float]]) -> None:
    """End a process and everything in its session: each signal with the seconds it is given, then SIGKILL."""
    for which, seconds in steps:
        send(process, which)
        if until(lambda: not process.alive(), seconds):
            break
    kill_session(process)
    until(lambda: not process.alive(), 3)


def send(process: Running, which: signal.Signals) -> None:
    """Send a signal, if this very process is still there."""
    if process.alive():
        with contextlib.suppress(ProcessLookupError):
            os.kill(process.pid, which)


def kill_session(leader: Running) -> None:
    """Kill what is left of the session that a process led (a worker's pool outlives a killed worker)."""
    now = running(leader.pid)
    if now is not None and abs(now.created - leader.created) >= 2:
        return  # its number belongs to another by now, which it cannot while the old session has members
    for member in session(leader.pid):
        if member != os.getpid():
            with contextlib.suppress(ProcessLookupError):
                os.kill(member, signal.SIGKILL)


def until(happened: Callable[[], bool], seconds: float, *, every: float = 0.02) -> bool:
    """Look again and again until something happened or the seconds are over; returns whether it happened."""
    deadline = time.monotonic() + seconds
    while not happened():
        if time.monotonic() > deadline:
            return False
        time.sleep(every)
    return True


def last_words(log: Path, lines: int = 1) -> str:
    """Return the last lines of a log, for a sentence about a process that ended."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - 4000))
            said = [line.strip() for line in file.read().decode(errors="replace").splitlines() if line.strip()]
    except OSError:
        return ""
    return " / ".join(said[-lines:])


def trim(log: Path) -> None:
    """Keep a log within its limit: what it holds goes to one older log, and the log begins again."""
    try:
        if log.stat().st_size <= LOG_LIMIT:
            return
        # Its writer has it open for appending, so it is copied and emptied rather than renamed.
        older = log.with_suffix(".older.log")
        with (
            log.open("rb") as source,
            open(os.open(older, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as target,
        ):
            source.seek(-LOG_LIMIT, os.SEEK_END)
            while block := source.read(1_000_000):
                target.write(block)
        os.truncate(log, 0)
    except OSError:
        return

"""What stands around every `manage.py` command: services, preparation, and one sentence when something is wrong."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import FrameType

from config.services import Trouble, available
from config.services.folder import ROOT

ROOMS = ("accounts", "lhs", "casestudies", "insights", "api", "web", "config")
# Commands that touch no database.
ALONE = {
    *("help", "version", "check", "collectstatic", "findstatic", "diffsettings", "makemessages", "compilemessages"),
    *("startapp", "startproject", "sendtestemail", "screen"),
}
# Commands that are about the state of the database itself, and would be pre-empted by preparing it.
BARE = {
    *("migrate", "makemigrations", "showmigrations", "sqlmigrate", "squashmigrations", "optimizemigration"),
    *("dbshell", "inspectdb", "flush", "sqlflush", "sqlsequencereset", "test", "testserver", "pgtrigger"),
}
MIGRATE, LOAD, TRAIN = "migrate", "load", "train"


def steps_for(name: str) -> tuple[str, ...]:
    """Return the names of the steps of `config.prepare` that a command needs first."""
    if name in ALONE | BARE:
        return ()
    if name == "load_case_studies":
        return (MIGRATE,)
    ours = any((ROOT / room / "management" / "commands" / f"{name}.py").exists() for room in ROOMS)
    return (MIGRATE, LOAD, TRAIN) if ours else (MIGRATE,)


def run(argv: Sequence[str]) -> int:
    """Run one command line. Returns the exit code; a Trouble becomes its sentence on stderr and 1."""
    name = argv[1] if len(argv) > 1 else "help"
    asks_only = any(word in {"-h", "--help", "--version"} for word in argv[1:])
    try:
        if name == "up" and not asks_only:
            from config.services import supervisor

            return supervisor.main(argv[2:])
        if name in ALONE or asks_only:
            _django(argv)
            return 0
        with _ended_in_order(), available():
            if steps := steps_for(name):
                import django

                from config import prepare

                django.setup()
                prepare.run(steps, told=lambda line: print(line, file=sys.stderr, flush=True))  # noqa: T201
            _django(argv)
    except Trouble as trouble:
        print(trouble, file=sys.stderr)  # noqa: T201
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def _django(argv: Sequence[str]) -> None:
    from django.core.management import execute_from_command_line

    execute_from_command_line(list(argv))


@contextmanager
def _ended_in_order() -> Iterator[None]:
    """Let a SIGTERM or a closed terminal end the command as an exception does, so that its services are stopped."""

    def end(which: int, frame: FrameType | None) -> None:
        signal.signal(which, signal.SIG_IGN)
        raise SystemExit(128 + which)

    stops = [which for which in (signal.SIGTERM, signal.SIGHUP) if signal.getsignal(which) != signal.SIG_IGN]
    before = {which: signal.signal(which, end) for which in stops}
    try:
        yield
    finally:
        for which, handler in before.items():
            signal.signal(which, handler)

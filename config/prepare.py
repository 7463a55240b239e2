"""What must have happened before anything of ours can run: migrated, loaded, trained. Each is done once.

As a program (`python -m config.prepare [--link ADDRESS]`) it does them all and writes a JSON line to stdout as each
begins and ends, for the supervisor.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

Told = Callable[[str], None]


@dataclass(frozen=True)
class Step:
    """One thing to be done: its name, what it is called while it runs, whether it is due, and the doing."""

    name: str
    words: str
    due: Callable[[], bool]
    do: Callable[[Told], None]


def _unmigrated() -> bool:
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def _migrate(told: Told) -> None:
    from django.core.management import call_command

    call_command("migrate", interactive=False, verbosity=0, stdout=sys.stderr)


def _unloaded() -> bool:
    from insights.loading import loaded_before

    return not loaded_before()


def _load(told: Told) -> None:
    from django.conf import settings

    from insights.loading import load

    def of_file(name: str, done: int, of: int) -> None:
        if done == of:
            told(f"  {name}: {of}")

    load(folder=settings.BASE_DIR / "fixtures", told=of_file)


def _untrained() -> bool:
    from insights.theming import themes_changed
    from lhs.encoder import EncoderUnavailable
    from lhs.training import first_tagger_due

    try:
        return first_tagger_due() or themes_changed()
    except EncoderUnavailable:
        return True


def _train(told: Told) -> None:
    from insights.learning import learn_themes_if_due
    from lhs.training import CANNOT_TRAIN, train_first_tagger

    try:
        train_first_tagger()
        learn_themes_if_due()
    except CANNOT_TRAIN as why:
        # Reading and logging do without a tagger; what is due is tagged once there is one, which the worker sees to.
        told(f"  Nothing can be tagged until this is put right: {why}")


STEPS = (
    Step("migrate", "Migrating the database", _unmigrated, _migrate),
    Step("load", "Loading the case studies", _unloaded, _load),
    Step("train", "Training the first tagger", _untrained, _train),
)


def run(names: Collection[str], *, told: Told) -> None:
    """Do the named steps that are due, in order; `told` gets a line as each begins, goes on and ends.

    Safe in several processes at once, on several machines: one does a step and the others wait for it.
    """
    for step in STEPS:
        if step.name in names and step.due():
            with _one_at_a_time():
                if step.due():
                    began = time.monotonic()
                    told(f"{step.words}…")
                    step.do(told)
                    told(f"{step.words}: {time.monotonic() - began:.1f} s")


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Hold a lock in the database, on a connection of its own: the steps commit on theirs."""
    from django.db import connection

    own = connection.copy()
    try:
        with own.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(hashtext('prepare'))")
        yield
    finally:
        own.close()


def main() -> None:
    """Do every step, telling the supervisor on stdout: {"line": …}, {"done": step}, {"link": …}."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--link", metavar="ADDRESS", help="end with a one-time sign-in link of the demo curator")
    wanted = parser.parse_args()

    import django

    django.setup()
    for step in STEPS:
        run([step.name], told=lambda line: _tell(line=line))
        _tell(done=step.name)
    if wanted.link:
        from accounts.signin import demo_curator_link

        _tell(link=demo_curator_link(wanted.link))


def _tell(**fact: Any) -> None:
    sys.stdout.write(json.dumps(fact) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()

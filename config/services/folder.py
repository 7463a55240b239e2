"""The data folder: made once, closed to everyone else; the place of the key, the logs, the record and the status."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
from pathlib import Path
from typing import Any

from config.services.trouble import Trouble, disk_full, is_disk_full

ROOT = Path(__file__).resolve().parent.parent.parent
WAY_OUT = "make it writable for this account, or set LHS_DATA_DIR to another folder"


def data_folder(path: Path | None = None) -> Path:
    """Return the data folder (LHS_DATA_DIR, else `.data` beside manage.py), made with mode 0700 if it is not there.

    The mode of a folder that is there already is left as it is. Raises Trouble if it cannot be made or written to.
    """
    chosen = path or Path(os.environ.get("LHS_DATA_DIR") or ROOT / ".data")
    folder = Path(os.path.abspath(chosen.expanduser()))
    try:
        made = not folder.exists()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if made:
            folder.chmod(0o700)
    except FileExistsError as error:
        raise Trouble(f"The data folder {folder} is a file: remove it, or set LHS_DATA_DIR to a folder.") from error
    except OSError as error:
        if is_disk_full(error):
            raise disk_full(folder) from error
        raise Trouble(f"The data folder {folder} cannot be made ({error.strerror}): {WAY_OUT}.") from error
    if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        raise Trouble(f"The data folder {folder} is not writable: {WAY_OUT}.")
    return folder


def subfolder(data: Path, name: str) -> Path:
    """Return a folder in the data folder, made with mode 0700 if it is not there."""
    folder = data / name
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        if is_disk_full(error):
            raise disk_full(data) from error
        raise Trouble(f"The folder {folder} cannot be made ({error.strerror}): {WAY_OUT}.") from error
    return folder


def write_private(path: Path, text: str) -> None:
    """Write a file of mode 0600 whole or not at all: a reader sees the old text or the new, never half."""
    part = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(text)
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        if is_disk_full(error):
            raise disk_full(path.parent) from error
        raise Trouble(f"{path} cannot be written ({error.strerror}): {WAY_OUT}.") from error


def kept_secret(data: Path, name: str) -> str:
    """Return a secret that is made once, kept in the data folder with mode 0600, and the same ever after."""
    path = data / name
    while True:
        with contextlib.suppress(FileNotFoundError):
            if said := _read(path):
                return said
            path.unlink()  # a start that was killed between making the file and filling it
        made = data / f".{name}.{os.getpid()}.{secrets.token_hex(4)}"
        write_private(made, secrets.token_urlsafe(48))
        # A hard link fails if the name exists: of two first starts at once, both go on with the same secret.
        with contextlib.suppress(FileExistsError):
            os.link(made, path)
        made.unlink()


def secret_key(data: Path) -> str:
    """Return the secret key of this installation, made once in the data folder (mode 0600)."""
    return kept_secret(data, "secret-key")


def _read(path: Path) -> str:
    try:
        return path.read_text().strip()
    except PermissionError as error:
        raise Trouble(f"{path} cannot be read by this account: {WAY_OUT}.") from error


def read_json(path: Path) -> dict[str, Any]:
    """Return the object in a JSON file; an absent or damaged file is an empty object."""
    try:
        found = json.loads(path.read_text())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def record(data: Path) -> dict[str, Any]:
    """Return what is remembered about the embedded services: where they live, and as which account."""
    return read_json(data / "record.json")


def remember(data: Path, **facts: Any) -> None:
    """Add facts to the record; None forgets one."""
    known = {**record(data), **facts}
    write_private(data / "record.json", json.dumps({key: fact for key, fact in known.items() if fact is not None}))


def write_status(data: Path, children: dict[str, dict[str, Any]]) -> None:
    """Tell `/readyz` how the supervisor's children are: {name: {state, pid, restarts, since}}."""
    write_private(data / "status.json", json.dumps(children))


def read_status(data: Path | None = None) -> dict[str, dict[str, Any]]:
    """Return {name: {"state", "pid", "restarts", "since"}} of the supervisor's children; empty without a supervisor.

    `state` is `starting`, `running`, `waiting` (died, to be started again after a pause) or `gone` (its process is not
    there although nobody said so); `since` is ISO 8601 UTC; `restarts` counts from the supervisor's start.
    """
    children = read_json((data or data_folder()) / "status.json")
    for child in children.values():
        if child.get("state") in {"starting", "running"} and not _is_there(child.get("pid")):
            child["state"] = "gone"
    return children


def _is_there(pid: object) -> bool:
    if not isinstance(pid, int) or pid <= 0:
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True

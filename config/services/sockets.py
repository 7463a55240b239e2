"""Where a Unix socket can stand: its whole path must fit into 107 bytes (103 on macOS)."""

from __future__ import annotations

import os
import stat
import sys
import tempfile
from pathlib import Path

from config.services.account import Account, give
from config.services.folder import record, remember
from config.services.trouble import Trouble

LONGEST = 107 if sys.platform == "linux" else 103


def fits(path: Path) -> bool:
    """Whether a socket may have this path."""
    return len(os.fsencode(path)) <= LONGEST


def socket_folder(data: Path, name: str, wanted: Path, file: str, account: Account | None) -> Path:
    """Return a folder of mode 0700 for the socket `file`: `wanted`, or a short one of ours if that path is too long.

    The short one is remembered in the data folder, so that every command finds the same socket.
    Raises Trouble if even the machine's folder for temporary files is too long a path.
    """
    owner = os.geteuid() if account is None else account.uid
    if fits(wanted / file):
        if not wanted.exists():
            wanted.mkdir(mode=0o700)
            give(wanted, account)
        return wanted
    kept = record(data).get(f"{name}_socket_folder")
    if kept and _is_ours(Path(kept), owner):
        return Path(kept)
    for parent in (tempfile.gettempdir(), "/tmp"):
        if fits(Path(parent, "lhs-12345678", file)):
            made = Path(tempfile.mkdtemp(prefix="lhs-", dir=parent))
            give(made, account)
            remember(data, **{f"{name}_socket_folder": str(made)})
            return made
    raise Trouble(
        f"The path of {wanted} is too long for a Unix socket ({LONGEST} bytes): set LHS_DATA_DIR to a shorter path."
    )


def drop_short_folder(data: Path, name: str) -> None:
    """Remove the short folder of a socket, if there is one: nothing is left behind by a service that has stopped."""
    kept = record(data).get(f"{name}_socket_folder")
    if not kept:
        return
    folder = Path(kept)
    if folder.is_dir() and not folder.is_symlink():
        for left in folder.iterdir():
            if left.is_socket() or left.name.endswith(".lock"):
                left.unlink(missing_ok=True)
        try:
            folder.rmdir()
        except OSError:
            return
    remember(data, **{f"{name}_socket_folder": None})


def _is_ours(folder: Path, owner: int) -> bool:
    try:
        found = folder.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(found.st_mode) and found.st_uid == owner and stat.S_IMODE(found.st_mode) == 0o700

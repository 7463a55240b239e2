"""What went wrong with a start, in one sentence that a person can act on."""

from __future__ import annotations

import errno


class Trouble(Exception):
    """A start or stop that cannot go on. Its text is one sentence that names the way out; no traceback is shown."""


DISK_FULL = "No space left on device"


def disk_full(where: object) -> Trouble:
    """The sentence for a full disk under `where`."""
    return Trouble(
        f"The disk that holds {where} is full: free some space (about 200 MB), or set LHS_DATA_DIR elsewhere."
    )


def is_disk_full(error: OSError) -> bool:
    """Whether an error of the operating system says that there is no room left."""
    return error.errno in {errno.ENOSPC, errno.EDQUOT}

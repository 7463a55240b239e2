"""The services that come with the software: PostgreSQL and Valkey, embedded, and the supervisor. No Django in here.

The names below are imported when they are first asked for: the settings need only the folder, and should not pay for
the rest.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from config.services.embedded import available
    from config.services.trouble import Trouble

__all__ = ["Trouble", "available"]


def __getattr__(name: str) -> Any:
    if name == "available":
        from config.services.embedded import available

        return available
    if name == "Trouble":
        from config.services.trouble import Trouble

        return Trouble
    raise AttributeError(name)

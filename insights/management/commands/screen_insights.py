"""`manage.py screen_insights`: screen what is logged already, as after an update of the screening."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from insights.flagging import rescreen


class Command(BaseCommand):
    help = (
        "Screen every insight anew for what could tell who a person is. What a person settled stays settled. "
        "A published insight in which something is found is hidden from all but its team and curators until then. "
        "Safe to stop and to repeat."
    )

    def handle(self, **options: Any) -> None:
        def told(done: int, of: int) -> None:
            # A terminal sees the count move; a log gets one line at the end.
            if self.stderr.isatty():
                self.stderr.write(f"\r  {done:,} of {of:,}", ending="\n" if done == of else "")

        done, flagged = rescreen(told)
        self.stderr.write(f"{done:,} insights screened; {flagged:,} hold something that nobody has settled yet.")

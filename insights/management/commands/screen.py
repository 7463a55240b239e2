"""`manage.py screen`: JSON lines of texts in, JSON lines of what could tell who a person is out."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from insights.screening import screen
from lhs.lines import BadLine, Line, read_batches

TELL_EVERY = 5_000


class Command(BaseCommand):
    help = (
        'Screen text offline. Reads lines {"id", "text"} from standard input and writes '
        '{"id", "found": [{"kind", "start", "end"}]} for each; start and end count code points of the text as given.'
    )

    def handle(self, **options: Any) -> None:
        read = failed = 0
        try:
            # Its own reader of the same input: a thread that waits in sys.stdin would abort the interpreter's exit.
            with open(sys.stdin.fileno(), "rb", closefd=False) as lines:
                for batch in read_batches(lines):
                    failed += self._answer(batch)
                    if read // TELL_EVERY != (read + len(batch)) // TELL_EVERY:
                        self.stderr.write(f"{read + len(batch):,} lines read …", self.style.NOTICE)
                    read += len(batch)
        except BrokenPipeError:
            # Whoever read the answers has seen enough; the exit must not try to flush to them again.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return
        self.stderr.write(f"{read - failed:,} texts screened.", self.style.NOTICE)
        if failed:
            raise CommandError(f"{failed:,} of {read:,} lines could not be used; each is named above.")

    def _answer(self, batch: Sequence[Line | BadLine]) -> int:
        """Write an answer for each good line and a sentence for each bad one; returns how many were bad."""
        bad = 0
        for line in batch:
            if isinstance(line, BadLine):
                bad += 1
                self.stderr.write(f"Line {line.number}: {line.reason}.")
                continue
            found = [{"kind": one.kind, "start": one.start, "end": one.end} for one in screen(line.text)]
            self.stdout.write(json.dumps({"id": line.id, "found": found}, allow_nan=False))
        self.stdout.flush()
        return bad

"""`manage.py classify`: JSON lines of texts in, JSON lines of scores and suggested codes out."""

from __future__ import annotations

import json
import os
import sys
from argparse import ArgumentParser
from collections.abc import Sequence
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from lhs.artefact import ArtefactRefused
from lhs.encoder import EncoderUnavailable, configured_name
from lhs.head import AnyHead
from lhs.lines import BadLine, Line, read_batches
from lhs.models import HABITS
from lhs.scoring import features_for
from lhs.versions import NoTagger, champion, head_of

TELL_EVERY = 500


class Command(BaseCommand):
    help = (
        'Tag text offline. Reads lines {"id", "text"} from standard input and writes '
        '{"id", "habits": {code: score 0–1}, "suggested": [codes]} for each.'
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--codebook", default=HABITS, help="whose tagger to use (default: habits)")

    def handle(self, *, codebook: str, **options: Any) -> None:
        read = failed = 0
        try:
            # First: without the encoder's files there may be no tagger, and it is they that have to be put right.
            configured_name()
            head = head_of(champion(codebook))
            # Its own reader of the same input: a thread that waits in sys.stdin would abort the interpreter's exit.
            with open(sys.stdin.fileno(), "rb", closefd=False) as lines:
                for batch in read_batches(lines):
                    failed += self._answer(head, batch)
                    if read // TELL_EVERY != (read + len(batch)) // TELL_EVERY:
                        self.stderr.write(f"{read + len(batch):,} lines read …", self.style.NOTICE)
                    read += len(batch)
        except (NoTagger, ArtefactRefused, EncoderUnavailable) as error:
            raise CommandError(str(error)) from error
        except BrokenPipeError:
            # Whoever read the answers has seen enough; the exit must not try to flush to them again.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return
        self.stderr.write(f"{read - failed:,} texts scored.", self.style.NOTICE)
        if failed:
            raise CommandError(f"{failed:,} of {read:,} lines could not be used; each is named above.")

    def _answer(self, head: AnyHead, batch: Sequence[Line | BadLine]) -> int:
        """Write an answer for each good line and a sentence for each bad one; returns how many were bad."""
        for line in batch:
            if isinstance(line, BadLine):
                self.stderr.write(f"Line {line.number}: {line.reason}.")
        good = [line for line in batch if isinstance(line, Line)]
        texts = [line.text for line in good]
        scores = head.scores(features_for(head, texts), texts)
        suggested = head.suggested(scores)
        for line, of_text, said in zip(good, scores.tolist(), suggested.tolist(), strict=True):
            answer = {
                "id": line.id,
                head.codebook: {code: round(score, 4) for code, score in zip(head.codes, of_text, strict=True)},
                "suggested": [code for code, one in zip(head.codes, said, strict=True) if one],
            }
            self.stdout.write(json.dumps(answer, allow_nan=False))
        self.stdout.flush()
        return len(batch) - len(good)

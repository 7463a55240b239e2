"""`manage.py tagger`: the versions of a codebook's tagger – list them, train another, put one in use, go back."""

from __future__ import annotations

from argparse import SUPPRESS
from collections.abc import Sequence
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from casestudies.errors import Conflict
from insights import learning
from lhs.artefact import ArtefactRefused
from lhs.encoder import EncoderUnavailable
from lhs.models import HABITS, Codebook, Tagger, Training
from lhs.versions import NoTagger, taggers

HEADINGS = ("version", "state", "made", "decisions", "macro-F1", "reason")


class Command(BaseCommand):
    help = "List the tagger's versions, train another, put one in use, or go back to the one before."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--codebook", default=HABITS, help="whose tagger (default: habits)")
        actions = parser.add_subparsers(dest="action", required=True, metavar="list|train|promote|rollback")
        told = {
            "list": "show every version, newest first",
            "train": "train a challenger on what people decided; it is put in use if it is better",
            "promote": "put a version in use",
            "rollback": "put the version in use before this one in use again",
        }
        for name, words in told.items():
            action = actions.add_parser(name, help=words)
            # Said before or after the action; left out after it, what was said before it stands.
            action.add_argument("--codebook", default=SUPPRESS, help="whose tagger (default: habits)")
            if name == "promote":
                action.add_argument("version", type=int)

    def handle(self, *, action: str, codebook: str, version: int = 0, **options: Any) -> None:
        if not Codebook.objects.filter(slug=codebook).exists():
            raise CommandError(f"There is no codebook “{codebook}”.")
        try:
            if action == "list":
                self._list(codebook)
            elif action == "train":
                self._train(codebook)
            elif action == "promote":
                self._now_in_use(learning.promote(codebook=codebook, version=version))
            else:
                self._now_in_use(learning.rollback(codebook=codebook))
        except (NoTagger, ArtefactRefused, EncoderUnavailable, Conflict) as why:
            raise CommandError(str(why)) from why

    def _list(self, codebook: str) -> None:
        rows = [HEADINGS, *(_row(tagger) for tagger in taggers(codebook))]
        widths = [max(len(row[column]) for row in rows) for column in range(len(HEADINGS) - 1)]
        for row in rows:
            cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=False)]
            self.stdout.write("  ".join([*cells, row[-1]]).rstrip())

    def _train(self, codebook: str) -> None:
        said = ""

        def told(stage: str, done: int, of: int) -> None:
            nonlocal said
            if self.stderr.isatty():
                self.stderr.write(f"\r\033[K  {stage}: {done:,} of {of:,}", ending="")
            elif stage != said:
                self.stderr.write(f"  {stage} …")
            said = stage

        run = learning.learn(codebook=codebook, progress=told)
        if self.stderr.isatty():
            self.stderr.write("")
        if run is None or run.state != Training.State.DONE:
            raise CommandError(run.outcome if run else "Nothing was trained.")
        self.stderr.write(f"  {run.outcome}")

    def _now_in_use(self, tagger: Tagger) -> None:
        self.stderr.write(f"  Version {tagger.version} is in use. What another version tagged will be tagged anew.")


def _row(tagger: Tagger) -> Sequence[str]:
    figures = tagger.figures
    macro, interval = figures.get("macro_f1"), figures.get("interval")
    told = "–" if macro is None else f"{macro:.2f}" + (f" ({interval[0]:.2f}–{interval[1]:.2f})" if interval else "")
    return (
        str(tagger.version),
        tagger.state,
        f"{tagger.created:%Y-%m-%d %H:%M}",
        f"{figures.get('decisions', 0):,}",
        told,
        tagger.reason,
    )

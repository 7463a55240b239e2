"""`manage.py exemplars`: how many exemplars there are of each habit, in each register, and how long they are."""

from __future__ import annotations

from collections import Counter
from statistics import quantiles
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from lhs.exemplars import Exemplar, ExemplarsUnusable, load_exemplars
from lhs.habits import CODES

NONE = "none"
COLUMNS = (*CODES, NONE)


class Command(BaseCommand):
    help = "Report the exemplars' balance: how many of each habit in each register, labels a text, lengths in words."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            exemplars = load_exemplars()
        except ExemplarsUnusable as why:
            raise CommandError(str(why)) from why
        widest = max(len(one.register) for one in exemplars)
        self.stdout.write("  ".join(["register".ljust(widest), "all", *COLUMNS, "words: quarter, half, most"]))
        registers = sorted({one.register for one in exemplars})
        for name in registers:
            self._tell(name.ljust(widest), [one for one in exemplars if one.register == name])
        self._tell("all".ljust(widest), list(exemplars))
        labels = Counter(len(one.labels) for one in exemplars)
        self.stdout.write("labels a text: " + ", ".join(f"{n} have {many}" for many, n in sorted(labels.items())))

    def _tell(self, name: str, exemplars: list[Exemplar]) -> None:
        counted = Counter(label for one in exemplars for label in one.labels or (NONE,))
        lengths = [len(one.text.split()) for one in exemplars]
        low, half, _ = quantiles(lengths, n=4) if len(lengths) > 1 else (lengths[0],) * 3
        numbers = [f"{counted[column]:>{len(column)}}" for column in COLUMNS]
        self.stdout.write("  ".join([name, f"{len(exemplars):>3}", *numbers, f"{low:.0f}, {half:.0f}, {max(lengths)}"]))

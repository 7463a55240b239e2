"""Word soup: texts of the length and the word frequencies of real insights, that say nothing."""

from __future__ import annotations

import random
from itertools import accumulate

# A few dozen words carry most of a text, as in any language; the made-up rest is rare.
COMMON = """
    the to and of a we in on for with that was it they had not be as before after each week ward team staff people
    patients families clinic waiting list call letter visit nurse doctor manager time day shift bed transport
    booking reminder text phone language interpreter trust borough vaccine theatre scan result discharge home care
    plan record system data dashboard huddle meeting question answer change trial again sooner later fewer more
    most often never always asked told heard noticed tried helped missed shared learned
""".split()  # noqa: SIM905 - easier to read than ninety quoted words
SYLLABLES = "ba co di fe ga hu ki lo mu na or pe qua ri so tu va we xi yo zan".split()  # noqa: SIM905


class Soup:
    """A maker of texts; the same seed makes the same texts."""

    def __init__(self, seed: int = 2022) -> None:
        self.chance = random.Random(seed)
        rare = ["".join(self.chance.choices(SYLLABLES, k=3)) for _ in range(4000)]
        self.words = [*COMMON, *rare]
        self._weights = list(accumulate(1 / (place + 3) for place in range(len(self.words))))

    def text(self, at_least: int = 12, at_most: int = 60) -> str:
        """Return one text of so many words."""
        words = self.chance.choices(self.words, cum_weights=self._weights, k=self.chance.randint(at_least, at_most))
        return " ".join(words).capitalize() + "."

    def title(self) -> str:
        """Return a short title."""
        return self.text(3, 7)[:-1]

"""The organisation's own colour behind the white words of the header."""

from __future__ import annotations

import re

ENOUGH = 4.5  # contrast of words and what is behind them, WCAG 2.2, 1.4.3


def usable(colour: str) -> bool:
    """Say whether `colour` is one such as #005eb8 that white words can be read on."""
    return bool(re.fullmatch(r"#[0-9a-fA-F]{6}", colour)) and contrast_with_white(colour) >= ENOUGH


def contrast_with_white(colour: str) -> float:
    """Return how far a colour such as #005eb8 stands out from white: 1 (white itself) to 21 (black)."""
    red, green, blue = (_linear(int(colour[at : at + 2], 16) / 255) for at in (1, 3, 5))
    return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4

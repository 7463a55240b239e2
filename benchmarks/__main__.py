"""`python -m benchmarks [PART …]` (`make bench`): measure these parts, or all, and report."""

from __future__ import annotations

import argparse
from typing import Any

from benchmarks import report, whole
from benchmarks.ground import ground
from benchmarks.progress import say

PARTS = ("whole", "deciding", "taps", "tagging", "learning", "importing", "list")


def main() -> None:
    """Measure the parts that are named, or all."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("parts", nargs="*", choices=[[], *PARTS], help="default: all")
    wanted = parser.parse_args().parts or PARTS
    for part in PARTS:
        if part in wanted:
            say(f"== {part}")
            report.write({part: _measure(part)})


def _measure(part: str) -> dict[str, Any]:
    if part == "whole":
        return whole.measure()
    if part == "deciding":
        from benchmarks import deciding

        return deciding.measure()
    if part == "taps":
        from benchmarks import taps

        return taps.measure()
    with ground():
        if part == "tagging":
            from benchmarks import tagging

            return tagging.measure()
        if part == "learning":
            from benchmarks import learning

            return learning.measure()
        if part == "importing":
            from benchmarks import importing

            return importing.measure()
        from benchmarks import listing

        return listing.measure()


if __name__ == "__main__":
    main()

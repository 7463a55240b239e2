"""The learning curve as a page: a table in docs/learning-curve.md and a drawing beside it."""

from __future__ import annotations

import math
import re
import statistics
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path

from config.services.folder import ROOT

PAGE = ROOT / "docs" / "learning-curve.md"
PICTURE = ROOT / "docs" / "images" / "learning-curve.svg"
BETWEEN = re.compile(r"(<!-- measured -->\n).*(<!-- end -->)", re.DOTALL)
WIDTH, HEIGHT = 640, 380
LEFT, RIGHT, TOP, BOTTOM = 56, 616, 24, 320
# Each at least 4.5:1 on white, and told apart by dashes as well.
LOOKS = (("#005eb8", "none"), ("#7c2855", "3 4"), ("#006747", "9 4"))

# Order → decisions → macro-F1 of each seed.
Found = Mapping[str, Mapping[int, Sequence[float]]]


def write(
    found: Found, *, comments: int, codes: tuple[int, int], seeds: Sequence[int], page: Path = PAGE, to: Path = PICTURE
) -> None:
    """Write the table between the page's marks, and the drawing."""
    to.write_text(drawing(found))
    told = table(found, comments=comments, codes=codes, seeds=seeds)
    page.write_text(BETWEEN.sub(lambda parts: parts[1] + told + parts[2], page.read_text()))


def table(found: Found, *, comments: int, codes: tuple[int, int], seeds: Sequence[int]) -> str:
    """Mean macro-F1 (least–most of the seeds), a row for each number of decisions."""
    points = sorted({point for of in found.values() for point in of})
    lines = ["| decisions | " + " | ".join(found) + " |", "|---|" + "---|" * len(found)]
    for point in points:
        cells = [
            f"{statistics.mean(of[point]):.3f} ({min(of[point]):.3f}–{max(of[point]):.3f})" for of in found.values()
        ]
        lines.append(f"| {point:,} | " + " | ".join(cells) + " |")
    each = f"{codes[0]}" if codes[0] == codes[1] else f"{codes[0]} to {codes[1]}"
    said = f"{comments:,} comments, {each} codes, {len(seeds)} seeds ({', '.join(map(str, seeds))})"
    return "\n".join([*lines, "", f"Macro-F1: mean, and the least and most of the seeds. {said}."]) + "\n"


def drawing(found: Found) -> str:
    """An SVG on white, so that it is read alike on light and dark pages; decisions grow by doublings."""
    points = sorted({point for of in found.values() for point in of})
    highest = math.ceil(max(max(values) for of in found.values() for values in of.values()) * 10) / 10
    span = math.log(points[-1] / points[0])

    def across(point: int) -> float:
        return round(LEFT + (RIGHT - LEFT) * math.log(point / points[0]) / span, 1)

    def up(value: float) -> float:
        return round(BOTTOM - (BOTTOM - TOP) * value / highest, 1)

    last = {order: statistics.mean(of[points[-1]]) for order, of in found.items()}
    told = "; ".join(f"{order} {value:.2f}" for order, value in last.items())
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        'aria-labelledby="title said" font-family="Arial, sans-serif" font-size="14">',
        '<title id="title">Macro-F1 by number of decisions</title>',
        f'<desc id="said">After {points[-1]:,} decisions: {escape(told)}.</desc>',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>',
    ]
    for tenth in range(round(highest * 10) + 1):
        y = up(tenth / 10)
        parts.append(f'<line x1="{LEFT}" y1="{y}" x2="{RIGHT}" y2="{y}" stroke="#d8dde0"/>')
        parts.append(f'<text x="{LEFT - 8}" y="{y + 5}" text-anchor="end" fill="#212b32">{tenth / 10:.1f}</text>')
    for point in points:
        x = across(point)
        parts.append(f'<line x1="{x}" y1="{BOTTOM}" x2="{x}" y2="{BOTTOM + 5}" stroke="#4c6272"/>')
        parts.append(f'<text x="{x}" y="{BOTTOM + 22}" text-anchor="middle" fill="#212b32">{point:,}</text>')
    parts.append(f'<text x="{LEFT}" y="{TOP - 8}" fill="#212b32">Macro-F1</text>')
    parts.append(f'<text x="{RIGHT}" y="{BOTTOM + 44}" text-anchor="end" fill="#212b32">decisions</text>')
    for row, ((order, of), (colour, dashes)) in enumerate(zip(found.items(), LOOKS, strict=True)):
        line = " ".join(f"{across(point)},{up(statistics.mean(of[point]))}" for point in points)
        looks = f'stroke="{colour}" stroke-width="2.5" stroke-dasharray="{dashes}"'
        parts.append(f'<polyline points="{line}" fill="none" {looks}/>')
        for point in points:
            x, low, high = across(point) + (row - 1) * 3, up(min(of[point])), up(max(of[point]))
            parts.append(f'<line x1="{x:.1f}" y1="{low}" x2="{x:.1f}" y2="{high}" stroke="{colour}"/>')
        y = TOP + 16 + 22 * row
        parts.append(f'<line x1="{LEFT + 12}" y1="{y - 5}" x2="{LEFT + 48}" y2="{y - 5}" {looks}/>')
        parts.append(f'<text x="{LEFT + 56}" y="{y}" fill="{colour}">{escape(order)}</text>')
    return "\n".join([*parts, "</svg>"]) + "\n"

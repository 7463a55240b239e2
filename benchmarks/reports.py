"""What a report is cut into: `python -m benchmarks.reports FILE`. No database needed.

One JSON object to a candidate on stdout, in the report's order; a summary on the last line.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections import Counter
from dataclasses import asdict
from pathlib import Path

from benchmarks.progress import say


def main() -> int:
    """Read the file, cut it, and print the candidates."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.reports", description=__doc__)
    parser.add_argument("file", type=Path, help="a .docx, .pdf, .txt or .md")
    path = parser.parse_args().file
    with tempfile.TemporaryDirectory() as folder:
        os.environ.setdefault("LHS_DATA_DIR", folder)
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
        import django

        django.setup()
        return _cut(path)


def _cut(path: Path) -> int:
    from django.core.exceptions import ValidationError

    from insights.reports.cutting import cut
    from insights.reports.reading import read_file

    say(f"Reading {path.name}…")
    start = time.perf_counter()
    try:
        document = read_file(name=path.name, data=path.read_bytes())
    except ValidationError as refused:
        say(" ".join(refused.messages))
        return 1
    read_s = time.perf_counter() - start
    cuts = cut(document.blocks)
    for one in cuts:
        told = asdict(one)
        told.pop("headings")
        print(json.dumps({**told, "section": one.section}, ensure_ascii=False))
    ticked = [one for one in cuts if one.ticked]
    summary = {
        "form": document.form,
        "candidates": len(cuts),
        "ticked": len(ticked),
        "kinds": dict(Counter(str(one.kind) for one in ticked)),
        "left_out": document.left_out,
        "read_s": round(read_s, 2),
        "cut_s": round(time.perf_counter() - start - read_s, 2),
    }
    print(json.dumps(summary))
    return 0


if __name__ == "__main__":
    sys.exit(main())

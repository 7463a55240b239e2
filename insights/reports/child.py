"""The process that reads one document: `python -m insights.reports.child FORM SECONDS BYTES < document > blocks.json`.

What is sent in may be made to harm whoever reads it, so it is read here: in a process of its own, without the
database, without the settings or their secrets, with bounds on time and memory that the system enforces, and unable to
write a file. It takes limits upon itself before it reads the first byte.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import resource
import sys
from collections.abc import Iterable

from insights.reports.blocks import MOST_CHARACTERS, Block, Unreadable, to_plain

TOO_HARD = "This document takes too much memory to be read. Send it in parts, or paste its text."


def main(form: str, seconds: int, memory: int) -> int:
    """Read the document on stdin and write {"blocks": […], "left_out": bool} or {"refused": words} on stdout."""
    _bound(seconds, memory)
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    # Whatever a parser prints or warns of goes nowhere: it may hold words of the document.
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    logging.disable(logging.CRITICAL)
    data = sys.stdin.buffer.read()
    try:
        kept, left_out = _within(_read(form, data))
        said = {"blocks": [to_plain(block) for block in kept], "left_out": left_out}
    except Unreadable as why:
        said = {"refused": str(why)}
    except (MemoryError, RecursionError):
        said = {"refused": TOO_HARD}
    with out:
        json.dump(said, out)
    return 0


def _read(form: str, data: bytes) -> list[Block]:
    """Return the blocks of a document. Each parser is loaded only where it is needed."""
    if form == "docx":
        from insights.reports.word import word_blocks

        return word_blocks(data)
    if form == "pdf":
        from insights.reports.pdf import pdf_blocks

        return pdf_blocks(data)
    from insights.reports.markup import markdown_blocks
    from insights.reports.plain import text_blocks

    text = data.decode()
    return markdown_blocks(text) if form == "markdown" else text_blocks(text)


def _within(blocks: Iterable[Block]) -> tuple[list[Block], bool]:
    """Return as many blocks as are read, and whether any were left out."""
    kept: list[Block] = []
    so_far = 0
    for block in blocks:
        so_far += _size(block)
        if so_far > MOST_CHARACTERS:
            return kept, True
        kept.append(block)
    return kept, False


def _size(block: Block) -> int:
    return len(block.text) + sum(_size(one) for row in block.rows for cell in row for one in cell)


def _bound(seconds: int, memory: int) -> None:
    for what, most in (
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        # A system without one of these limits still has the others, and the parent's clock.
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(what, (most, most))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))

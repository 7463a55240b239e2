"""A Word document (.docx) as blocks. Macros are never run, nothing is fetched, pictures are passed over."""

from __future__ import annotations

import io
import zipfile

import mammoth

from insights.reports.blocks import Block, Unreadable
from insights.reports.markup import html_blocks

MAIN = "word/document.xml"
# Unpacked, in bytes and parts: a real report of 300 pages with pictures stays far below.
MOST_UNPACKED = 100 * 1024 * 1024
MOST_OF_ONE = 30 * 1024 * 1024
MOST_PARTS = 5_000
BROKEN = "This Word document is damaged. Open it in Word, save it anew, and send that; or paste its text."
TOO_MUCH = (
    "Unpacked, this Word document is larger than is read here. Take large pictures out and save it anew, or paste its "
    "text."
)
STYLES = """
p[style-name='Title'] => h1:fresh
p[style-name='Subtitle'] => h2:fresh
"""


def word_blocks(data: bytes) -> list[Block]:
    """Return the blocks of a .docx; raises Unreadable."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as parts:
            _look_over(parts)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError) as fault:
        raise Unreadable(BROKEN) from fault
    try:
        read = mammoth.convert_to_html(
            io.BytesIO(data),
            style_map=STYLES,
            # One that the document brings is not for us to follow.
            include_embedded_style_map=False,
            convert_image=lambda image: [],
        )
    except MemoryError:
        raise
    except Exception as fault:
        raise Unreadable(BROKEN) from fault
    return html_blocks(read.value)


def _look_over(parts: zipfile.ZipFile) -> None:
    """Refuse what is no honest Word document, before anything of it is unpacked whole."""
    listed = parts.infolist()
    names = {part.filename for part in listed}
    if MAIN not in names:
        raise Unreadable(_what_else(names))
    # Whoever lies about a size is found out by zipfile, which reads no further than what was said.
    if (
        len(listed) > MOST_PARTS
        or sum(part.file_size for part in listed) > MOST_UNPACKED
        or any(part.file_size > MOST_OF_ONE for part in listed if part.filename.endswith((".xml", ".rels")))
    ):
        raise Unreadable(TOO_MUCH)
    if any(part.flag_bits & 1 for part in listed):
        raise Unreadable("This document is protected by a password. Save a copy without one, or paste its text.")
    for part in listed:
        # Word writes no document type; where there is one, entities could reach for files or grow without end.
        if part.filename.endswith((".xml", ".rels")) and b"<!DOCTYPE" in parts.read(part).replace(b"\0", b""):
            raise Unreadable(
                "This document holds a document type, which Word never writes. Open it in Word and save it anew."
            )


def _what_else(names: set[str]) -> str:
    if any(name.startswith("xl/") for name in names):
        return "This is a spreadsheet. Import it as one, or save its words as a Word document."
    if any(name.startswith("ppt/") for name in names):
        return "This is a presentation. Save it as PDF, or paste its text."
    return "This is no Word document. Send a .docx, .pdf, .txt or .md, or paste the text."

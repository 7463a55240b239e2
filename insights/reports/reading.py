"""A document read into blocks: what form it has, whether it is not too large, and the process that reads it."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from dataclasses import dataclass
from pathlib import PurePath

from django.conf import settings
from django.core.exceptions import ValidationError

from insights.reports.blocks import Block, from_plain

logger = logging.getLogger(__name__)

FORMS = {".docx": "docx", ".pdf": "pdf", ".txt": "text", ".md": "markdown", ".markdown": "markdown"}
OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
OLD_WORD = (
    "This is a Word document of the old kind, or one that is protected by a password. Save it as .docx without a "
    "password, or paste its text."
)
OTHER = "Send a .docx, .pdf, .txt or .md, or paste the text."
EMPTY = "There is nothing in this. Send a document with text, or paste the text."


@dataclass(frozen=True)
class Document:
    """What was read. `form` is docx, pdf, markdown or text; `left_out`: it is longer than is read."""

    blocks: tuple[Block, ...]
    form: str
    left_out: bool


def read_file(*, name: str, data: bytes) -> Document:
    """Return the blocks of a file; what it is, is told by its bytes more than by its name.

    Raises ValidationError under `file`, with the way out.
    """
    most = settings.REPORT_BYTES
    if len(data) > most:
        raise _refused("file", f"A report may have up to {most // 1024**2:,} MB. Send it in parts, or paste its text.")
    if not data.strip():
        raise _refused("file", EMPTY)
    form = _form_of(name, data)
    if form in ("text", "markdown"):
        data = _decoded(data).encode()
    return _read(form, data, field="file")


def read_text(text: str) -> Document:
    """Return the blocks of a text that was pasted; raises ValidationError under `text`."""
    if not text.strip():
        raise _refused("text", "Paste the report's text, or choose a file.")
    # Half a character cannot be kept, and what else is damage in a text is told when it is saved.
    return _read("text", text.encode(errors="replace").replace(b"\0", b""), field="text")


def _form_of(name: str, data: bytes) -> str:
    suffix = PurePath(name.casefold()).suffix
    if b"%PDF-" in data[:1024]:
        return "pdf"
    if data.startswith(b"PK\x03\x04"):
        if suffix in (".docm", ".dotm"):
            raise _refused("file", "This Word document holds macros. Save it as .docx and send that.")
        return "docx"
    if data.startswith(OFFICE):
        raise _refused("file", OLD_WORD)
    if data.startswith(b"{\\rtf"):
        raise _refused("file", f"This is rich text. {OTHER}")
    form = FORMS.get(suffix)
    if form in ("docx", "pdf"):
        raise _refused("file", f"This is named {suffix} and is something else, or it is damaged. {OTHER}")
    if form is None and suffix not in ("", ".text", ".html", ".htm"):
        raise _refused("file", f"A file named {suffix} is not read here. {OTHER}")
    return form or "text"


def _decoded(data: bytes) -> str:
    """Return the text of a file in UTF-8, UTF-16 with its mark, or else Windows' Western encoding."""
    encodings = ["utf-16"] if data.startswith((b"\xff\xfe", b"\xfe\xff")) else ["utf-8-sig", "cp1252"]
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text.replace("\r\n", "\n").replace("\r", "\n")
    raise _refused("file", f"This is no text that can be read. {OTHER}")


def _read(form: str, data: bytes, *, field: str) -> Document:
    seconds, memory = settings.REPORT_SECONDS, settings.REPORT_MEMORY
    command = [sys.executable, "-m", "insights.reports.child", form, str(seconds), str(memory)]
    try:
        done = subprocess.run(
            command,
            input=data,
            capture_output=True,
            # Beyond the seconds of work it may wait for the machine, yet not for long.
            timeout=2 * seconds,
            cwd=settings.BASE_DIR,
            env={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1"},
            check=True,
        )
        said = json.loads(done.stdout)
    except (subprocess.SubprocessError, json.JSONDecodeError, UnicodeDecodeError) as fault:
        # Never what the process wrote: it may be the document's words.
        logger.warning("A report (%s, %d bytes) could not be read: %s", form, len(data), type(fault).__name__)
        raise _refused(
            field, f"This could not be read within {seconds} seconds. Send it in parts, or paste its text."
        ) from None
    if "refused" in said:
        raise _refused(field, said["refused"])
    blocks = tuple(from_plain(block) for block in said["blocks"])
    if not blocks:
        raise _refused(field, EMPTY)
    return Document(blocks, form, said["left_out"])


def _refused(field: str, why: str) -> ValidationError:
    return ValidationError({field: why})

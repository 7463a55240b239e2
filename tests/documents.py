"""Documents as people send them, made for tests: Word files by python-docx, PDFs by a small writer of our own."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import docx

REPORT = """# Winter wards

## Background

Beds were short, and the trust asked for a review.

## Findings

### Staff perspectives

- Porters wait for the lift for twenty minutes at noon.
- **Night cover** – One nurse looks after thirty people at night.

### Patient perspectives

- Families did not know whom to ring after visiting hours.

## Recommendations

### For integrated care systems

1. Share one list of free beds between the three hospitals.

## References

Smith J. Learning on wards. 2020.
"""


def word(*parts: tuple[str, str], table: Sequence[Sequence[str]] = ()) -> bytes:
    """Return a .docx of (style, words): “Heading 1”, “List Bullet”, “Normal”; **words** in stars are bold."""
    document = docx.Document()
    for style, words in parts:
        paragraph = document.add_paragraph(style=style)
        for place, run in enumerate(words.split("**")):
            paragraph.add_run(run).bold = place % 2 == 1
    if table:
        made = document.add_table(len(table), len(table[0]))
        for row, cells in enumerate(table):
            for column, words in enumerate(cells):
                made.cell(row, column).text = words
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def zipped(parts: dict[str, bytes]) -> bytes:
    """Return a zip archive of these parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return out.getvalue()


def with_part(document: bytes, name: str, data: bytes) -> bytes:
    """Return a .docx with one part put in the place of another, or added."""
    with zipfile.ZipFile(io.BytesIO(document)) as archive:
        parts = {one.filename: archive.read(one) for one in archive.infolist()}
    return zipped({**parts, name: data})


@dataclass(frozen=True)
class Text:
    """A line of a PDF's page: points from the left and the bottom of an A4 page (595 × 842)."""

    words: str
    up: float
    left: float = 60
    size: float = 11
    bold: bool = False


def lines(*words: str, up: float = 700, size: float = 11, left: float = 60) -> list[Text]:
    """Return lines one below the other, as a paragraph is set."""
    return [Text(one, up - place * size * 1.2, left, size) for place, one in enumerate(words)]


def pdf(*pages: Iterable[Text], rules: str = "", encrypted: bool = False) -> bytes:
    """Return a PDF with these lines on its pages; `rules` are drawing operators that stand on each page."""
    objects: list[bytes] = [b"", b""]
    fonts = b"/F1 3 0 R /F2 4 0 R"
    objects += [
        b"<< /Type /Font /Subtype /Type1 /BaseFont /%s /Encoding /WinAnsiEncoding >>" % name
        for name in (b"Helvetica", b"Helvetica-Bold")
    ]
    kids = []
    for page in pages:
        stream = (rules + "\n" + "\n".join(map(_shown, page))).encode("cp1252")
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream))
        content = len(objects)
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents %d 0 R /Resources << /Font << %s >> >> >>"
            % (content, fonts)
        )
        kids.append(b"%d 0 R" % len(objects))
    objects[0] = b"<< /Type /Catalog /Pages 2 0 R >>"
    objects[1] = b"<< /Type /Pages /Count %d /Kids [%s] >>" % (len(kids), b" ".join(kids))
    out = bytearray(b"%PDF-1.4\n")
    places = []
    for number, one in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, one)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    locked = b""
    if encrypted:
        # Whose password nobody knows: what should prove it is made of zeros.
        zeros = b"0" * 64
        locked = b" /ID [<00> <00>] /Encrypt << /Filter /Standard /V 1 /R 2 /O <%s> /U <%s> /P -4 >>" % (zeros, zeros)
    out += b"trailer\n<< /Size %d /Root 1 0 R%s >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, locked, start)
    return bytes(out)


def _shown(line: Text) -> str:
    words = line.words.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
    return f"BT /F{2 if line.bold else 1} {line.size} Tf {line.left} {line.up} Td ({words}) Tj ET"


def boxes(columns: Sequence[float], rows: Sequence[float]) -> str:
    """Return the operators that draw a table's lines: its columns' borders from the left, its rows' from the bottom."""
    drawn = [f"{columns[0]} {up} m {columns[-1]} {up} l S" for up in rows]
    drawn += [f"{left} {rows[0]} m {left} {rows[-1]} l S" for left in columns]
    return "\n".join(drawn)

"""What in a text could tell who a person is: found, named by kind, and a redaction suggested for each.

A plain function of the text alone: no database, no settings. How it was made and how well it does: decision 16.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from insights.screening.births import births
from insights.screening.identifiers import emails, hospital_numbers, nhs_numbers, phones
from insights.screening.names import names_of
from insights.screening.places import addresses, postcodes
from insights.screening.scripts import names_elsewhere

# Kind → the words suggested in its place. Where two kinds claim the same words, the earlier kind has them.
REDACTIONS = {
    "email": "[e-mail address]",
    "nhs-number": "[NHS number]",
    "hospital-number": "[hospital number]",
    "date-of-birth": "[date of birth]",
    "phone": "[phone number]",
    "postcode": "[postcode]",
    "address": "[address]",
    "name": "[name]",
}
KINDS = tuple(REDACTIONS)
DIGIT = re.compile("[0-9]")


@dataclass(frozen=True, slots=True)
class Found:
    """One thing that could tell who a person is. `start` and `end`: code points of the text as given, end excluded."""

    kind: str
    start: int
    end: int

    @property
    def redaction(self) -> str:
        """The words suggested in its place, such as “[name]”."""
        return REDACTIONS[self.kind]


def screen(text: str) -> list[Found]:
    """Everything found in a text, in order and without overlaps. Never raises; time grows with the text's length."""
    names = [*names_of(text), *names_elsewhere(text)]
    claims: dict[str, Iterable[tuple[int, int]]] = {"name": names, "email": emails(text)}
    if DIGIT.search(text) if text.isascii() else any(map(str.isdigit, text)):
        claims |= {
            "hospital-number": hospital_numbers(text),
            "nhs-number": nhs_numbers(text),
            "date-of-birth": births(text, names),
            "phone": phones(text),
            "postcode": postcodes(text),
        }
    claims["address"] = addresses(text)
    taken = bytearray(len(text))
    return sorted(_granted(claims, taken), key=lambda found: found.start)


def _granted(claims: dict[str, Iterable[tuple[int, int]]], taken: bytearray) -> Iterator[Found]:
    for kind in KINDS:
        for start, end in claims.get(kind, ()):
            if start < end and not any(taken[start:end]):
                taken[start:end] = b"\x01" * (end - start)
                yield Found(kind, start, end)


def redact(text: str, found: Sequence[Found]) -> str:
    """The text with each thing found replaced by its suggested redaction. `found`: as `screen` returns it."""
    pieces: list[str] = []
    at = 0
    for one in found:
        pieces += [text[at : one.start], one.redaction]
        at = one.end
    return "".join([*pieces, text[at:]])

"""Where one person lives: postcodes and addresses."""

from __future__ import annotations

import re
from collections.abc import Iterator

from insights.screening.cues import listed

Span = tuple[int, int]

# The areas of Royal Mail's postcodes, and the forms that a full one may have (BS 7666): the last two letters are never
# CIKMOV.
AREAS = listed("area")
POSTCODE = re.compile(
    r"(?i)(?<![\w-])([A-Z]{1,2})([0-9][0-9A-Z]?)(?:[ \u00a0]{0,2}|[-.,])([0-9][ABD-HJLNP-UW-Z]{2})(?![\w-])", re.ASCII
)
ORDINAL = re.compile(r"(?:1st|2nd|3rd|\dth|\dhr)")

STRONG = "road|rd|street|avenue|ave|lane|crescent|cres|terrace|gardens|gdns|close|drive|grove|mews"
WEAK = (
    "st|way|walk|place|pl|court|ct|hill|view|park|gate|row|square|sq|green|rise|parade|wharf|quay|cottages?|villas|mount"
    "|buildings|mansions|house|heights|embankment|path|yard|broadway|dr|cl|ln|bank|end|fields?|meadows?|vale|common|croft|chase|circus"
)
NUMBER = r"\d{1,4}(?:[ ]?[A-Za-z](?![A-Za-z]))?(?:[-–/]\d{1,4}[A-Za-z]?)?"
ROOM = r"(?:[Ff]lat|[Aa]pt\.?|[Aa]partment|[Uu]nit|FLAT|[Rr]oom|[Mm]aisonette|[Bb]edsit)"
TITLE = r"(?:[A-Z][\w'’.-]{0,30}|of|the|de|la|le|upon)"
FLAT_THEN = rf"(?:{ROOM} ?(?:\d{{1,4}} ?[A-Za-z]?|[A-Za-z])\b,? (?:{TITLE} {TITLE},? |{TITLE},? )?)?"
WRITTEN = re.compile(
    rf"(?<![\w/.,:-]){FLAT_THEN}{NUMBER},? (?:{TITLE} ){{1,4}}(?i:{STRONG}|{WEAK})\b"
    r"\.?(?! ?['’]| (?:ward|clinic|hospital)\b)"
)
LOWER = re.compile(
    rf"(?i)(?<![\w/.,:-])(?:flat|apt|apartment|unit)? ?(?:{NUMBER},? )?{NUMBER},? ((?:[a-z'’-]{{2,30}} ){{1,3}})"
    rf"({STRONG}|way|place|court|square|st)\b(?=$|[.,;:!?)\n–-]| (?:and|in|on|at|with|but|near|for|to|from"
    r"|by|is|was|so|as|"
    rf"cannot|can't|has|who|where|which|because|not|via"
    rf"|again|when|after|since|until|every|instead|then|there|[a-z]{{1,2}}\d)\b| ?[–(])"
)
FLAT_ONLY = re.compile(
    rf"(?<![\w]){ROOM} ?\d{{1,4}} ?[A-Za-z]?,? (?:[A-Z][\w'’-]{{1,30}} ){{1,3}}"
    r"(?:House|Court|Lodge|Mansions|Tower|Towers|Point|Heights|Buildings|Place|Gardens|Road|Street)\b"
)
NAMED_HOUSE = re.compile(
    r"(?<![\w])(?:The )?(?:[A-Z][\w'’-]{1,30} ){1,2}(?:Cottage|House|Farm|Lodge|Barn|Bungalow|Rectory|Vicarage), "
    rf"(?:\d{{1,4}} )?(?:[A-Z][\w'’-]{{1,30}} ){{1,3}}(?i:{STRONG}|way|hill|street)\b"
)
# The road before the number, Welsh roads, a flat in lower case, a room in a care home, and whatever someone lives at.
OTHERWISE = re.compile(
    rf"(?<![\w])(?:(?:[A-Z][\w'’-]{{1,30}} ){{1,3}}(?i:{STRONG}),? (?:no\.?|number|num) ?\d{{1,4}}[A-Za-z]?\b"
    rf"|{NUMBER},? (?:Heol|Ffordd|Stryd|Lôn|Rhodfa|Maes) [A-Z][\w'’-]{{1,30}}"
    rf"|(?i:flat|apt|apartment) ?\d{{1,4}}[A-Za-z]?,? (?:[a-z'’-]{{2,30}} ){{1,3}}"
    rf"(?i:house|court|lodge|towers?|mansions)\b"
    rf"|{ROOM} ?\d{{1,4}}[A-Za-z]?,? (?:[A-Z][\w'’-]{{1,30}} ){{1,3}}(?:Care|Nursing|Residential) Home\b)"
)
LIVES_AT = re.compile(
    rf"(?i:\b(?:lives?|lived|living|staying|stays|resides?|home is|home address(?: is)?|address(?: is|:)) "
    rf"(?:(?:at|on|in) )?(?:no\.? ?|number )?)("
    rf"{NUMBER},? (?:[A-Z][\w'’-]{{2,30}}|the [A-Za-z][\w'’-]{{2,30}})(?: [A-Z][\w'’-]{{2,30}}){{0,2}})"
)
NOT_A_STREET = listed("notstreet")


def postcodes(text: str) -> Iterator[Span]:
    """Full postcodes in any case and spacing; an outward code alone (N17) leads to thousands and is left."""
    for found in POSTCODE.finditer(text):
        if found[1].lower() in AREAS and not ORDINAL.fullmatch(found[3]):
            yield found.span()


def addresses(text: str) -> Iterator[Span]:
    """A house number and a street, a flat in a named house, a named house in a street."""
    for pattern in (WRITTEN, FLAT_ONLY, NAMED_HOUSE, OTHERWISE):
        for found in pattern.finditer(text):
            yield found.span()
    for found in LIVES_AT.finditer(text):
        yield found.span(1)
    for found in LOWER.finditer(text):
        between = found[1].lower().split()
        if not NOT_A_STREET.intersection(between) and (found[2].lower() != "st" or len(between) == 1):
            start = found.start() + (len(found[0]) - len(found[0].lstrip()))
            yield start, found.end()

"""Dates of birth: a date in any written form with something near it that says it is one."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence

Span = tuple[int, int]

MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?"
    r"|dec(?:ember)?)"
)
DAY = r"(?:3[01]|[12]\d|0?[1-9])(?:[ ]?(?:st|nd|rd|th))?"
YEAR = r"(?:(?:18|19|20)\d\d|['’]?\d\d)"
DATE = re.compile(
    rf"""(?ix)(?<![\w/-])(?<!\d[.:])(?:
        (?P<iso>(?:18|19|20)\d\d)[-/.](?:1[0-2]|0?[1-9])[-/.](?:3[01]|[12]\d|0?[1-9])
      | {DAY}[ ]?(?P<sign>[-/. ])[ ]?(?:1[0-2]|0?[1-9])[ ]?(?P=sign)[ ]?(?P<numeric>{YEAR})
      | (?:the[ ])?{DAY}(?:[ ]of)?[ -]{{0,2}}{MONTH}\b\.?,?(?:[ -]{{1,2}}(?P<worded>{YEAR}))?
      | {MONTH}\.?[ ]{DAY},?[ ](?P<american>{YEAR})
      | (?:3[01]|[12]\d|0[1-9]){MONTH}(?P<run>(?:19|20)?\d\d)
      | (?:3[01]|[12]\d|0[1-9])(?:1[0-2]|0[1-9])(?P<together>(?:19|20)\d\d)
    )(?![\w/-])(?!\.\d)"""
)
BIRTH = re.compile(
    r"(?i)\b(?:d[./]? ?o[./]? ?b\b\.?|(?:dates?|years?) of birth|birth ?dates?|b'?day"
    r"|birthdays?(?! (?:cake|card|part|tea|lunch|present|gift|balloon|song|treat)))"
)
# “dob 120345”: six digits in a row are a date right after their cue only.
IN_A_ROW = re.compile(
    r"(?i)\bd[./]? ?o[./]? ?b\b[ .:=-]{0,4}((?:3[01]|[12]\d|0[1-9])(?:1[0-2]|0[1-9])\d\d)(?!\d)", re.ASCII
)
BORN = re.compile(r"(?i)\b(?:born|b\.|b(?= \d)|née)(?!\w)")
THING_BORN = re.compile(
    r"(?i)\b(?:service|team|idea|project|ward|unit|clinic|nhs|app|trust|scheme|group|charity|hub)\b.{0,12}$"
)
WHO = re.compile(
    r"(?i)(?:\b(?:pt|patient|client|resident|lady|gentleman|gent|man|woman|girl|boy|child|mother|father|mum|dad|husband|wife"
    r"|\d{1,3} ?(?:y/?o|yrs?(?: old)?|years? old)))$"
)
AGE = re.compile(r",? ?\(?(?:aged? )?\d{1,3}$")
NEAR = 30
MOST_BETWEEN = 4
# A date before this year in a text that speaks of a date of birth, or right after a name, is hardly of anything else.
LONG_AGO = 2000


def births(text: str, names: Sequence[Span] = ()) -> Iterator[Span]:
    """Dates that a cue calls a date of birth (“dob”, “born on”), and old ones right after a name."""
    yield from (found.span(1) for found in IN_A_ROW.finditer(text))
    dates = list(DATE.finditer(text))
    if not dates:
        return
    cues = [cue.end() for cue in BIRTH.finditer(text)]
    borns = [cue.end() for cue in BORN.finditer(text)]
    ends = {end for _, end in names}
    for date in dates:
        start = date.start()
        year = _year(date)
        cue, birth = _last_before(cues, start), _last_before(borns, start)
        near = cue is not None and start - cue <= NEAR and "\n\n" not in text[cue:start]
        born = birth is not None and year is not None and start - birth <= NEAR and _is_born(text, birth, start)
        long_ago = year is not None and year < LONG_AGO
        if near or born or (long_ago and (cues or _follows(text, start, ends) or _then_born(text, date.end()))):
            yield date.span()


def _last_before(ends: Sequence[int], at: int) -> int | None:
    place = bisect_right(ends, at)
    return ends[place - 1] if place else None


def _year(date: re.Match[str]) -> int | None:
    said = date["iso"] or date["numeric"] or date["worded"] or date["american"] or date["together"] or date["run"]
    if not said:
        return None
    year = int(said.strip("'’"))
    return year if year > 99 else 1900 + year if year > 27 else 2000 + year


def _is_born(text: str, birth: int, start: int) -> bool:
    """Whether someone, and no service, was born on this date: little stands between, and no other sentence."""
    between = text[birth:start]
    if any(sign in between for sign in ".;!?\n") and between.strip(" .:"):
        return False
    return len(between.split()) <= MOST_BETWEEN and not THING_BORN.search(text[max(0, birth - 30) : birth - 4])


def _follows(text: str, start: int, ends: set[int]) -> bool:
    """Whether a date stands right after a name, a name and an age, or a patient."""
    origin = max(0, start - 40)
    before = text[origin:start].rstrip(" ,(-–:")
    age = AGE.search(before)
    return (
        origin + len(before) in ends
        or WHO.search(before) is not None
        or (age is not None and origin + age.start() in ends)
    )


def _then_born(text: str, end: int) -> bool:
    return text[end : end + 14].lower().lstrip(" ,)(").startswith(("dob", "is his dob", "is her dob", "(dob"))

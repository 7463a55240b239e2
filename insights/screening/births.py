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
      | (?:3[01]|[12]\d|0[1-9])(?:1[0-2]|0[1-9])(?P<together>(?:19|20)\d\d)
    )(?![\w/-])(?!\.\d)"""
)
BIRTH = re.compile(r"(?i)\b(?:d\.? ?o\.? ?b\b\.?|dates? of birth|birth ?dates?|birthdays?)")
BORN = re.compile(r"(?i)\b(?:born|b\.|née)(?!\w)")
NEAR = 30
# A date before this year in a text that speaks of a date of birth, or right after a name, is hardly of anything else.
LONG_AGO = 2000


def births(text: str, names: Sequence[Span] = ()) -> Iterator[Span]:
    """Dates that a cue calls a date of birth (“dob”, “born on”), and old ones right after a name."""
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
        born = birth is not None and year is not None and start - birth <= NEAR and _between(text[birth:start])
        long_ago = year is not None and year < LONG_AGO
        if near or born or (long_ago and (cues or _follows(text, start, ends) or _then_born(text, date.end()))):
            yield date.span()


def _last_before(ends: Sequence[int], at: int) -> int | None:
    place = bisect_right(ends, at)
    return ends[place - 1] if place else None


def _year(date: re.Match[str]) -> int | None:
    said = date["iso"] or date["numeric"] or date["worded"] or date["american"] or date["together"]
    if not said:
        return None
    year = int(said.strip("'’"))
    return year if year > 99 else 1900 + year if year > 27 else 2000 + year


def _between(words: str) -> bool:
    return all(
        word in ("on", "the", "at", "home", "here", "in", "london", "date", "")
        for word in re.split(r"\W+", words.lower())
    )


def _follows(text: str, start: int, ends: set[int]) -> bool:
    return any(at in ends and not text[at:start].strip(" ,(-–:") for at in range(max(0, start - 4), start))


def _then_born(text: str, end: int) -> bool:
    return text[end : end + 14].lower().lstrip(" ,)(").startswith(("dob", "is his dob", "is her dob", "(dob"))

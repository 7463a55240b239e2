"""Cutting words: into sentences, and a title off the beginning of a text."""

from __future__ import annotations

import re

# What ends with a full stop and no sentence with it.
SHORTENED = re.compile(
    r"\b(?:Dr|Mr|Mrs|Ms|Prof|St|No|Nos|Fig|e\.g|i\.e|etc|al|cf|vs|approx|Vol|pp?|[A-Z])\.$|^[A-Z]?\d{1,2}\.$"
)
END = re.compile(r"[.!?…][\"”’')\]]*\s+(?=[\"“‘'(\[]?[A-Z0-9])")
# “Continuity of care – Consider…”, “Staffing: There were…”
DASHED = re.compile(r"^([A-Z0-9][^.!?:;–—]{2,70}?)\s+[–—-]\s+(\S.*)$", re.DOTALL)
COLON = re.compile(r"^([A-Z0-9][^.!?:;–—]{2,50}):\s+(\S.{15,})$", re.DOTALL)
SEPARATOR = re.compile(r"^\s*[.:–—-]+\s+(?=\S)")
LONGEST_TITLE = 120
MOST_WORDS = {"dash": 8, "colon": 6}


def sentences(text: str) -> list[str]:
    """Return the sentences of a text, in order; joined by a space they are the text again."""
    found, start = [], 0
    for end in END.finditer(text):
        sentence = text[start : end.end()].strip()
        if SHORTENED.search(sentence):
            continue
        found.append(sentence)
        start = end.end()
    if rest := text[start:].strip():
        found.append(rest)
    return found


def pieces(text: str, *, aim: int, most: int) -> list[str]:
    """Return a text in pieces of whole sentences, of about `aim` characters each and never more than `most`.

    A text up to a half longer than `aim` stays whole. A sentence longer than `most` is cut between words.
    """
    if len(text) <= aim * 3 // 2:
        return [text]
    out: list[str] = []
    for sentence in sentences(text):
        while len(sentence) > most:
            cut = sentence.rfind(" ", 0, most)
            cut = cut if cut > most // 2 else most
            out.append(sentence[:cut].strip())
            sentence = sentence[cut:].strip()
        if out and len(out[-1]) + 1 + len(sentence) <= aim:
            out[-1] = f"{out[-1]} {sentence}"
        elif sentence:
            out.append(sentence)
    # A few words left over at the end belong to what they follow.
    if len(out) > 1 and len(out[-1]) < aim // 8 and len(out[-2]) + len(out[-1]) < most:
        out[-2:] = [f"{out[-2]} {out[-1]}"]
    return out


def titled(text: str, lead: str) -> tuple[str, str]:
    """Return the title that a text begins with, or "", and the rest.

    It is what is set in bold and set apart by a full stop, a colon or a dash; or a few words before a dash or colon.
    """
    if lead and len(lead) <= LONGEST_TITLE and text.startswith(lead):
        rest = text[len(lead) :]
        ended = lead.endswith((".", ":", "–", "—", "-"))
        apart = SEPARATOR.match(rest)
        if rest.strip() and (ended or apart):
            return as_title(lead), (rest[apart.end() :] if apart else rest).strip()
    for pattern, name in ((DASHED, "dash"), (COLON, "colon")):
        found = pattern.match(text)
        if found and len(found[1].split()) <= MOST_WORDS[name] and found[2][:1].isupper():
            return as_title(found[1]), found[2].strip()
    return "", text


def as_title(words: str) -> str:
    """Return words as a title, without what sets them apart."""
    words = words.strip(" .:–—-")
    # Capitals throughout are a way to set a title, not to write it.
    return words.capitalize() if words.isupper() and len(words.split()) > 1 else words

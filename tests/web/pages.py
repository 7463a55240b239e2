"""Read a page the way a person does: by its title, its words, and where its links lead."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass

from django.http import HttpResponseBase


@dataclass(frozen=True)
class Page:
    """A page that was answered: its status, and its HTML."""

    status: int
    html: str

    @classmethod
    def of(cls, answer: HttpResponseBase) -> Page:
        """Read an answer."""
        return cls(answer.status_code, answer.content.decode())  # type: ignore[attr-defined]

    @property
    def title(self) -> str:
        """What the browser's tab says."""
        found = re.search(r"<title>(.*?)</title>", self.html, re.S)
        return _words(found[1]) if found else ""

    @property
    def words(self) -> str:
        """Everything that can be read in the main part, hidden words for screen readers included."""
        return _words(self.html.split("<main", 1)[-1].split("</main>", 1)[0].split(">", 1)[1])

    @property
    def headings(self) -> list[str]:
        """The headings in order, from the first to the last."""
        return [_words(found) for found in re.findall(r"<h[1-6][^>]*>(.*?)</h[1-6]>", self.html, re.S)]

    def links(self, words: str) -> list[str]:
        """Where the links that say these words lead."""
        found = re.findall(r'<a\s[^>]*?href="([^"]*)"[^>]*>(.*?)</a>', self.html, re.S)
        return [html.unescape(href) for href, said in found if words in _words(said)]


def _words(found: str) -> str:
    words = " ".join(html.unescape(re.sub(r"<[^>]*>", " ", found)).split())
    return re.sub(r" ([,.:;)])", r"\1", words)

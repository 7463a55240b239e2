"""What an analyst's program does: post with a token, ask again until it is tagged. The standard library is enough."""

from __future__ import annotations

import json
import urllib.request
from typing import Any
from urllib.parse import urlencode

from tests.waiting import until


class Analyst:
    """Someone with a token and no browser."""

    def __init__(self, home: str, token: str) -> None:
        self.home = home
        self.token = token
        self.insight: dict[str, Any] = {}

    def ask(self, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """GET an address, or POST `body` to it; what is not 2xx raises urllib's HTTPError."""
        request = urllib.request.Request(
            path if "://" in path else self.home + path,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"Token {self.token}", "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=15) as answer:
            found: dict[str, Any] = json.load(answer)
        return found

    def given_a_programme(self, slug: str) -> None:
        self.programme = self.ask(f"/api/v1/programmes/{slug}/")["id"]

    def when_they_post(self, text: str, **more: Any) -> None:
        body = {"text": text, "kind": "finding", "source": {"kind": "staff"}, "programme": self.programme, **more}
        self.insight = self.ask("/api/v1/insights/", body)

    def then_it_is_a(self, status: str) -> None:
        assert self.insight["status"] == status

    def then_it_is_tagged_in_the_end(self) -> None:
        def tagged() -> bool:
            self.insight = self.ask(self.insight["url"])
            return self.insight["tagged"] is not None

        until(tagged, 30, what="the tagger")

    def then_each_tag_says_how_sure_and_why(self) -> None:
        assert self.insight["habits"]
        for tag in self.insight["habits"]:
            assert (tag["state"], tag["origin"], tag["version"]) == ("suggested", "machine", 1)
            assert 0 < tag["score"] <= 1
            assert tag["reason"]

    def then_a_search_finds_it(self, words: str) -> None:
        found = self.ask(f"/api/v1/insights/?{urlencode({'q': words})}")["results"]
        assert self.insight["id"] in [insight["id"] for insight in found]

"""Texts of the audit: what the tagger had said of “staff”, and what a curator then found."""

from __future__ import annotations

from typing import Any

from insights.models import Review
from lhs.habits import CODES
from tests.factories import ReviewFactory, UserFactory


def audited(*, suggested: bool = False, true: bool = False, score: float | None = None, **said: Any) -> Review:
    """A text of the audit, in which the tagger had suggested “staff” or not, and a curator found it or not."""
    says = [0.9 if suggested else 0.1, suggested] if score is None else [score, suggested]
    return ReviewFactory(
        **{
            "queue": "audit",
            "shown": False,
            "codes": ["staff"] if true else [],
            "machine": {code: says if code == "staff" else [0.1, False] for code in CODES},
            **said,
        }
    )


def sample(right: int, wrong: int, missed: int, left: int, **said: Any) -> None:
    """So many texts of the audit in each cell; one person judged them all, to be quick."""
    said.setdefault("person", UserFactory(role="curator"))
    for n, suggested, true in ((right, 1, 1), (wrong, 1, 0), (missed, 0, 1), (left, 0, 0)):
        for _ in range(n):
            audited(suggested=bool(suggested), true=bool(true), **said)

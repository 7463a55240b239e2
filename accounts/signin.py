"""Links that sign a person in once."""

from __future__ import annotations

from urllib.parse import urlencode

from sesame.utils import get_query_string

from accounts.models import Role, User
from accounts.people import ensure

DEMO_CURATOR = "curator@demo.invalid"


def one_time_link(*, person: User, base_url: str, after: str = "/") -> str:
    """Return an address that signs `person` in; it works once, for a day, and not after another sign-in."""
    return f"{base_url}/sign-in/link/{get_query_string(person)}&{urlencode({'next': after})}"


def demo_curator_link(base_url: str) -> str:
    """Return a one-time sign-in link for the demo curator of a local start."""
    person = ensure(email=DEMO_CURATOR, role=Role.CURATOR, name="Demo curator")
    return one_time_link(person=person, base_url=base_url)

"""Who asks in these tests, and how they ask: in JSON, with a token."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
import redis
from django.conf import settings
from django.test import Client

from accounts.models import Role, User
from api.throttles import counter_at
from tests.factories import MembershipFactory, ProgrammeFactory, UserFactory, token_of


class Caller:
    """A program that asks the API, as someone or as nobody."""

    # One for all: each would load the whole chain of middleware anew. Nobody here holds a session.
    client = Client()

    def __init__(self, person: User | None = None, **headers: str) -> None:
        self.person = person
        self.headers = headers
        if person is not None:
            self.headers["Authorization"] = f"Token {token_of(person)}"

    def __call__(self, method: str, address: str, data: Any = None, *, headers: Any = None, **kwargs: Any) -> Any:
        """Ask, and return the answer; `address` is below `/api/v1/` unless it is a whole one."""
        if not address.startswith(("/", "http")):
            address = f"/api/v1/{address}"
        said = {"headers": {**self.headers, **(headers or {})}, **kwargs}
        if data is not None or method in ("post", "put", "patch"):
            said = {"data": {} if data is None else data, "content_type": "application/json", **said}
        return getattr(self.client, method)(address, **said)

    def get(self, address: str, **kwargs: Any) -> Any:
        return self("get", address, **kwargs)

    def post(self, address: str, data: Any = None, **kwargs: Any) -> Any:
        return self("post", address, data, **kwargs)

    def put(self, address: str, data: Any = None, **kwargs: Any) -> Any:
        return self("put", address, data, **kwargs)

    def patch(self, address: str, data: Any = None, **kwargs: Any) -> Any:
        return self("patch", address, data, **kwargs)


@pytest.fixture(autouse=True)
def nobody_was_counted_yet():
    """Throttles count in Valkey, which no transaction rolls back."""
    counts = redis.Redis.from_url(settings.REDIS_URL)
    for key in counts.scan_iter("throttle:*"):
        counts.delete(key)
    counter_at.cache_clear()


@pytest.fixture
def rates(settings):
    """Change the rates while the server runs. By the hour, so that no window closes during a test."""

    def change(**said: str) -> None:
        framework = copy.deepcopy(settings.REST_FRAMEWORK)
        framework["DEFAULT_THROTTLE_RATES"] |= said
        settings.REST_FRAMEWORK = framework

    return change


@pytest.fixture
def programme(db):
    return ProgrammeFactory(slug="ward-learning", name="Ward learning")


@pytest.fixture
def anyone(db):
    return Caller()


@pytest.fixture
def contributor(programme):
    """A contributor of `programme`."""
    return Caller(MembershipFactory(programme=programme, user__role=Role.CONTRIBUTOR).user)


@pytest.fixture
def curator(db):
    return Caller(UserFactory(role=Role.CURATOR))


def faults(answer: Any) -> dict[str, str]:
    """Return the fields at fault with their reasons, of an answer that is a problem document."""
    assert answer["Content-Type"] == "application/problem+json"
    told = answer.json()
    assert {"type", "title", "status", "detail", "instance", "errors"} == set(told)
    assert told["status"] == answer.status_code
    return {fault["field"]: fault["reason"] for fault in told["errors"]}


GOOD = {"text": "Nobody answers the telephone.", "kind": "finding", "source": {"kind": "staff"}}


@pytest.fixture
def post(contributor, programme):
    """Send a body of bytes as it is."""

    def send(body: bytes, content_type: str = "application/json", method: str = "POST", **kwargs):
        address = "/api/v1/insights/"
        return contributor.client.generic(
            method, address, body, content_type=content_type, headers=contributor.headers, **kwargs
        )

    return send


@pytest.fixture
def good(programme):
    return {**GOOD, "programme": programme.slug}


def body(**said) -> bytes:
    return json.dumps(said).encode()

"""What a token's scope lets a program do: one that reads never writes, whatever its person may."""

from __future__ import annotations

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from accounts.models import AccessToken, Scope
from accounts.tokens import issue
from insights.models import Insight
from tests.api.conftest import Caller, faults
from tests.factories import InsightFactory, MembershipFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def reading(programme) -> Caller:
    """A program of a curator of the programme, with a token that only reads."""
    person = MembershipFactory(programme=programme, role="curator", user__role="admin").user
    caller = Caller()
    caller.headers["Authorization"] = f"Token {issue(person=person, scope=Scope.READ)}"
    return caller


def test_it_reads_what_its_person_may_read(reading, programme):
    draft = InsightFactory(programme=programme, status="draft")
    assert reading.get(f"insights/{draft.id}/").status_code == 200
    assert reading("options", "insights/").status_code == 200
    assert reading("head", "insights/").status_code == 200


def test_it_does_not_write_and_is_told_how_one_would(reading, good):
    answer = reading.post("insights/", good)
    assert answer.status_code == 403
    assert faults(answer) == {}
    assert "only reads" in answer.json()["detail"]
    assert "/account/tokens/" in answer.json()["detail"]
    assert not Insight.objects.exists()


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_no_address_takes_a_write_from_it(reading, method):
    """Every address of the API, whether or not there is anything at it."""
    some = {"uuid": "01a215cf-1e82-7444-89f8-13d20d9add18", "slug": "culture", "str": "x"}

    def addresses(resolver, prefix: str = ""):
        for entry in resolver.url_patterns:
            route = getattr(entry.pattern, "_route", "")
            if isinstance(entry, URLResolver):
                yield from addresses(entry, prefix + route)
            elif isinstance(entry, URLPattern) and prefix.startswith("api/v1/"):
                yield prefix + route

    found = list(addresses(get_resolver()))
    assert len(found) > 30
    for route in found:
        for kind, value in some.items():
            route = route.replace(f"<{kind}:", f"<{value}:")
        address = "/" + "".join(_parts(route))
        assert reading(method, address).status_code == 403, address


def _parts(route: str) -> list[str]:
    """Split a route at its parameters: `a/<value:name>/b` → `a/`, `value`, `/b`."""
    parts = []
    for piece in route.replace("<", "\0").split("\0"):
        value, _, rest = piece.partition(">")
        parts += [value.split(":")[0], rest] if ">" in piece else [piece]
    return parts


def test_one_that_writes_does(programme, good):
    person = MembershipFactory(programme=programme).user
    assert Caller(person).post("insights/", good).status_code == 201


def test_a_token_knows_when_it_was_used(reading):
    reading.get("insights/")
    assert AccessToken.objects.get().last_used is not None


def test_a_token_that_may_not_do_it_was_not_used(reading):
    reading.post("insights/", {})
    assert AccessToken.objects.get().last_used is None


def test_a_command_s_token_writes_as_it_always_did():
    issue(person=UserFactory())
    assert AccessToken.objects.get().scope == "write"

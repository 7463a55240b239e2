"""Whatever is sent, to any address, in any way: the answer is JSON and the server does not fail."""

from __future__ import annotations

import json
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.filters import NAMES
from tests.factories import AudienceFactory, InsightFactory, OrganisationFactory

pytestmark = pytest.mark.django_db

# The database is shared by the examples of one test, which only adds rows to it.
WILD = settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

WORDS = st.one_of(
    st.text(max_size=20),
    st.sampled_from(["", "finding", "staff", "north-ward", "leaders", "ward-learning", "draft", "given", "2021-07-14"]),
    st.sampled_from(["\0", "\ud800", "0000-01-01", "0001-01-01", "9999-12-31", "00000000-0000-0000-0000-000000000000"]),
)
NUMBERS = st.one_of(st.integers(), st.integers(min_value=10**18, max_value=10**30), st.floats())
VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), NUMBERS, WORDS),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(WORDS, inner, max_size=3)),
    max_leaves=8,
)
SOURCES = st.fixed_dictionaries(
    {"kind": st.one_of(st.just("staff"), VALUES)},
    optional=dict.fromkeys(("role", "organisation", "place", "collected_on", "consent"), VALUES),
)
FIELDS = ("title", "perspective", "level", "effect", "response", "section", "position", "locator", "external_id")
INSIGHTS = st.fixed_dictionaries(
    {
        "text": st.one_of(st.just("Nobody answers the telephone."), VALUES),
        "kind": st.one_of(st.just("finding"), VALUES),
        "source": st.one_of(st.just({"kind": "staff"}), SOURCES, VALUES),
        "programme": st.one_of(st.just("ward-learning"), VALUES),
    },
    optional={
        **dict.fromkeys((*FIELDS, "case_study", "learning_activity", "illustrative", "status"), VALUES),
        "audiences": st.one_of(st.lists(VALUES, max_size=2), VALUES),
        "voices": st.one_of(st.lists(SOURCES, max_size=2), VALUES),
    },
)


def fine(answer) -> bool:
    """Say whether an answer is one of ours: JSON, and no failure."""
    kind = answer["Content-Type"] if answer.content else "application/json"
    assert answer.status_code != 429, "the rates are in the way of this test"
    return answer.status_code < 500 and kind in ("application/json", "application/problem+json")


@pytest.fixture(autouse=True)
def as_often_as_one_likes(rates):
    rates(address="1000000/min", person="1000000/min")


@pytest.fixture
def places(programme):
    OrganisationFactory(slug="north-ward")
    AudienceFactory(slug="leaders")
    return programme


@pytest.fixture
def send(contributor, places):
    """Send bytes as they are, and return the answer."""
    draft = InsightFactory(programme=places, status="draft")
    submitted = InsightFactory(programme=places, status="submitted")
    addresses = {
        "log": ("POST", "insights/"),
        "edit": ("PATCH", f"insights/{draft.id}/"),
        "decline": ("POST", f"insights/{submitted.id}/decline/"),
        "submit": ("POST", f"insights/{submitted.id}/submit/"),
        "habit": ("PUT", f"insights/{submitted.id}/habits/staff/"),
        "similar": ("POST", "insights/similar/"),
        "voice": ("POST", f"insights/{submitted.id}/voices/"),
    }

    def ask(verb: str, body: bytes, content_type: str = "application/json"):
        method, address = addresses[verb]
        return contributor.client.generic(
            method, f"/api/v1/{address}", body, content_type=content_type, headers=contributor.headers
        )

    return ask


@WILD
@given(said=INSIGHTS)
def test_any_insight_is_taken_or_refused(send, said):
    body = json.dumps(said).encode()
    assert fine(send("log", body))
    assert fine(send("edit", body))


@WILD
@given(said=VALUES, verb=st.sampled_from(["log", "edit", "decline", "submit", "habit", "similar", "voice"]))
def test_any_json_is_taken_or_refused(send, said, verb):
    assert fine(send(verb, json.dumps(said).encode()))


@WILD
@given(text=st.one_of(st.text(max_size=40), VALUES), limit=VALUES)
def test_any_question_is_answered_or_refused(send, text, limit):
    assert fine(send("similar", json.dumps({"text": text}).encode()))
    assert fine(send("similar", json.dumps({"text": text, "limit": limit}).encode()))


@WILD
@given(said=SOURCES)
def test_any_voice_is_taken_or_refused(send, said):
    assert fine(send("voice", json.dumps({name: value for name, value in said.items() if name != "consent"}).encode()))


@WILD
@given(body=st.binary(max_size=60), verb=st.sampled_from(["log", "edit", "habit"]))
def test_any_bytes_are_refused_or_empty(send, body, verb):
    assert fine(send(verb, body))


@WILD
@given(content_type=st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=40))
def test_any_content_type_is_known_or_refused(send, content_type):
    assert fine(send("log", b"{}", content_type))


@WILD
@given(
    asked=st.dictionaries(
        st.one_of(st.sampled_from([*NAMES, "cursor", "page_size"]), st.text(max_size=5)), WORDS, max_size=3
    )
)
def test_any_query_is_answered_or_refused(anyone, places, asked):
    query = "&".join(
        f"{quote(name, errors='replace')}={quote(value, errors='replace')}" for name, value in asked.items()
    )
    for name in ("insights", "programmes"):
        assert fine(anyone.get(f"{name}/?{query}"))


@WILD
@given(raw=st.binary(max_size=40))
def test_any_bytes_in_a_query_are_answered_or_refused(anyone, raw):
    assert fine(anyone.get("insights/", QUERY_STRING=raw.decode("latin-1")))


@WILD
@given(raw=st.binary(max_size=40), name=st.sampled_from(["cursor", "q", "theme", "created_after", "programme"]))
def test_any_bytes_in_a_filter_are_answered_or_refused(anyone, raw, name):
    assert fine(anyone.get(f"insights/?{name}={quote(raw)}"))


@WILD
@given(path=st.text(max_size=30))
def test_any_address_is_there_or_is_not(anyone, path):
    answer = anyone.get("/api/v1/insights/" + quote(path, errors="replace"))
    assert fine(answer) or "docs" in path


@WILD
@given(header=st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=40))
def test_any_header_is_understood_or_refused(anyone, header):
    insight = "insights/00000000-0000-0000-0000-000000000000/"
    for name in ("Authorization", "Accept", "If-None-Match", "If-Match", "X-Forwarded-For"):
        assert fine(anyone.get(insight, headers={name: header})), name
    assert fine(anyone.get(insight, headers={"Authorization": f"Token {header}"}))
    assert fine(anyone.get("insights/", headers={"Accept": header}))

"""Whatever is refused is refused in the same form, with a field and a reason – and never with a page."""

from __future__ import annotations

import json

import pytest
from django.db import OperationalError

from insights import search
from tests.api.conftest import GOOD, Caller, body, faults
from tests.factories import InsightFactory, UserFactory, token_of

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "address",
    [
        "/api/",
        "/api/v1",
        "/api/v2/",
        "/api/v1/insights",
        "/api/v1/nowhere/",
        "/api/v1/insights/not-an-id/",
        "/api/v1/insights/00000000-0000-0000-0000-000000000000/",
        "/api/v1/insights/0190a5f000007000800000000000000/",
        "/api/v1/insights/00000000-0000-0000-0000-000000000000/history/",
        "/api/v1/programmes/none/",
        "/api/v1/programmes/%00/",
        "/api/v1/programmes/%FF/",
        "/api/v1/case-studies/00000000-0000-0000-0000-000000000000/",
        "/api/v1/learning-activities/a-slug/",
        "/api/v1/habits/joy/",
        "/api/v1/" + "a" * 3000 + "/",
    ],
    ids=lambda value: value[:60],
)
def test_what_is_not_there_is_told_as_a_problem(anyone, address):
    answer = anyone.get(address)
    assert answer.status_code == 404
    assert faults(answer) == {}
    assert answer.json()["instance"].startswith("/api/")


def test_an_unknown_address_may_be_written_to_and_is_still_not_there(anyone):
    for method in ("post", "put", "patch", "delete"):
        assert faults(anyone(method, "/api/v1/nowhere/", {"a": 1})) == {}


def test_an_address_without_its_slash_says_so(anyone):
    assert "slash" in anyone.get("/api/v1/insights").json()["detail"]


@pytest.mark.parametrize("token", ["", "abc", "a b", "\xe9\xe9", "%00", "a" * 5000, "Token Token"])
def test_a_token_that_is_no_good_is_401(anyone, token):
    answer = anyone.get("insights/", headers={"Authorization": f"Token {token}"})
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == "Token"
    assert faults(answer) == {}


@pytest.mark.parametrize(("address", "allowed"), [("insights/", "GET, POST"), ("programmes/", "GET")])
def test_a_method_that_an_address_does_not_take_is_405(curator, address, allowed):
    answer = curator("delete", address)
    assert answer.status_code == 405
    assert {allow.strip() for allow in answer["Allow"].split(",")} - {"HEAD", "OPTIONS"} == set(allowed.split(", "))
    assert faults(answer) == {}


@pytest.mark.parametrize("method", ["options", "trace", "head"])
def test_other_methods_are_answered_without_a_page(curator, method):
    answer = curator(method, "insights/")
    assert answer.status_code in (200, 405)
    assert "html" not in answer["Content-Type"]


@pytest.mark.parametrize("accept", ["text/html", "application/xml", "nonsense", "a/b;;;q=x", "image/*", ";"])
@pytest.mark.parametrize("address", ["insights/", "programmes/"])
def test_an_answer_that_is_not_json_cannot_be_had(anyone, address, accept):
    answer = anyone.get(address, headers={"Accept": accept})
    assert answer.status_code == 406
    assert faults(answer) == {}


@pytest.mark.parametrize("accept", ["*/*", "application/json", "text/html,*/*;q=0.8", "application/*"])
def test_whoever_takes_json_gets_it(anyone, accept):
    answer = anyone.get("insights/", headers={"Accept": accept})
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/json")


@pytest.mark.parametrize(
    "content_type",
    [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data",
        "multipart/form-data; boundary=x",
        "application/xml",
        "application/json-patch+json",
        "nonsense",
        ";;",
        "",
    ],
)
def test_a_body_that_is_not_json_is_415(post, content_type):
    answer = post(body(**GOOD), content_type=content_type)
    assert answer.status_code == 415
    assert faults(answer) == {}


@pytest.mark.parametrize("content_type", ["application/json; charset=utf-8", "APPLICATION/JSON"])
def test_json_may_be_named_in_other_ways(post, good, content_type):
    assert post(body(**good), content_type=content_type).status_code == 201


def test_a_body_that_is_too_large_is_413(post, good, settings):
    settings.API_BODY_LIMIT = 2000
    good["text"] = "a" * 3000
    answer = post(body(**good))
    assert answer.status_code == 413
    assert faults(answer) == {}


def test_an_error_of_ours_is_told_without_details(contributor, monkeypatch):
    def fail(**_):
        raise RuntimeError("a secret of the house")

    monkeypatch.setattr(search, "page", fail)
    monkeypatch.setattr(search, "one", fail)
    contributor.client.raise_request_exception = False
    try:
        for address in ("insights/", f"insights/{InsightFactory().id}/"):
            answer = contributor.get(address)
            assert answer.status_code == 500
            assert faults(answer) == {}
            assert b"secret" not in answer.content
    finally:
        contributor.client.raise_request_exception = True


def test_a_database_that_does_not_answer_is_503(anyone, monkeypatch):
    def fail(**_):
        raise OperationalError("gone")

    monkeypatch.setattr(search, "page", fail)
    anyone.client.raise_request_exception = False
    try:
        answer = anyone.get("insights/")
    finally:
        anyone.client.raise_request_exception = True
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")


def test_a_refusal_is_not_kept_for_someone_else(anyone, settings):
    settings.ANONYMOUS_READING = False
    answer = anyone.get("insights/")
    assert "no-store" in answer["Cache-Control"]
    assert {"Authorization", "Cookie"} <= {name.strip() for name in answer["Vary"].split(",")}


def test_a_session_writes_only_with_its_csrf_token(programme):
    from django.test import Client

    client = Client(enforce_csrf_checks=True)
    client.force_login(UserFactory(role="curator"))
    said = json.dumps({**GOOD, "programme": programme.slug})
    assert client.get("/api/v1/insights/").status_code == 200
    refused = client.post("/api/v1/insights/", said, content_type="application/json")
    assert refused.status_code == 403
    assert faults(refused) == {}
    client.cookies["csrftoken"] = "a" * 32
    taken = client.post("/api/v1/insights/", said, content_type="application/json", headers={"X-CSRFToken": "a" * 32})
    assert taken.status_code == 201


def test_a_token_that_has_run_out_is_no_good(anyone):
    from django.utils import timezone

    from accounts.models import AccessToken

    caller = Caller(UserFactory())
    assert caller.get("insights/").status_code == 200
    AccessToken.objects.update(expiry=timezone.now())
    assert caller.get("insights/").status_code == 401
    assert AccessToken.objects.count() == 1


def test_a_person_may_hold_several_tokens():
    person = UserFactory()
    first, second = token_of(person), token_of(person)
    for token in (first, second):
        assert Caller().get("insights/", headers={"Authorization": f"Token {token}"}).status_code == 200

"""What may tell who somebody is, over the API: said when it is sent, settled by address, and never shown to others."""

from __future__ import annotations

import json

import pytest

from insights.flagging import rescreen
from insights.models import Flag
from tests.api.conftest import Caller
from tests.factories import EvidenceFactory, InsightFactory, ProgrammeFactory, UserFactory

pytestmark = pytest.mark.django_db
TOLD = "Nurse Sarah Jones told us that the lift is slow, call her on 07700 900123."


def sent(contributor, programme, **more):
    said = {"text": TOLD, "kind": "finding", "source": {"kind": "staff"}, "programme": str(programme.id), **more}
    return contributor.post("insights/", said)


def test_the_answer_to_what_is_sent_says_what_was_found(contributor, programme):
    answer = sent(contributor, programme, source={"kind": "staff", "role": "nurse, Amina Khan"})
    assert answer.status_code == 201
    flags = answer.json()["flags"]
    assert [(flag["field"], flag["kind"], flag["state"]) for flag in flags] == [
        ("source.role", "name", "open"),
        ("text", "name", "open"),
        ("text", "phone", "open"),
    ]
    assert TOLD[flags[1]["start"] : flags[1]["end"]] == "Sarah Jones"
    assert flags[1]["redaction"] == "[name]"
    changed = contributor.patch(f"insights/{answer.json()['id']}/", {"text": "The lift is slow."})
    assert [flag["field"] for flag in changed.json()["flags"]] == ["source.role"]


def test_a_flag_is_settled_at_its_address_and_then_it_can_be_published(contributor, curator, programme):
    said = sent(contributor, programme, status="submitted").json()
    refused = curator.post(f"insights/{said['id']}/publish/")
    assert refused.status_code == 409
    assert refused["Content-Type"] == "application/problem+json"
    assert "1 phone number and 1 name" in refused.json()["detail"]
    assert "Sarah" not in refused.content.decode()
    name, phone = said["flags"]
    answer = contributor.post(f"insights/{said['id']}/flags/{phone['id']}/redact/").json()
    assert answer["text"].endswith("call her on [phone number].")
    assert {flag["state"] for flag in answer["flags"]} == {"open", "redacted"}
    cleared = curator.post(f"insights/{said['id']}/flags/{name['id']}/not-identifying/", {"note": "A puppet."})
    assert {flag["state"] for flag in cleared.json()["flags"]} == {"not-identifying", "redacted"}
    assert curator.post(f"insights/{said['id']}/publish/").status_code == 200
    assert "flags" not in Caller().get(f"insights/{said['id']}/").json()


def test_all_are_redacted_at_once(contributor, programme):
    said = sent(contributor, programme).json()
    answer = contributor.post(f"insights/{said['id']}/flags/redact/")
    assert answer.json()["text"] == "Nurse [name] told us that the lift is slow, call her on [phone number]."


def test_what_cannot_be_settled_is_a_problem_and_no_error(contributor, curator, programme):
    said = sent(contributor, programme).json()
    address = f"insights/{said['id']}/flags"
    flag = said["flags"][0]["id"]
    assert curator.post(f"{address}/{programme.id}/redact/").status_code == 404
    assert curator.post(f"{address}/nonsense/redact/").status_code == 404
    assert curator.post(f"{address}/{flag}/redact/", {"note": "no"}).status_code == 400
    assert curator.post(f"{address}/{flag}/not-identifying/", {"note": "x" * 301}).status_code == 400
    assert curator.post(f"{address}/{flag}/not-identifying/", {"note": 3}).status_code == 400
    assert curator.post(f"{address}/{flag}/redact/").status_code == 200
    assert curator.post(f"{address}/{flag}/redact/").status_code == 409
    assert curator.get(f"{address}/{flag}/redact/").status_code == 405


ADDRESSES = (
    "insights/",
    "insights/?q=Sarah",
    "insights/?q=Sarrah",
    "insights/?page_size=1",
    "programmes/",
    "programmes/{programme}/",
    "organisations/",
    "case-studies/",
    "learning-activities/",
    "habits/",
    "themes/",
    "tagger/",
    "insights/{insight}/",
    "insights/{other}/",
)


@pytest.mark.parametrize("who", ["anonymous", "viewer", "contributor", "analyst"])
def test_no_address_shows_what_a_rescreen_found_to_anyone_outside(who, settings, curator):
    settings.ANONYMOUS_READING = True
    programme = ProgrammeFactory()
    insight = InsightFactory(programme=programme, title="Ask Sarah Jones", text=TOLD)
    other = InsightFactory(programme=programme, text="The lift is slow.")
    EvidenceFactory(insight=other, other=insight, relation="supports")
    caller = Caller() if who == "anonymous" else Caller(UserFactory(role=who))
    at = [one.format(programme=programme.id, insight=insight.id, other=other.id) for one in ADDRESSES]
    assert any("Sarah Jones" in caller.get(address).content.decode() for address in at)
    rescreen()
    for address in at:
        assert "Sarah" not in caller.get(address).content.decode().replace("q=Sarah", ""), address
    assert "Sarah Jones" in curator.get(f"insights/{insight.id}/").content.decode()
    assert "Sarah Jones" in json.dumps(curator.get(f"insights/{other.id}/").json()["evidence"])
    assert Flag.objects.filter(insight=insight).count() == 3

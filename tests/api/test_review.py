"""The curator's desk over the API."""

from __future__ import annotations

import pytest

from api import examples
from api.urls import v1
from insights.choices import Queue
from insights.desk import settle
from insights.models import Bulk, Decision, Review, Tag, Turn
from tests.api.conftest import Caller, faults
from tests.api.test_permissions import ROLES, callers
from tests.api.test_schema import matches
from tests.factories import (
    BulkFactory,
    InsightFactory,
    ReviewFactory,
    SampleFactory,
    TagFactory,
    ThemeFactory,
    TurnFactory,
    UserFactory,
    habit,
)
from tests.insights.desks import an_id, tagged

pytestmark = pytest.mark.django_db
__all__ = ["callers"]

# What each role gets, where a curator's turn, decision and sample are asked for by everyone.
DESK = """
    address                 anonymous  viewer  outsider  member  team viewer  analyst  curator  admin

    get  review/                  401     403       403     403          403      403      200    200
    post review/undo/             401     409       409     409          409      409      409    409
    post review/{turn}/           401     404       404     404          404      404      404    404
    post review/{turn}/skip/      401     404       404     404          404      404      404    404
    get  review/bulk/             401     403       403     200          403      403      200    200
    post review/bulk/             401     403       403     201          403      403      201    201
    post review/bulk/{bulk}/undo/ 401     404       404     404          404      404      404    404
    get  agreement/               401     403       403     403          403      403      200    200
"""


def lines() -> list[tuple[str, str, dict[str, int]]]:
    rows = [line.split() for line in DESK.splitlines() if line.strip()]
    return [(method, at, dict(zip(ROLES, map(int, codes), strict=True))) for method, at, *codes in rows[1:]]


@pytest.mark.parametrize("line", lines(), ids=lambda line: f"{line[0]} {line[1]}")
def test_each_role_gets_its_answer(callers, line):
    method, address, expected = line
    theirs = {"turn": TurnFactory().id, "bulk": BulkFactory().id}
    body = {
        "post review/{turn}/": {"codes": []},
        "post review/bulk/": {"code": "staff", "state": "confirmed", "expected_count": 0},
    }.get(f"{method} {address}")
    query = "?code=staff" if (method, address) == ("get", "review/bulk/") else "?kind=observation"
    at = address.format(**theirs) + (query if address == "review/bulk/" else "")
    got = {role: caller(method, at, body).status_code for role, caller in callers.items()}
    assert got == expected


def test_the_table_leaves_out_no_address():
    routes = {str(route.pattern) for route in v1 if str(route.name).partition("-")[0] in ("review", "agreement")}
    told = {at.replace("{turn}", "<uuid:turn_id>").replace("{bulk}", "<uuid:bulk_id>") for _, at, _ in lines()}
    assert routes == told


class TestTheQueue:
    def test_the_next_text_comes_with_its_suggestions(self, curator):
        insight = tagged(0.62, text="Nobody answers the telephone.")
        told = curator.get("review/").json()
        matches(told, "NextTurn")
        assert (told["left"], told["skipped"]) == (1, 0)
        turn = told["turn"]
        assert turn["turn"] == str(Turn.objects.get().id)
        assert (turn["text"], turn["kind"], turn["source_kind"]) == (insight.text, "finding", "staff")
        codes = {code["code"]: (code["state"], code["score"]) for code in turn["codes"]}
        assert list(codes) == ["priorities", "staff", "every-patient", "feedback", "culture"]
        assert codes["staff"] == ("suggested", 0.62)
        assert codes["culture"] == (None, None)

    def test_nothing_left_is_null(self, curator):
        told = curator.get("review/").json()
        matches(told, "NextTurn")
        assert told == {"turn": None, "left": 0, "skipped": 0}

    def test_it_is_judged_taken_back_and_skipped(self, curator):
        tagged(0.6)
        turn = curator.get("review/").json()["turn"]["turn"]
        answer = curator.post(f"review/{turn}/", {"codes": ["culture"]})
        assert (answer.status_code, answer.json()) == (200, {"codes": ["culture"]})
        matches(answer.json(), "ReviewAnswer")
        assert {tag.code.slug: tag.state for tag in Tag.objects.all()} == {"staff": "rejected", "culture": "confirmed"}
        answer = curator.post("review/undo/")
        matches(answer.json(), "TurnAnswer")
        assert Tag.objects.get().state == "suggested"
        turn = answer.json()["turn"]["turn"]
        assert curator.post(f"review/{turn}/skip/").status_code == 204
        assert curator.get("review/").json() == {"turn": None, "left": 0, "skipped": 1}
        assert curator.post(f"review/{turn}/", {"codes": []}).status_code == 404

    def test_blind_hides_every_suggestion(self, curator):
        tagged(0.6)
        codes = curator.get("review/?blind=true").json()["turn"]["codes"]
        assert {(code["state"], code["score"], code["reason"], code["version"]) for code in codes} == {
            (None, None, "", None)
        }
        assert "staff" in {code["code"] for code in curator.get("review/").json()["turn"]["codes"] if code["state"]}
        assert set(faults(curator.get("review/?blind=yes"))) == {"blind"}
        assert set(faults(curator.get("review/?sight=none"))) == {"sight"}

    def test_an_audited_text_reads_like_one_with_no_suggestion(self, curator):
        seen = []
        for audit in (True, False):
            insight = tagged(0.62 if audit else None, audit=audit, text="Nobody answers the telephone.")
            told = curator.get("review/").json()
            assert Turn.objects.get().queue == (Queue.AUDIT if audit else Queue.QUEUE)
            assert str(insight.id) not in str(told)
            seen.append({**told, "turn": {**told["turn"], "turn": None}})
            Turn.objects.all().delete()
            ReviewFactory(insight=insight)
        assert seen[0] == seen[1]
        assert "udit" not in str(seen)

    def test_the_second_on_one_text_is_told(self, curator):
        insight = tagged(0.6)
        turn = curator.get("review/").json()["turn"]["turn"]
        other = UserFactory(role="curator")
        settle(person=other, turn_id=TurnFactory(insight=insight, person=other).id, codes=["staff"])
        answer = curator.post(f"review/{turn}/", {"codes": []})
        assert answer.status_code == 409
        assert "A curator judged this text" in faults(answer)["codes"]
        assert Review.objects.count() == 1

    @pytest.mark.parametrize(
        ("sent", "field"),
        [({}, "codes"), ({"codes": "staff"}, "codes"), ({"codes": ["luck"]}, "codes"), ({"codes": [], "x": 1}, "x")],
    )
    def test_what_is_no_judgement_is_named(self, curator, sent, field):
        turn = TurnFactory(person=curator.person)
        answer = curator.post(f"review/{turn.id}/", sent)
        assert answer.status_code == 400
        assert field in {name.split(".")[0] for name in faults(answer)}
        assert not Review.objects.exists()


class TestInBulk:
    def test_a_filter_is_counted_decided_and_taken_back(self, curator):
        TagFactory.create_batch(3)
        TagFactory(code=habit("culture"))
        counted = curator.get("review/bulk/?habit=staff&code=staff")
        assert counted.json() == {"count": 3}
        matches(counted.json(), "BulkCount")
        answer = curator.post("review/bulk/?habit=staff", {"code": "staff", "state": "rejected", "expected_count": 3})
        assert answer.status_code == 201
        matches(answer.json(), "BulkAnswer")
        told = answer.json()
        assert (told["count"], told["state"], told["undone"]) == (3, "rejected", False)
        assert Tag.objects.filter(state="rejected").count() == 3
        answer = curator.post(f"review/bulk/{told['id']}/undo/")
        assert (answer.status_code, answer.json()["undone"]) == (200, True)
        assert Tag.objects.filter(state="suggested").count() == 4
        assert curator.post(f"review/bulk/{told['id']}/undo/").status_code == 409

    def test_a_theme_is_decided_alike(self, curator):
        ThemeFactory(slug="visiting")
        InsightFactory()
        body = {"codebook": "themes", "code": "visiting", "state": "confirmed", "expected_count": 1}
        assert curator.post("review/bulk/", body).status_code == 201
        assert curator.get("review/bulk/?codebook=themes&code=visiting").json() == {"count": 0}

    def test_another_number_than_was_counted_is_a_conflict_that_says_both(self, curator):
        TagFactory.create_batch(2)
        answer = curator.post("review/bulk/", examples.BULK.value)
        assert answer.status_code == 409
        assert "2 insights now, not 34" in faults(answer)["expected_count"]
        assert not Bulk.objects.exists()

    @pytest.mark.parametrize(
        ("query", "sent", "field"),
        [
            ("?kind=opinion", {}, "kind"),
            ("?luck=1", {}, "luck"),
            ("", {"state": "suggested"}, "state"),
            ("", {"expected_count": -1}, "expected_count"),
            ("", {"expected_count": None}, "expected_count"),
            ("", {"codebook": "luck"}, "codebook"),
        ],
    )
    def test_what_is_no_decision_is_named(self, curator, query, sent, field):
        TagFactory()
        body = {"code": "staff", "state": "confirmed", "expected_count": 1, **sent}
        answer = curator.post(f"review/bulk/{query}", body)
        assert answer.status_code == 400
        assert set(faults(answer)) == {field}
        assert not Decision.objects.exists()

    def test_a_code_is_needed_and_one_that_there_is_not_is_missing(self, curator):
        assert set(faults(curator.get("review/bulk/"))) == {"code"}
        assert set(faults(curator.get("review/bulk/?code=%00"))) == {"code"}
        assert curator.get("review/bulk/?code=luck").status_code == 404


class TestAgreement:
    def test_each_code_has_its_figures_and_what_they_differ_on_is_listed(self, curator):
        insight = InsightFactory(id=an_id(audit=False))
        ReviewFactory(insight=insight, person=curator.person, codes=["staff"])
        ReviewFactory(insight=insight, codes=["staff", "culture"])
        told = curator.get("agreement/").json()
        matches(told, "AgreementAnswer")
        assert (told["n"], told["all_alike"]) == (1, 0)
        by_code = {one["code"]: one for one in told["codes"]}
        assert by_code["staff"]["both"] == 1
        assert by_code["staff"]["kappa"]["value"] is None
        assert by_code["culture"]["percent"]["value"] == 0
        [one] = told["differ"]
        assert one["url"] == f"http://testserver/api/v1/insights/{insight.id}/"
        assert (one["both"], one["first_only"], one["second_only"]) == (["staff"], [], ["culture"])

    def test_one_sample_alone_can_be_asked_for(self, curator):
        sample = SampleFactory()
        assert curator.get(f"agreement/?sample={sample.id}").json()["n"] == 0
        assert curator.get(f"agreement/?sample={curator.person.id}").status_code == 404
        assert set(faults(curator.get("agreement/?sample=x"))) == {"sample"}


def test_without_signing_in_nothing_is_told_even_where_reading_is_open(anyone):
    assert isinstance(anyone, Caller)
    for address in ("review/", "review/bulk/?code=staff", "agreement/"):
        assert anyone.get(address).status_code == 401

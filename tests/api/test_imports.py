"""Imports over the API: sent as a multipart form, followed, applied, cancelled – by those who may."""

from __future__ import annotations

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from insights.importing.running import run_due
from insights.models import Import, Insight
from tests.api.conftest import Caller, faults
from tests.api.test_schema import matches
from tests.factories import MembershipFactory, ProgrammeFactory, UserFactory
from tests.importing.spreadsheets import HEADINGS, a_row, as_csv, as_xlsx, cells_of

pytestmark = pytest.mark.django_db
GOOD = as_csv(HEADINGS, a_row(1), a_row(2), a_row(3, Type="Moan"))


def send(caller, programme, content=GOOD, *, name="insights.csv", **said):
    file = {"file": SimpleUploadedFile(name, content)} if content is not None else {}
    body = encode_multipart(BOUNDARY, {**file, "programme": programme.slug, **said})
    return caller.client.generic(
        "POST", "/api/v1/imports/", body, content_type=MULTIPART_CONTENT, headers=caller.headers
    )


def test_a_file_is_sent_checked_applied_and_followed(contributor, programme):
    sent = send(contributor, programme)
    assert sent.status_code == 201
    matches(sent.json(), "ImportShape")
    address = sent["Location"]
    assert sent.json()["state"] == "checking"
    assert sent.json()["mapping"] == {"external_id": 1, "text": 2, "kind": 3, "source_kind": 4, "collected_on": 5}
    run_due()
    told = contributor.get(address).json()
    assert (told["state"], told["counts"]) == ("checked", {"new": 2, "same": 0, "changed": 0, "error": 1})
    assert not Insight.objects.exists()
    rows = contributor.get(f"{address}rows/?fate=error").json()
    matches(rows, "ImportRowPage")
    assert [(row["number"], row["errors"][0]["column"]) for row in rows["results"]] == [(4, "Type")]
    assert contributor.post(f"{address}apply/").json()["state"] == "writing"
    run_due()
    told = contributor.get(address).json()
    assert (told["state"], told["written"], Insight.objects.count()) == ("done", 2, 2)
    listed = contributor.get("imports/").json()
    matches(listed, "ImportPage")
    assert [one["id"] for one in listed["results"]] == [told["id"]]


def test_it_can_be_applied_at_once_with_a_mapping_a_status_and_what_holds_for_all(contributor, programme):
    content = as_xlsx(["Musings", "Sort"], ["The lift is slow.", "finding"])
    sent = send(
        contributor,
        programme,
        content,
        name="insights.xlsx",
        mapping=json.dumps({"text": "Musings", "kind": 2}),
        source_kind="patient",
        status="submitted",
        apply="true",
    )
    assert sent.status_code == 201
    run_due()
    insight = Insight.objects.get()
    assert (insight.text, insight.status, insight.sources.get().kind) == ("The lift is slow.", "submitted", "patient")


def test_the_failed_rows_come_as_a_file_like_the_one_that_was_sent(contributor, programme):
    address = send(contributor, programme)["Location"]
    book = send(contributor, programme, as_xlsx(HEADINGS, a_row(1, Type="Moan")), name="a.xlsx")["Location"]
    run_due()
    csv = contributor.get(f"{address}failed/")
    assert csv["Content-Type"] == "text/csv; charset=utf-8"
    assert 'filename="rows-to-correct.csv"' in csv["Content-Disposition"]
    assert "Moan" in csv.content.decode("utf-8-sig")
    assert cells_of(contributor.get(f"{book}failed/").content)[0][-1] == "What is wrong"


def test_it_can_be_cancelled_once(contributor, programme):
    address = send(contributor, programme)["Location"]
    assert contributor.post(f"{address}cancel/").json()["state"] == "cancelled"
    assert contributor.post(f"{address}cancel/").status_code == 409
    assert contributor.post(f"{address}apply/").status_code == 409
    run_due()
    assert not Insight.objects.exists()


@pytest.mark.parametrize(
    ("said", "field", "why"),
    [
        ({"content": None}, "file", ""),
        ({"content": b""}, "file", "empty"),
        ({"content": b"%PDF-1.4 x"}, "file", "PDF"),
        ({"mapping": "{"}, "mapping", "Send JSON"),
        ({"mapping": "[]"}, "mapping", "Send an object"),
        ({"mapping": '{"text": 99}'}, "mapping", "no column 99"),
        ({"content": as_csv(["Type"], ["finding"])}, "mapping", "insight's words"),
        ({"apply": "perhaps"}, "apply", "true or false"),
        ({"status": "published"}, "status", "Choose one of"),
        ({"kind": "moan"}, "kind", "Choose one of"),
        ({"mood": "good"}, "mood", "no such field"),
    ],
)
def test_what_is_wrong_with_it_is_named_and_nothing_is_left_behind(contributor, programme, said, field, why):
    answer = send(contributor, programme, **said)
    assert answer.status_code == 400
    assert why in faults(answer)[field]
    assert not Import.objects.exclude(state="cancelled").exists()


def test_one_that_is_too_large_is_413(contributor, programme, settings):
    settings.IMPORT_BYTES = 100
    answer = send(contributor, programme)
    assert answer.status_code == 413
    assert "LHS_IMPORT_BYTES" in answer.json()["detail"]
    settings.IMPORT_BYTES = -(1 << 20) + 50
    assert send(contributor, programme).status_code == 413


def test_json_is_not_taken_here(contributor):
    answer = contributor.post("imports/", {"programme": "x"})
    assert (answer.status_code, answer.json()["detail"]) == (415, "Send multipart/form-data.")


def test_a_programme_that_is_not_theirs_is_refused(contributor):
    assert send(contributor, ProgrammeFactory()).status_code == 403
    assert not Import.objects.exists()


@pytest.mark.parametrize("query", ["?fate=lost", "?page_size=0", "?cursor=x", "?mood=1"])
def test_a_list_of_rows_is_asked_for_properly(contributor, programme, query):
    address = send(contributor, programme)["Location"]
    assert contributor.get(f"{address}rows/{query}").status_code == 400


# who → send; read, rows, failed; apply; cancel
TABLE = {
    "anonymous": (401, 401, 401),
    "viewer": (403, 404, 404),
    "contributor elsewhere": (403, 404, 404),
    "analyst": (403, 404, 404),
    "team viewer": (403, 404, 404),
    "team analyst": (403, 404, 404),
    "site curator": (201, 404, 404),
    "team contributor": (201, 200, 200),
    "team curator": (201, 200, 200),
}


@pytest.mark.parametrize("who", TABLE)
def test_who_may_do_what(who, contributor, programme, settings):
    settings.ANONYMOUS_READING = False
    team, _, role = who.partition(" ")
    match who:
        case "anonymous":
            caller = Caller()
        case "contributor elsewhere":
            caller = Caller(MembershipFactory().user)
        case "site curator":
            caller = Caller(UserFactory(role="curator"))
        case _ if team == "team":
            caller = Caller(MembershipFactory(programme=programme, role=role).user)
        case _:
            caller = Caller(UserFactory(role=who))
    address = send(contributor, programme)["Location"]
    run_due()
    sending, reading, writing = TABLE[who]
    assert send(caller, programme).status_code == sending
    for part in ("", "rows/", "failed/"):
        assert caller.get(f"{address}{part}").status_code == reading, part
    assert caller.post(f"{address}apply/").status_code == writing
    assert caller.post(f"{address}cancel/").status_code == writing
    listed = caller.get("imports/")
    assert listed.status_code == (401 if who == "anonymous" else 200)
    if who != "anonymous":
        expected = (reading == 200) + (sending == 201)
        assert len(listed.json()["results"]) == expected

"""Reports over the API: sent as text or as a file, read again, saved; to each role its answer."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test.client import encode_multipart

from accounts.models import Role
from api import examples
from insights.models import Candidate, Insight
from tests.api.conftest import Caller, faults
from tests.api.test_schema import matches
from tests.documents import REPORT, lines, pdf, word
from tests.factories import (
    AudienceFactory,
    CandidateFactory,
    LearningActivityFactory,
    MembershipFactory,
    ReportFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
PORTERS = "Porters wait for the lift for twenty minutes at noon."
BOUNDARY = "a-line-that-stands-in-no-document"


def send(caller: Caller, **said):
    """Send a form; a file is (name, bytes)."""
    fields = {
        name: SimpleUploadedFile(value[0], value[1]) if isinstance(value, tuple) else value
        for name, value in said.items()
    }
    return caller.client.generic(
        "POST",
        "/api/v1/reports/",
        encode_multipart(BOUNDARY, fields),
        content_type=f"multipart/form-data; boundary={BOUNDARY}",
        headers=caller.headers,
    )


def test_a_text_is_cut_and_answered_with_its_candidates(contributor, programme):
    AudienceFactory(slug="integrated-care-systems")
    answer = contributor.post("reports/", {"programme": programme.slug, "text": REPORT, "name": "Winter review"})
    assert answer.status_code == 201
    told = answer.json()
    matches(told, "ReportAnswer")
    assert (told["name"], told["form"], told["to_compare"]) == ("Winter review", "text", 6)
    ticked = [one for one in told["candidates"] if one["ticked"]]
    assert [(one["kind"], one["perspective"]) for one in ticked] == [
        ("finding", "staff"),
        ("finding", "staff"),
        ("finding", "patient"),
        ("recommendation", "ways-of-working"),
    ]
    assert [one["name"] for one in ticked[3]["audiences"]]
    again = contributor.get(answer["Location"])
    assert again.status_code == 200
    assert again.json() == told


@pytest.mark.parametrize(
    ("name", "data", "form"),
    [
        ("a.docx", word(("Heading 1", "Findings"), ("List Bullet", PORTERS)), "docx"),
        ("a.pdf", pdf([*lines("Findings", up=720, size=18), *lines(PORTERS, up=680)]), "pdf"),
        ("a.txt", f"Findings\n\n- {PORTERS}\n".encode(), "text"),
        ("a.md", f"# Findings\n\n- {PORTERS}\n".encode(), "markdown"),
    ],
)
def test_a_file_is_read_whatever_its_form(contributor, programme, name, data, form):
    answer = send(contributor, programme=programme.slug, file=(name, data))
    assert answer.status_code == 201, answer.content
    told = answer.json()
    matches(told, "ReportAnswer")
    assert (told["form"], told["name"]) == (form, name)
    [one] = told["candidates"]
    assert (one["text"], one["kind"], one["ticked"]) == (PORTERS, "finding", True)


def test_the_example_is_taken_and_saved(contributor, programme):
    matches(examples.REPORT.value, "ReportBodyRequest")
    report = contributor.post("reports/", examples.REPORT.value)
    assert report.status_code == 201, report.content
    saved = contributor.post(f"{report['Location']}save/", examples.SAVE_REPORT.value)
    assert saved.status_code == 200, saved.content
    told = saved.json()
    matches(told, "SavedAnswer")
    assert len(told["saved"]) == 2
    assert told["learning_activity"]["name"] == "Winter review"
    assert {one["insight"] for one in told["candidates"]} == set(told["saved"])
    insight = contributor.get(told["saved"][0]).json()
    assert (insight["status"], insight["learning_activity"]["name"]) == ("draft", "Winter review")


def test_changes_are_kept_and_what_is_ticked_is_saved_once(contributor, programme):
    report = ReportFactory(programme=programme)
    one, two = CandidateFactory(report=report), CandidateFactory(report=report)
    address = f"reports/{report.id}/save/"
    changes = [
        {"id": str(one.id), "text": PORTERS, "kind": "observation", "perspective": None, "source_kind": "family"},
        {"id": str(two.id), "ticked": False},
    ]
    activity = LearningActivityFactory(programme=programme)
    answer = contributor.post(address, {"candidates": changes, "learning_activity": str(activity.id)})
    assert answer.status_code == 200, answer.content
    insight = Insight.objects.get()
    assert (insight.text, insight.kind, insight.sources.get().kind) == (PORTERS, "observation", "family")
    assert faults(contributor.post(address, {})) == {"candidates": "Tick at least one to save."}
    assert Insight.objects.count() == 1


def test_faults_are_named_by_candidate_and_nothing_is_saved(contributor, programme):
    report = ReportFactory(programme=programme)
    _, two = CandidateFactory(report=report), CandidateFactory(report=report)
    answer = contributor.post(f"reports/{report.id}/save/", {"candidates": [{"id": str(two.id), "text": "ab"}]})
    assert answer.status_code == 400
    assert list(faults(answer)) == [f"candidates.{two.id}.text"]
    assert not Insight.objects.exists()


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({}, "programme"),
        ({"programme": "nowhere", "text": REPORT}, "programme"),
        ({"programme": "ward-learning"}, "text"),
        ({"programme": "ward-learning", "text": "  "}, "text"),
        ({"programme": "ward-learning", "text": 3}, "text"),
        ({"programme": "ward-learning", "text": "…"}, "text"),
        ({"programme": "ward-learning", "text": REPORT, "consent": "maybe"}, "consent"),
        ({"programme": "ward-learning", "text": REPORT, "name": "x" * 201}, "name"),
        ({"programme": "ward-learning", "text": REPORT, "learning_activity": "x"}, "learning_activity"),
        ({"programme": "ward-learning", "text": REPORT, "file": "x"}, "file"),
    ],
)
def test_bad_input_is_named(contributor, programme, said, field):
    answer = contributor.post("reports/", said)
    assert answer.status_code == 400
    assert list(faults(answer)) == [field]


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"candidates": [{"id": "x"}]}, "candidates.0.id"),
        ({"candidates": [{"text": "Words."}]}, "candidates.0.id"),
        ({"candidates": [{"id": "ID", "kind": "opinion"}]}, "candidates.0.kind"),
        ({"candidates": [{"id": "ID", "ticked": "yes"}]}, "candidates.0.ticked"),
        ({"candidates": [{"id": "ID"}, {"id": "ID"}]}, "candidates.1.id"),
        ({"candidates": [{"id": "ID", "level": "planet"}]}, "candidates.0.level"),
        ({"new_activity": {"kind": "party", "name": "x"}}, "new_activity.kind"),
        ({"new_activity": {"kind": "workshop"}}, "new_activity.name"),
        ({"new_activity": {"kind": "workshop", "name": "x"}, "learning_activity": "ACTIVITY"}, "new_activity"),
        ({"learning_activity": "ELSEWHERE"}, "learning_activity"),
    ],
)
def test_bad_changes_are_named_and_nothing_is_saved(contributor, programme, said, field):
    report = ReportFactory(programme=programme)
    candidate = CandidateFactory(report=report)
    named = {
        "ID": str(candidate.id),
        "ACTIVITY": str(LearningActivityFactory(programme=programme).id),
        "ELSEWHERE": str(LearningActivityFactory().id),
    }

    def real(value):
        if isinstance(value, dict):
            return {name: real(one) for name, one in value.items()}
        return [real(one) for one in value] if isinstance(value, list) else named.get(value, value)

    answer = contributor.post(f"reports/{report.id}/save/", real(said))
    assert answer.status_code == 400
    assert list(faults(answer)) == [field]
    assert not Insight.objects.exists()


def test_a_file_that_cannot_be_read_is_refused_with_a_way_out(contributor, programme):
    answer = send(contributor, programme=programme.slug, file=("a.pdf", pdf([], rules="0 0 9 9 re f")))
    assert answer.status_code == 400
    assert "OCR" in faults(answer)["file"]
    assert list(faults(send(contributor, programme=programme.slug))) == ["file"]
    assert list(faults(send(contributor, programme=programme.slug, file=("a.txt", b"")))) == ["file"]


def test_a_file_above_the_limit_is_too_large_and_a_text_above_the_bodys_too(contributor, programme, settings):
    settings.REPORT_BYTES = 100_000
    for size in (100_001, 300_000):
        assert send(contributor, programme=programme.slug, file=("a.txt", b"x" * size)).status_code == 413
    settings.REPORT_BYTES = 5_000_000
    settings.API_BODY_LIMIT = 10_000
    text = "The lift is slow at noon. " * 2_000
    assert send(contributor, programme=programme.slug, file=("a.txt", text.encode())).status_code == 201
    assert contributor.post("reports/", {"programme": programme.slug, "text": text}).status_code == 413


ROLES = {
    # role → take, read, save; and the same where consent is withheld
    "anonymous": ((401, 401, 401), (401, 401, 401)),
    "viewer": ((403, 404, 404), (403, 404, 404)),
    "outsider": ((403, 404, 404), (403, 404, 404)),
    "member": ((201, 200, 200), (201, 200, 200)),
    "team viewer": ((403, 404, 404), (403, 404, 404)),
    "analyst": ((403, 404, 404), (403, 404, 404)),
    "curator": ((201, 200, 200), (403, 404, 404)),
    "admin": ((201, 200, 200), (403, 404, 404)),
}


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("withheld", [False, True])
def test_each_role_gets_its_answer_about_a_report(programme, settings, role, withheld):
    settings.ANONYMOUS_READING = True
    caller = {
        "anonymous": lambda: Caller(),
        "viewer": lambda: Caller(UserFactory()),
        "outsider": lambda: Caller(MembershipFactory(user__role=Role.CONTRIBUTOR).user),
        "member": lambda: Caller(MembershipFactory(programme=programme).user),
        "team viewer": lambda: Caller(MembershipFactory(programme=programme, role=Role.VIEWER).user),
        "analyst": lambda: Caller(UserFactory(role=Role.ANALYST)),
        "curator": lambda: Caller(UserFactory(role=Role.CURATOR)),
        "admin": lambda: Caller(UserFactory(role=Role.ADMIN)),
    }[role]()
    consent = "withheld" if withheld else "given"
    report = ReportFactory(programme=programme, consent=consent)
    CandidateFactory(report=report, text="What nobody else may read.")
    asked = (
        caller.post("reports/", {"programme": programme.slug, "text": "The lift is slow.", "consent": consent}),
        caller.get(f"reports/{report.id}/"),
        caller.post(f"reports/{report.id}/save/", {}),
    )
    assert tuple(answer.status_code for answer in asked) == ROLES[role][withheld]
    for answer in asked:
        assert answer.status_code < 400 or b"nobody else" not in answer.content
    assert Candidate.objects.filter(insight__isnull=False).exists() == (asked[2].status_code == 200)


@pytest.mark.parametrize("address", ["reports/", "reports/{id}/save/"])
def test_there_is_nothing_to_read_or_put_there(contributor, programme, address):
    address = address.format(id=ReportFactory(programme=programme).id)
    assert {contributor(method, address).status_code for method in ("get", "put", "patch", "delete")} == {405}

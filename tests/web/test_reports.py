"""From a report to drafts, on the pages: taken in, looked over, kept and saved, without any script."""

from __future__ import annotations

import html
import re
from urllib.parse import urlsplit

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import Role, User
from casestudies.models import LearningActivity, Programme
from insights.models import Candidate, Insight, Report
from insights.reports.comparing import compare_due
from lhs.encoder import loaded
from tests.documents import REPORT, word
from tests.factories import (
    CandidateFactory,
    EmbeddingFactory,
    InsightFactory,
    LearningActivityFactory,
    MembershipFactory,
    ProgrammeFactory,
    ReportFactory,
    UserFactory,
)
from tests.web.pages import Page

pytestmark = pytest.mark.django_db
HTMX = {"headers": {"HX-Request": "true"}}
PORTERS = "Porters wait for the lift for twenty minutes at noon."
TAKE = "/programmes/winter/report/"


@pytest.fixture(autouse=True)
def _everyone_may_read(settings):
    settings.ANONYMOUS_READING = True


@pytest.fixture
def programme() -> Programme:
    return ProgrammeFactory(slug="winter", name="Winter wards")


@pytest.fixture
def team(client: Client, programme) -> User:
    person = MembershipFactory(programme=programme, user__role=Role.CONTRIBUTOR).user
    client.force_login(person)
    return person


@pytest.fixture
def report(programme, team) -> Report:
    return ReportFactory(programme=programme, person=team, name="Winter review")


def at(report: Report) -> str:
    return f"/reports/{report.id}/"


def as_sent(client: Client, report: Report) -> dict[str, str | list[str]]:
    """Return the page's form as a browser sends it back, untouched."""
    page = client.get(at(report)).content.decode()
    said: dict[str, str | list[str]] = {"ids": re.findall(r'name="ids" value="([^"]+)"', page)}
    for name, words in re.findall(r'<textarea[^>]*?name="([^"]+)"[^>]*>\n?(.*?)</textarea>', page, re.S):
        said[name] = html.unescape(words)
    for name, rest in re.findall(r'<input[^>]*?type="checkbox"[^>]*?name="([^"]+)"([^>]*)>', page):
        if "checked" in rest:
            said[name] = "on"
    for name, words in re.findall(r'<input class="nhsuk-input"[^>]*?name="([^"]+)"[^>]*?value="([^"]*)"', page):
        said[name] = html.unescape(words)
    for name, options in re.findall(r'<select[^>]*?name="([^"]+)"[^>]*>(.*?)</select>', page, re.S):
        chosen = re.findall(r'value="([^"]*)"\s+selected', options) or re.findall(r'value="([^"]*)"', options)
        said[name] = chosen[0]
    return said


def press(client: Client, report: Report, button: str, **changed: str):
    return client.post(at(report), {**as_sent(client, report), **changed, "do": button})


# --- taking in --------------------------------------------------------------------------------------------------------


def test_the_way_leads_from_logging_over_the_programmes_to_the_form(client, team):
    assert Page.of(client.get("/insights/log/")).links("Cut it into insights") == ["/reports/"]
    assert Page.of(client.get("/reports/")).links("Winter wards") == [TAKE]
    page = Page.of(client.get(TAKE))
    assert page.status == 200
    assert "The file itself is not kept once it is read." in page.words
    assert page.links("From a report") == ["/reports/"]


def test_a_pasted_report_is_cut_and_shown_under_its_headings(client, team):
    answer = client.post(TAKE, {"text": REPORT.replace("\n", "\r\n")})
    assert answer.status_code == 302
    page = Page.of(client.get(answer["Location"]))
    assert page.headings[0] == "Winter wards Winter wards"
    assert "Winter wards – Findings – Staff perspectives" in page.headings
    assert "6 to look over, 4 of them ticked." in page.words
    assert "Not ticked at first: it stands under “Background”" in page.words
    assert not Insight.objects.exists()


def test_an_uploaded_report_is_cut_too(client, team):
    data = word(("Heading 1", "Findings"), ("List Bullet", PORTERS))
    answer = client.post(TAKE, {"file": SimpleUploadedFile("Winter review.docx", data)})
    assert PORTERS in client.get(answer["Location"]).content.decode()
    assert Report.objects.get().name == "Winter review.docx"


def test_what_was_pasted_is_still_there_after_a_fault(client, team):
    answer = client.post(
        TAKE, {"text": "<b>My words</b>", "name": "Mine", "file": SimpleUploadedFile("a.txt", b"others")}
    )
    page = Page.of(answer)
    assert (page.status, page.title.split(" – ")[0]) == (400, "Error: Insights from a report")
    assert "Paste a text or choose a file, not both." in page.words
    assert "&lt;b&gt;My words&lt;/b&gt;</textarea>" in page.html
    assert 'value="Mine"' in page.html
    assert page.links("Paste a text or choose a file") == ["#text"]


def test_a_file_that_cannot_be_read_is_refused_beside_its_field(client, team):
    page = Page.of(client.post(TAKE, {"file": SimpleUploadedFile("a.docx", b"words")}))
    assert page.status == 400
    assert page.links("something else, or it is damaged") == ["#file"]
    assert Page.of(client.post(TAKE, {})).links("Paste the report") == ["#text"]


def test_what_was_pasted_outlives_the_end_of_the_session(client, team):
    client.logout()
    answer = client.post(TAKE, {"text": REPORT})
    assert answer.status_code == 302
    client.force_login(team)
    page = Page.of(client.get(TAKE))
    assert "You had to sign in." in page.words
    assert "Porters wait for the lift" in page.html


# --- who may ----------------------------------------------------------------------------------------------------------

PATHS = ("", "keep/", "alike/", "discard/")


@pytest.mark.parametrize(
    ("who", "take", "others"),
    [("anonymous", 302, 302), ("viewer", 403, 404), ("team viewer", 403, 404), ("outsider", 403, 404)],
)
def test_nobody_else_gets_a_report_whatever_they_send(client, programme, who, take, others):
    report = ReportFactory(programme=programme)
    CandidateFactory(report=report, text="What nobody else may read.")
    person = {
        "anonymous": lambda: None,
        "viewer": lambda: UserFactory(),
        "team viewer": lambda: MembershipFactory(programme=programme, role=Role.VIEWER).user,
        "outsider": lambda: MembershipFactory(user__role=Role.CONTRIBUTOR).user,
    }[who]()
    if person:
        client.force_login(person)
    assert client.get(TAKE).status_code == client.post(TAKE, {"text": REPORT}).status_code == take
    for path in PATHS:
        for answer in (client.get(at(report) + path, **HTMX), client.post(at(report) + path, {"do": "save"})):
            assert answer.status_code in (others, 405), path
            assert b"nobody else" not in answer.content
    assert Report.objects.filter(id=report.id).exists()
    assert not Insight.objects.exists()


def test_whoever_is_in_no_programme_is_told_so(client):
    client.force_login(UserFactory())
    assert "You are in no programme yet" in Page.of(client.get("/reports/")).words


def test_a_curator_from_outside_sees_no_report_whose_consent_is_withheld(client, programme):
    client.force_login(UserFactory(role=Role.CURATOR))
    withheld = ReportFactory(programme=programme, consent="withheld", name="Behind the door")
    ReportFactory(programme=programme, name="Open")
    assert "Behind the door" not in Page.of(client.get(TAKE)).words
    assert "Open" in Page.of(client.get("/reports/")).words
    assert client.get(at(withheld)).status_code == 404
    assert 'value="withheld"' not in client.get(TAKE).content.decode()


# --- looking over -----------------------------------------------------------------------------------------------------


def test_ticking_all_and_none_under_a_heading_keeps_what_was_typed(client, report):
    one, two = CandidateFactory(report=report), CandidateFactory(report=report)
    other = CandidateFactory(report=report, section="Background")
    answer = press(client, report, "untick:1", **{f"{one.id}.text": "Typed just now."})
    assert answer["Location"] == f"{at(report)}#group-1"
    rows = {row.id: row for row in Candidate.objects.all()}
    assert [rows[each.id].ticked for each in (one, two, other)] == [False, False, True]
    assert rows[one.id].text == "Typed just now."
    press(client, report, "tick:1")
    assert Candidate.objects.filter(ticked=True).count() == 3


def test_kind_perspective_and_source_are_set_for_all_under_a_heading(client, report):
    one, two = CandidateFactory(report=report), CandidateFactory(report=report, kind="recommendation")
    other = CandidateFactory(report=report, section="Background")
    press(client, report, "apply:1", **{"group-1.perspective": "staff", "group-1.source_kind": "coordinator"})
    rows = {row.id: (row.kind, row.perspective, row.source_kind) for row in Candidate.objects.all()}
    assert rows[one.id] == ("finding", "staff", "coordinator")
    assert rows[two.id] == ("recommendation", "staff", "coordinator")
    assert rows[other.id] == ("finding", None, "team")


@pytest.mark.parametrize("button", ["tick:9", "tick:", "tick:x", "apply:0", "nonsense", ""])
def test_a_button_that_is_none_keeps_what_was_typed_and_does_no_more(client, report, button):
    one = CandidateFactory(report=report)
    assert press(client, report, button, **{f"{one.id}.text": "Typed."}).status_code == 302
    one.refresh_from_db()
    assert (one.text, one.insight) == ("Typed.", None)


def test_a_single_change_is_kept_as_it_is_made(client, report):
    one, two = CandidateFactory(report=report), CandidateFactory(report=report)
    html_ = client.get(at(report)).content.decode()
    assert f'hx-post="{at(report)}keep/"' in html_
    answer = client.post(f"{at(report)}keep/", {"ids": str(one.id), f"{one.id}.text": "Typed.", f"{one.id}.kind": "x"})
    assert answer.status_code == 204
    one.refresh_from_db()
    assert one.text != "Typed."
    assert (
        client.post(f"{at(report)}keep/", {"ids": str(one.id), f"{one.id}.text": "Typed."}, **HTMX).status_code == 204
    )
    one.refresh_from_db()
    two.refresh_from_db()
    assert (one.text, one.ticked, two.ticked) == ("Typed.", False, True)
    assert client.get(f"{at(report)}keep/").status_code == 302


def test_what_may_have_been_said_is_shown_beside_a_candidate_and_while_it_is_looked_for(client, report, swept_index):
    insight = InsightFactory(text="The porters wait twenty minutes for the lift at noon.", title="")
    EmbeddingFactory(insight=insight, encoder=loaded().name, vector=loaded().encode([insight.text])[0])
    one = CandidateFactory(report=report, text=PORTERS)
    waiting = Page.of(client.get(at(report)))
    assert "Looking for what has been said already: 0 of 1 looked at." in waiting.words
    assert f'hx-get="{at(report)}alike/"' in waiting.html
    assert 'hx-trigger="every 2s"' in Page.of(client.get(f"{at(report)}alike/", **HTMX)).html
    compare_due()
    part = Page.of(client.get(f"{at(report)}alike/", **HTMX)).html
    assert "every 2s" not in part
    assert f'id="alike-{one.id}" hx-swap-oob="true"' in part
    assert f"/insights/{insight.id}/" in part
    done = Page.of(client.get(at(report)))
    assert "Likely said already." in done.words
    assert "every 2s" not in done.html
    assert client.get(f"{at(report)}alike/")["Location"] == at(report)


# --- saving -----------------------------------------------------------------------------------------------------------


def test_what_is_ticked_is_saved_as_drafts_of_an_activity(client, report, programme):
    activity = LearningActivityFactory(programme=programme, name="Interviews")
    one = CandidateFactory(report=report)
    CandidateFactory(report=report, ticked=False)
    answer = press(client, report, "save", activity=str(activity.id), **{f"{one.id}.text": PORTERS})
    assert answer.status_code == 302
    insight = Insight.objects.get()
    assert (insight.text, insight.status, insight.learning_activity) == (PORTERS, "draft", activity)
    page = Page.of(client.get(at(report)))
    assert "1 draft saved." in page.words
    assert page.links(PORTERS[:20]) == [f"/insights/{insight.id}/"]
    press(client, report, "save")
    assert Insight.objects.count() == 1


def test_the_same_form_sent_twice_makes_no_copies(client, report):
    CandidateFactory(report=report)
    sent = {**as_sent(client, report), "do": "save"}
    client.post(at(report), sent)
    again = Page.of(client.post(at(report), sent))
    assert "Tick at least one to save." in again.words
    assert Insight.objects.count() == 1


def test_a_new_activity_is_made_on_the_way(client, report):
    CandidateFactory(report=report)
    press(client, report, "save", activity_name="Winter review", activity_kind="after-action-review")
    assert Insight.objects.get().learning_activity == LearningActivity.objects.get(name="Winter review")


def test_a_fault_is_named_by_its_piece_and_leads_to_its_field_with_everything_typed_still_there(client, report):
    one, two = CandidateFactory(report=report), CandidateFactory(report=report)
    answer = press(
        client,
        report,
        "save",
        activity_name="Winter review",
        activity_kind="workshop",
        **{f"{one.id}.text": "Words that will do.", f"{two.id}.text": "ab", f"{two.id}.title": "A title"},
    )
    page = Page.of(answer)
    assert page.status == 400
    assert page.title.startswith("Error: ")
    assert page.links("Piece 2: Write between 3 and 5,000 characters; this has 2.") == [f"#c-{two.id}-text"]
    assert f'id="c-{two.id}-text"' in page.html
    for typed in ("Words that will do.", ">\nab</textarea>", 'value="A title"', 'value="Winter review"'):
        assert typed in page.html
    assert not Insight.objects.exists()
    assert not LearningActivity.objects.exists()
    assert "Words that will do." in client.get(at(report)).content.decode()


@pytest.mark.parametrize(
    ("said", "words", "leads_to"),
    [
        ({"activity_name": "Review"}, "Choose a kind of activity.", "#activity_kind"),
        ({"activity": "new", "activity_kind": "workshop"}, "Give the activity a name", "#activity_name"),
        ({"activity": "x"}, "This activity is not one you can choose.", "#activity"),
    ],
)
def test_an_activity_that_will_not_do_is_named(client, report, said, words, leads_to):
    CandidateFactory(report=report)
    page = Page.of(press(client, report, "save", **said))
    assert page.status == 400
    assert page.links(words) == [leads_to]


def test_a_title_of_many_words_is_named_and_kept(client, report):
    one = CandidateFactory(report=report)
    page = Page.of(press(client, report, "save", **{f"{one.id}.title": "t" * 201}))
    assert page.status == 400
    assert [urlsplit(link).fragment for link in page.links("Piece 1:")] == [f"c-{one.id}-title"]
    assert "t" * 201 in page.html


def test_a_report_of_hundreds_of_candidates_can_be_sent_whole(client, report):
    CandidateFactory.create_batch(400, report=report, text="The lift is slow at noon, and the clinic waits. " * 20)
    assert press(client, report, "save").status_code == 302
    assert Insight.objects.count() == 400


def test_a_report_is_thrown_away_once_that_was_confirmed(client, report):
    CandidateFactory(report=report)
    page = Page.of(client.get(f"{at(report)}discard/"))
    assert "1 candidate of “Winter review” not saved yet will be gone for good." in page.words
    assert Report.objects.exists()
    assert client.post(f"{at(report)}discard/")["Location"] == TAKE
    assert not Report.objects.exists()
    assert client.get(at(report)).status_code == 404


def test_what_stands_in_a_report_is_never_taken_for_markup(client, report):
    CandidateFactory(report=report, text="<script>alert(1)</script>", title='"><img src=x>', section="<i>x</i>")
    page = client.get(at(report)).content.decode()
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert "<i>x</i>" not in page

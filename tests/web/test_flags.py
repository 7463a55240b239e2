"""What may tell who somebody is, on the pages: shown where it stands, settled by one button, hidden from others."""

from __future__ import annotations

import pytest
from django.core.management import call_command

from insights.flagging import rewrite
from insights.models import Flag, Insight
from tests.factories import InsightFactory, MembershipFactory, ProgrammeFactory, UserFactory
from tests.web.pages import Page

pytestmark = pytest.mark.django_db
TOLD = "Nurse Sarah Jones told us that the lift is slow, call her on 07700 900123."
HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def programme():
    return ProgrammeFactory()


@pytest.fixture
def writer(programme):
    return MembershipFactory(programme=programme, role="contributor").user


@pytest.fixture
def flagged(programme):
    def make(status="draft", text=TOLD):
        insight = InsightFactory(programme=programme, status=status, text=text)
        rewrite([insight.id])
        return insight

    return make


def settle(client, insight, **said):
    return client.post(f"/insights/{insight.id}/flags/", said, follow=True)


def test_what_is_saved_with_a_name_is_a_draft_whose_page_marks_it_with_one_button_each(client, writer, programme):
    client.force_login(writer)
    said = {"text": TOLD, "kind": "finding", "source_kind": "staff", "programme": str(programme.id), "status": "draft"}
    page = Page.of(client.post("/insights/log/", said, follow=True))
    assert Insight.objects.get().status == "draft"
    assert "This may tell who somebody is" in page.words
    assert "We found 1 phone number and 1 name." in page.words
    assert "[Name: Sarah Jones ]" in page.words
    assert "with [name]" in page.words
    assert "Replace all 2" in page.words
    assert "Not identifying" not in page.words


def test_one_button_replaces_one_and_another_all(client, writer, flagged):
    client.force_login(writer)
    insight = flagged()
    page = Page.of(settle(client, insight, redact=str(insight.flags.get(kind="phone").id)))
    assert "call her on [phone number]" in page.words
    assert "We found 1 name." in page.words
    page = Page.of(settle(client, insight, redact="all"))
    assert "This may tell who somebody is" not in page.words
    assert Insight.objects.get().text == "Nurse [name] told us that the lift is slow, call her on [phone number]."


def test_a_curator_says_not_identifying_and_publishing_before_says_why_not(client, flagged):
    client.force_login(UserFactory(role="curator"))
    insight = flagged("submitted")
    page = Page.of(client.post(f"/insights/{insight.id}/publish/", follow=True))
    assert "It may tell who somebody is: 1 phone number and 1 name." in page.words
    assert Insight.objects.get().status == "submitted"
    settle(client, insight, **{"not-identifying": "all"})
    client.post(f"/insights/{insight.id}/publish/")
    assert Insight.objects.get().status == "published"


def test_each_role_gets_its_answer(client, programme, writer, flagged):
    viewer = MembershipFactory(programme=programme, role="viewer").user
    people = {
        "outsider": (UserFactory(role="contributor"), 404, 404),
        "viewer": (viewer, 403, 403),
        "writer": (writer, 302, 403),
        "curator": (UserFactory(role="curator"), 302, 302),
    }
    for who, (person, redact, clear) in people.items():
        insight = flagged()
        client.force_login(person)
        for verb, expected in (("not-identifying", clear), ("redact", redact)):
            flag = insight.flags.filter(state="open").first()
            answer = client.post(f"/insights/{insight.id}/flags/", {verb: str(flag.id)})
            assert answer.status_code == expected, (who, verb)
            assert b"Sarah" not in answer.content
    client.logout()
    assert client.post(f"/insights/{flagged().id}/flags/", {"redact": "all"}).url.startswith("/sign-in/")


@pytest.mark.parametrize(
    "said", [{}, {"redact": ""}, {"redact": "x"}, {"not-identifying": "\x00"}, {"redact": "0" * 500}]
)
def test_nonsense_changes_nothing_and_says_so(client, flagged, said):
    client.force_login(UserFactory(role="curator"))
    insight = flagged()
    assert "Choose what to do" in Page.of(settle(client, insight, **said)).words
    assert Insight.objects.get().text == TOLD


def test_a_button_on_a_page_that_is_behind_says_so(client, flagged):
    client.force_login(UserFactory(role="curator"))
    insight = flagged()
    old = str(insight.flags.first().id)
    settle(client, insight, redact=old)
    assert "settled already" in Page.of(settle(client, insight, redact=old)).words
    assert "changed since" in Page.of(settle(client, insight, redact=str(insight.id))).words


def test_whoever_comes_back_from_signing_in_is_told_to_press_again(client, flagged):
    client.force_login(UserFactory(role="curator"))
    assert "Press the button again" in Page.of(client.get(f"/insights/{flagged().id}/flags/", follow=True)).words


def test_while_one_types_what_is_found_is_shown_and_nothing_is_kept(client, writer):
    client.force_login(writer)
    answer = client.post("/insights/screen/", {"text": TOLD}, **HTMX)
    page = Page.of(answer)
    assert "1 phone number and 1 name" in page.words
    assert 'data-replace="Sarah Jones"' in page.html
    assert 'data-with="[name]"' in page.html
    assert not client.post("/insights/screen/", {"text": "The lift is slow."}, **HTMX).content.strip()
    assert client.post("/insights/screen/", **HTMX).status_code == 200
    assert not Flag.objects.exists()
    assert client.get("/insights/screen/").status_code == 302


def test_the_forms_ask_for_it(client, writer, flagged):
    client.force_login(writer)
    for address in ("/insights/log/", f"/insights/{flagged().id}/edit/"):
        html = Page.of(client.get(address)).html
        assert 'hx-post="/insights/screen/"' in html
        assert "js/redact" in html


def test_a_rescreen_by_command_hides_it_from_every_page_until_it_is_settled(client, settings, programme, capsys):
    settings.ANONYMOUS_READING = True
    insight = InsightFactory(programme=programme, title="Ask Sarah Jones", text=TOLD)
    pages = [
        "/",
        "/insights/",
        "/insights/?q=lift",
        f"/insights/{insight.id}/",
        "/themes/",
        "/tagger/transparency/",
    ]
    assert "Sarah Jones" in Page.of(client.get("/insights/")).words
    call_command("screen_insights")
    said = capsys.readouterr()
    assert "1 insights screened; 1 hold" in said.err.replace("\n", " ")
    assert said.out == ""
    for person in (None, UserFactory(role="viewer"), UserFactory(role="analyst"), UserFactory(role="contributor")):
        if person:
            client.force_login(person)
        for page in pages:
            assert "Sarah" not in client.get(page).content.decode()
        assert client.get(f"/insights/{insight.id}/").status_code == 404
    client.force_login(UserFactory(role="curator"))
    assert "only the programme’s team and curators can see" in Page.of(client.get(f"/insights/{insight.id}/")).words
    settle(client, insight, redact="all")
    client.logout()
    assert "Ask [name]" in Page.of(client.get(f"/insights/{insight.id}/")).words

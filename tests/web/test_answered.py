"""Pages that tell what became of it: receipts, what was sent in, comments, notices, versions, erased words."""

from __future__ import annotations

import re

import pytest
from django.core.cache import cache

from insights.models import Comment, Erasure, Notice, Receipt
from insights.moves import move
from insights.receipts import shown
from tests.factories import (
    CommentFactory,
    InsightFactory,
    MembershipFactory,
    NoticeFactory,
    ProgrammeFactory,
    UserFactory,
)
from tests.web.pages import Page

pytestmark = pytest.mark.django_db
TEXT = "Zeppelins are late on Mondays."


@pytest.fixture(autouse=True)
def nobody_was_counted_yet():
    cache.clear()


@pytest.fixture
def programme():
    return ProgrammeFactory(name="Ward learning")


@pytest.fixture
def people(programme):
    """One of each role, None being someone who is not signed in."""

    def member(role):
        return MembershipFactory(programme=programme, role=role, user__role=role).user

    return {
        "anonymous": None,
        "outsider": UserFactory(role="contributor"),
        "member": member("contributor"),
        "team viewer": member("viewer"),
        "curator": UserFactory(role="curator"),
        "admin": UserFactory(role="admin"),
    }


def by(client, person):
    client.logout()
    if person is not None:
        client.force_login(person)
    return client


def code_of(insight):
    return shown(Receipt.objects.get(source__insight=insight).code)


# address, method → what each gets. 302 leads to sign in, or on to where a form leads.
ADDRESSES = """
    method  address                      anonymous  outsider  member  team viewer  curator  admin

    get     /r/                                200       200     200          200      200    200
    get     /r/{code}/                         200       200     200          200      200    200
    get     /r/00000-00000/                    404       404     404          404      404    404
    get     /submitted/                        302       403     403          403      200    200
    get     /notices/                          302       200     200          200      200    200
    post    /notices/                          302       302     302          302      302    302
    get     /notices/{notice}/                 302       404     404          404      404    404
    get     /programmes/{programme}/           200       200     200          200      200    200
    get     {draft}versions/                   302       404     200          200      200    200
    get     {draft}versions/1/                 302       404     200          200      200    200
    post    {draft}versions/1/restore/         302       404     302          403      302    302
    post    {draft}comments/                   302       404     302          403      302    302
    get     {draft}erase/                      302       404     403          403      403    200
    post    {draft}erase/                      302       404     403          403      403    400
    get     {published}versions/               302       403     200          200      200    200
    post    {published}versions/1/restore/     302       403     403          403      302    302
    post    {published}comments/               302       403     302          403      302    302
    post    {published}erase/                  302       403     403          403      403    400
    get     {withheld}versions/                302       404     200          200      404    404
    post    {withheld}comments/                302       404     302          403      404    404
    get     {withheld}erase/                   302       404     403          403      404    200
"""
LINES = [line.split() for line in ADDRESSES.splitlines()[3:] if line.strip()]


@pytest.mark.parametrize("line", LINES, ids=lambda line: " ".join(line[:2]))
def test_each_role_gets_its_answer_at_each_address(client, people, programme, settings, line):
    settings.ANONYMOUS_READING = True
    method, address, *expected = line
    made = {
        name: InsightFactory(programme=programme, status=status, source__consent=consent)
        for name, status, consent in (
            ("draft", "draft", "not-needed"),
            ("published", "published", "not-needed"),
            ("withheld", "published", "withheld"),
        )
    }
    address = address.format(
        code=code_of(made["draft"]),
        notice=NoticeFactory().id,
        programme=programme.slug,
        **{name: f"/insights/{insight.id}/" for name, insight in made.items()},
    )
    got = [
        getattr(by(client, person), method)(address, {"text": "Why?"} if "comments" in address else {}).status_code
        for person in people.values()
    ]
    assert got == [int(code) for code in expected]


@pytest.mark.parametrize("reading", [True, False])
def test_a_receipt_tells_anyone_where_it_stands_and_not_a_word_of_it(client, people, programme, settings, reading):
    settings.ANONYMOUS_READING = reading
    insight = InsightFactory(
        programme=programme, status="submitted", text=TEXT, title="Zeppelin", author=people["member"]
    )
    move(person=people["curator"], insight_id=insight.id, name="decline", reason="It was mended in May.")
    answer = client.get(f"/r/{code_of(insight)}/")
    page = Page.of(answer)
    assert "Declined." in page.words
    assert "The reason given: It was mended in May." in page.words
    for secret in ("zeppelin", str(insight.id), "Ward learning", people["curator"].name, people["member"].name):
        assert secret.lower() not in page.html.lower()
    assert answer["X-Robots-Tag"] == "noindex, nofollow"
    assert answer["Referrer-Policy"] == "no-referrer"
    assert 'name="robots" content="noindex' in page.html
    assert "no-store" in answer["Cache-Control"]


def test_a_receipt_of_what_is_published_links_to_it(client, settings):
    settings.ANONYMOUS_READING = True
    insight = InsightFactory(text=TEXT)
    page = Page.of(client.get(f"/r/{code_of(insight)}/"))
    assert page.links("Read what was published") == [f"/insights/{insight.id}/"]
    assert "Zeppelins" not in page.html


def test_every_code_that_is_none_gets_the_same_answer(client, django_assert_num_queries):
    insight = InsightFactory()
    near = code_of(insight)[:-1] + ("0" if code_of(insight)[-1] != "0" else "1")
    answers = set()
    for code in (near, "00000-00000", "nothing", "0" * 400, "%00", "☃"):
        with django_assert_num_queries(1):
            answers.add(client.get(f"/r/{code}/").content)
    assert len({re.sub(rb"next=[^\"]*", b"", answer) for answer in answers}) == 1


def test_receipts_are_asked_for_only_so_often_from_one_address(client, settings):
    settings.RECEIPTS_RATE = "3/h"
    code = code_of(InsightFactory())
    got = [client.get(f"/r/{code}/").status_code for _ in range(5)]
    assert got == [200, 200, 200, 429, 429]
    assert client.get(f"/r/{code}/", REMOTE_ADDR="10.0.0.9").status_code == 200


def test_the_form_leads_to_the_receipt_and_to_nowhere_else(client):
    code = code_of(InsightFactory())
    assert client.get("/r/", {"code": f" {code.lower()} "})["Location"] == f"/r/{code.lower()}/"
    assert client.get("/r/", {"code": "//evil.example/"})["Location"].startswith("/r/evil")
    assert "We do not know this code" in Page.of(client.get("/r/", {"code": ""})).words


def test_whoever_logs_is_shown_the_receipt_and_nobody_else(client, people, programme):
    client.force_login(people["member"])
    said = {
        "text": TEXT,
        "kind": "finding",
        "source_kind": "staff",
        "programme": str(programme.id),
        "status": "submitted",
    }
    page = Page.of(client.post("/insights/log/", said, follow=True))
    [receipt] = Receipt.objects.all()
    assert page.links(shown(receipt.code)) == [f"/r/{shown(receipt.code)}/"]
    theirs = Page.of(by(client, people["curator"]).get(f"/insights/{receipt.insight_id}/"))
    assert shown(receipt.code) not in theirs.html


def test_a_curator_publishes_and_declines_from_what_was_sent_in(client, people, programme):
    first, second = (InsightFactory(programme=programme, status="submitted") for _ in range(2))
    client.force_login(people["curator"])
    page = Page.of(client.get("/submitted/"))
    assert page.words.index(first.text) < page.words.index(second.text)
    assert "sent in today" in page.words
    done = client.post(f"/insights/{first.id}/publish/", {"back": "submitted"})
    assert done["Location"] == "/submitted/"
    page = Page.of(client.post(f"/insights/{second.id}/decline/", {"back": "submitted"}))
    assert (page.status, "Say why" in page.words) == (400, True)
    client.post(f"/insights/{second.id}/decline/", {"back": "submitted", "reason": "Said elsewhere."})
    assert "Nothing waits" in Page.of(client.get("/submitted/")).words


def test_what_waits_is_filtered_by_programme(client, people, programme):
    here, there = InsightFactory(programme=programme, status="submitted"), InsightFactory(status="submitted")
    client.force_login(people["curator"])
    page = Page.of(client.get("/submitted/", {"programme": str(programme.id)}))
    assert here.text in page.words
    assert there.text not in page.words
    for wrong in ("x", "00000000-0000-0000-0000-00000000000x", "\x00"):
        assert client.get("/submitted/", {"programme": wrong}).status_code == 404


def test_what_is_missing_is_said_before_and_after_one_tries(client, people, programme):
    insight = InsightFactory(programme=programme, kind="recommendation", status="submitted")
    client.force_login(people["curator"])
    assert "Say who should act" in Page.of(client.get("/submitted/")).words
    assert "Still missing: Say who should act" in Page.of(client.get(f"/insights/{insight.id}/")).words
    page = Page.of(client.post(f"/insights/{insight.id}/publish/"))
    assert (page.status, "Something is missing" in page.words) == (400, True)


def test_comments_are_read_by_the_team_and_curators_alone(client, people, programme, settings):
    settings.ANONYMOUS_READING = True
    insight = InsightFactory(programme=programme)
    CommentFactory(insight=insight, text="Which ward, please?")
    for role, person in people.items():
        page = Page.of(by(client, person).get(f"/insights/{insight.id}/"))
        assert ("Which ward, please?" in page.html) == (role not in ("anonymous", "outsider")), role
        assert ("Commented" in page.words) == (role not in ("anonymous", "outsider")), role


def test_a_comment_that_cannot_be_taken_is_still_there(client, people, programme):
    insight = InsightFactory(programme=programme)
    client.force_login(people["member"])
    long = "Far too long. " * 200
    page = Page.of(client.post(f"/insights/{insight.id}/comments/", {"text": long}))
    assert (page.status, "2,000 characters" in page.words, "Far too long." in page.words) == (400, True, True)
    assert not Comment.objects.exists()


def test_notices_are_counted_in_the_header_until_they_are_read(client, people, programme):
    insight = InsightFactory(programme=programme)
    notice = NoticeFactory(person=people["member"], insight=insight)
    NoticeFactory(person=people["member"], insight=insight)
    client.force_login(people["member"])
    page = Page.of(client.get("/notices/"))
    assert "(2), not read yet" in " ".join(re.sub("<[^>]*>", "", page.html).split())
    assert page.words.count("What you logged in Ward learning was published.") == 2
    assert client.get(f"/notices/{notice.id}/")["Location"] == f"/insights/{insight.id}/"
    assert Notice.objects.filter(read_at__isnull=True).count() == 1
    client.post("/notices/")
    assert "not read yet" not in Page.of(client.get("/notices/")).html


def test_a_notice_of_what_one_may_not_open_leads_back(client, people):
    notice = NoticeFactory(person=people["outsider"], insight=InsightFactory(status="withdrawn"))
    client.force_login(people["outsider"])
    page = Page.of(client.get(f"/notices/{notice.id}/", follow=True))
    assert "You cannot open it" in page.words


def test_a_person_chooses_when_to_be_told_by_email(client, people):
    client.force_login(people["member"])
    client.post("/notices/", {"mail": "daily"})
    assert re.search(r'value="daily"[^>]*checked', Page.of(client.get("/notices/")).html)
    assert "Choose one of" in Page.of(client.post("/notices/", {"mail": "x"}, follow=True)).words


def test_a_version_is_compared_and_gone_back_to(client, people, programme):
    insight = InsightFactory(programme=programme, status="draft", text="The lift is late.")
    insight.text = "The new lift is late."
    insight.save()
    client.force_login(people["member"])
    assert "New since: new" in Page.of(client.get(f"/insights/{insight.id}/versions/1/")).words
    assert client.get(f"/insights/{insight.id}/versions/9/").status_code == 404
    client.post(f"/insights/{insight.id}/versions/1/restore/")
    insight.refresh_from_db()
    assert insight.text == "The lift is late."


def test_an_administrator_erases_with_a_reason(client, people, programme):
    insight = InsightFactory(programme=programme, text=TEXT)
    client.force_login(people["admin"])
    assert "Erase the words for good" in Page.of(client.get(f"/insights/{insight.id}/")).words
    page = Page.of(client.post(f"/insights/{insight.id}/erase/", {"reason": "A patient asked."}, follow=True))
    assert "Zeppelins" not in page.html
    assert "The words were erased." in page.words
    assert Erasure.objects.get().person == people["admin"]


def test_a_programme_says_how_soon_it_answers(client, programme, settings):
    settings.ANONYMOUS_READING = True
    assert "Not enough yet to say: 0 answered" in Page.of(client.get(f"/programmes/{programme.slug}/")).words

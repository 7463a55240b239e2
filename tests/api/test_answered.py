"""What became of it, over the API: receipts, history, versions, comments, erased words, notices, how soon."""

from __future__ import annotations

import pytest

from accounts.models import Role
from api import examples
from insights.erasing import ERASED
from insights.models import Receipt
from insights.receipts import DECLINED, HEARD, IN_REVIEW, shown
from tests.api.conftest import GOOD, Caller, faults
from tests.api.test_schema import matches
from tests.factories import InsightFactory, NoticeFactory, ProgrammeFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin():
    return Caller(UserFactory(role=Role.ADMIN))


def test_who_logs_gets_a_receipt_for_each_voice_and_who_reads_gets_none(contributor, curator, good):
    told = contributor.post("insights/", {**good, "voices": [{"kind": "family"}]}).json()
    matches(told, "InsightWithReceipts")
    kept = Receipt.objects.filter(insight=told["id"]).order_by("source__position")
    assert [one["code"] for one in told["receipts"]] == [shown(receipt.code) for receipt in kept]
    answer = curator.client.get(told["receipts"][0]["url"])
    assert answer.status_code == 200
    assert GOOD["text"] not in answer.content.decode()
    for caller in (contributor, curator):
        assert "receipts" not in caller.get(told["url"]).json()


def test_a_receipt_tells_anyone_how_it_stands_and_no_word_of_it(contributor, curator, anyone, good, settings):
    settings.ANONYMOUS_READING = False
    logged = contributor.post("insights/", {**good, "status": "submitted"}).json()
    [receipt] = logged["receipts"]
    told = anyone.get(f"receipts/{receipt['code']}/")
    assert told.headers["Cache-Control"] == "no-store"
    matches(told.json(), "ReceiptTellsShape")
    assert (told.json()["now"]["said"], told.json()["published"]) == (IN_REVIEW, None)
    curator.post(f"insights/{logged['id']}/decline/", {"reason": "Said elsewhere."})
    said = anyone.get(f"receipts/{receipt['code'].lower().replace('-', '')}/").json()
    assert (said["code"], said["now"]["said"], said["reason"]) == (receipt["code"], DECLINED, "Said elsewhere.")
    assert [one["said"] for one in said["stages"]] == [HEARD, IN_REVIEW, DECLINED]
    assert GOOD["text"] not in told.content.decode()


def test_a_receipt_leads_to_what_was_published(contributor, curator, anyone, good):
    logged = contributor.post("insights/", {**good, "status": "submitted"}).json()
    assert curator.post(f"insights/{logged['id']}/publish/").status_code == 200
    assert anyone.get(f"receipts/{logged['receipts'][0]['code']}/").json()["published"] == logged["url"]


@pytest.mark.parametrize("code", ["00000-00000", "ABC", "7" * 400, "%00", "۱۲۳۴۵-۶۷۸۹۰"])
def test_every_code_that_is_none_is_answered_alike(anyone, code):
    answer = anyone.get(f"receipts/{code}/")
    assert (answer.status_code, answer.json()["detail"]) == (404, "There is no receipt with this code.")


def test_codes_cannot_be_tried_out(anyone, contributor, rates):
    rates(receipt="2/h")
    asked = [who.get("receipts/00000-00000/").status_code for who in (anyone, contributor, anyone)]
    assert asked == [404, 404, 429]


def test_me_too_gets_a_receipt_of_its_own(contributor):
    insight = InsightFactory()
    told = contributor.post(f"insights/{insight.id}/voices/", {"kind": "staff"}).json()
    matches(told, "InsightWithReceipts")
    [receipt] = told["receipts"]
    assert receipt["code"] == shown(Receipt.objects.get(source__insight=insight, source__position=1).code)


def test_history_tells_events_and_versions_to_the_team_and_events_alone_to_others(contributor, anyone, programme):
    insight = InsightFactory(programme=programme, text="The lift is late.")
    insight.text = "The old lift is late."
    insight.save()
    theirs = contributor.get(f"insights/{insight.id}/history/").json()
    matches(theirs, "HistoryShape")
    assert [one["fields"]["text"] for one in theirs["versions"]] == ["The lift is late.", "The old lift is late."]
    assert theirs["events"][0]["changes"][0]["before"] == "The lift is late."
    told = anyone.get(f"insights/{insight.id}/history/").json()
    matches(told, "HistoryShape")
    assert (told["versions"], told["events"][0]["changes"], told["events"][0]["hidden"]) == ([], [], True)


def test_a_version_is_restored(contributor, programme):
    insight = InsightFactory(programme=programme, status="draft", text="The lift is late.")
    insight.text = "The old lift is late."
    insight.save()
    answer = contributor.post(f"insights/{insight.id}/restore/", examples.RESTORE.value)
    assert answer.json()["text"] == "The lift is late."
    assert "version" in faults(contributor.post(f"insights/{insight.id}/restore/", {"version": 1}))
    for wrong, status in ((0, 404), (99, 404), (-1, 400), ("1", 400), (1.5, 400), (None, 400), (2**40, 400)):
        assert contributor.post(f"insights/{insight.id}/restore/", {"version": wrong}).status_code == status, wrong


def test_words_are_erased_over_the_api(admin, curator, programme):
    insight = InsightFactory(programme=programme, text="Zeppelins are late.")
    for wrong in ({}, {"reason": ""}, {"reason": "x" * 2001}, {"reason": "“zeppelins are late.”"}):
        assert "reason" in faults(admin.post(f"insights/{insight.id}/erase/", wrong))
    told = admin.post(f"insights/{insight.id}/erase/", examples.ERASE.value)
    matches(told.json(), "ErasureShape")
    assert curator.get(f"insights/{insight.id}/").json()["text"] == ERASED
    assert admin.post(f"insights/{insight.id}/erase/", examples.ERASE.value).status_code == 409
    assert curator.get("insights/?q=zeppelins").json()["results"] == []


def test_comments_go_to_and_fro(contributor, curator, programme):
    insight = InsightFactory(programme=programme, status="submitted")
    address = f"insights/{insight.id}/comments/"
    made = curator.post(address, examples.COMMENT.value)
    assert made.status_code == 201
    matches(made.json(), "CommentShape")
    told = contributor.get(address).json()
    matches(told, "CommentsShape")
    assert [one["text"] for one in told["results"]] == ["Which ward was it?"]
    for wrong in ({}, {"text": ""}, {"text": " \n"}, {"text": "x" * 2001}, {"text": "a\x00b"}, {"text": 1}):
        assert "text" in faults(curator.post(address, wrong)), wrong


def test_notices_are_ones_own(contributor, curator, anyone):
    notice = NoticeFactory(person=contributor.person)
    told = contributor.get("notices/").json()
    matches(told, "NoticesShape")
    assert (told["unread"], told["mail"], told["results"][0]["id"]) == (1, "at-once", str(notice.id))
    assert curator.get("notices/").json()["results"] == []
    assert curator.post("notices/read/", {"notice": str(notice.id)}).status_code == 404
    for method in ("get", "patch"):
        assert anyone(method, "notices/").status_code == 401
    assert anyone.post("notices/read/").status_code == 401
    assert contributor.post("notices/read/", examples.READ.value).status_code == 204
    assert contributor.get("notices/").json()["unread"] == 0


def test_the_wish_for_email_is_taken(contributor):
    assert contributor.patch("notices/", examples.WISH.value).json()["mail"] == "daily"
    for wrong in ({}, {"mail": "hourly"}, {"mail": None}):
        assert "mail" in faults(contributor.patch("notices/", wrong))


def test_a_programme_says_how_soon_it_answers(anyone, programme, django_assert_max_num_queries):
    ProgrammeFactory.create_batch(5)
    assert anyone.get(f"programmes/{programme.slug}/").json()["answered"] == {"median_days": None, "count": 0}
    with django_assert_max_num_queries(12):
        listed = anyone.get("programmes/").json()["results"]
    assert [one["answered"]["count"] for one in listed] == [0] * 6


def test_publish_says_what_is_missing_by_field(curator, programme):
    insight = InsightFactory(programme=programme, kind="recommendation", status="submitted")
    assert set(faults(curator.post(f"insights/{insight.id}/publish/"))) == {"audiences"}

"""Who is told of what, here and by e-mail – once, and never with a word of the insight."""

from __future__ import annotations

import datetime
from smtplib import SMTPException
from threading import Barrier, Thread

import pytest
from django.core import mail
from django.core.exceptions import ValidationError
from django.core.mail.backends.base import BaseEmailBackend
from django.db import connection, connections, transaction
from django.utils import timezone

from casestudies.errors import Missing
from casestudies.permissions import may, people_who_may
from insights import mailing, notices
from insights.capture import Voice, log, setting_of
from insights.comments import comment
from insights.models import Notice, Wish
from insights.moves import move
from insights.voices import me_too
from tests.factories import InsightFactory, MembershipFactory, NoticeFactory, ProgrammeFactory, UserFactory

pytestmark = pytest.mark.django_db
TEXT = "Zeppelins are late on Mondays."


@pytest.fixture
def programme():
    return ProgrammeFactory(name="Ward learning")


@pytest.fixture
def nurse(programme):
    return MembershipFactory(programme=programme).user


@pytest.fixture
def curator():
    return UserFactory(role="curator")


def logged(nurse, status="submitted", **voice):
    programme = nurse.memberships.get().programme
    return log(
        person=nurse,
        setting=setting_of(programme=programme),
        voices=[Voice("staff", **voice)],
        status=status,
        kind="finding",
        title="Zeppelin",
        text=TEXT,
    )


def told(person):
    return [(notice.kind, notice.count) for notice in notices.mine(person=person)]


@pytest.mark.parametrize("withheld", [False, True])
def test_people_who_may_are_those_of_whom_may_says_yes(programme, withheld):
    people = [UserFactory(role=role) for role in ("viewer", "contributor", "analyst", "curator", "admin")]
    people += [
        MembershipFactory(programme=programme, role=inside, user__role=role).user
        for inside in ("viewer", "contributor", "curator", "admin")
        for role in ("viewer", "curator")
    ]
    people += [MembershipFactory(role="curator").user, UserFactory(role="curator", is_active=False)]
    for verb, object, status in (("publish", "insight", "submitted"), ("read", "comment", "draft")):
        asked = {"programme_id": programme.id, "status": status, "withheld": withheld}
        found = set(people_who_may(verb, object, **asked))
        assert found == {one for one in people if may(one, verb, object, **asked)}


def test_curators_are_told_that_something_was_sent_in_once_for_each_programme_until_they_look(nurse, curator):
    for _ in range(3):
        logged(nurse)
    logged(nurse, status="draft")
    assert told(curator) == [("submitted", 3)]
    assert told(nurse) == []
    notices.mark_read(person=curator)
    logged(nurse)
    assert told(curator) == [("submitted", 1), ("submitted", 3)]


def test_whoever_logged_it_or_brought_a_voice_is_told_of_the_answer(nurse, curator):
    insight = logged(nurse)
    move(person=curator, insight_id=insight.id, name="publish")
    other = UserFactory(role="contributor")
    me_too(person=other, insight_id=insight.id, voice=Voice("staff"))
    move(person=curator, insight_id=insight.id, name="withdraw")
    assert told(nurse) == [("withdrawn", 1), ("published", 1)]
    assert told(other) == [("withdrawn", 1)]
    assert ("withdrawn", 1) not in told(curator)


def test_nobody_is_told_of_what_they_did_themselves(programme):
    both = MembershipFactory(programme=programme, role="curator").user
    insight = logged(both)
    move(person=both, insight_id=insight.id, name="decline", reason="Said elsewhere.")
    assert told(both) == []


def test_of_withheld_words_only_curators_of_the_programme_are_told(nurse, curator, programme):
    inside = MembershipFactory(programme=programme, role="curator").user
    logged(nurse, consent="withheld")
    assert told(inside) == [("submitted", 1)]
    assert told(curator) == []


def test_a_comment_is_told_to_the_other_side(nurse, curator):
    second = UserFactory(role="curator")
    insight = logged(nurse)
    notices.mark_read(person=curator)
    comment(person=nurse, insight_id=insight.id, text="May I add something?")
    assert told(curator)[0] == told(second)[0] == ("comment", 1)
    comment(person=curator, insight_id=insight.id, text="Please do.")
    assert told(nurse) == [("comment", 1)]
    comment(person=nurse, insight_id=insight.id, text="Thank you.")
    assert [kind for kind, _ in told(curator)].count("comment") == 2
    assert [kind for kind, _ in told(second)].count("comment") == 1


def test_an_email_says_that_something_happened_and_never_what_was_said(nurse, curator, settings):
    settings.SITE_URL, settings.NOTICES_URL = "https://lhs.example", "https://lhs.example/notices/"
    insight = logged(nurse)
    comment(person=curator, insight_id=insight.id, text="Which Zeppelin?")
    move(person=curator, insight_id=insight.id, name="decline", reason="Zeppelins are not ours.")
    assert mailing.send_due() == 2
    [first] = [one for one in mail.outbox if one.to == [nurse.email]]
    assert "What you logged in Ward learning was declined" in first.body
    assert "https://lhs.example/notices/" in first.body
    for sent in mail.outbox:
        assert "zeppelin" not in f"{sent.subject} {sent.body} {sent.extra_headers}".lower()
        assert str(insight.id) not in sent.body
        assert sent.extra_headers["Message-ID"].endswith("@lhs.example>")


def test_what_is_due_goes_once_in_one_email(curator):
    NoticeFactory.create_batch(3, person=curator, due=timezone.now())
    Wish.objects.create(person=curator)
    assert mailing.send_due() == 1
    assert mailing.send_due() == 0
    [sent] = mail.outbox
    assert "3 notices" in sent.subject
    assert Notice.objects.filter(mailed_at__isnull=False, due__isnull=True).count() == 3


@pytest.mark.parametrize(("wish", "days"), [("at-once", 0), ("daily", 1), ("never", None)])
def test_an_email_goes_when_the_person_wishes(nurse, curator, wish, days):
    notices.wish_for(person=curator, mail=wish)
    logged(nurse)
    due = Notice.objects.get(person=curator).due
    assert mailing.send_due() == (1 if days == 0 else 0)
    if days:
        assert due is not None
        assert timezone.localtime(due).time() == datetime.time(7)
        assert timezone.now() < due <= timezone.now() + datetime.timedelta(days=1)
    elif days is None:
        assert due is None


def test_a_wish_that_changes_holds_for_what_waits(nurse, curator):
    notices.wish_for(person=curator, mail="daily")
    logged(nurse)
    notices.wish_for(person=curator, mail="never")
    assert Notice.objects.get(person=curator).due is None
    with pytest.raises(ValidationError):
        notices.wish_for(person=curator, mail="hourly")


def test_what_was_sent_and_not_read_goes_again_the_next_morning_with_what_came_since(nurse, curator):
    logged(nurse)
    mailing.send_due()
    logged(nurse)
    notice = Notice.objects.get(person=curator)
    assert notice.count == 2
    assert notice.due is not None
    assert notice.due > timezone.now()
    assert mailing.send_due() == 0


def test_what_was_read_here_goes_by_no_email(nurse, curator):
    logged(nurse)
    assert notices.unread(curator) == 1
    [notice] = notices.mine(person=curator)
    with pytest.raises(Missing):
        notices.mark_read(person=nurse, notice_id=notice.id)
    assert notices.mark_read(person=curator, notice_id=notice.id) == 1
    assert notices.unread(curator) == 0
    assert mailing.send_due() == 0


def test_someone_who_has_left_gets_no_email(nurse, curator):
    logged(nurse)
    curator.is_active = False
    curator.save()
    assert mailing.send_due() == 0
    assert mail.outbox == []


class Refuses(BaseEmailBackend):
    """A mail server that takes nothing."""

    def send_messages(self, messages):
        raise SMTPException("not now: person@example.org")


def test_what_could_not_be_sent_is_tried_again_later_and_nothing_is_lost(nurse, curator, settings, caplog):
    logged(nurse)
    working, settings.EMAIL_BACKEND = settings.EMAIL_BACKEND, f"{__name__}.Refuses"
    assert mailing.send_due() == 0
    assert "example.org" not in caplog.text
    notice = Notice.objects.get(person=curator)
    assert (notice.tries, notice.mailed_at) == (1, None)
    assert notice.due is not None
    assert notice.due > timezone.now()
    settings.EMAIL_BACKEND = working
    Notice.objects.update(due=timezone.now())
    assert mailing.send_due() == 1


def test_after_many_tries_a_notice_stands_on_the_page_alone(nurse, curator, settings):
    logged(nurse)
    settings.EMAIL_BACKEND = f"{__name__}.Refuses"
    for _ in range(mailing.MOST_TRIES):
        Notice.objects.filter(due__isnull=False).update(due=timezone.now())
        mailing.send_due()
    notice = Notice.objects.get(person=curator)
    assert (notice.due, notice.read_at) == (None, None)


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_send_each_email_once():
    with transaction.atomic():
        people = UserFactory.create_batch(6)
        insight = InsightFactory()
        for person in people:
            Wish.objects.create(person=person)
            NoticeFactory.create_batch(2, person=person, insight=insight, due=timezone.now())
    together = Barrier(2)

    def work():
        together.wait()
        mailing.send_due()
        connections.close_all()

    workers = [Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(sent.to[0] for sent in mail.outbox) == sorted(person.email for person in people)


def test_no_notice_has_a_column_for_words():
    columns = connection.introspection.get_table_description(connection.cursor(), Notice._meta.db_table)
    assert {column.name for column in columns} == {
        *(
            "id",
            "person_id",
            "kind",
            "programme_id",
            "insight_id",
            "count",
            "at",
            "read_at",
            "due",
            "mailed_at",
            "tries",
        )
    }

"""Who is told that a file sent in insights: each curator once, and never with a word of it."""

from __future__ import annotations

import pytest
from django.core import mail

from insights import mailing, notices
from insights.importing import running, verbs
from insights.models import Notice
from tests.factories import MembershipFactory, UserFactory
from tests.importing.spreadsheets import HEADINGS, Importer, a_row, as_csv

pytestmark = pytest.mark.django_db
ROWS = [a_row(n) for n in range(37)]


@pytest.fixture
def curator():
    return UserFactory(role="curator")


def told(person):
    return [(notice.kind, notice.count) for notice in notices.mine(person=person)]


def test_curators_are_told_once_of_all_that_a_file_sent_in(importer, curator, monkeypatch):
    monkeypatch.setattr(running, "BATCH", 10)
    importer.write(as_csv(HEADINGS, *ROWS), status="submitted")
    assert told(curator) == [("imported", 37)]
    assert told(importer.person) == []
    [notice] = notices.mine(person=curator)
    said = notices.in_words(notice)
    assert said.startswith("37 insights were sent in from a spreadsheet for a curator to read, in ")


def test_of_each_file_there_is_a_notice_of_its_own(importer, curator):
    importer.write(as_csv(HEADINGS, *ROWS[:2]), status="submitted")
    importer.write(as_csv(HEADINGS, ROWS[2]), status="submitted")
    assert told(curator) == [("imported", 1), ("imported", 2)]


def test_of_drafts_and_of_what_was_there_already_nobody_is_told(importer, curator):
    importer.write(as_csv(HEADINGS, *ROWS[:2]))
    importer.write(as_csv(HEADINGS, *ROWS[:2]), status="submitted")
    assert told(curator) == []


def test_of_withheld_words_only_curators_of_the_programme_are_told(importer, programme, curator):
    inside = MembershipFactory(programme=programme, role="curator").user
    rows = [[*a_row(1), "no"], [*a_row(2), "yes"], [*a_row(3), "yes"]]
    importer.write(as_csv((*HEADINGS, "Consent"), *rows), status="submitted")
    assert told(inside) == [("imported", 3)]
    assert told(curator) == [("imported", 2)]
    importer.write(as_csv((*HEADINGS, "Consent"), [*a_row(4), "no"]), status="submitted")
    assert told(inside) == [("imported", 1), ("imported", 3)]
    assert told(curator) == [("imported", 2)]


def test_a_curator_who_imports_is_told_nothing(programme, tmp_path, curator):
    both = MembershipFactory(programme=programme, role="curator").user
    Importer(both, programme, tmp_path).write(as_csv(HEADINGS, ROWS[0]), status="submitted")
    assert told(both) == []
    assert told(curator) == [("imported", 1)]


def test_of_an_import_that_is_cancelled_curators_are_told_what_came(importer, curator, monkeypatch):
    monkeypatch.setattr(running, "BATCH", 2)
    found = importer.check(as_csv(HEADINGS, *ROWS[:5]), status="submitted")
    verbs.write(person=importer.person, import_id=found.id)
    # Out of time after one batch.
    assert running.run_due(only=found.id, seconds=0)
    assert told(curator) == []
    verbs.cancel(person=importer.person, import_id=found.id)
    assert told(curator) == [("imported", 2)]


def test_the_email_has_no_word_of_what_was_sent_in(importer, curator):
    importer.write(as_csv(HEADINGS, a_row(1, Insight="Zeppelins are late.")), status="submitted")
    assert mailing.send_due() == 1
    [sent] = mail.outbox
    assert sent.to == [curator.email]
    assert "An insight was sent in from a spreadsheet for a curator to read" in sent.body
    assert "zeppelin" not in f"{sent.subject} {sent.body} {sent.extra_headers}".lower()


def test_a_notice_of_an_import_leads_to_the_queue_of_the_programme(importer, curator, programme, client):
    importer.write(as_csv(HEADINGS, ROWS[0]), status="submitted")
    client.force_login(curator)
    answer = client.get(f"/notices/{Notice.objects.get(person=curator).id}/")
    assert answer.status_code == 302
    assert answer.url.endswith(f"?programme={programme.id}")
    assert notices.unread(curator) == 0

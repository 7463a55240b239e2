"""What is erased is nowhere any more; that it was, by whom and why, is kept."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction

from casestudies.errors import Conflict, Missing
from insights import capture, merging, receipts, versions
from insights.capture import Voice
from insights.comments import comment
from insights.erasing import ERASED, erase
from insights.history import timeline
from insights.models import Comment, Embedding, Erasure, Insight, Receipt
from insights.moves import move, moves_open_to
from tests.factories import (
    EmbeddingFactory,
    EvidenceFactory,
    InsightFactory,
    MembershipFactory,
    TagFactory,
    UserFactory,
    habit,
)

pytestmark = pytest.mark.django_db
# Words that stand nowhere else.
WORDS = ("Xylophone", "Quagmire", "Obelisk", "Zeppelin", "Marzipan", "Yarrow", "Kumquat", "Juniper", "Walrus")
WHY = "A relative asked for it."


@pytest.fixture
def admin():
    return UserFactory(role="admin")


@pytest.fixture
def nurse():
    return MembershipFactory().user


@pytest.fixture
def insight(nurse, admin):
    """An insight whose words have gone everywhere that words go."""
    programme = nurse.memberships.get().programme
    said = capture.log(
        person=nurse,
        setting=capture.setting_of(programme=programme),
        voices=[Voice("staff", role="Xylophone player"), Voice("family", place="Obelisk ward")],
        kind="finding",
        title="Quagmire",
        text="The Zeppelin is late.",
        section="Juniper",
        locator="Walrus, page 3",
        external_id="Yarrow-1",
    )
    capture.edit(person=nurse, insight_id=said.id, text="The Marzipan is late.", voices=[Voice("staff")])
    move(person=nurse, insight_id=said.id, name="submit")
    comment(person=admin, insight_id=said.id, text="Which Zeppelin was it?")
    move(person=admin, insight_id=said.id, name="decline", reason="The Kumquat is not ours.")
    said.refresh_from_db()
    TagFactory(insight=said, reason="Most of all by “Marzipan”.")
    TagFactory(insight=said, code=habit("culture"), confirmed=True, reason="Most of all by “Zeppelin”.")
    EmbeddingFactory(insight=said)
    return said


def everywhere() -> str:
    """Everything that is kept in words, in every table: text, JSON, arrays and search vectors."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p', 'm')
            """
        )
        found = []
        for (table,) in cursor.fetchall():
            cursor.execute(f"SELECT coalesce(string_agg(t::text, ' '), '') FROM {table} t")
            found.append(cursor.fetchone()[0])
    return "\n".join(found).lower()


def found(words=WORDS):
    said = everywhere()
    # As words, as the search has them, and as bytes (a session, an artefact).
    return {word for word in words if word.lower() in said or word.encode().hex() in said}


def test_before_it_is_erased_the_words_are_there(insight):
    assert found() == set(WORDS)


def test_erased_words_are_in_no_table(insight, admin):
    erase(person=admin, insight_id=insight.id, reason=WHY)
    assert found() == set()
    insight.refresh_from_db()
    assert (insight.status, insight.text) == ("withdrawn", ERASED)
    assert not Embedding.objects.filter(insight=insight).exists()
    assert not Comment.objects.exists()


@pytest.mark.parametrize("status", ["draft", "submitted", "published", "declined", "withdrawn"])
def test_words_are_erased_wherever_the_insight_stands(status, admin):
    insight = InsightFactory(status=status, text="The Zeppelin is late.")
    erase(person=admin, insight_id=insight.id, reason=WHY)
    assert found(["Zeppelin"]) == set()


def test_copies_that_a_merge_made_of_its_voices_go_too(admin):
    kept, gone = InsightFactory(), InsightFactory(source__role="Zeppelin pilot")
    merge = merging.merge(person=admin, kept_id=kept.id, gone_id=gone.id)
    erase(person=admin, insight_id=gone.id, reason=WHY)
    assert found(["Zeppelin"]) == set()
    merging.undo_merge(person=admin, merge_id=merge.id)
    gone.refresh_from_db()
    assert gone.status == "withdrawn"


def test_other_insights_keep_their_words(insight, admin):
    other = InsightFactory(text="The Zeppelin came back.")
    EvidenceFactory(insight=other, other=insight)
    erase(person=admin, insight_id=insight.id, reason=WHY)
    other.refresh_from_db()
    assert other.text == "The Zeppelin came back."


def test_that_it_was_erased_by_whom_and_why_is_told(insight, admin, nurse):
    erase(person=admin, insight_id=insight.id, reason=WHY)
    [event] = [event for event in timeline(person=nurse, insight_id=insight.id) if "erased" in event.what]
    assert event.who == str(admin)
    assert event.changes[0].after == WHY
    code = Receipt.objects.filter(source__insight=insight).first().code
    assert receipts.told(code).now.said == receipts.ERASED


def test_only_an_administrator_erases_even_what_they_may_not_read(nurse, admin):
    insight = InsightFactory(programme=nurse.memberships.get().programme, source__consent="withheld")
    for person in (nurse, UserFactory(role="curator"), UserFactory(role="admin", is_active=False)):
        with pytest.raises((PermissionDenied, Missing)):
            erase(person=person, insight_id=insight.id, reason=WHY)
    erase(person=admin, insight_id=insight.id, reason=WHY)
    assert Erasure.objects.get().insight == insight


@pytest.mark.parametrize("reason", ["", "  ", "x" * 2001, "They said: the marzipan is LATE. Sorry.", "a\x00b"])
def test_without_a_reason_or_with_the_words_in_it_nothing_is_erased(insight, admin, reason):
    with pytest.raises(ValidationError) as fault:
        erase(person=admin, insight_id=insight.id, reason=reason)
    assert set(fault.value.message_dict) == {"reason"}
    insight.refresh_from_db()
    assert insight.text == "The Marzipan is late."


def test_nothing_comes_back(insight, admin, nurse):
    erase(person=admin, insight_id=insight.id, reason=WHY)
    insight.refresh_from_db()
    assert moves_open_to(person=admin, insight=insight) == []
    for again in (
        lambda: erase(person=admin, insight_id=insight.id, reason=WHY),
        lambda: move(person=admin, insight_id=insight.id, name="reopen"),
        lambda: versions.restore(person=admin, insight_id=insight.id, number=1),
        lambda: comment(person=admin, insight_id=insight.id, text="Why?"),
    ):
        with pytest.raises(Conflict):
            again()
    for change in ({"status": "draft"}, {"text": "The Zeppelin is late."}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Insight.objects.filter(id=insight.id).update(**change)


def test_the_command_erases_and_says_nothing_on_stdout(insight, capsys):
    call_command("erase", str(insight.id), "--reason", WHY)
    assert found() == set()
    said = capsys.readouterr()
    assert said.out == ""
    assert "erased" in said.err
    with pytest.raises(CommandError, match="already"):
        call_command("erase", str(insight.id), "--reason", WHY)

"""Earlier versions are compared and restored by those who may see them."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied
from hypothesis import given
from hypothesis import strategies as st

from casestudies.errors import Conflict, Missing
from insights import capture, comments, versions
from insights.capture import Voice
from insights.history import timeline
from insights.moves import move
from insights.versions import Part, word_by_word
from tests.factories import InsightFactory, MembershipFactory, ProgrammeFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def nurse():
    return MembershipFactory().user


@pytest.fixture
def insight(nurse):
    said = capture.log(
        person=nurse,
        setting=capture.setting_of(programme=nurse.memberships.get().programme),
        voices=[Voice("staff")],
        kind="finding",
        text="The lift is late.",
    )
    capture.edit(person=nurse, insight_id=said.id, text="The old lift is out of order.", level="team")
    return said


@given(st.text(max_size=200), st.text(max_size=200))
def test_both_texts_are_whole_in_what_is_compared(before, after):
    pieces = word_by_word(before, after)
    assert "".join(words for part, words in pieces if part != Part.NEW) == before
    assert "".join(words for part, words in pieces if part != Part.GONE) == after


def test_versions_are_compared_word_by_word(insight, nurse):
    differs = {
        one.field: one.pieces for one in versions.compare(person=nurse, insight_id=insight.id, first=1, second=2)
    }
    assert set(differs) == {"Text", "Level"}
    assert (Part.NEW, "old") in [(part, words.strip()) for part, words in differs["Text"]]
    assert next(words for part, words in differs["Text"] if part == Part.SAME).startswith("The")
    assert differs["Level"] == ((Part.NEW, "Team"),)


def test_a_move_is_no_version(insight, nurse):
    move(person=nurse, insight_id=insight.id, name="submit")
    assert [one.number for one in versions.versions(person=nurse, insight_id=insight.id)] == [1, 2]


def test_a_version_is_restored_and_what_stood_stays_in_the_history(insight, nurse):
    back = versions.restore(person=nurse, insight_id=insight.id, number=1)
    assert (back.text, back.level) == ("The lift is late.", None)
    assert [one.number for one in versions.versions(person=nurse, insight_id=insight.id)] == [1, 2, 3]
    assert timeline(person=nurse, insight_id=insight.id)[0].what == "Edited"
    with pytest.raises(Conflict):
        versions.restore(person=nurse, insight_id=insight.id, number=3)


@pytest.mark.parametrize("number", [0, 3, 10**9])
def test_there_is_no_such_version(insight, nurse, number):
    with pytest.raises(Missing):
        versions.restore(person=nurse, insight_id=insight.id, number=number)


def test_whoever_may_not_edit_restores_nothing(insight, nurse):
    reader = MembershipFactory(programme=insight.programme, role="viewer").user
    assert versions.versions(person=reader, insight_id=insight.id)
    with pytest.raises(PermissionDenied):
        versions.restore(person=reader, insight_id=insight.id, number=1)


def test_words_that_were_withheld_once_stay_in_the_programme(insight, nurse):
    curator = UserFactory(role="curator")
    capture.edit(person=nurse, insight_id=insight.id, voices=[Voice("staff", consent="withheld")])
    comments.comment(person=nurse, insight_id=insight.id, text="May we say so?")
    capture.edit(person=nurse, insight_id=insight.id, voices=[Voice("staff", consent="given")])
    for read in (versions.versions, comments.comments_on):
        with pytest.raises(PermissionDenied):
            read(person=curator, insight_id=insight.id)
        assert read(person=nurse, insight_id=insight.id)
    assert not any(event.changes for event in timeline(person=curator, insight_id=insight.id))


def test_what_stood_in_another_programme_is_for_those_who_are_in_both():
    here, there = ProgrammeFactory.create_batch(2)
    both = UserFactory(role="contributor")
    for programme in (here, there):
        MembershipFactory(user=both, programme=programme)
    one = MembershipFactory(programme=there).user
    insight = InsightFactory(programme=here, status="draft")
    capture.edit(person=both, insight_id=insight.id, setting=capture.setting_of(programme=there))
    with pytest.raises(PermissionDenied):
        versions.versions(person=one, insight_id=insight.id)
    assert versions.versions(person=both, insight_id=insight.id)

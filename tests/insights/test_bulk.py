"""One decision on a whole filter: counted first, made in one go, and taken back in one go."""

from __future__ import annotations

import datetime

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from casestudies.errors import Conflict, Missing
from insights import bulk
from insights.bulk import decide_all, latest, preview, undo_bulk
from insights.counting import counts
from insights.models import Bulk, Decision, Tag, Tagging
from insights.review import decide
from insights.search import Selection
from tests.factories import (
    InsightFactory,
    MembershipFactory,
    ProgrammeFactory,
    TagFactory,
    UserFactory,
    habit,
)

pytestmark = pytest.mark.django_db
STAFF = {"codebook": "habits", "code": "staff"}
SUGGESTED = Selection(habit=("staff",), habit_state=("suggested",))


@pytest.fixture
def curator():
    return UserFactory(role="curator")


def say(person, selection=SUGGESTED, *, verdict="confirmed", expected=None, **code) -> Bulk:
    code = {**STAFF, **code}
    if expected is None:
        expected = preview(person=person, selection=selection, **code)
    return decide_all(person=person, selection=selection, verdict=verdict, expected_count=expected, **code)


class TestDecidingAll:
    @pytest.mark.parametrize("verdict", ["confirmed", "rejected"])
    def test_everything_that_the_filter_selects_is_decided_and_nothing_else(self, curator, verdict):
        chosen = [TagFactory(score=0.6), TagFactory(score=0.7)]
        other = TagFactory(code=habit("culture"))
        made = say(curator, verdict=verdict)
        assert (made.count, made.verdict, made.code, made.person) == (2, verdict, habit("staff"), curator)
        for tag in chosen:
            score, reason, tagger = tag.score, tag.reason, tag.tagger
            tag.refresh_from_db()
            assert (tag.state, tag.origin, tag.decided_by) == (verdict, "person", curator)
            assert (tag.score, tag.reason, tag.tagger) == (score, reason, tagger)
        other.refresh_from_db()
        assert other.state == "suggested"
        told = list(made.decisions.all())
        assert {(one.verdict, one.queue, one.suggested, one.teaches) for one in told} == {(verdict, "bulk", True, True)}
        assert {one.score for one in told} == {0.6, 0.7}
        assert {one.digest for one in told} == {tag.insight.digest for tag in chosen}

    def test_more_than_a_page_and_more_than_a_batch(self, curator, monkeypatch):
        monkeypatch.setattr(bulk, "BATCH", 7)
        programme = ProgrammeFactory()
        InsightFactory.create_batch(25, programme=programme)
        assert say(curator, Selection(programme=(programme.slug,))).count == 25
        assert Tag.objects.filter(state="confirmed", origin="person").count() == 25
        assert counts()["habits:confirmed"] == {"staff": 25}

    def test_what_a_person_has_decided_is_left_as_it_is(self, curator):
        theirs = TagFactory(rejected=True)
        mine = InsightFactory()
        assert preview(person=curator, selection=Selection(), **STAFF) == 1
        made = say(curator, Selection())
        assert [one.insight for one in made.decisions.all()] == [mine]
        theirs.refresh_from_db()
        assert theirs.state == "rejected"

    def test_the_filter_is_kept_with_the_decision(self, curator):
        made = say(curator, Selection(q="nobody", kind=("finding",), collected_on_after=datetime.date(2021, 3, 4)))
        assert Bulk.objects.get(id=made.id).selection == {
            "q": "nobody",
            "kind": ["finding"],
            "collected_on_after": "2021-03-04",
        }

    @pytest.mark.parametrize("expected", [0, 1, 3])
    def test_another_number_than_was_expected_decides_nothing_and_says_both(self, curator, expected):
        TagFactory.create_batch(2)
        with pytest.raises(Conflict, match=f"selects 2 insights now, not {expected}"):
            say(curator, expected=expected)
        assert not Decision.objects.exists()
        assert not Bulk.objects.exists()

    def test_there_is_a_most_and_it_is_said(self, curator, monkeypatch):
        monkeypatch.setattr(bulk, "MOST", 2)
        TagFactory.create_batch(4)
        assert preview(person=curator, selection=SUGGESTED, **STAFF) == 3
        with pytest.raises(ValidationError, match="on 2 insights at most"):
            say(curator, expected=3)
        assert not Decision.objects.exists()

    def test_a_verdict_or_a_code_that_is_none_is_named(self, curator):
        with pytest.raises(ValidationError):
            say(curator, verdict="suggested")
        with pytest.raises(Missing, match="no code “luck”"):
            say(curator, code="luck")


class TestForWhom:
    @pytest.mark.parametrize("role", ["viewer", "contributor", "analyst"])
    def test_whoever_decides_nowhere_decides_nothing(self, role):
        TagFactory()
        with pytest.raises(PermissionDenied):
            say(UserFactory(role=role))

    def test_a_contributor_decides_in_their_programme_only_and_does_not_teach(self):
        tag, _ = TagFactory(), TagFactory()
        member = MembershipFactory(programme=tag.insight.programme).user
        made = say(member)
        assert [(one.insight, one.teaches) for one in made.decisions.all()] == [(tag.insight, False)]

    def test_withheld_words_are_decided_on_by_their_team_only(self, curator):
        tag = TagFactory(insight=InsightFactory(source__consent="withheld"))
        assert say(curator).count == 0
        assert say(MembershipFactory(programme=tag.insight.programme).user).count == 1


class TestUndoing:
    def test_suggestions_come_back_and_what_was_added_goes(self, curator):
        suggested, plain = TagFactory(score=0.6), InsightFactory()
        made = say(curator, Selection())
        assert made.count == 2
        undone = undo_bulk(person=curator, bulk_id=made.id)
        assert undone.undone_at is not None
        tag = Tag.objects.get()
        assert (tag.insight, tag.state, tag.origin, tag.decided_by) == (suggested.insight, "suggested", "machine", None)
        assert not Tag.objects.filter(insight=plain).exists()
        assert Decision.objects.filter(verdict="undone").count() == 2
        assert counts()["habits:suggested"] == {"staff": 1}
        assert Tagging.objects.filter(codebook__slug="habits", due=False).count() == 0

    def test_what_someone_decided_since_stands(self, curator):
        tag = TagFactory()
        made, other = say(curator), UserFactory(role="curator")
        decide(person=other, insight_id=tag.insight_id, verdict="rejected", **STAFF)
        undo_bulk(person=curator, bulk_id=made.id)
        tag.refresh_from_db()
        assert (tag.state, tag.decided_by) == ("rejected", other)

    def test_it_is_taken_back_once_and_by_whoever_made_it(self, curator):
        TagFactory()
        made = say(curator)
        with pytest.raises(Missing):
            undo_bulk(person=UserFactory(role="curator"), bulk_id=made.id)
        undo_bulk(person=curator, bulk_id=made.id)
        with pytest.raises(Conflict, match="taken back already"):
            undo_bulk(person=curator, bulk_id=made.id)

    def test_the_latest_that_stand_are_told_the_newest_first(self, curator):
        TagFactory()
        first, second, third = say(curator), say(curator), say(curator)
        undo_bulk(person=curator, bulk_id=second.id)
        assert latest(person=curator) == [third, first]
        assert latest(person=UserFactory(role="curator")) == []

    def test_what_was_taken_back_can_be_decided_again(self, curator):
        TagFactory()
        undo_bulk(person=curator, bulk_id=say(curator).id)
        assert say(curator, verdict="rejected").count == 1

"""A person decides a tag: their word stands, the machine's stays beside it, and every decision is kept."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from casestudies.errors import Missing
from insights.capture import edit
from insights.evidence import link
from insights.models import Decision, Evidence, Tag
from insights.review import decide
from tests.factories import (
    EvidenceFactory,
    InsightFactory,
    MembershipFactory,
    TagFactory,
    ThemeFactory,
    UserFactory,
    habit,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def curator():
    return UserFactory(role="curator")


def say(person, insight, code="staff", verdict="confirmed", **how):
    return decide(person=person, insight_id=insight.id, codebook="habits", code=code, verdict=verdict, **how)


class TestDeciding:
    @pytest.mark.parametrize("verdict", ["confirmed", "rejected"])
    def test_a_suggestion_becomes_a_persons_word_and_keeps_what_the_machine_said(self, curator, verdict):
        suggestion = TagFactory()
        say(curator, suggestion.insight, verdict=verdict, queue="audit", shown=False)
        tag = Tag.objects.get()
        assert (tag.state, tag.origin, tag.decided_by) == (verdict, "person", curator)
        assert (tag.score, tag.reason, tag.tagger) == (suggestion.score, suggestion.reason, suggestion.tagger)
        decision = Decision.objects.get()
        assert (decision.verdict, decision.suggested, decision.score) == (verdict, True, suggestion.score)
        assert (decision.shown, decision.queue, decision.tagger) == (False, "audit", suggestion.tagger)
        assert (decision.person, decision.digest) == (curator, suggestion.insight.digest)

    def test_a_code_that_nobody_suggested_is_added(self, curator):
        insight = InsightFactory()
        say(curator, insight, code="culture")
        decision = Decision.objects.get()
        assert (decision.suggested, decision.score, decision.tagger) == (False, None, None)
        assert Tag.objects.get().score is None

    def test_a_change_of_mind_is_another_decision_and_one_tag(self, curator):
        insight = TagFactory().insight
        for verdict in ("confirmed", "rejected", "rejected"):
            say(curator, insight, verdict=verdict)
        assert [decision.verdict for decision in Decision.objects.all()] == ["confirmed", "rejected", "rejected"]
        assert [decision.suggested for decision in Decision.objects.all()] == [True, False, False]
        assert Tag.objects.get().state == "rejected"

    def test_a_theme_is_decided_alike(self, curator):
        theme, insight = ThemeFactory(), InsightFactory()
        decide(person=curator, insight_id=insight.id, codebook="themes", code=theme.slug, verdict="confirmed")
        assert Tag.objects.get().code == theme

    def test_a_contributor_decides_in_their_programme_without_teaching_yet(self, curator):
        insight = InsightFactory()
        say(MembershipFactory(programme=insight.programme).user, insight)
        say(MembershipFactory(programme=insight.programme, role="curator").user, insight)
        say(curator, insight)
        assert [decision.teaches for decision in Decision.objects.all()] == [False, True, True]

    @pytest.mark.parametrize("member", [None, "viewer", "analyst"])
    def test_others_decide_nothing(self, member):
        insight, person = InsightFactory(), UserFactory(role="contributor")
        if member:
            MembershipFactory(programme=insight.programme, user=person, role=member)
        with pytest.raises(PermissionDenied):
            say(person, insight)
        assert not Decision.objects.exists()

    def test_what_there_is_not_is_named(self, curator):
        insight = InsightFactory()
        with pytest.raises(ValidationError) as fault:
            say(curator, insight, verdict="suggested")
        assert set(fault.value.message_dict) == {"state"}
        with pytest.raises(Missing, match="no code “luck”"):
            say(curator, insight, code="luck")
        with pytest.raises(Missing):
            decide(person=curator, insight_id=uuid4(), codebook="habits", code="staff", verdict="confirmed")

    def test_withheld_words_are_judged_by_their_team_only(self, curator):
        insight = InsightFactory(source__consent="withheld")
        with pytest.raises(Missing):
            say(curator, insight)
        say(MembershipFactory(programme=insight.programme).user, insight)

    def test_a_decision_stays_when_the_words_change_and_tells_which_words_were_judged(self, curator):
        insight = InsightFactory()
        say(curator, insight)
        edit(person=curator, insight_id=insight.id, text="Quite other words.")
        insight.refresh_from_db()
        assert Tag.objects.get().state == "confirmed"
        assert Decision.objects.get().digest != insight.digest


class TestLinking:
    def test_a_link_is_made_once_however_often_it_is_said(self, curator):
        one, other = InsightFactory.create_batch(2)
        made = {link(person=curator, insight_id=one.id, other_id=other.id, relation="supports").id for _ in range(3)}
        assert made == {Evidence.objects.get().id}

    @pytest.mark.parametrize(
        ("relation", "says"), [("rests-on", "A recommendation rests on findings"), ("proves", "not a valid choice")]
    )
    def test_what_does_not_go_together_is_told_in_words(self, curator, relation, says):
        one, other = InsightFactory.create_batch(2)
        with pytest.raises(ValidationError, match=says) as fault:
            link(person=curator, insight_id=one.id, other_id=other.id, relation=relation)
        assert set(fault.value.message_dict) == {"evidence"}

    def test_an_insight_is_no_evidence_for_itself(self, curator):
        one = InsightFactory()
        with pytest.raises(ValidationError, match="cannot be evidence for itself"):
            link(person=curator, insight_id=one.id, other_id=one.id, relation="supports")

    def test_both_ends_must_be_open_and_the_first_ones_own(self):
        one, other = InsightFactory(status="draft"), InsightFactory(status="draft")
        contributor = MembershipFactory(programme=one.programme).user
        for ends in ((one, other), (other, one)):
            with pytest.raises(Missing):
                link(person=contributor, insight_id=ends[0].id, other_id=ends[1].id, relation="supports")
        published = InsightFactory()
        link(person=contributor, insight_id=one.id, other_id=published.id, relation="supports")
        with pytest.raises(PermissionDenied):
            link(person=contributor, insight_id=published.id, other_id=one.id, relation="supports")

    def test_a_link_that_is_there_is_no_reason_to_ask_again(self, curator):
        there = EvidenceFactory()
        assert (
            link(person=curator, insight_id=there.insight_id, other_id=there.other_id, relation=there.relation) == there
        )


def test_there_are_five_habits_to_decide_on(curator):
    insight = InsightFactory()
    for code in ("priorities", "staff", "every-patient", "feedback", "culture"):
        assert say(curator, insight, code=code).code == habit(code)

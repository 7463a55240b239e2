"""Two insights that say the same: offered to curators, merged with every voice, taken apart again."""

from __future__ import annotations

import numpy as np
import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from casestudies.errors import Conflict, Missing
from insights.counting import counts
from insights.merging import (
    keep_apart,
    last_merges,
    likely_duplicates,
    merge,
    merged_into,
    merges_anywhere,
    undo_merge,
)
from insights.models import Apart, Decision, Insight, Merge, Tag
from insights.review import decide
from insights.visibility import Reader
from lhs.encoder import configured_name
from lhs.models import HABITS
from tests.factories import (
    ApartFactory,
    EmbeddingFactory,
    InsightFactory,
    MembershipFactory,
    ProgrammeFactory,
    SourceFactory,
    TagFactory,
    UserFactory,
    habit,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("swept_index")]


def at(angle: float, **said) -> Insight:
    """Make an insight whose embedding stands at this angle: two are alike by the cosine of what lies between."""
    insight = InsightFactory(**said)
    vector = np.zeros(384)
    vector[:2] = np.cos(angle), np.sin(angle)
    EmbeddingFactory(insight=insight, encoder=configured_name(), vector=vector)
    return insight


@pytest.fixture
def curator():
    return UserFactory(role="curator")


def pairs(person) -> list[tuple[Insight, Insight]]:
    return [(pair.first, pair.second) for pair in likely_duplicates(person=person)]


# --- offered ----------------------------------------------------------------------------------------------------------


def test_likely_duplicates_are_told_once_the_most_alike_first(curator):
    one, other, third = at(0), at(0.1), at(1.55)
    fourth = at(1.5)
    found = likely_duplicates(person=curator)
    assert [(pair.first, pair.second) for pair in found] == [(third, fourth), (one, other)]
    assert found[1].similarity == pytest.approx(np.cos(0.1), abs=0.001)
    assert len(likely_duplicates(person=curator, limit=1)) == 1


def test_what_is_less_alike_is_no_duplicate(curator):
    at(0), at(0.6)
    assert pairs(curator) == []


@pytest.mark.parametrize("status", ["withdrawn", "declined"])
def test_what_no_longer_stands_is_not_offered(curator, status):
    at(0), at(0, status=status)
    assert pairs(curator) == []


def test_what_was_said_to_be_apart_or_was_merged_is_not_offered_again(curator):
    one, other, third = at(0), at(0), at(1.5)
    fourth = at(1.5)
    keep_apart(person=curator, first_id=other.id, second_id=one.id)
    done = merge(person=curator, kept_id=third.id, gone_id=fourth.id)
    assert pairs(curator) == []
    undo_merge(person=curator, merge_id=done.id)
    assert pairs(curator) == [(third, fourth)]


def test_a_curator_of_one_programme_is_offered_what_is_theirs():
    here, there = ProgrammeFactory.create_batch(2)
    own = [at(0, programme=here), at(0, programme=here)]
    at(0, programme=there)
    of_here = MembershipFactory(programme=here, role="curator").user
    assert pairs(of_here) == [tuple(own)]
    assert len(pairs(UserFactory(role="curator"))) == 3
    for person in (UserFactory(role="analyst"), MembershipFactory(programme=here).user):
        assert not merges_anywhere(person)
        with pytest.raises(PermissionDenied):
            likely_duplicates(person=person)
    assert merges_anywhere(of_here)
    assert not merges_anywhere(None)


def test_withheld_words_are_offered_to_their_own_programme_only(curator):
    here, there = ProgrammeFactory.create_batch(2)
    withheld = at(0, programme=here, source__consent="withheld")
    at(0, programme=there)
    own = at(0, programme=here)
    assert len(pairs(curator)) == 1
    MembershipFactory(user=curator, programme=here, role="viewer")
    assert (withheld, own) in pairs(curator)
    assert all(
        first.programme == second.programme or not (first.words_withheld or second.words_withheld)
        for first, second in pairs(curator)
    )


def test_words_that_changed_since_they_were_read_are_not_compared(curator):
    one, _ = at(0), at(0)
    Insight.objects.filter(id=one.id).update(text="Other words than before.")
    assert pairs(curator) == []


# --- merged -----------------------------------------------------------------------------------------------------------


def test_the_kept_one_has_every_voice_and_the_other_is_withdrawn(curator):
    kept = InsightFactory(source__role="matron")
    gone = InsightFactory(source__role="porter", source__place="Ward 7")
    SourceFactory(insight=gone, kind="family", role="son", recorded_by=curator)
    done = merge(person=curator, kept_id=kept.id, gone_id=gone.id)
    voices = list(kept.sources.all())
    assert [(voice.position, voice.role) for voice in voices] == [(0, "matron"), (1, "porter"), (2, "son")]
    assert voices[1].place == "Ward 7"
    assert voices[2].recorded_by == curator
    assert done.voices == [voice.id for voice in voices[1:]]
    assert gone.sources.count() == 2, "its own stay with it"
    gone.refresh_from_db()
    assert (gone.status, done.status_before, done.person) == ("withdrawn", "published", curator)
    assert counts()["all"][""] == 1
    assert Insight.objects.get(id=kept.id).modified > kept.modified


def test_who_may_open_the_kept_one_is_led_there(curator):
    kept, gone = InsightFactory(status="draft"), InsightFactory()
    merge(person=curator, kept_id=kept.id, gone_id=gone.id)
    assert merged_into(person=curator, insight_id=gone.id) == kept
    assert merged_into(person=MembershipFactory(programme=gone.programme).user, insight_id=gone.id) is None
    assert merged_into(person=curator, insight_id=kept.id) is None


def test_decisions_stay_with_what_they_were_made_of(curator):
    kept, gone = InsightFactory(), InsightFactory()
    decide(person=curator, insight_id=gone.id, codebook=HABITS, code="culture", verdict="confirmed")
    TagFactory(insight=kept, code=habit("staff"))
    merge(person=curator, kept_id=kept.id, gone_id=gone.id)
    assert [decision.insight for decision in Decision.objects.all()] == [gone]
    assert list(Tag.objects.filter(insight=kept).values_list("code__slug", "state")) == [("staff", "suggested")]


def test_only_curators_merge_take_back_and_keep_apart(curator):
    one, other = InsightFactory(), InsightFactory()
    done = merge(person=curator, kept_id=one.id, gone_id=other.id)
    third = InsightFactory(programme=one.programme)
    both = MembershipFactory(programme=one.programme).user
    of_one = MembershipFactory(programme=one.programme, role="curator").user
    for person in (both, UserFactory(role="contributor"), UserFactory(role="analyst"), UserFactory()):
        with pytest.raises(PermissionDenied):
            merge(person=person, kept_id=one.id, gone_id=third.id)
        with pytest.raises(PermissionDenied):
            keep_apart(person=person, first_id=one.id, second_id=third.id)
        with pytest.raises((PermissionDenied, Missing)):
            undo_merge(person=person, merge_id=done.id)
    with pytest.raises(PermissionDenied):
        merge(person=of_one, kept_id=one.id, gone_id=InsightFactory().id)
    merge(person=of_one, kept_id=one.id, gone_id=third.id)


def test_withheld_words_are_merged_inside_their_programme_only(curator):
    kept = InsightFactory()
    far, near = (
        InsightFactory(source__consent="withheld"),
        InsightFactory(source__consent="withheld", programme=kept.programme),
    )
    for gone in (far, near):
        with pytest.raises(Missing):
            merge(person=curator, kept_id=kept.id, gone_id=gone.id)
        MembershipFactory(user=curator, programme=gone.programme, role="viewer")
    for one, other in ((kept, far), (far, kept)):
        with pytest.raises(ValidationError, match="stay in their programme"):
            merge(person=curator, kept_id=one.id, gone_id=other.id)
    assert Merge.objects.count() == 0
    merge(person=curator, kept_id=kept.id, gone_id=near.id)
    assert Insight.objects.get(id=kept.id).words_withheld, "the strictest consent governs"
    assert kept not in Reader.of(None).insights()


def test_what_is_gone_already_or_is_itself_is_not_merged(curator):
    kept, gone, third = InsightFactory.create_batch(3)
    with pytest.raises(ValidationError):
        merge(person=curator, kept_id=kept.id, gone_id=kept.id)
    merge(person=curator, kept_id=kept.id, gone_id=gone.id)
    for one, other in ((third, gone), (gone, third)):
        with pytest.raises(Conflict, match="merged"):
            merge(person=curator, kept_id=one.id, gone_id=other.id)
    with pytest.raises(Conflict, match="withdrawn"):
        merge(person=curator, kept_id=kept.id, gone_id=InsightFactory(status="withdrawn").id)


# --- taken back -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", ["draft", "submitted", "published"])
def test_undone_both_are_as_they_were(curator, status):
    kept, gone = InsightFactory(), InsightFactory(status=status)
    done = merge(person=curator, kept_id=kept.id, gone_id=gone.id)
    undone = undo_merge(person=curator, merge_id=done.id)
    assert undone.undone_at is not None
    assert kept.sources.count() == 1
    assert Insight.objects.get(id=gone.id).status == status
    assert merged_into(person=curator, insight_id=gone.id) is None
    with pytest.raises(Conflict, match="already"):
        undo_merge(person=curator, merge_id=done.id)
    merge(person=curator, kept_id=gone.id, gone_id=kept.id)


def test_a_voice_added_after_the_merge_stays_when_it_is_undone(curator):
    kept, gone = InsightFactory(), InsightFactory()
    done = merge(person=curator, kept_id=kept.id, gone_id=gone.id)
    later = SourceFactory(insight=kept, role="cleaner")
    undo_merge(person=curator, merge_id=done.id)
    assert later in kept.sources.all()
    assert kept.sources.count() == 2


def test_withheld_words_are_open_again_once_the_merge_is_undone(curator):
    kept = InsightFactory()
    MembershipFactory(user=curator, programme=kept.programme, role="viewer")
    gone = InsightFactory(source__consent="withheld", programme=kept.programme)
    done = merge(person=curator, kept_id=kept.id, gone_id=gone.id)
    undo_merge(person=curator, merge_id=done.id)
    assert not Insight.objects.get(id=kept.id).words_withheld


def test_a_chain_is_undone_from_its_end(curator):
    first, second, third = InsightFactory.create_batch(3)
    one = merge(person=curator, kept_id=second.id, gone_id=first.id)
    two = merge(person=curator, kept_id=third.id, gone_id=second.id)
    assert third.sources.count() == 3
    with pytest.raises(Conflict, match="undo that first"):
        undo_merge(person=curator, merge_id=one.id)
    undo_merge(person=curator, merge_id=two.id)
    undo_merge(person=curator, merge_id=one.id)
    assert [insight.sources.count() for insight in (first, second, third)] == [1, 1, 1]


def test_what_was_reopened_by_hand_stays_where_it_was_put(curator):
    kept, gone = InsightFactory(), InsightFactory()
    done = merge(person=curator, kept_id=kept.id, gone_id=gone.id)
    Insight.objects.filter(id=gone.id).update(status="draft")
    undo_merge(person=curator, merge_id=done.id)
    assert Insight.objects.get(id=gone.id).status == "draft"


def test_the_last_merges_are_told_to_those_who_may_undo_them(curator):
    kept, gone = InsightFactory(), InsightFactory()
    done = merge(person=curator, kept_id=kept.id, gone_id=gone.id)
    assert last_merges(person=curator) == [done]
    assert last_merges(person=MembershipFactory(programme=kept.programme, role="curator").user) == []
    undo_merge(person=curator, merge_id=done.id)
    assert last_merges(person=curator) == []


def test_apart_is_said_once(curator):
    one, other = InsightFactory(), InsightFactory()
    first = keep_apart(person=curator, first_id=other.id, second_id=one.id)
    assert keep_apart(person=UserFactory(role="admin"), first_id=one.id, second_id=other.id) == first
    assert (first.first, first.second, first.person) == (one, other, curator)
    assert Apart.objects.count() == 1
    assert ApartFactory()
    with pytest.raises(ValidationError):
        keep_apart(person=curator, first_id=one.id, second_id=one.id)

"""What has been said already: the nearest first, of what the reader may open, and how often it was raised."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError

from insights.models import Insight
from insights.similar import ALIKE, CANNOT_COMPARE, how_often, raised_in_words, similar
from lhs.encoder import loaded
from tests.factories import (
    EmbeddingFactory,
    InsightFactory,
    MembershipFactory,
    MergeFactory,
    OrganisationFactory,
    SourceFactory,
    UserFactory,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("swept_index")]
RINGING = "Relatives did not know whom to ring in the evening."
LIKE_IT = "Families had nobody to telephone after six o'clock."
OTHER = "The scanner broke down and was repaired within two days."


def read_by_the_encoder(**said) -> Insight:
    """Make an insight with its embedding."""
    insight = InsightFactory(**said)
    words = f"{insight.title}\n{insight.text}" if insight.title else insight.text
    EmbeddingFactory(insight=insight, encoder=loaded().name, vector=loaded().encode([words])[0])
    return insight


def found(person, text: str = RINGING, **said) -> list[str]:
    return [str(one.id) for one in similar(person=person, text=text, **said).results]


def test_the_nearest_comes_first_and_what_is_about_something_else_not_at_all():
    near, same, _ = (read_by_the_encoder(text=text) for text in (LIKE_IT, RINGING, OTHER))
    said = similar(person=None, text=RINGING)
    assert [one.id for one in said.results] == [same.id, near.id]
    assert said.note == ""
    assert said.results[0].similarity == pytest.approx(1, abs=0.001)
    assert ALIKE <= said.results[1].similarity < 0.95
    assert said.results[0].text == RINGING
    assert said.results[0].status == "published"


def test_so_many_are_told_and_no_more():
    for _ in range(4):
        read_by_the_encoder(text=RINGING)
    assert len(found(None, limit=3)) == 3
    for limit in (0, 21):
        with pytest.raises(ValidationError):
            similar(person=None, text=RINGING, limit=limit)


def test_a_reader_is_told_only_of_what_they_may_open():
    draft = read_by_the_encoder(text=RINGING, status="draft")
    withheld = read_by_the_encoder(text=RINGING, source__consent="withheld", programme=draft.programme)
    both = sorted([str(draft.id), str(withheld.id)])
    assert found(None) == []
    assert found(UserFactory(role="contributor")) == []
    assert found(UserFactory(role="curator")) == [str(draft.id)], "withheld words stay with their team"
    assert sorted(found(MembershipFactory(programme=draft.programme, role="viewer").user)) == both
    assert found(MembershipFactory(role="curator").user) == []


def test_many_that_are_closed_do_not_hide_one_that_is_open():
    open_one = read_by_the_encoder(text=LIKE_IT)
    for _ in range(150):
        insight = InsightFactory(text=RINGING, status="draft", programme=open_one.programme)
        EmbeddingFactory(insight=insight, encoder=loaded().name, vector=loaded().encode([RINGING])[0])
    assert found(None) == [str(open_one.id)]


def test_it_can_be_kept_to_one_programme():
    one, _ = read_by_the_encoder(text=RINGING), read_by_the_encoder(text=RINGING)
    assert found(None, programme=one.programme_id) == [str(one.id)]


def test_numbers_of_another_encoder_or_of_earlier_words_are_not_compared():
    EmbeddingFactory(insight__text=RINGING, encoder="another", vector=loaded().encode([RINGING])[0])
    changed = read_by_the_encoder(text=RINGING)
    Insight.objects.filter(id=changed.id).update(text=OTHER)
    assert found(None) == []


def test_what_was_merged_into_another_is_left_out_until_that_is_undone():
    gone = read_by_the_encoder(text=RINGING)
    merge = MergeFactory(gone=gone)
    assert found(None) == []
    merge.undone_at = merge.at
    merge.save()
    assert found(None) == [str(gone.id)]


def test_it_says_how_often_it_was_raised_and_in_how_many_places():
    insight = read_by_the_encoder(text=RINGING, source__place="Ward 7")
    ward = OrganisationFactory()
    SourceFactory(insight=insight, place="ward 7")
    SourceFactory(insight=insight, organisation=ward)
    SourceFactory(insight=insight, organisation=ward, place="the desk")
    SourceFactory(insight=insight)
    [one] = similar(person=None, text=RINGING).results
    assert (one.voices, one.places) == (5, 2)
    assert how_often([]) == {}


def test_in_words():
    assert raised_in_words(1, 0) == "Raised once"
    assert raised_in_words(1, 1) == "Raised once in 1 place"
    assert raised_in_words(14, 5) == "Raised 14 times in 5 places"
    assert raised_in_words(2, 0) == "Raised 2 times"


@pytest.mark.parametrize("text", ["", "ab", "x" * 5001, "a\0b"])
def test_a_text_that_is_none_is_refused(text):
    with pytest.raises(ValidationError) as fault:
        similar(person=None, text=text)
    assert set(fault.value.message_dict) == {"text"}


def test_without_an_encoder_nothing_is_compared_and_it_says_so(monkeypatch, tmp_path):
    read_by_the_encoder(text=RINGING)
    monkeypatch.setenv("LHS_ENCODER_DIR", str(tmp_path))
    said = similar(person=None, text=RINGING)
    assert (said.results, said.note) == ((), CANNOT_COMPARE)
    assert str(tmp_path) not in said.note

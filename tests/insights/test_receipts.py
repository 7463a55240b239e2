"""A receipt tells whoever gave a voice what has become of it, and nothing else."""

from __future__ import annotations

import re

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from insights import merging, receipts
from insights.capture import Voice, edit, log, setting_of
from insights.models import Insight, Receipt, Source
from insights.moves import move
from insights.receipts import read_code, receipts_of, shown, told, well_formed
from insights.voices import me_too
from tests.factories import EvidenceFactory, InsightFactory, MembershipFactory, SourceFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def nurse():
    return MembershipFactory().user


@pytest.fixture
def curator():
    return UserFactory(role="curator")


@pytest.fixture
def insight(nurse):
    programme = nurse.memberships.get().programme
    return log(
        person=nurse,
        setting=setting_of(programme=programme),
        voices=[Voice("staff"), Voice("family")],
        kind="finding",
        text="The lift is out of order.",
    )


def code_of(insight, place=0):
    return Receipt.objects.get(source__insight=insight, source__position=place).code


def said(code):
    return [stage.said for stage in told(code).stages]


def test_every_voice_has_a_receipt_of_its_own_however_it_came(insight, nurse):
    assert len(set(receipts_of(insight_id=insight.id, recorded_by=nurse))) == 2
    Source.objects.bulk_create([Source(insight=insight, position=place, kind="staff") for place in (2, 3)])
    assert Receipt.objects.filter(insight=insight).count() == 4


def test_receipts_are_for_whoever_brought_the_voice(insight, nurse):
    other = UserFactory(role="contributor")
    SourceFactory(insight=insight, recorded_by=other)
    assert len(receipts_of(insight_id=insight.id, recorded_by=nurse)) == 2
    assert receipts_of(insight_id=insight.id, recorded_by=other) == [shown(code_of(insight, 2))]


def test_a_code_that_was_lost_to_another_is_made_when_it_is_asked_for(insight, nurse):
    Receipt.objects.filter(insight=insight).delete()
    made = receipts_of(insight_id=insight.id, recorded_by=nurse)
    assert len(set(made)) == 2
    assert made == receipts_of(insight_id=insight.id, recorded_by=nurse)


def test_codes_are_ten_of_crockfords_letters_the_last_of_which_checks_the_others():
    insight = InsightFactory()
    Source.objects.bulk_create([Source(insight=insight, position=place, kind="staff") for place in range(1, 300)])
    codes = list(Receipt.objects.values_list("code", flat=True))
    assert len(set(codes)) == 300
    assert all(re.fullmatch("[0-9A-HJKMNP-TV-Z]{10}", code) and well_formed(code) for code in codes)
    # Each of the nine places takes on many letters: none of them is a part of the UUID that is always the same.
    assert all(len({code[place] for code in codes}) > 20 for place in range(9))


@given(st.data())
def test_one_wrong_letter_or_two_in_the_wrong_order_are_noticed(data):
    code = "".join(data.draw(st.sampled_from(receipts.LETTERS[:31])) for _ in range(9))
    total = sum(place * receipts.LETTERS.index(letter) for place, letter in enumerate(code, start=1))
    code += receipts.LETTERS[total % 31]
    assert well_formed(code)
    place = data.draw(st.integers(0, 8))
    letter = data.draw(st.sampled_from(receipts.LETTERS[:31]).filter(lambda one: one != code[place]))
    assert not well_formed(code[:place] + letter + code[place + 1 :])
    if place < 8 and code[place] != code[place + 1]:
        assert not well_formed(code[:place] + code[place + 1] + code[place] + code[place + 2 :])


@given(st.text(max_size=30))
def test_anything_that_is_typed_is_no_code_rather_than_an_error(typed):
    assert told(typed) is None


def test_a_code_may_be_typed_as_people_write_it(insight):
    code = code_of(insight)
    written = shown(code).lower().replace("1", "l").replace("0", "o")
    assert read_code(f" {written[:3]} {written[3:]} ") == code
    assert told(written) == told(code)


def test_the_database_takes_no_code_twice_and_no_other_letters(insight):
    for code in (code_of(insight), "ILOU000000", "short"):
        with pytest.raises(IntegrityError), transaction.atomic():
            Receipt.objects.create(code=code, insight=insight)


def test_from_heard_to_published(insight, nurse, curator):
    code = code_of(insight)
    assert said(code) == [receipts.HEARD]
    assert told(code).published is None
    move(person=nurse, insight_id=insight.id, name="submit")
    assert said(code) == [receipts.HEARD, receipts.IN_REVIEW]
    move(person=curator, insight_id=insight.id, name="publish")
    assert said(code) == [receipts.HEARD, receipts.IN_REVIEW, receipts.PUBLISHED]
    assert told(code).published == insight.id


def test_declined_with_the_reason_until_it_is_taken_up_again(insight, nurse, curator):
    code = code_of(insight)
    move(person=nurse, insight_id=insight.id, name="submit")
    move(person=curator, insight_id=insight.id, name="decline", reason="Estates have mended it.")
    assert told(code).now.said == receipts.DECLINED
    assert told(code).reason == "Estates have mended it."
    move(person=nurse, insight_id=insight.id, name="reopen")
    assert told(code).now.said == receipts.BACK
    assert told(code).reason == ""


def test_a_reason_may_quote_withheld_words_and_stays_inside(insight, nurse):
    MembershipFactory(programme=insight.programme, user=(inside := UserFactory()), role="curator")
    edit(person=nurse, insight_id=insight.id, voices=[Voice("patient", consent="withheld")])
    move(person=nurse, insight_id=insight.id, name="submit")
    move(person=inside, insight_id=insight.id, name="decline", reason="The lift is out of order.")
    assert told(code_of(insight)).now.said == receipts.DECLINED
    assert told(code_of(insight)).reason == ""


def test_withheld_words_that_are_published_inside_get_no_link():
    insight = InsightFactory(source__consent="withheld")
    assert told(code_of(insight)).published is None
    assert told(code_of(insight)).now.said == receipts.PUBLISHED


def test_being_acted_on_is_a_published_recommendation_that_rests_on_it(curator):
    insight = InsightFactory()
    recommendation = InsightFactory(kind="recommendation", status="submitted")
    EvidenceFactory(insight=recommendation, other=insight, relation="rests-on")
    assert told(code_of(insight)).now.said == receipts.PUBLISHED
    Insight.objects.filter(id=recommendation.id).update(status="published", published_at="2024-01-01T00:00Z")
    assert told(code_of(insight)).now.said == receipts.ACTED_ON


def test_me_too_starts_where_the_insight_stands(curator):
    insight = InsightFactory()
    me_too(person=curator, insight_id=insight.id, voice=Voice("staff"))
    assert said(code_of(insight, 1)) == [receipts.HEARD, receipts.PUBLISHED]
    move(person=curator, insight_id=insight.id, name="withdraw")
    assert said(code_of(insight, 1))[-1] == receipts.WITHDRAWN


def test_a_voice_that_was_taken_away_is_said_to_be(insight, nurse):
    code = code_of(insight, 1)
    edit(person=nurse, insight_id=insight.id, voices=[Voice("staff")])
    assert said(code) == [receipts.HEARD, receipts.TAKEN_AWAY]


@pytest.mark.django_db(transaction=True)
def test_merged_it_follows_to_the_one_that_was_kept(curator):
    with transaction.atomic():
        kept, gone = InsightFactory(status="submitted"), InsightFactory(status="submitted")
    merging.merge(person=curator, kept_id=kept.id, gone_id=gone.id)
    code = code_of(gone)
    assert told(code).now.said == receipts.IN_REVIEW
    assert receipts.MERGED in said(code)
    move(person=curator, insight_id=kept.id, name="publish")
    assert told(code).now.said == receipts.PUBLISHED
    assert told(code).published == kept.id

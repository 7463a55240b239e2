"""What may stand in an insight: one rule, in code and in the database for whoever goes past the code."""

from __future__ import annotations

import unicodedata

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, IntegrityError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from insights.models import Insight
from insights.models.words import clean_words
from tests.factories import InsightFactory

CONTROLS = [chr(n) for n in [*range(1, 32), *range(127, 160)] if chr(n) not in "\t\n\r"]


class TestCleaning:
    @given(st.text())
    def test_what_is_kept_is_normal_tidy_and_stays_as_it_is(self, words):
        try:
            kept = clean_words(words)
        except ValidationError:
            assert any(unicodedata.category(c) in ("Cc", "Cs") and c not in "\t\n\r" for c in words)
            return
        assert unicodedata.is_normalized("NFC", kept)
        assert kept == kept.strip()
        assert "\r" not in kept
        assert clean_words(kept) == kept

    @pytest.mark.parametrize("character", ["\0", "\ud800", *CONTROLS])
    def test_a_character_that_cannot_be_kept_is_refused_with_its_place(self, character):
        with pytest.raises(ValidationError, match="Character 3 "):
            clean_words(f"ab{character}c")

    @pytest.mark.parametrize(
        ("said", "kept"),
        [("cafe\u0301", "caf\u00e9"), ("a\r\nb\rc", "a\nb\nc"), ("  a\tb \u00a0", "a\tb"), ("👩‍⚕️", "👩‍⚕️")],
    )
    def test_the_rest_is_put_in_order(self, said, kept):
        assert clean_words(said) == kept


@pytest.mark.django_db
class TestTheDatabase:
    """A text that code would refuse, written past all code."""

    @pytest.fixture
    def insight(self):
        return InsightFactory()

    @pytest.mark.parametrize("text", ["abc", "x" * 5000, "é" * 5000, "one\n\ttwo\r\nthree", "👩‍⚕️!"])
    def test_it_takes_what_is_sound(self, insight, text):
        Insight.objects.filter(id=insight.id).update(text=text)

    @pytest.mark.parametrize(
        ("text", "rule"),
        [
            ("", "insight_text_length"),
            ("ab", "insight_text_length"),
            ("x" * 5001, "insight_text_length"),
            ("cafe\u0301", "insight_text_normalised"),
            *((f"ab{c}c", "insight_text_without_control_characters") for c in CONTROLS),
        ],
    )
    def test_it_refuses_the_rest_by_bulk_and_by_sql(self, insight, text, rule):
        with pytest.raises(IntegrityError, match=rule), transaction.atomic():
            Insight.objects.filter(id=insight.id).update(text=text)
        insight.text = text
        with pytest.raises(IntegrityError, match=rule), transaction.atomic():
            Insight.objects.bulk_update([insight], ["text"])
        with pytest.raises(IntegrityError, match=rule), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("UPDATE insights_insight SET text = %s WHERE id = %s", [text, insight.id])

    def test_no_database_holds_a_nul(self, insight):
        with pytest.raises((DatabaseError, ValueError)), transaction.atomic():
            Insight.objects.filter(id=insight.id).update(text="ab\0c")

    @pytest.mark.parametrize(("title", "rule"), [("cafe\u0301", "insight_title_normalised"), ("a\x07", "control_char")])
    def test_a_title_is_held_to_the_same(self, insight, title, rule):
        with pytest.raises(IntegrityError, match=rule), transaction.atomic():
            Insight.objects.filter(id=insight.id).update(title=title)

    def test_a_constraint_carries_its_own_words(self, insight):
        insight.text = "ab"
        with pytest.raises(ValidationError, match=r"between 3 and 5,000 characters"):
            insight.validate_constraints()

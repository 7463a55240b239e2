from __future__ import annotations

import pytest

from lhs.codebooks import ensure_habits
from lhs.habits import CODES
from lhs.habits import HABITS as FIVE
from lhs.models import HABITS, THEMES, Code, Codebook

pytestmark = pytest.mark.django_db


def test_the_habits_stand_in_the_database_as_the_code_tells_them():
    codes = ensure_habits().codes.order_by("position")
    assert [(code.slug, code.name, code.position) for code in codes] == [
        (one.code, one.name, one.position) for one in FIVE
    ]
    assert [code.definition for code in codes] == [one.definition for one in FIVE]


def test_there_is_a_codebook_for_the_curators_themes():
    ensure_habits()
    assert Codebook.objects.filter(slug=THEMES).exists()


def test_doing_it_again_keeps_the_rows_and_mends_their_words():
    ensure_habits()
    before = dict(Code.objects.filter(codebook__slug=HABITS).values_list("slug", "id"))
    Code.objects.filter(slug="staff").update(name="Something else", position=9)
    ensure_habits()
    assert dict(Code.objects.filter(codebook__slug=HABITS).values_list("slug", "id")) == before
    assert (
        tuple(Code.objects.filter(codebook__slug=HABITS).order_by("position").values_list("slug", flat=True)) == CODES
    )
    assert Code.objects.get(codebook__slug=HABITS, slug="staff").name == FIVE[1].name

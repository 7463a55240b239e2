from __future__ import annotations

import psycopg
import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from lhs.codebooks import ensure_habits
from lhs.habits import CODES
from lhs.habits import HABITS as FIVE
from lhs.models import HABITS, THEMES, Code, Codebook
from tests.factories import CodeFactory, ThemeFactory

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


def refused(constraint: str, code: Code, **change) -> None:
    """Fail unless the database itself refuses the change, in bulk too."""
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        changed_at_once(code, **change)
    assert diagnosed(error.value) == constraint


def changed_at_once(code: Code, **change) -> None:
    Code.objects.filter(pk=code.pk).update(**change)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def diagnosed(error: IntegrityError) -> str | None:
    assert isinstance(error.__cause__, psycopg.Error)
    return error.__cause__.diag.constraint_name


class TestTheDatabaseKeepsThemesSound:
    def test_on_two_levels(self):
        top = ThemeFactory()
        middle, single = ThemeFactory(parent=top), ThemeFactory()
        refused("code_tree_has_two_levels", single, parent=middle)
        refused("code_tree_has_two_levels", top, parent=single)

    def test_without_a_ring(self):
        top = ThemeFactory()
        below = ThemeFactory(parent=top)
        refused("code_tree_has_no_cycle", top, parent=below)
        refused("code_tree_has_no_cycle", top, parent=top)

    @pytest.mark.parametrize("threshold", [0, 1, -0.1, 7])
    def test_with_a_threshold_between_0_and_1(self, threshold):
        refused("code_threshold_between_0_and_1", ThemeFactory(), threshold=threshold)

    def test_merged_only_when_retired_and_into_one_of_the_codebook_that_is_not_merged_itself(self):
        now, theme = timezone.now(), ThemeFactory()
        kept, gone = ThemeFactory(), ThemeFactory()
        Code.objects.filter(pk=gone.pk).update(merged_into=kept, retired_at=now)
        refused("code_merged_is_retired", theme, merged_into=kept)
        refused("code_merged_into_one_in_use", theme, merged_into=gone, retired_at=now)
        refused("code_merged_into_one_in_use", theme, merged_into=CodeFactory(), retired_at=now)
        refused("code_merged_into_one_in_use", kept, merged_into=theme, retired_at=now)

    def test_with_nothing_under_what_is_retired(self):
        now, top = timezone.now(), ThemeFactory()
        below = ThemeFactory(parent=top)
        refused("code_under_one_in_use", top, retired_at=now)
        refused("code_retired_stands_alone", below, retired_at=now)
        gone = ThemeFactory(retired_at=now)
        refused("code_parent_of_codebook", below, parent=gone)

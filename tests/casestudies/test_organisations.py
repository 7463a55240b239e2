"""Organisations: a code of valid form, and a tree without rings, whoever moves what and however many at once."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models import Case, Value, When

from casestudies.models import Organisation
from tests.factories import OrganisationFactory
from tests.locks import waiting
from tests.waiting import until


@pytest.mark.django_db
class TestCodes:
    @pytest.mark.parametrize("code", ["RRV", "QMJ", "A1B2C3D4E5", None])
    def test_an_ods_code_is_three_to_ten_capitals_and_digits_or_left_out(self, code):
        place = OrganisationFactory(ods_code=code)
        place.full_clean()

    @pytest.mark.parametrize("code", ["RR", "rrv", "R V", "RRV1234567Z", "", "RRÉ", "RRV\n"])
    def test_anything_else_is_refused_by_the_form_and_by_the_database(self, code):
        place = OrganisationFactory()
        place.ods_code = code
        if code:
            with pytest.raises(ValidationError):
                place.full_clean()
        with pytest.raises(DatabaseError, match=r"organisation_ods_code_form|too long"), transaction.atomic():
            Organisation.objects.filter(id=place.id).update(ods_code=code)

    def test_two_organisations_do_not_share_a_code_but_many_have_none(self):
        OrganisationFactory(ods_code="RRV")
        OrganisationFactory.create_batch(2)
        with pytest.raises(IntegrityError, match="ods_code"), transaction.atomic():
            OrganisationFactory(ods_code="RRV")


@pytest.mark.django_db
class TestTree:
    def test_an_organisation_does_not_stand_under_itself(self):
        place = OrganisationFactory()
        with pytest.raises(IntegrityError, match="cannot stand under itself"), transaction.atomic():
            Organisation.objects.filter(id=place.id).update(parent=place)

    def test_nor_under_one_that_stands_under_it(self):
        region = OrganisationFactory()
        system = OrganisationFactory(parent=region)
        trust = OrganisationFactory(parent=system)
        region.parent = trust
        with pytest.raises(IntegrityError, match="cannot stand under itself"), transaction.atomic():
            region.save()

    def test_two_that_change_places_in_one_statement_close_no_ring(self):
        one, other = OrganisationFactory.create_batch(2)
        swap = Case(When(id=one.id, then=Value(other.id)), default=Value(one.id))
        with pytest.raises(IntegrityError, match="cannot stand under itself"), transaction.atomic():
            Organisation.objects.filter(id__in=[one.id, other.id]).update(parent=swap)

    def test_a_branch_may_move_to_another_place(self):
        here, there = OrganisationFactory.create_batch(2)
        ward = OrganisationFactory(parent=here)
        ward.parent = there
        ward.save()
        assert list(there.children.all()) == [ward]


@pytest.mark.django_db(transaction=True)
def test_two_moves_at_once_that_each_look_sound_do_not_close_a_ring_together():
    one, other = OrganisationFactory.create_batch(2)
    first_moved, second_waits = threading.Event(), threading.Event()

    def first() -> str:
        with transaction.atomic():
            Organisation.objects.filter(id=one.id).update(parent=other)
            first_moved.set()
            assert second_waits.wait(20)
        connection.close()
        return "moved"

    def second() -> str:
        assert first_moved.wait(20)
        try:
            Organisation.objects.filter(id=other.id).update(parent=one)
        except IntegrityError:
            return "refused"
        finally:
            connection.close()
        return "moved"

    with ThreadPoolExecutor(2) as pool:
        moving = [pool.submit(first), pool.submit(second)]
        try:
            until(lambda: waiting() or moving[1].done(), what="the second move to wait for the first")
        finally:
            second_waits.set()
        assert [move.result(timeout=20) for move in moving] == ["moved", "refused"]

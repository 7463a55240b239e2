"""People: one e-mail address, one person, one role on the site."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction

from accounts.models import User
from accounts.people import ensure


@pytest.mark.django_db
class TestPeople:
    def test_an_address_names_one_person_however_it_is_typed(self):
        assert ensure(email=" Sister@Ward.Example ") == ensure(email="sister@ward.example")
        assert User.objects.get_by_natural_key("SISTER@ward.example").email == "sister@ward.example"

    def test_a_new_person_is_a_viewer_who_cannot_sign_in_with_a_password(self):
        person = ensure(email="new@ward.example")
        assert (person.role, person.has_usable_password()) == ("viewer", False)

    def test_a_role_that_is_given_becomes_theirs_and_none_changes_nothing(self):
        assert ensure(email="a@ward.example", role="analyst").role == "analyst"
        assert ensure(email="a@ward.example").role == "analyst"
        assert ensure(email="a@ward.example", role="curator").role == "curator"
        assert User.objects.get().role == "curator"

    @pytest.mark.parametrize("said", [{"email": "no address"}, {"email": "a@b.example", "role": "king"}])
    def test_what_is_no_address_and_no_role_is_refused(self, said):
        with pytest.raises(ValidationError):
            ensure(**said)
        assert not User.objects.exists()

    @pytest.mark.parametrize(
        ("email", "role", "rule"),
        [
            ("Upper@ward.example", "viewer", "user_email_in_lower_case"),
            ("sister@ward.example", "king", "user_role_known"),
            ("first@ward.example", "viewer", "unique constraint"),
        ],
    )
    def test_the_database_holds_it_too(self, email, role, rule):
        ensure(email="first@ward.example")
        with pytest.raises(IntegrityError, match=rule), transaction.atomic():
            User.objects.bulk_create([User(email=email, role=role, password="!")])

    def test_a_change_of_role_is_in_the_history(self):
        person = ensure(email="a@ward.example")
        User.objects.filter(id=person.id).update(role="curator")
        events = User.pgh_event_model.objects.filter(pgh_obj_id=person.id).order_by("pgh_id")  # type: ignore[attr-defined]
        assert [event.role for event in events] == ["viewer", "curator"]


@pytest.mark.django_db(transaction=True)
def test_two_who_make_the_same_person_at_once_get_the_same_person():
    def make(_):
        try:
            return ensure(email="both@ward.example").id
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(make, range(8)))) == 1

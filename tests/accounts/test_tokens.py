"""Tokens for programs: hashed, several per person, expiring; and links that sign a person in once."""

from __future__ import annotations

import datetime
from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib.auth import authenticate
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from knox.auth import TokenAuthentication
from rest_framework.exceptions import AuthenticationFailed

from accounts.models import AccessToken
from accounts.signin import demo_curator_link, one_time_link
from accounts.tokens import issue, note_use, revoke
from tests.factories import AccessTokenFactory, UserFactory

pytestmark = pytest.mark.django_db


def person_behind(token: str):
    return TokenAuthentication().authenticate_credentials(token.encode())[0]


def test_a_person_may_hold_several_tokens_and_each_signs_them_in():
    person = UserFactory()
    tokens = [issue(person=person, name=name) for name in ("ward tablet", "dashboard")]
    assert len(set(tokens)) == 2
    assert [person_behind(token) for token in tokens] == [person, person]
    assert {token.name for token in AccessToken.objects.all()} == {"ward tablet", "dashboard"}


def test_only_the_hash_of_a_token_is_kept():
    token = issue(person=UserFactory())
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(t)::text FROM accounts_access_token t")
        assert token not in cursor.fetchone()[0]


def test_a_token_expires():
    token = issue(person=UserFactory())
    kept = AccessToken.objects.get()
    assert kept.expiry > timezone.now()
    AccessToken.objects.update(expiry=timezone.now() - datetime.timedelta(seconds=1))
    with pytest.raises(AuthenticationFailed):
        person_behind(token)


def test_a_token_of_someone_who_left_signs_nobody_in():
    person = UserFactory()
    token = issue(person=person)
    person.is_active = False
    person.save()
    with pytest.raises(AuthenticationFailed):
        person_behind(token)


def test_a_link_signs_in_and_not_again_after_that_sign_in():
    person = UserFactory()
    address = urlsplit(one_time_link(person=person, base_url="http://localhost:8000", after="/insights/"))
    said = parse_qs(address.query)
    assert said["next"] == ["/insights/"]
    assert authenticate(request=None, sesame=said["token"][0]) == person
    person.last_login = timezone.now()
    person.save()
    assert authenticate(request=None, sesame=said["token"][0]) is None


def test_the_demo_link_is_for_one_demo_curator():
    first, second = (demo_curator_link("http://localhost:8000") for _ in range(2))
    for link in (first, second):
        person = authenticate(request=None, sesame=parse_qs(urlsplit(link).query)["token"][0])
        assert (person.email, person.role) == ("curator@demo.invalid", "curator")


class TestWhatATokenMay:
    def test_it_reads_and_writes_for_90_days_unless_that_is_said(self):
        issue(person=UserFactory())
        token = AccessToken.objects.get()
        assert (token.scope, token.last_used) == ("write", None)
        assert datetime.timedelta(days=89) < token.expiry - timezone.now() < datetime.timedelta(days=90)

    @pytest.mark.parametrize(
        ("wrong", "field"),
        [
            ({"name": " "}, "name"),
            ({"name": "x" * 81}, "name"),
            ({"scope": "everything"}, "scope"),
            ({"lasts": datetime.timedelta(days=366)}, "lasts"),
            ({"lasts": datetime.timedelta(0)}, "lasts"),
        ],
    )
    def test_what_is_wrong_is_told_by_field_and_nothing_is_made(self, wrong, field):
        with pytest.raises(ValidationError) as fault:
            issue(person=UserFactory(), **wrong)
        assert set(fault.value.message_dict) == {field}
        assert not AccessToken.objects.exists()

    def test_the_database_knows_the_scopes(self):
        with pytest.raises(IntegrityError, match="access_token_scope_known"), transaction.atomic():
            AccessTokenFactory(scope="everything")

    def test_its_use_is_noted_but_not_every_time(self):
        token = AccessTokenFactory()
        note_use(token)
        token.refresh_from_db()
        first = token.last_used
        assert first is not None
        assert timezone.now() - first < datetime.timedelta(minutes=1)
        note_use(token)
        token.refresh_from_db()
        assert token.last_used == first
        AccessToken.objects.update(last_used=timezone.now() - datetime.timedelta(minutes=6))
        token.refresh_from_db()
        note_use(token)
        token.refresh_from_db()
        assert token.last_used is not None
        assert token.last_used > first

    def test_one_takes_back_ones_own_and_no_other(self):
        own, other = AccessTokenFactory(), AccessTokenFactory()
        assert revoke(person=own.user, digest=own.digest)
        assert not revoke(person=own.user, digest=other.digest)
        assert list(AccessToken.objects.all()) == [other]

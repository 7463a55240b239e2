"""A person's own pages: the account, where one is signed in, tokens for programs."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from accounts.models import AccessToken, User
from tests.api.conftest import Caller
from tests.factories import AccessTokenFactory, MembershipFactory, UserFactory, token_of
from tests.web.pages import Page
from web.entrance.sessions import device_of

pytestmark = pytest.mark.django_db

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:130.0) Gecko/20100101 Firefox/130.0"
PHONE = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Mobile Safari/537.36"


@pytest.fixture(autouse=True)
def _nothing_seen_yet():
    cache.clear()


@pytest.fixture
def ade(client) -> User:
    person = UserFactory(email="ade@example.org", name="Ade")
    client.force_login(person)
    return person


def another_window(person: User, **said: str) -> Client:
    """Another browser in which the person is signed in, and that has been used."""
    window = Client(**said)
    window.force_login(person)
    window.get("/account/")
    return window


def is_signed_in(client: Client) -> bool:
    return client.get("/account/").status_code == 200


class TestAccount:
    def test_it_shows_what_one_signs_in_with_and_where_one_works(self, client, ade):
        MembershipFactory(user=ade, programme__name="Ward learning", programme__slug="ward-learning", role="analyst")
        page = Page.of(client.get("/account/"))
        assert "ade@example.org" in page.words
        assert "None: whoever has your password is in" in page.words
        assert page.links("Members of Ward learning") == ["/programmes/ward-learning/members/"]

    def test_the_name_in_the_header_leads_there(self, client, ade):
        assert Page.of(client.get("/accessibility/")).links("Ade") == ["/account/"]

    @pytest.mark.parametrize("path", ["/account/", "/account/sessions/", "/account/tokens/"])
    def test_it_is_nobody_elses(self, path):
        assert Client().get(path)["Location"] == f"/sign-in/?next={path}"

    @pytest.mark.parametrize("path", ["/account/", "/account/sessions/", "/account/tokens/"])
    def test_no_browser_keeps_it(self, client, ade, path):
        assert "no-store" in client.get(path)["Cache-Control"]


class TestSessions:
    def test_each_is_named_by_its_device_and_this_one_is_marked(self, client, ade):
        another_window(ade, HTTP_USER_AGENT=FIREFOX, REMOTE_ADDR="192.0.2.7")
        words = Page.of(client.get("/account/sessions/", headers={"User-Agent": PHONE})).words
        assert "Firefox on Windows From 192.0.2.7" in words
        assert "Chrome on Android This one" in words

    def test_one_is_signed_out_and_the_others_stay(self, client, ade):
        lost, kept = another_window(ade, HTTP_USER_AGENT=FIREFOX), another_window(ade)
        row = UserSession.objects.get(session_key=lost.session.session_key)
        page = Page.of(client.post("/account/sessions/", {"which": row.id}, follow=True))
        assert "Signed out: Firefox on Windows." in page.words
        assert [is_signed_in(window) for window in (lost, kept, client)] == [False, True, True]

    def test_everywhere_else(self, client, ade):
        other = another_window(ade)
        client.post("/account/sessions/", {"which": "others"})
        assert (is_signed_in(other), is_signed_in(client)) == (False, True)

    def test_everywhere(self, client, ade):
        other = another_window(ade)
        client.get("/account/sessions/")
        answer = client.post("/account/sessions/", {"which": "everywhere"})
        assert answer["Location"] == "/sign-in/"
        assert (is_signed_in(other), is_signed_in(client)) == (False, False)

    def test_tokens_are_shown_and_left_alone(self, client, ade):
        token = token_of(ade)
        assert "a test" in Page.of(client.get("/account/sessions/")).words
        client.post("/account/sessions/", {"which": "everywhere"})
        caller = Caller()
        caller.headers["Authorization"] = f"Token {token}"
        assert caller.get("insights/").status_code == 200

    @pytest.mark.parametrize("which", ["", "x", "999999", "9" * 40, "\0", "-1"])
    def test_what_is_no_session_of_ones_own_is_left_alone(self, client, ade, which):
        assert client.post("/account/sessions/", {"which": which}).status_code == 302
        assert is_signed_in(client)

    def test_nobody_ends_another_persons(self, client, ade):
        other = another_window(UserFactory())
        row = UserSession.objects.get(session_key=other.session.session_key)
        client.post("/account/sessions/", {"which": row.id})
        assert is_signed_in(other)

    def test_being_seen_is_noted_but_not_at_every_page(self, client, ade, django_assert_num_queries):
        client.get("/account/tokens/")
        UserSession.objects.update(last_seen_at=timezone.now() - timedelta(days=1))
        client.get("/account/tokens/")
        assert UserSession.objects.get().last_seen_at < timezone.now() - timedelta(hours=1)
        cache.clear()
        client.get("/account/tokens/")
        assert UserSession.objects.get().last_seen_at > timezone.now() - timedelta(minutes=1)

    @pytest.mark.parametrize(
        ("said", "device"), [(FIREFOX, "Firefox on Windows"), (PHONE, "Chrome on Android"), ("", "A browser")]
    )
    def test_a_device_is_told_in_words(self, said, device):
        assert device_of(said) == device


class TestTokens:
    GOOD = {"name": "Ward dashboard", "scope": "read", "lasts": "30"}

    def test_a_new_one_is_shown_once_and_works(self, client, ade):
        html = client.post("/account/tokens/", self.GOOD).content.decode()
        token = re.findall(r'<code class="lhs-token">(\w+)</code>', html)[0]
        caller = Caller()
        caller.headers["Authorization"] = f"Token {token}"
        assert caller.get("insights/").status_code == 200
        assert token not in client.get("/account/tokens/").content.decode()
        made = AccessToken.objects.get()
        assert (made.user, made.name, made.scope) == (ade, "Ward dashboard", "read")
        assert timedelta(days=29) < made.expiry - timezone.now() < timedelta(days=30)

    @pytest.mark.parametrize(
        ("wrong", "field"),
        [
            ({"name": ""}, "name"),
            ({"name": "x" * 81}, "name"),
            ({"scope": ""}, "scope"),
            ({"scope": "everything"}, "scope"),
            ({"lasts": ""}, "lasts"),
            ({"lasts": "3650"}, "lasts"),
            ({"lasts": "9" * 5000}, "lasts"),
            ({"lasts": "٣"}, "lasts"),
        ],
    )
    def test_what_is_wrong_is_told_at_its_field_and_what_was_typed_stays(self, client, ade, wrong, field):
        page = Page.of(client.post("/account/tokens/", {**self.GOOD, **wrong}))
        assert page.title.startswith("Error: ")
        assert f'href="#{field}"' in page.html
        assert f'value="{wrong.get("name", "Ward dashboard")}"' in page.html or not wrong.get("name", "x")
        assert not AccessToken.objects.exists()

    def test_each_says_what_it_may_until_when_and_when_it_was_used(self, client, ade):
        AccessTokenFactory(user=ade, name="Old one", scope="write", expiry=timedelta(days=-1))
        AccessTokenFactory(user=ade, name="New one", scope="read")
        AccessToken.objects.filter(name="New one").update(last_used=timezone.now())
        words = Page.of(client.get("/account/tokens/")).words
        assert "New one Reads Made" in words
        assert "Old one Reads and writes Has run out" in words
        assert words.count("never used") == 1

    def test_a_name_is_text_and_nothing_else(self, client, ade):
        AccessTokenFactory(user=ade, name="<script>alert(1)</script>")
        html = client.get("/account/tokens/").content.decode()
        assert "<script>alert" not in html

    def test_a_revoked_one_signs_in_no_more(self, client, ade):
        token = token_of(ade)
        page = Page.of(client.post("/account/tokens/revoke/", {"token": AccessToken.objects.get().digest}, follow=True))
        assert "The token is revoked." in page.words
        caller = Caller()
        caller.headers["Authorization"] = f"Token {token}"
        assert caller.get("insights/").status_code == 401

    def test_nobody_sees_or_revokes_another_persons(self, client, ade):
        other = AccessTokenFactory(name="Not yours")
        assert "Not yours" not in Page.of(client.get("/account/tokens/")).words
        client.post("/account/tokens/revoke/", {"token": other.digest})
        assert AccessToken.objects.filter(pk=other.pk).exists()

"""Codes by e-mail, forgotten passwords, a second factor, and what is asked before it changes."""

from __future__ import annotations

import re
import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import hotp_value
from cryptography.fernet import InvalidToken
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.test import Client

from accounts.models import User
from accounts.sealing import seal, unseal
from accounts.signin import one_time_link
from tests.factories import UserFactory
from tests.web.pages import Page

pytestmark = pytest.mark.django_db

PASSWORD = "a long enough password"
ANOTHER = "quite another password"


@pytest.fixture(autouse=True)
def _quick_passwords(settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    cache.clear()


@pytest.fixture
def ade() -> User:
    person = UserFactory(email="ade@example.org", name="Ade")
    person.set_password(PASSWORD)
    person.save()
    return person


@pytest.fixture
def with_app(client, ade) -> str:
    """Ade, signed in, sets up an app; its key."""
    typed(client)
    client.post("/sign-in/again/", {"password": PASSWORD})
    key = re.findall(r"Key: (\S+)", Page.of(client.get("/account/second-factor/app/")).words)[0]
    answer = client.post("/account/second-factor/app/", {"code": code_of(key)})
    assert answer["Location"] == "/account/second-factor/codes/", Page.of(answer).words
    client.post("/sign-out/")
    return key


def typed(client: Client, **fields: str):
    return client.post("/sign-in/", {"login": "ade@example.org", "password": PASSWORD, **fields})


def signed_in_as(client: Client) -> str | None:
    return client.session.get("_auth_user_id")


def code_of(key: str, steps: int = 0) -> str:
    """What an app that has this key shows now, or some half minutes from now."""
    return f"{hotp_value(key, int(time.time()) // 30 + steps):06}"


def code_in(mail) -> str:
    return mail.body.split("is\n\n")[1].split()[0]


def recovery_codes(client: Client) -> list[str]:
    return re.findall(r"<code[^>]*>(\S+?)</code>", client.get("/account/second-factor/codes/").content.decode())


class TestCodesByEmail:
    def test_a_code_signs_in_without_a_password_and_leads_on(self, client, ade, mailoutbox):
        asked = client.post("/sign-in/code/", {"email": " Ade@example.org", "next": "/case-studies/"})
        answer = client.post(asked["Location"], {"code": code_in(mailoutbox[0]), "next": "/case-studies/"})
        assert answer["Location"] == "/case-studies/"
        assert signed_in_as(client) == str(ade.id)

    def test_the_e_mail_says_what_it_is_for_and_comes_from_this_site(self, client, ade, mailoutbox, settings):
        client.post("/sign-in/code/", {"email": ade.email})
        assert mailoutbox[0].to == [ade.email]
        assert mailoutbox[0].subject == f"Your code to sign in – {settings.SITE_NAME}"
        assert "&" not in mailoutbox[0].body

    def test_whether_there_is_an_account_cannot_be_told_and_no_stranger_gets_an_e_mail(self, client, ade, mailoutbox):
        known = Page.of(client.post("/sign-in/code/", {"email": ade.email}, follow=True))
        unknown = Page.of(Client().post("/sign-in/code/", {"email": "nobody@example.org"}, follow=True))
        assert known.words.replace(ade.email, "") == unknown.words.replace("nobody@example.org", "")
        assert [mail.to for mail in mailoutbox] == [[ade.email]]

    def test_a_wrong_code_is_told_and_the_third_ends_it(self, client, ade, mailoutbox):
        client.post("/sign-in/code/", {"email": ade.email})
        page = Page.of(client.post("/sign-in/code/enter/", {"code": "wrong"}))
        assert "The code is not right, or is too old." in page.words
        assert page.title.startswith("Error: Enter the code")
        for _ in range(2):
            client.post("/sign-in/code/enter/", {"code": "wrong"})
        client.post("/sign-in/code/enter/", {"code": code_in(mailoutbox[0])})
        assert signed_in_as(client) is None

    def test_a_code_works_in_the_window_that_asked_for_it_alone(self, client, ade, mailoutbox):
        client.post("/sign-in/code/", {"email": ade.email})
        other = Client()
        other.post("/sign-in/code/enter/", {"code": code_in(mailoutbox[0])})
        assert signed_in_as(other) is None

    def test_asking_too_often_is_refused_in_words(self, client, ade, mailoutbox):
        for _ in range(6):
            answer = Client().post("/sign-in/code/", {"email": ade.email})
        assert "Too many tries" in Page.of(answer).words
        assert len(mailoutbox) == 5


class TestPasswords:
    def test_a_forgotten_one_is_replaced_with_a_code(self, client, ade, mailoutbox):
        asked = client.post("/password/", {"email": ade.email})
        entered = client.post(asked["Location"], {"code": code_in(mailoutbox[0])})
        done = client.post(entered["Location"], {"password1": ANOTHER})
        assert "Your password is changed" in Page.of(client.get(done["Location"])).headings
        assert typed(Client(), password=ANOTHER).status_code == 302
        assert mailoutbox[1].subject.startswith("Your password was changed")

    @pytest.mark.parametrize(
        ("weak", "words"),
        [("short", "at least 12 characters"), ("ade@example.org", "too similar"), ("", "Enter a new")],
    )
    def test_a_weak_one_is_refused_with_the_reason(self, client, ade, weak, words):
        typed(client)
        page = Page.of(client.post("/account/password/", {"oldpassword": PASSWORD, "password1": weak}))
        assert words in page.words

    def test_changing_it_asks_for_the_present_one_and_signs_out_elsewhere(self, client, ade):
        other = Client()
        typed(other), typed(client)
        refused = client.post("/account/password/", {"oldpassword": "wrong", "password1": ANOTHER})
        assert "This is not your present password." in Page.of(refused).words
        client.post("/account/password/", {"oldpassword": PASSWORD, "password1": ANOTHER})
        assert signed_in_as(client) == str(ade.id)
        assert other.get("/account/")["Location"].startswith("/sign-in/")

    def test_whoever_has_none_is_led_to_choose_one(self, client):
        client.force_login(UserFactory())
        assert client.get("/account/password/")["Location"] == "/account/password/first/"
        client.post("/account/password/first/", {"password1": ANOTHER})
        assert User.objects.get(id=signed_in_as(client)).check_password(ANOTHER)


class TestSecondFactor:
    def test_nothing_changes_before_the_person_has_shown_again_that_it_is_them(self, client, ade):
        typed(client)
        answer = client.get("/account/second-factor/app/")
        assert answer["Location"].startswith("/sign-in/again/?next=")
        assert "This is not your password." in Page.of(client.post(answer["Location"], {"password": "wrong"})).words

    def test_with_an_app_the_password_alone_lets_nobody_in(self, client, ade, with_app):
        assert typed(client)["Location"] == "/sign-in/second/"
        assert signed_in_as(client) is None
        assert client.get("/account/")["Location"].startswith("/sign-in/")
        client.post("/sign-in/second/", {"code": code_of(with_app, 1)})
        assert signed_in_as(client) == str(ade.id)

    def test_nor_does_a_link_or_a_code_by_e_mail(self, client, ade, with_app, mailoutbox):
        ade.refresh_from_db()
        token = one_time_link(person=ade, base_url="").split("token=")[1].split("&")[0]
        assert client.post("/sign-in/link/", {"token": token})["Location"] == "/sign-in/second/"
        mailoutbox.clear()
        other = Client()
        other.post("/sign-in/code/", {"email": ade.email})
        answer = other.post("/sign-in/code/enter/", {"code": code_in(mailoutbox[0])})
        assert answer["Location"] == "/sign-in/second/"
        assert signed_in_as(other) is None

    def test_a_wrong_code_is_told(self, client, ade, with_app):
        typed(client)
        page = Page.of(client.post("/sign-in/second/", {"code": "000000"}))
        assert "The code is not right, or is too old." in page.words

    def test_guessing_codes_is_stopped(self, client, ade, with_app):
        typed(client)
        for _ in range(10):
            client.post("/sign-in/second/", {"code": "000000"})
        page = Page.of(client.post("/sign-in/second/", {"code": code_of(with_app, 1)}))
        assert "Too many tries for this e-mail address." in page.words
        assert signed_in_as(client) is None

    def test_a_code_of_the_app_works_once(self, client, ade, with_app):
        code, other = code_of(with_app, 1), Client()
        typed(client), typed(other)
        client.post("/sign-in/second/", {"code": code})
        other.post("/sign-in/second/", {"code": code})
        assert (signed_in_as(client), signed_in_as(other)) == (str(ade.id), None)

    def test_a_recovery_code_stands_in_once(self, client, ade, with_app):
        typed(client)
        client.post("/sign-in/second/", {"code": code_of(with_app, 1)})
        client.post("/sign-in/again/", {"password": PASSWORD})
        codes = recovery_codes(client)
        assert len(codes) == 10
        for number, expected in ((0, str(ade.id)), (0, None), (1, str(ade.id))):
            other = Client()
            typed(other)
            other.post("/sign-in/second/", {"code": codes[number]})
            assert signed_in_as(other) == expected

    def test_removing_the_app_takes_the_recovery_codes_along(self, client, ade, with_app):
        typed(client)
        client.post("/sign-in/second/", {"code": code_of(with_app, 1)})
        client.post("/sign-in/again/", {"password": PASSWORD})
        client.post("/account/second-factor/app/remove/")
        assert not Authenticator.objects.filter(user=ade).exists()

    @pytest.mark.django_db(transaction=True)
    def test_each_change_is_told_by_e_mail(self, client, ade, with_app, mailoutbox):
        typed(client)
        client.post("/sign-in/second/", {"code": code_of(with_app, 1)})
        client.post("/sign-in/again/", {"password": PASSWORD})
        mailoutbox.clear()
        client.post("/account/second-factor/codes/new/")
        client.post("/account/second-factor/app/remove/")
        assert [(mail.to, mail.subject.split(" –")[0]) for mail in mailoutbox] == [
            ([ade.email], "New recovery codes were made"),
            ([ade.email], "The app was removed from your account"),
        ]
        assert "If it was not you" in mailoutbox[0].body

    def test_the_operator_forgets_it_for_someone_who_has_lost_everything(self, client, ade, with_app):
        call_command("forget_second_factor", "Ade@example.org")
        typed(client)
        assert signed_in_as(client) == str(ade.id)
        with pytest.raises(CommandError, match="nobody"):
            call_command("forget_second_factor", "nobody@example.org")

    def test_the_key_is_sealed_in_the_database(self, client, ade, with_app):
        kept = Authenticator.objects.get(user=ade, type="totp").data["secret"]
        assert with_app not in kept
        assert unseal(kept) == with_app

    def test_a_seal_opens_after_the_site_s_key_was_changed_as_long_as_the_old_one_is_named(self, settings):
        sealed = seal("a key")
        old, settings.SECRET_KEY = settings.SECRET_KEY, "quite another key"
        with pytest.raises(InvalidToken):
            unseal(sealed)
        settings.SECRET_KEY_FALLBACKS = [old]
        assert unseal(sealed) == "a key"


class TestSigningUp:
    def test_it_is_closed(self, client):
        assert Page.of(client.get("/sign-up/")).headings[0] == "Accounts are by invitation"
        client.post("/sign-up/", {"email": "new@example.org", "password1": PASSWORD})
        assert not User.objects.filter(email="new@example.org").exists()

    def test_where_it_is_open_the_address_is_proven_first(self, client, settings, mailoutbox):
        settings.SIGN_UP = settings.ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
        settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
        answer = client.post("/sign-up/", {"email": "New@Example.org", "password1": PASSWORD})
        assert answer["Location"] == "/sign-in/address/"
        assert signed_in_as(client) is None
        client.post("/sign-in/address/", {"code": code_in(mailoutbox[0])})
        person = User.objects.get(email="new@example.org")
        assert (signed_in_as(client), person.role) == (str(person.id), "viewer")

    def test_where_it_is_open_an_account_that_is_there_already_is_not_given_away(
        self, client, ade, settings, mailoutbox
    ):
        settings.SIGN_UP = settings.ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
        settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
        answer = client.post("/sign-up/", {"email": ade.email, "password1": PASSWORD})
        assert answer["Location"] == "/sign-in/address/"
        assert mailoutbox[0].subject.startswith("You have an account already")

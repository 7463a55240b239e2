"""Signing in with a password or a link that works once, and signing out."""

from __future__ import annotations

import datetime
from urllib.parse import parse_qs, urlsplit

import pytest
from django.conf import settings
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from accounts.models import User
from accounts.signin import demo_curator_link, one_time_link
from tests.factories import UserFactory
from tests.web.pages import Page

pytestmark = pytest.mark.django_db

PASSWORD = "a long enough password"


@pytest.fixture(autouse=True)
def _quick_passwords(settings):
    # The real one takes its time on purpose, and several of these tests sign in a dozen times.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    cache.clear()


@pytest.fixture
def ade() -> User:
    person = UserFactory(email="ade@example.org", name="Ade")
    person.set_password(PASSWORD)
    person.save()
    return person


def typed(client: Client, **fields: str):
    return client.post("/sign-in/", {"login": "ade@example.org", "password": PASSWORD, **fields})


def signed_in_as(client: Client) -> str | None:
    return client.session.get("_auth_user_id")


def link_for(person: User, after: str = "/") -> str:
    return one_time_link(person=person, base_url="", after=after)


def test_the_right_password_signs_in_and_leads_home(client, ade):
    answer = typed(client)
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert signed_in_as(client) == str(ade.id)


def test_the_address_may_be_typed_in_capitals_and_with_spaces(client, ade):
    typed(client, login=" Ade@Example.org ")
    assert signed_in_as(client) == str(ade.id)


def test_it_leads_to_where_the_person_was_going(client, ade):
    assert typed(client, next="/case-studies/?a=1")["Location"] == "/case-studies/?a=1"


@pytest.mark.parametrize(
    "elsewhere",
    ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "/\\evil.example", "http:evil.example", "\0"],
)
def test_it_never_leads_to_another_site(client, ade, elsewhere):
    assert typed(client, next=elsewhere)["Location"] == "/"


@pytest.mark.parametrize(
    ("wrong", "field", "words"),
    [
        ({"login": ""}, "id_login", "Enter your e-mail address."),
        ({"login": "ade"}, "id_login", "Enter an e-mail address, such as name@example.org."),
        ({"password": ""}, "id_password", "Enter your password."),
        ({"password": "not this one"}, "id_login", "The e-mail address or the password is not right."),
        ({"login": "nobody@example.org"}, "id_login", "The e-mail address or the password is not right."),
        ({"login": "ade@example.org\0"}, "id_login", "Enter an e-mail address"),
        ({"password": "\0"}, "id_password", "Null characters are not allowed."),
    ],
)
def test_what_is_wrong_is_said_at_the_field_and_at_the_top(client, ade, wrong, field, words):
    page = Page.of(typed(client, **wrong))
    assert page.status == 200
    assert page.title.startswith("Error: Sign in")
    assert page.links(words) == [f"#{field}"]
    assert page.words.count(words) == 2
    assert f'id="{field}-error"' in page.html
    assert signed_in_as(client) is None


def test_the_address_stays_in_the_form_and_the_password_does_not(client, ade):
    html = Page.of(typed(client, password="not this one")).html
    assert 'value="ade@example.org"' in html
    assert "not this one" not in html


def test_someone_who_has_left_cannot_sign_in(client, ade):
    User.objects.filter(id=ade.id).update(is_active=False)
    assert "is not right" in Page.of(typed(client)).words
    assert signed_in_as(client) is None


def test_someone_signed_in_is_led_on(client, ade):
    client.force_login(ade)
    assert client.get("/sign-in/?next=/accessibility/")["Location"] == "/accessibility/"


def test_after_ten_wrong_passwords_the_address_is_refused_for_a_while_wherever_they_came_from(client, ade):
    for number in range(10):
        typed(Client(REMOTE_ADDR=f"192.0.2.{number}"), password="not this one")
    page = Page.of(typed(client))
    assert "Too many tries for this e-mail address." in page.words
    assert signed_in_as(client) is None


def test_the_lock_tells_nobody_whether_there_is_such_an_account(client, ade):
    def told(email: str) -> list[str]:
        return [Page.of(typed(Client(), login=email, password="not this one")).words for _ in range(11)]

    known, unknown = told("ade@example.org"), told("nobody@example.org")
    assert "Too many tries for this e-mail address." in known[10]
    assert [words.replace("ade@", "nobody@") for words in known] == unknown


def test_whoever_is_locked_out_still_signs_in_with_a_code_or_a_link(client, ade, mailoutbox):
    for _ in range(10):
        typed(client, password="not this one")
    client.post("/sign-in/code/", {"email": ade.email})
    client.post("/sign-in/code/enter/", {"code": code_in(mailoutbox[0])})
    assert signed_in_as(client) == str(ade.id)
    ade.refresh_from_db()
    other = Client()
    other.post(*_form(link_for(ade)))
    assert signed_in_as(other) == str(ade.id)


def test_wrong_passwords_for_one_address_lock_no_other(client, ade):
    for _ in range(10):
        typed(client, login="nobody@example.org", password="not this one")
    assert typed(client).status_code == 302


def test_with_the_cache_down_people_still_sign_in(client, ade, settings):
    settings.CACHES = {"default": {"BACKEND": "config.cache.ForgivingCache", "LOCATION": "redis://127.0.0.1:1"}}
    assert "is not right" in Page.of(typed(client, password="not this one")).words
    assert typed(client).status_code == 302


def test_the_form_is_refused_without_the_mark_that_it_is_ours(ade):
    strict = Client(enforce_csrf_checks=True)
    answer = strict.post("/sign-in/", {"login": "ade@example.org", "password": PASSWORD})
    assert answer.status_code == 403
    assert Page.of(answer).title.startswith("Please send that again")


def test_signing_out_takes_a_button_and_says_so(client, ade, settings):
    settings.ANONYMOUS_READING = True
    client.force_login(ade)
    assert client.get("/sign-out/").status_code == 405
    assert signed_in_as(client) == str(ade.id)
    page = Page.of(client.post("/sign-out/", follow=True))
    assert "You have signed out." in page.words
    assert signed_in_as(client) is None


def test_where_only_people_signed_in_may_read_signing_out_leads_to_the_sign_in_page(client, ade, settings):
    settings.ANONYMOUS_READING = False
    client.force_login(ade)
    assert Page.of(client.post("/sign-out/", follow=True)).title.startswith("Sign in")


def test_opening_a_link_changes_nothing_so_that_programs_may_look_at_it(client, ade):
    for _ in range(3):
        page = Page.of(client.get(link_for(ade)))
        assert page.headings[0] == "Sign in as Ade?"
    assert signed_in_as(client) is None
    ade.refresh_from_db()
    assert ade.last_login is None


def test_the_button_of_a_link_signs_in_and_leads_on(client, ade):
    address, token, after = _parts(link_for(ade, after="/case-studies/"))
    answer = client.post(address, {"token": token, "next": after})
    assert answer["Location"] == "/case-studies/"
    assert signed_in_as(client) == str(ade.id)


def test_a_link_works_once(client, ade):
    link = link_for(ade)
    address, token, after = _parts(link)
    client.post(address, {"token": token, "next": after})
    for again in (Client().get(link), Client().post(address, {"token": token})):
        page = Page.of(again)
        assert page.status == 410
        assert page.title.startswith("This link no longer works")
        assert page.links("Sign in with your password") == ["/sign-in/"]


@pytest.mark.parametrize("token", ["", "nonsense", "AAAA" * 40, "\0", "é"])
def test_what_is_no_token_gets_the_same_clear_page(client, token):
    assert Page.of(client.get("/sign-in/link/", {"token": token})).status == 410


def test_a_link_never_leads_to_another_site(client, ade):
    address, token, _ = _parts(link_for(ade))
    assert client.post(address, {"token": token, "next": "https://evil.example/"})["Location"] == "/"


def test_a_link_is_of_no_use_after_its_owner_signed_in_another_way(client, ade):
    link = link_for(ade)
    User.objects.filter(id=ade.id).update(last_login=timezone.now() + datetime.timedelta(seconds=1))
    assert client.get(link).status_code == 410


def test_the_demo_curator_signs_in_with_the_link_that_a_local_start_prints(client):
    address, token, after = _parts(demo_curator_link(""))
    client.post(address, {"token": token, "next": after})
    assert User.objects.get(id=signed_in_as(client)).role == "curator"


def test_no_page_with_a_sign_in_on_it_is_kept_by_the_browser(client, ade):
    for answer in (client.get("/sign-in/"), client.get(link_for(ade))):
        assert "no-store" in answer["Cache-Control"]


def code_in(mail) -> str:
    """The code in an e-mail: a line of its own."""
    return next(line for line in mail.body.splitlines() if line and " " not in line and line != settings.SITE_NAME)


def _form(link: str) -> tuple[str, dict[str, str]]:
    address, token, after = _parts(link)
    return address, {"token": token, "next": after}


def _parts(link: str) -> tuple[str, str, str]:
    parts = urlsplit(link)
    asked = parse_qs(parts.query)
    return parts.path, asked["token"][0], asked["next"][0]

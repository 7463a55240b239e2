"""Signing in with OpenID Connect, at a real provider over HTTP."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from allauth.socialaccount.models import SocialAccount, SocialToken
from django.test import Client
from oidc_provider_mock import User as Known
from oidc_provider_mock import run_server_in_thread

from accounts.models import User
from tests.factories import UserFactory
from tests.web.pages import Page

pytestmark = pytest.mark.django_db

PEOPLE = [
    Known(sub="ade", claims={"email": "Ade@Example.org", "email_verified": True, "name": "Ade Bello"}),
    Known(sub="mallory", claims={"email": "ade@example.org", "email_verified": False, "name": "Mallory"}),
    Known(sub="nia", claims={"email": "nia@example.org", "email_verified": True, "name": "Nia Novak"}),
]
BEGIN = "/sign-in/with/oidc/"


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    with run_server_in_thread(user_claims=PEOPLE) as server:
        yield f"http://localhost:{server.server_port}"


@pytest.fixture
def provider(issuer, settings) -> str:
    """The provider, and this site set up for it as the environment would."""
    settings.OIDC_ISSUER, settings.OIDC_NAME = issuer, "Anytown Trust"
    settings.SOCIALACCOUNT_PROVIDERS = {
        "openid_connect": {
            "OAUTH_PKCE_ENABLED": True,
            "APPS": [
                {
                    "provider_id": "oidc",
                    "name": "Anytown Trust",
                    "client_id": "insights",
                    "secret": "a secret",
                    "settings": {"server_url": issuer},
                }
            ],
        }
    }
    return issuer


def went_there_and_back(client: Client, who: str, after: str = ""):
    """Press the button, sign in at the provider, and come back."""
    there = client.post(f"{BEGIN}?next={after}" if after else BEGIN)
    assert there.status_code == 302
    back = requests.post(there["Location"], data={"sub": who}, allow_redirects=False, timeout=10)
    assert back.status_code == 302, back.text
    address = urlsplit(back.headers["Location"])
    return client.get(f"{address.path}?{address.query}")


def signed_in_as(client: Client) -> str | None:
    return client.session.get("_auth_user_id")


def test_it_is_off_until_an_issuer_is_named(client):
    assert "Sign in with" not in Page.of(client.get("/sign-in/")).words.replace("Sign in with a passkey", "")
    assert client.post(BEGIN).status_code == 404


def test_the_sign_in_page_names_the_provider(client, provider):
    assert "Sign in with Anytown Trust" in Page.of(client.get("/sign-in/")).words


def test_opening_the_address_asks_first_so_that_no_other_site_can_sign_one_in(client, provider):
    page = Page.of(client.get(BEGIN))
    assert page.headings[0] == "Sign in with Anytown Trust?"


def test_the_request_carries_state_and_a_challenge(client, provider):
    asked = parse_qs(urlsplit(client.post(BEGIN)["Location"]).query)
    assert asked["state"][0]
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["redirect_uri"][0].endswith("/sign-in/with/oidc/back/")


def test_whom_the_provider_vouches_for_is_the_person_of_that_address(client, provider):
    ade = UserFactory(email="ade@example.org")
    answer = went_there_and_back(client, "ade", after="/case-studies/")
    assert (answer.status_code, answer["Location"]) == (302, "/case-studies/")
    assert signed_in_as(client) == str(ade.id)
    assert SocialAccount.objects.get().user == ade


def test_the_second_time_the_provider_knows_them_by_its_own_name_for_them(client, provider):
    ade = UserFactory(email="ade@example.org")
    went_there_and_back(client, "ade")
    User.objects.filter(id=ade.id).update(email="ade.bello@example.org")
    again = Client()
    went_there_and_back(again, "ade")
    assert signed_in_as(again) == str(ade.id)


def test_an_address_that_the_provider_has_not_verified_opens_no_account(client, provider):
    UserFactory(email="ade@example.org")
    page = Page.of(client.get(went_there_and_back(client, "mallory").headers.get("Location", "/sign-in/")))
    assert signed_in_as(client) is None
    assert SocialAccount.objects.count() == 0
    assert page.status == 200


def test_a_stranger_gets_no_account(client, provider):
    answer = went_there_and_back(client, "nia")
    assert "Accounts are by invitation" in Page.of(answer).words
    assert not User.objects.filter(email="nia@example.org").exists()


def test_a_stranger_gets_an_account_where_the_operator_says_so(client, provider, settings):
    settings.OIDC_SIGN_UP = True
    went_there_and_back(client, "nia")
    nia = User.objects.get(email="nia@example.org")
    assert (nia.name, nia.role, signed_in_as(client)) == ("Nia Novak", "viewer", str(nia.id))
    assert not nia.has_usable_password()


def test_someone_who_has_left_is_not_let_in(client, provider):
    UserFactory(email="ade@example.org", is_active=False)
    went_there_and_back(client, "ade")
    assert signed_in_as(client) is None


def test_an_answer_that_we_did_not_ask_for_signs_nobody_in(client, provider):
    page = Page.of(client.get("/sign-in/with/oidc/back/?code=stolen&state=made-up"))
    assert page.headings[0] == "That did not work"
    assert signed_in_as(client) is None


def test_a_provider_that_is_away_is_told_in_words(client, provider, settings):
    settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"][0]["settings"]["server_url"] = "http://localhost:1"
    page = Page.of(client.post(BEGIN))
    assert page.headings[0] == "That did not work"


def test_none_of_the_provider_s_tokens_is_kept(client, provider):
    UserFactory(email="ade@example.org")
    went_there_and_back(client, "ade")
    assert SocialToken.objects.count() == 0


def test_the_environment_sets_it_up_and_lets_a_form_lead_there():
    told = subprocess.run(
        [
            sys.executable,
            "-c",
            "from config import settings as s; app = s.SOCIALACCOUNT_PROVIDERS['openid_connect']['APPS'][0];"
            "print(app['name'], app['client_id'], app['settings']['server_url'],"
            " s.CONTENT_SECURITY_POLICY['DIRECTIVES']['form-action'])",
        ],
        env={
            **os.environ,
            "LHS_OIDC_ISSUER": "https://login.example.org/realm/",
            "LHS_OIDC_CLIENT_ID": "insights",
            "LHS_OIDC_NAME": "Anytown",
        },
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout.split("[")[0].split() == ["Anytown", "insights", "https://login.example.org/realm"]
    assert "https://login.example.org'" in told.stdout

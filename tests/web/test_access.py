"""Who may open which page, and what every page brings with it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings as site_settings
from django.contrib.staticfiles import finders
from django.urls import URLPattern, URLResolver, get_resolver

from tests.factories import CaseStudyFactory, UserFactory
from tests.web.pages import Page
from web.apps import colour_can_be_read_on

READING = ["/", "/themes/", "/case-studies/", "/case-studies/elective/", "/tagger/", "/tagger/transparency/"]
ALWAYS_OPEN = ["/sign-in/", "/accessibility/", "/colours.css", "/r/", "/worker.js", "/site.webmanifest", "/offline/"]

EVERYWHERE = [*READING, "/sign-in/", "/accessibility/", "/nowhere/", "/offline/", "/r/", "/r/7K2M4-9XQ0T/"]


def views(resolver: URLResolver, namespace: str = "") -> Iterator[tuple[str, Callable[..., Any]]]:
    """Walk every address below `resolver`, with its namespace and name."""
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            yield from views(entry, f"{namespace}{entry.namespace}:" if entry.namespace else namespace)
        elif isinstance(entry, URLPattern):
            yield f"{namespace}{entry.name}", entry.callback


PAGES = {name: view for name, view in views(get_resolver()) if not name.startswith("api:")}
# The entrance: django-allauth's views for whoever has not signed in yet.
ENTRANCE = {
    *("account_login", "account_request_login_code", "account_confirm_login_code", "account_inactive"),
    *("account_email_verification_sent", "account_signup", "account_logout", "account_reset_password"),
    *("account_confirm_password_reset_code", "account_complete_password_reset", "account_password_reset_completed"),
    *("mfa_authenticate", "mfa_login_webauthn", "openid_connect_login", "openid_connect_callback"),
    *("socialaccount_login_error", "socialaccount_login_cancelled", "socialaccount_signup"),
}


def test_the_walk_finds_the_pages():
    assert {"web:home", "web:case-studies", "web:case-study", "web:sign-in", "web:sign-out"} <= set(PAGES)


@pytest.mark.parametrize("name", sorted(PAGES))
def test_every_page_says_who_may_open_it(name):
    access = getattr(PAGES[name], "access", None)
    assert access in {"public", "reader", "signed-in"}, f"Put @public, @reader or @signed_in over the view of {name}."


def test_only_these_pages_are_open_to_everyone_whatever_the_settings():
    assert {name for name, view in PAGES.items() if getattr(view, "access", "") == "public"} == {
        *("web:sign-in", "web:sign-in-link", "web:sign-out", "web:accessibility", "web:colours"),
        "web:invitation",
        *ENTRANCE,
        # Whoever said something needs no account to learn what became of it.
        *("web:receipts", "web:receipt"),
        *("web:worker", "web:manifest", "web:offline"),
    }


@pytest.mark.django_db
@pytest.mark.parametrize("path", READING)
def test_where_reading_is_open_anyone_reads(client, settings, path):
    settings.ANONYMOUS_READING = True
    CaseStudyFactory(slug="elective")
    assert client.get(path).status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize("path", [*READING, "/case-studies/?page=2"])
def test_where_reading_is_closed_a_visitor_is_sent_to_sign_in_and_comes_back(client, settings, path):
    settings.ANONYMOUS_READING = False
    CaseStudyFactory(slug="elective")
    answer = client.get(path)
    assert answer.status_code == 302
    assert answer["Location"].startswith("/sign-in/?next=/")
    page = Page.of(client.get(answer["Location"]))
    assert f'name="next" value="{path}"' in page.html


@pytest.mark.django_db
@pytest.mark.parametrize("path", READING)
def test_where_reading_is_closed_a_person_signed_in_reads(client, settings, path):
    settings.ANONYMOUS_READING = False
    CaseStudyFactory(slug="elective")
    client.force_login(UserFactory())
    assert client.get(path).status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize("path", ALWAYS_OPEN)
def test_signing_in_and_the_accessibility_statement_are_open_always(client, settings, path):
    settings.ANONYMOUS_READING = False
    assert client.get(path).status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize("path", EVERYWHERE)
def test_every_page_has_its_own_title_language_and_skip_link(client, settings, path):
    settings.ANONYMOUS_READING = True
    CaseStudyFactory(slug="elective")
    page = Page.of(client.get(path))
    name, site = page.title.rsplit(" – ", 1)
    assert name
    assert site == site_settings.SITE_NAME
    assert '<html lang="en-GB">' in page.html
    assert page.links("Skip to main content") == ["#maincontent"]
    assert page.html.count("<h1") == 1


@pytest.mark.django_db
@pytest.mark.parametrize("path", EVERYWHERE)
def test_no_page_has_anything_inline_or_from_another_host(client, settings, path):
    settings.ANONYMOUS_READING = True
    CaseStudyFactory(slug="elective")
    answer = client.get(path)
    html = Page.of(answer).html
    assert "script-src" not in answer["Content-Security-Policy"]
    assert "default-src 'self'" in answer["Content-Security-Policy"]
    assert not re.search(r"<script(?![^>]*\ssrc=)[^>]*>|<style|\sstyle=|\son[a-z]+=|javascript:", html)
    for loaded in re.findall(r'<(?:script|img|link|iframe)[^>]*?\s(?:src|href)="([^"]*)"', html):
        assert re.match(r"/[^/]", loaded), loaded


@pytest.mark.django_db
def test_everything_a_page_loads_is_there(client):
    """Needs the front-end assets: `make install` builds them."""
    html = Page.of(client.get("/sign-in/")).html
    loaded = re.findall(r'<(?:script|img|link)[^>]*?\s(?:src|href)="/static/([^"]*)"', html)
    loaded += re.findall(r'data-components="/static/([^"]*)"', html)
    assert len(loaded) == 10
    for path in loaded:
        plain = re.sub(r"\.[0-9a-f]{12}(\.\w+)$", r"\1", path)
        assert finders.find(plain), f"{plain} is not there: run make install."


@pytest.mark.django_db
def test_the_site_shows_its_own_name_logo_and_colour(client, settings):
    settings.SITE_NAME, settings.SITE_LOGO, settings.SITE_COLOUR = "Ward learning", "/static/logo.svg", "#7c2855"
    page = Page.of(client.get("/sign-in/"))
    assert page.title == "Sign in – Ward learning"
    assert 'src="/static/logo.svg"' in page.html
    assert "/colours.css" in page.html
    assert "--site-colour: #7c2855;" in client.get("/colours.css").content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("colour", ["red; } body { display: none", "#ffff00", "#12345", "javascript:"])
def test_a_colour_that_is_none_or_too_pale_for_white_words_is_left_out(client, settings, colour):
    settings.SITE_COLOUR = colour
    assert client.get("/colours.css").content.decode().strip() == ""


def test_a_colour_that_is_left_out_is_warned_of(settings):
    settings.SITE_COLOUR = "#ffff00"
    assert [warning.id for warning in colour_can_be_read_on(None)] == ["web.W001"]
    settings.SITE_COLOUR = "#7c2855"
    assert colour_can_be_read_on(None) == []


@pytest.mark.django_db
def test_nothing_shows_the_logo_or_the_font_of_the_nhs(client):
    html = Page.of(client.get("/sign-in/")).html
    assert "nhsuk-header__logo" not in html
    assert 'alt="NHS' not in html
    assert ">NHS<" not in html
    stylesheet = finders.find("built/site.css")
    assert stylesheet, "Run make install."
    with open(stylesheet, encoding="utf-8") as css:
        assert "frutiger" not in css.read().lower()

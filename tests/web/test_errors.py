"""What goes wrong has a page with a title and a way back."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.db import DatabaseError, OperationalError, connection
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from tests.factories import UserFactory
from tests.web.pages import Page
from web import errors


def asked(path: str = "/") -> HttpRequest:
    return RequestFactory().get(path)


def has_a_way_back(page: Page) -> bool:
    return "/" in page.links("home page")


def test_a_request_that_cannot_be_read_is_400():
    page = Page.of(errors.bad_request(asked(), SuspiciousOperation()))
    assert (page.status, page.title.split(" – ")[0]) == (400, "We could not read that")
    assert has_a_way_back(page)


@pytest.mark.django_db
def test_what_someone_may_not_do_is_403_and_says_why():
    page = Page.of(errors.forbidden(asked(), PermissionDenied("Curators publish.")))
    assert (page.status, page.title.split(" – ")[0]) == (403, "You may not do that")
    assert "Curators publish." in page.words
    assert has_a_way_back(page)


@pytest.mark.django_db
def test_what_is_not_there_is_404_with_somewhere_else_to_look(client):
    page = Page.of(client.get("/no-such-page/"))
    assert (page.status, page.title.split(" – ")[0]) == (404, "Page not found")
    assert page.links("search the insights") == ["/insights/"]
    assert page.links("sign in") == ["/sign-in/?next=%2Fno-such-page%2F"]
    assert has_a_way_back(page)


@pytest.mark.django_db
def test_someone_signed_in_is_not_asked_to_sign_in_again(client):
    client.force_login(UserFactory())
    assert Page.of(client.get("/no-such-page/")).links("sign in") == []


@pytest.mark.django_db
def test_a_fault_of_ours_is_500_and_shows_nothing_of_what_failed():
    client = Client(raise_request_exception=False)
    client.force_login(UserFactory(name="Ade"))

    def breaks(execute, sql, params, many, context):
        raise OperationalError("the server at 10.0.0.1 went away")

    with connection.execute_wrapper(breaks):
        page = Page.of(client.get("/"))
    assert (page.status, page.title.split(" – ")[0]) == (500, "Sorry, something went wrong")
    assert "10.0.0.1" not in page.html
    assert has_a_way_back(page)


def test_the_500_page_asks_the_database_nothing():
    # No `django_db` mark: pytest-django refuses any query here.
    request = asked()
    request.user = _Asking()  # type: ignore[assignment]
    page = Page.of(errors.failed(request))
    assert page.status == 500
    assert "Sign in" in page.html


@pytest.mark.django_db
def test_a_form_from_elsewhere_is_refused_with_what_to_do():
    page = Page.of(Client(enforce_csrf_checks=True).post("/sign-out/"))
    assert (page.status, page.title.split(" – ")[0]) == (403, "Please send that again")
    assert has_a_way_back(page)


@pytest.mark.django_db
def test_an_address_with_another_hosts_name_is_400():
    page = Page.of(Client(raise_request_exception=False).get("/", headers={"host": "evil.example"}))
    assert page.status == 400
    assert has_a_way_back(page)


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/case-studies/%00/", "/case-studies/" + "x" * 3000 + "/", "/case-studies/é/"])
def test_a_wild_address_is_not_found(client, path):
    assert client.get(path).status_code == 404


class _Asking:
    """A person whom nobody may ask after: reading them would ask the database."""

    def __getattr__(self, name: str) -> HttpResponse:
        raise DatabaseError(name)

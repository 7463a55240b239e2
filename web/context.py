"""What every page knows: the site's name, where one can go, and who is reading."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.crypto import salted_hmac

from accounts.models import User
from insights.desk import reviews_anywhere
from insights.merging import merges_anywhere
from insights.notices import unread
from insights.waiting import publishes_anywhere
from web.access import person_of
from web.colours import usable


@dataclass(frozen=True)
class Place:
    """Somewhere to go: the words of a link, its address, and whether one is there already."""

    text: str
    href: str
    current: bool = False


@dataclass(frozen=True)
class Site:
    """The site as each page shows it."""

    name: str
    logo: str
    coloured: bool
    navigation: tuple[Place, ...]
    sign_in: str
    api_docs: str
    anonymous_reading: bool
    sign_up: bool
    oidc_name: str
    source_url: str
    unread: int


def site(request: HttpRequest) -> dict[str, Any]:
    """Give every template `site`, `person` (None when nobody is signed in) and `whose`, which tells persons apart.

    By `whose` the page's script knows that somebody else, or nobody, is signed in where there was someone before.
    """
    person = person_of(request)
    place = the_site(request.path, back_to=request.get_full_path(), person=person)
    return {"site": place, "person": person, "whose": whose(person)}


def whose(person: User | None) -> str:
    """Return what tells this person's pages from anybody else's, and says nothing of them."""
    return salted_hmac("web.context.whose", str(person.pk)).hexdigest() if person else "nobody"


def without_anyone() -> dict[str, Any]:
    """Return the same for a page that must not ask who is reading: it works with the database down."""
    return {"site": the_site(""), "person": None}


def the_site(path: str, *, back_to: str = "", person: User | None = None) -> Site:
    """Return the site as `person` sees it from the page at `path`; signing in leads back to `back_to`."""
    places: tuple[tuple[str, str], ...] = (
        ("Insights", reverse("web:insights")),
        ("Log an insight", reverse("web:log")),
        ("Themes", reverse("web:themes")),
        ("Case studies", reverse("web:case-studies")),
        *((("Sent in", reverse("web:submitted")),) if publishes_anywhere(person) else ()),
        *(
            (("Review", reverse("web:review")), ("Agreement", reverse("web:agreement")))
            if reviews_anywhere(person)
            else ()
        ),
        *((("Duplicates", reverse("web:duplicates")),) if merges_anywhere(person) else ()),
        ("API", reverse("api:docs")),
    )
    nearest = max((href for _, href in places if path.startswith(href)), key=len, default=None)
    return Site(
        name=settings.SITE_NAME,
        logo=settings.SITE_LOGO,
        coloured=usable(settings.SITE_COLOUR),
        navigation=tuple(Place(text, href, href == nearest) for text, href in places),
        sign_in=_sign_in(back_to),
        api_docs=reverse("api:docs"),
        anonymous_reading=settings.ANONYMOUS_READING,
        sign_up=settings.SIGN_UP,
        oidc_name=settings.OIDC_NAME,
        source_url=getattr(settings, "SITE_SOURCE_URL", ""),
        unread=unread(person),
    )


def _sign_in(back_to: str) -> str:
    address = reverse("web:sign-in")
    if not back_to or back_to == "/" or back_to.startswith(address):
        return address
    return f"{address}?{urlencode({'next': back_to})}"

"""Who may open a page. Every page says so with one of three words; a test holds that none is without."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase

from accounts.models import User
from casestudies.errors import Missing
from casestudies.reading import reads_the_site

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def person_of(request: HttpRequest) -> User | None:
    """Return who is signed in, or None."""
    user = getattr(request, "user", None)
    return cast(User, user) if user is not None and user.is_authenticated else None


def public(view: View[P]) -> View[P]:
    """Open a page to everyone, always: signing in, the accessibility statement."""
    return _page(view, "public", lambda person: True)


def reader(view: View[P]) -> View[P]:
    """Open a page to those who may read the site; others are sent to sign in and come back."""
    return _page(view, "reader", reads_the_site)


def signed_in(view: View[P]) -> View[P]:
    """Open a page to people who are signed in; others are sent to sign in and come back."""
    return _page(view, "signed-in", lambda person: person is not None)


def _page(view: View[P], access: str, may_open: Callable[[User | None], bool]) -> View[P]:
    @wraps(view)
    def page(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        person = person_of(request)
        if not may_open(person):
            return redirect_to_login(_came_for(request))
        try:
            return view(request, *args, **kwargs)
        except Missing as missing:
            raise Http404(str(missing)) from missing
        except PermissionDenied:
            if person is None:
                return redirect_to_login(_came_for(request))
            raise

    cast(Any, page).access = access
    return page


def _came_for(request: HttpRequest) -> str:
    """Return the page to come back to: what a form was sent to cannot be opened again, the page it stood on can."""
    if request.method in ("GET", "HEAD"):
        return request.get_full_path()
    return request.path

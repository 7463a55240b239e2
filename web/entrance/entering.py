"""Let someone in whom a link or an invitation stands for."""

from __future__ import annotations

from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.models import EmailAddress, Login
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from accounts.models import User


def enter(request: HttpRequest, person: User, after: str) -> HttpResponseBase:
    """Sign `person` in and lead them to `after`; whoever has a second factor is asked for it first.

    They held a link that was sent to their address, or that the operator gave them: the address is theirs.
    """
    EmailAddress.objects.update_or_create(user=person, email=person.email, defaults={"verified": True, "primary": True})
    record_authentication(request, person, method="link")
    return perform_login(request, Login(user=person, redirect_url=after))

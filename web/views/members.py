"""Who works in a programme: its members, invitations to it, and leaving it."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from casestudies import invitations
from casestudies.errors import Conflict, Missing
from casestudies.members import change_role, leave, member_of, members, remove
from casestudies.models import Invitation, Programme
from casestudies.models.invitations import OFFERED
from casestudies.reading import programmes
from web.access import person_of, public, signed_in
from web.entrance.entering import enter
from web.pages.members import AcceptPage, MembersPage

PAGE = ["GET", "HEAD", "POST"]
PRESS_AGAIN = "Nothing has been changed yet. Press the button again."
P = ParamSpec("P")
Button = Callable[Concatenate[HttpRequest, str, P], HttpResponse]


def pressed(view: Button[P]) -> Button[P]:
    """A button of the members' page; whoever comes to it from signing in again is led back to the page."""

    @wraps(view)
    @require_http_methods(PAGE)
    def button(request: HttpRequest, slug: str, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if request.method != "POST":
            messages.info(request, PRESS_AGAIN)
            return redirect("web:members", slug)
        return view(request, slug, *args, **kwargs)

    return button


@signed_in
@never_cache
@require_safe
def members_page(request: HttpRequest, slug: str) -> HttpResponse:
    """Who is in the programme, who is invited, and for its curators: the ways to change it."""
    return _page(request, _programme(request, slug))


@signed_in
@never_cache
@pressed
def invite(request: HttpRequest, slug: str) -> HttpResponse:
    """Invite someone by e-mail."""
    programme = _programme(request, slug)
    email, role = _typed(request, "email"), _typed(request, "role")
    try:
        invitations.invite(
            person=_person(request), programme=programme, email=email, role=role, accept_at=_accept_at(request)
        )
    except (ValidationError, Conflict) as fault:
        return _page(request, programme, email=email, role=role, faults=_faults(fault))
    messages.success(request, f"{email.lower()} is invited.")
    return redirect("web:members", slug)


@signed_in
@never_cache
@pressed
def invite_again(request: HttpRequest, slug: str, invitation_id: UUID) -> HttpResponse:
    """Send an invitation again."""
    found = _invitation(request, slug, invitation_id)

    def send() -> str:
        invitations.invite_again(person=_person(request), invitation=found, accept_at=_accept_at(request))
        return f"The invitation to {found.email} is sent again. The earlier link no longer works."

    return _done(request, slug, send)


@signed_in
@never_cache
@pressed
def withdraw_invitation(request: HttpRequest, slug: str, invitation_id: UUID) -> HttpResponse:
    """Take an invitation back."""
    found = _invitation(request, slug, invitation_id)

    def withdraw() -> str:
        invitations.withdraw_invitation(person=_person(request), invitation=found)
        return f"The invitation to {found.email} is withdrawn. Its link no longer works."

    return _done(request, slug, withdraw)


@signed_in
@never_cache
@pressed
def change(request: HttpRequest, slug: str, member_id: UUID) -> HttpResponse:
    """Give a member another role."""
    member = member_of(programme=_programme(request, slug), member_id=member_id)

    def give() -> str:
        role = _typed(request, "role")
        change_role(person=_person(request), member=member, role=role)
        return f"{member.user} is now {OFFERED[role].lower()} in this programme."

    return _done(request, slug, give)


@signed_in
@never_cache
@require_http_methods(PAGE)
def remove_member(request: HttpRequest, slug: str, member_id: UUID) -> HttpResponse:
    """Ask whether a member shall be removed, and remove them."""
    programme = _programme(request, slug)
    member = member_of(programme=programme, member_id=member_id)
    if request.method != "POST":
        if not MembersPage.of(_person(request), programme).manages:
            raise PermissionDenied("The curators of a programme change who works in it.")
        return render(request, "members/remove.html", {"programme": programme, "member": member})

    def take_out() -> str:
        remove(person=_person(request), member=member)
        return f"{member.user} is no longer a member of this programme."

    return _done(request, slug, take_out)


@signed_in
@never_cache
@require_http_methods(PAGE)
def leave_programme(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask whether one wants to leave, and leave."""
    programme = _programme(request, slug)
    if request.method != "POST":
        if not person_of(request).memberships.filter(programme=programme).exists():  # type: ignore[union-attr]
            raise Missing("You are not a member of this programme.")
        return render(request, "members/leave.html", {"programme": programme})
    try:
        leave(person=_person(request), programme=programme)
    except Conflict as fault:
        messages.error(request, fault.reason)
        return redirect("web:members", slug)
    messages.success(request, f"You have left {programme.name}.")
    return redirect("web:account")


@public
@never_cache
@sensitive_post_parameters("password")
@require_http_methods(PAGE)
def accept_invitation(request: HttpRequest, token: str) -> HttpResponseBase:
    """Show what an invitation offers, and accept it: signed in as the one invited, or with a new account.

    Opening the link changes nothing: programs that look at links in e-mails before people do would use it up.
    """
    person = person_of(request)
    try:
        found = invitations.invitation_of(token)
    except Missing:
        return render(request, "members/invitation_gone.html", status=410)
    page = AcceptPage.of(found, person=person, name=_typed(request, "name"))
    if request.method != "POST":
        return render(request, "members/accept.html", {"page": page, "here": request.path})
    password = request.POST.get("password", "")
    try:
        if person is None and password:
            validate_password(password, User(email=found.email, name=page.name))
        made = invitations.accept(token=token, person=person, name=page.name.strip()[:120], password=password or None)
    except ValidationError as fault:
        page.faults = {"password": " ".join(fault.messages)}
        return render(request, "members/accept.html", {"page": page, "here": request.path})
    except Conflict as fault:
        page.faults = {"join": fault.reason}
        return render(request, "members/accept.html", {"page": page, "here": request.path}, status=409)
    except Missing:
        return render(request, "members/invitation_gone.html", status=410)
    messages.success(request, f"Welcome to {found.programme.name}.")
    after = reverse("web:members", args=[found.programme.slug])
    return redirect(after) if person is not None else enter(request, made, after)


def _page(request: HttpRequest, programme: Programme, **typed: Any) -> HttpResponse:
    page = MembersPage.of(_person(request), programme, **typed)
    return render(request, "members/members.html", {"page": page})


def _done(request: HttpRequest, slug: str, act: Callable[[], str]) -> HttpResponse:
    """Do it, and say on the members' page what was done, or why it was not."""
    try:
        messages.success(request, act())
    except Conflict as fault:
        messages.error(request, fault.reason)
    except ValidationError as fault:
        messages.error(request, " ".join(fault.messages))
    return redirect("web:members", slug)


def _faults(fault: ValidationError | Conflict) -> dict[str, str]:
    if isinstance(fault, Conflict):
        return {fault.field: fault.reason}
    return {field: said[0] for field, said in fault.message_dict.items()}


def _programme(request: HttpRequest, slug: str) -> Programme:
    found = programmes(_person(request)).filter(slug=slug).first()
    if found is None:
        raise Missing("There is no such programme.")
    return found


def _invitation(request: HttpRequest, slug: str, invitation_id: UUID) -> Invitation:
    programme = _programme(request, slug)
    members(person=_person(request), programme=programme)
    found = invitations.pending(programme).filter(id=invitation_id).first()
    if found is None:
        raise Missing("There is no such invitation.")
    return found


def _person(request: HttpRequest) -> User:
    return cast(User, request.user)


def _typed(request: HttpRequest, name: str) -> str:
    return request.POST.get(name, "").replace("\0", "").strip()


def _accept_at(request: HttpRequest) -> str:
    return request.build_absolute_uri(reverse("web:invitation", args=["TOKEN"]))

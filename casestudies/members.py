"""Bring people into programmes, change what they are there, and let them go."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import QuerySet

from accounts.models import User
from accounts.people import ensure
from casestudies.errors import Conflict, Missing
from casestudies.lifecycle import Status
from casestudies.models import Membership, Programme
from casestudies.models.invitations import OFFERED
from casestudies.permissions import may
from casestudies.standing import INSIDE, MANAGERS

MAY_NOT = "You may not change who works in this programme: its curators do."
LAST = "Nobody else looks after this programme. Make another member a curator first."


@transaction.atomic
def admit(*, email: str, role: str | None = None, programmes: Sequence[str] = ()) -> User:
    """Return the person, made if need be, with `role` on the site and in each programme named by its slug.

    Without a role, a new person becomes a viewer, a new member has the role they have on the site, and whoever is a
    member stays what they are. Raises ValidationError for an address, a role or a programme that is none.
    """
    person = ensure(email=email, role=role)
    for slug in programmes:
        programme = Programme.objects.filter(slug=slug).first()
        if programme is None:
            known = ", ".join(Programme.objects.values_list("slug", flat=True))
            raise ValidationError({"programme": f"There is no programme “{slug}”. There are: {known}."})
        member, made = Membership.objects.get_or_create(
            user=person, programme=programme, defaults={"role": role or person.role}
        )
        if role and not made and member.role != role:
            member.role = role
            member.save(update_fields=["role"])
    return person


def member_of(*, programme: Programme, member_id: UUID) -> Membership:
    """Return a member of the programme; raises Missing."""
    found = Membership.objects.select_related("user").filter(programme=programme, id=member_id).first()
    if found is None:
        raise Missing("There is no such member.")
    return found


def members(*, person: User, programme: Programme) -> QuerySet[Membership]:
    """Return the members with their people, by name; raises PermissionDenied for those who may not see them."""
    if not _may(person, "read", "member", programme):
        raise PermissionDenied("The members of a programme are seen by its members.")
    return (
        Membership.objects.select_related("user")
        .filter(programme=programme, user__is_active=True)
        .order_by("user__name", "user__email")
    )


@transaction.atomic
def change_role(*, person: User, member: Membership, role: str) -> None:
    """Give a member another role in the programme.

    Raises PermissionDenied, ValidationError (`role`), and Conflict where nobody would be left to look after it.
    """
    if not _may(person, "change", "member", member.programme):
        raise PermissionDenied(MAY_NOT)
    if role not in OFFERED:
        raise ValidationError({"role": "Choose one of the roles: " + ", ".join(OFFERED.values()) + "."})
    kept = _locked(member)
    if kept.role != role:
        if INSIDE[role] not in MANAGERS:
            _someone_else_looks_after(kept)
        kept.role = role
        kept.save(update_fields=["role"])


@transaction.atomic
def remove(*, person: User, member: Membership) -> None:
    """Take a member out of the programme; what they logged and decided stays.

    Raises PermissionDenied, and Conflict where nobody would be left to look after the programme.
    """
    if not _may(person, "remove", "member", member.programme):
        raise PermissionDenied(MAY_NOT)
    _take_out(member)


@transaction.atomic
def leave(*, person: User, programme: Programme) -> None:
    """Leave a programme; raises Missing for whoever is no member, and Conflict for the last who looks after it."""
    member = Membership.objects.filter(user=person, programme=programme).first()
    if member is None or not _may(person, "leave", "programme", programme):
        raise Missing("You are not a member of this programme.")
    _take_out(member)


def _take_out(member: Membership) -> None:
    kept = _locked(member)
    _someone_else_looks_after(kept)
    kept.delete()


def _locked(member: Membership) -> Membership:
    # The programme's row makes two who leave at once wait for each other: one of them is then the last.
    Programme.objects.select_for_update().get(id=member.programme_id)
    kept = Membership.objects.filter(id=member.id).first()
    if kept is None:
        raise Missing("There is no such member: somebody has just removed them.")
    return kept


def _someone_else_looks_after(member: Membership) -> None:
    looking_after = [role for role, standing in INSIDE.items() if standing in MANAGERS]
    if member.role not in looking_after:
        return
    others = Membership.objects.filter(programme_id=member.programme_id, user__is_active=True).exclude(id=member.id)
    if not others.filter(role__in=looking_after).exists():
        raise Conflict(LAST, field="role")


def _may(person: User, verb: str, object: str, programme: Programme) -> bool:
    return may(person, verb, object, programme_id=programme.id, status=Status.PUBLISHED)

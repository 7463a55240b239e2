"""Bring a person into programmes."""

from __future__ import annotations

from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.models import User
from accounts.people import ensure
from casestudies.models import Membership, Programme


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

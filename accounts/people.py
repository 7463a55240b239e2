"""Find or make the people of this site."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from accounts.models import Role, User

# In whose name the case studies that come with the software are kept.
LIBRARY = "library@lhs.invalid"


@transaction.atomic
def ensure(*, email: str, role: str | None = None, name: str = "") -> User:
    """Return the person with this e-mail address, made if need be; a `role` that is given becomes theirs.

    Raises ValidationError when the address or the role is not one.
    """
    email = email.strip().lower()
    person = User.objects.select_for_update().filter(email=email).first()
    if person is None:
        try:
            with transaction.atomic():
                return User.objects.create_user(email, role=role or Role.VIEWER, name=name)
        except (IntegrityError, ValidationError):
            # Unless someone else made them this moment, it was the address or the role.
            person = User.objects.select_for_update().filter(email=email).first()
            if person is None:
                raise
    if role and person.role != role:
        person.role = role
        person.full_clean()
        person.save(update_fields=["role"])
    return person

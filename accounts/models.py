"""People who sign in, and the tokens their programs sign in with."""

from __future__ import annotations

from typing import Any

import pghistory
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower
from knox.models import AbstractAuthToken, AuthTokenManager
from uuid_utils.compat import uuid7


class Role(models.TextChoices):
    """What a person may do: everywhere (`User.role`), or inside one programme (`casestudies.Membership.role`)."""

    VIEWER = "viewer", "Viewer"
    CONTRIBUTOR = "contributor", "Contributor"
    ANALYST = "analyst", "Analyst"
    CURATOR = "curator", "Curator"
    ADMIN = "admin", "Administrator"


class UserManager(BaseUserManager["User"]):
    """Makes people; an e-mail address is kept in lower case, so that it names one person however it is typed."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        """Save a new person. Without a password they can sign in only by a link or a token."""
        person = self.model(email=email.strip().lower(), **fields)
        person.set_password(password)
        person.full_clean()
        person.save(using=self._db)
        return person

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email=(username or "").strip().lower())


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), fields=["email", "name", "role", "is_active"])
class User(AbstractBaseUser):  # type: ignore[django-manager-missing]
    """A person. The e-mail address is the login name; `role` holds everywhere on the site."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    email = models.EmailField("e-mail address", unique=True)
    name = models.CharField(max_length=120, blank=True)
    role = models.CharField(max_length=20, choices=Role, default=Role.VIEWER)
    is_active = models.BooleanField(default=True)
    created = models.DateTimeField(auto_now_add=True)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    objects = UserManager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                name="user_email_once",
                violation_error_message="Someone with this e-mail address is already here.",
            ),
            models.CheckConstraint(
                condition=models.Q(email=Lower("email")),
                name="user_email_in_lower_case",
                violation_error_message="Write the e-mail address in lower case.",
            ),
            models.CheckConstraint(
                condition=models.Q(role__in=Role.values),
                name="user_role_known",
                violation_error_message="Choose one of the roles: " + ", ".join(Role.values) + ".",
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.email


class Scope(models.TextChoices):
    """What a program may do with a token: read what its person may read, or everything that its person may."""

    READ = "read", "Read"
    WRITE = "write", "Read and write"


class AccessToken(AbstractAuthToken):
    """A hashed, expiring token of one person; each may hold several, told apart by `name`.

    `last_used` is when it last was, give or take five minutes: it is not written at every request.
    """

    name = models.CharField(max_length=80, default="command line")
    scope = models.CharField(max_length=10, choices=Scope, default=Scope.WRITE, db_default=Scope.WRITE)
    last_used = models.DateTimeField(null=True, blank=True)

    objects = AuthTokenManager()

    class Meta:
        db_table = "accounts_access_token"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(scope__in=Scope.values),
                name="access_token_scope_known",
                violation_error_message="Choose what the token may do: " + ", ".join(Scope.values) + ".",
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} of {self.user_id}"

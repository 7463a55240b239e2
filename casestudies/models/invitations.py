"""Invitations to work in a programme."""

from __future__ import annotations

import pghistory
from django.conf import settings
from django.db import models
from django.db.models.functions import Lower
from uuid_utils.compat import uuid7

from accounts.models import Role
from casestudies.models.programmes import Programme

# What may be offered. An administrator of the site is made by an operator.
OFFERED: dict[str, str] = {role.value: role.label for role in Role if role is not Role.ADMIN}


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), exclude=["digest"])
class Invitation(models.Model):
    """A role in a programme, offered to an e-mail address by a link that works once.

    Only the link's digest is kept. It stands until it is accepted or withdrawn, or `expires` has passed; `sent` is when
    the mail last left, None where it did not.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="invitations")
    email = models.EmailField("e-mail address")
    role = models.CharField(max_length=20, choices=list(OFFERED.items()), default=Role.CONTRIBUTOR)
    digest = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="invitations_made")
    created = models.DateTimeField(auto_now_add=True)
    expires = models.DateTimeField()
    sent = models.DateTimeField(null=True, blank=True)
    accepted = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="invitations_accepted"
    )
    withdrawn = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created"]
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "email"],
                condition=models.Q(accepted__isnull=True, withdrawn__isnull=True),
                name="invitation_open_once",
                violation_error_message="This person has been invited already: send that invitation again.",
            ),
            models.CheckConstraint(
                condition=models.Q(email=Lower("email")),
                name="invitation_email_in_lower_case",
                violation_error_message="Write the e-mail address in lower case.",
            ),
            models.CheckConstraint(
                condition=models.Q(role__in=list(OFFERED)),
                name="invitation_role_offered",
                violation_error_message="Choose one of the roles: " + ", ".join(OFFERED) + ".",
            ),
            models.CheckConstraint(
                condition=models.Q(accepted__isnull=True) | models.Q(withdrawn__isnull=True),
                name="invitation_accepted_or_withdrawn",
                violation_error_message="An invitation that was accepted cannot be withdrawn.",
            ),
            models.CheckConstraint(
                condition=models.Q(accepted__isnull=True, accepted_by__isnull=True)
                | models.Q(accepted__isnull=False, accepted_by__isnull=False),
                name="invitation_accepted_by_someone",
                violation_error_message="Say who accepted the invitation.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.programme_id} as {self.role}"

"""Invite someone to work in a programme, and let them in."""

from __future__ import annotations

import hashlib
import logging
import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.mail import send_mail
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import User
from accounts.people import ensure
from casestudies.errors import Conflict, Missing
from casestudies.lifecycle import Status
from casestudies.models import Invitation, Membership, Programme
from casestudies.models.invitations import OFFERED
from casestudies.permissions import may

log = logging.getLogger(__name__)
MAY_NOT = "You may not invite people to this programme: its curators do."
GONE = "This invitation is no longer open: it was accepted, withdrawn or has run out."


def invite(*, person: User, programme: Programme, email: str, role: str, accept_at: str) -> Invitation:
    """Offer `role` in `programme` to an e-mail address, and send the link on commit.

    `accept_at` is the address of the page to accept at, in which `TOKEN` stands for the token. An earlier invitation
    that has run out makes way. Raises PermissionDenied, ValidationError (`email`, `role`) and Conflict, where the
    person is a member or has been invited already.
    """
    email = email.strip().lower()
    with transaction.atomic():
        _must(person, programme)
        _validated(email, role)
        # Two who invite the same person at once wait for each other here.
        Programme.objects.select_for_update().get(id=programme.id)
        if Membership.objects.filter(programme=programme, user__email=email).exists():
            raise Conflict("This person is a member already: change their role instead.", field="email")
        unanswered = Invitation.objects.filter(
            programme=programme, email=email, accepted__isnull=True, withdrawn__isnull=True
        )
        unanswered.filter(expires__lte=timezone.now()).update(withdrawn=timezone.now())
        if unanswered.exists():
            raise Conflict("This person has been invited already: send that invitation again.", field="email")
        token = secrets.token_urlsafe(32)
        made = Invitation.objects.create(
            programme=programme,
            email=email,
            role=role,
            digest=_digest(token),
            invited_by=person,
            expires=_expiry(),
        )
        transaction.on_commit(lambda: _send(made, accept_at.replace("TOKEN", token)))
    return made


def invite_again(*, person: User, invitation: Invitation, accept_at: str) -> Invitation:
    """Send an invitation again with a new link that works as long as a new one; the earlier link works no more.

    Raises PermissionDenied, and Conflict where it is answered or withdrawn.
    """
    with transaction.atomic():
        _must(person, invitation.programme)
        kept = _locked(invitation)
        token = secrets.token_urlsafe(32)
        kept.digest, kept.expires, kept.sent = _digest(token), _expiry(), None
        kept.save(update_fields=["digest", "expires", "sent"])
        transaction.on_commit(lambda: _send(kept, accept_at.replace("TOKEN", token)))
    return kept


@transaction.atomic
def withdraw_invitation(*, person: User, invitation: Invitation) -> None:
    """Take an invitation back; raises PermissionDenied, and Conflict where it is answered or withdrawn already."""
    _must(person, invitation.programme)
    kept = _locked(invitation)
    kept.withdrawn = timezone.now()
    kept.save(update_fields=["withdrawn"])


def invitation_of(token: str) -> Invitation:
    """Return the open invitation that a link's token stands for; raises Missing for all others."""
    found = _open().select_related("programme", "invited_by").filter(digest=_digest(token)).first()
    if found is None:
        raise Missing(GONE)
    return found


def pending(programme: Programme) -> QuerySet[Invitation]:
    """Return the invitations that nobody has answered, those that have run out included, the newest first."""
    found = Invitation.objects.filter(programme=programme, accepted__isnull=True, withdrawn__isnull=True)
    return found.select_related("invited_by")


@transaction.atomic
def accept(*, token: str, person: User | None = None, name: str = "", password: str | None = None) -> User:
    """Let the invited person into the programme, and return them: `person` who is signed in, or a new person.

    A new person gets an account that reads the site, with `name` and, if they chose one, `password` (validated by the
    door). Someone who is a member already keeps their role. Raises Missing where the invitation is not open, and
    Conflict where it is for another address, or for someone who has an account and should sign in to it.
    """
    invitation = invitation_of(token)
    invitation = Invitation.objects.select_for_update(of=("self",)).get(id=invitation.id)
    if invitation.accepted or invitation.withdrawn:
        raise Missing(GONE)
    if person is None:
        if has_account(invitation.email):
            raise Conflict("There is an account with this e-mail address: sign in to it first.", field="email")
        person = ensure(email=invitation.email, name=name)
        person.set_password(password)
        person.save(update_fields=["password"])
    if person.email != invitation.email:
        raise Conflict("This invitation is for another e-mail address than the one you signed in with.", field="email")
    Membership.objects.get_or_create(user=person, programme=invitation.programme, defaults={"role": invitation.role})
    invitation.accepted, invitation.accepted_by = timezone.now(), person
    invitation.save(update_fields=["accepted", "accepted_by"])
    return person


def has_account(email: str) -> bool:
    """Say whether someone with this address has an account: for the holder of a link sent there, and nobody else."""
    return User.objects.filter(email=email.strip().lower()).exists()


def _validated(email: str, role: str) -> None:
    faults = {}
    try:
        validate_email(email)
    except ValidationError:
        faults["email"] = "Enter an e-mail address, such as name@example.org."
    if role not in OFFERED:
        faults["role"] = "Choose one of the roles: " + ", ".join(OFFERED.values()) + "."
    if faults:
        raise ValidationError(faults)


def _must(person: User, programme: Programme) -> None:
    if not may(person, "invite", "member", programme_id=programme.id, status=Status.PUBLISHED):
        raise PermissionDenied(MAY_NOT)


def _open() -> QuerySet[Invitation]:
    return Invitation.objects.filter(accepted__isnull=True, withdrawn__isnull=True, expires__gt=timezone.now())


def _locked(invitation: Invitation) -> Invitation:
    kept = Invitation.objects.select_for_update(of=("self",)).select_related("programme").get(id=invitation.id)
    if kept.accepted or kept.withdrawn:
        raise Conflict(GONE, field="invitation")
    return kept


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _expiry() -> datetime:
    return timezone.now() + timedelta(days=settings.INVITATION_DAYS)


def _send(invitation: Invitation, link: str) -> None:
    """Send the link.

    A mail server that is away, or says no (an OSError too), costs no invitation: the members' page says that it was
    not sent.
    """
    who, where = str(invitation.invited_by), invitation.programme.name
    text = (
        f"{who} invites you to work in “{where}” on {settings.SITE_NAME}, as {OFFERED[invitation.role].lower()}.\n\n"
        f"To accept, open this link:\n{link}\n\n"
        f"It works once, for {settings.INVITATION_DAYS} days. If you did not expect this, you need do nothing.\n"
    )
    try:
        send_mail(f"Invitation to {where} – {settings.SITE_NAME}", text, None, [invitation.email])
    except OSError as error:
        log.warning("An invitation was not sent: %s", type(error).__name__)
        return
    Invitation.objects.filter(id=invitation.id).update(sent=timezone.now())

"""What the pages about a programme's members show."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone

from accounts.models import Role, User
from casestudies.invitations import has_account, pending
from casestudies.lifecycle import Status
from casestudies.members import members
from casestudies.models import Invitation, Membership, Programme
from casestudies.models.invitations import OFFERED
from casestudies.permissions import may

MEANING = {
    Role.VIEWER: "reads its drafts, and words that others may not see",
    Role.CONTRIBUTOR: "logs, edits and submits insights, and decides their tags",
    Role.ANALYST: "reads like a viewer, and exports in bulk",
    Role.CURATOR: "does what a contributor does, publishes and declines, and looks after the members",
}


@dataclass
class MembersPage:
    """Members and invitations as `person` may see and change them; `faults` are those of the form to invite."""

    programme: Programme
    members: list[Membership]
    invitations: list[tuple[Invitation, bool]]
    manages: bool
    belongs: bool
    email: str = ""
    role: str = Role.CONTRIBUTOR
    faults: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, person: User, programme: Programme, **typed: Any) -> MembersPage:
        """Look the members up; raises PermissionDenied for those who may not see them."""
        found = list(members(person=person, programme=programme))
        manages = may(person, "invite", "member", programme_id=programme.id, status=Status.PUBLISHED)
        now = timezone.now()
        return cls(
            programme=programme,
            members=found,
            invitations=[(one, one.expires <= now) for one in pending(programme)] if manages else [],
            manages=manages,
            belongs=any(member.user_id == person.id for member in found),
            **typed,
        )

    @property
    def errors(self) -> list[tuple[str, str]]:
        """Each fault with the field it is about."""
        return [(text, f"#{name}") for name, text in self.faults.items()]

    @property
    def roles(self) -> list[dict[str, Any]]:
        """The roles to choose from when inviting, each with what it means."""
        return [
            {"value": value, "text": text, "hint": {"text": MEANING[Role(value)]}, "checked": value == self.role}
            for value, text in OFFERED.items()
        ]

    @staticmethod
    def menu(chosen: str) -> list[dict[str, Any]]:
        """The roles as a menu, with the present one chosen."""
        present = {} if chosen in OFFERED else {chosen: Role(chosen).label}
        return [
            {"value": value, "text": text, "selected": value == chosen}
            for value, text in {**present, **OFFERED}.items()
        ]


@dataclass
class AcceptPage:
    """An invitation, and how whoever opened it can accept: `way` is join | other | sign-in | new."""

    invitation: Invitation
    way: str
    name: str = ""
    faults: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, invitation: Invitation, *, person: User | None, name: str) -> AcceptPage:
        """Find the way."""
        if person is not None:
            way = "join" if person.email == invitation.email else "other"
        else:
            way = "sign-in" if has_account(invitation.email) else "new"
        return cls(invitation, way, name)

    @property
    def errors(self) -> list[tuple[str, str]]:
        """Each fault with the field it is about."""
        return [(text, f"#{name}") for name, text in self.faults.items()]

    @property
    def role(self) -> str:
        """The role in words, and what it means."""
        return f"{OFFERED[self.invitation.role].lower()}: {MEANING[Role(self.invitation.role)]}"

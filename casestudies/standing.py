"""How a person stands to a programme: the names that the permission and life-cycle tables are written with."""

from __future__ import annotations

import enum

from accounts.models import Role


class Standing(enum.StrEnum):
    """A site-wide role, a role inside the programme in question or another, or anyone who reads without signing in."""

    ANYONE = "anyone"
    VIEWER = "viewer"
    CONTRIBUTOR = "contributor"
    ANALYST = "analyst"
    CURATOR = "curator"
    ADMIN = "admin"
    TEAM_VIEWER = "programme viewer"
    TEAM_CONTRIBUTOR = "programme contributor"
    TEAM_ANALYST = "programme analyst"
    TEAM_CURATOR = "programme curator"
    WRITER_ELSEWHERE = "writer in another programme"


SITE: dict[str, Standing] = {
    Role.VIEWER: Standing.VIEWER,
    Role.CONTRIBUTOR: Standing.CONTRIBUTOR,
    Role.ANALYST: Standing.ANALYST,
    Role.CURATOR: Standing.CURATOR,
    Role.ADMIN: Standing.ADMIN,
}
# An administrator of the site who is made a member of a programme is a curator in it.
INSIDE: dict[str, Standing] = {
    Role.VIEWER: Standing.TEAM_VIEWER,
    Role.CONTRIBUTOR: Standing.TEAM_CONTRIBUTOR,
    Role.ANALYST: Standing.TEAM_ANALYST,
    Role.CURATOR: Standing.TEAM_CURATOR,
    Role.ADMIN: Standing.TEAM_CURATOR,
}
TEAM = frozenset(INSIDE.values())
READERS = frozenset({Standing.ANYONE, *SITE.values()}) | TEAM
CURATORS = frozenset({Standing.CURATOR, Standing.ADMIN, Standing.TEAM_CURATOR})
TEAM_WRITERS = frozenset({Standing.TEAM_CONTRIBUTOR, Standing.TEAM_CURATOR})
# Who lets others in. A site-wide curator does not: whoever could would reach the withheld words of every programme.
MANAGERS = frozenset({Standing.ADMIN, Standing.TEAM_CURATOR})
# Whoever logs somewhere: a contributor by their role, or a writer in the team of any programme.
LOGGERS = CURATORS | TEAM_WRITERS | {Standing.CONTRIBUTOR, Standing.WRITER_ELSEWHERE}

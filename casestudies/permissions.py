"""Who may do what: the one table of role × object × status × verb, and the questions asked of it.

Objects are known by name only. Withheld words (design §2, consent) are an object of their own: they are read and
worked on only inside their programme, so that a site-wide curator who is no member does not see them either. So are
flagged words, which hold something that could tell who a person is and that nobody has settled yet: whatever the table
says of the insight, they are for the programme's team and curators.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.db.models import Q, QuerySet

from accounts.models import User
from casestudies.lifecycle import MOVES, Status
from casestudies.models import Membership
from casestudies.standing import CURATORS, INSIDE, LOGGERS, MANAGERS, READERS, SITE, TEAM, TEAM_WRITERS, Standing

ALL = frozenset(Status)
UNPUBLISHED = ALL - {Status.PUBLISHED}


@dataclass(frozen=True)
class Rule:
    """Any of `who` may do `verb` to an `object` that stands at one of `statuses`."""

    verb: str
    object: str
    statuses: frozenset[Status]
    who: frozenset[Standing]


RULES: tuple[Rule, ...] = (
    Rule("read", "insight", frozenset({Status.PUBLISHED}), READERS),
    Rule("read", "insight", UNPUBLISHED, TEAM | CURATORS),
    Rule("read", "withheld words", ALL, TEAM),
    Rule("read", "flagged words", ALL, TEAM | CURATORS),
    Rule("read", "case study", frozenset({Status.PUBLISHED}), READERS),
    Rule("read", "case study", UNPUBLISHED, TEAM | CURATORS),
    Rule("read", "programme", ALL, READERS),
    Rule("read", "rejected tag", ALL, CURATORS | TEAM_WRITERS),
    Rule("read", "earlier version", ALL, TEAM | CURATORS),
    Rule("read", "comment", ALL, TEAM | CURATORS),
    Rule("comment", "insight", ALL, CURATORS | TEAM_WRITERS),
    Rule("erase", "insight", ALL, frozenset({Standing.ADMIN})),
    Rule("log", "insight", frozenset({Status.DRAFT, Status.SUBMITTED}), CURATORS | TEAM_WRITERS),
    # What is cut out of a report stands where a draft stands, for those who may make drafts of it.
    Rule("read", "report", frozenset({Status.DRAFT}), CURATORS | TEAM_WRITERS),
    Rule("import", "insight", frozenset({Status.DRAFT, Status.SUBMITTED}), CURATORS | TEAM_WRITERS),
    Rule("edit", "insight", frozenset({Status.DRAFT, Status.SUBMITTED}), CURATORS | TEAM_WRITERS),
    Rule("edit", "insight", frozenset({Status.PUBLISHED}), CURATORS),
    Rule("add voice", "insight", frozenset({Status.DRAFT, Status.SUBMITTED}), CURATORS | TEAM_WRITERS),
    Rule("add voice", "insight", frozenset({Status.PUBLISHED}), LOGGERS),
    Rule("clear", "flag", ALL, CURATORS),
    Rule("merge", "insight", ALL, CURATORS),
    Rule("decide", "tag", ALL, CURATORS | TEAM_WRITERS),
    Rule("teach", "tag", ALL, CURATORS),
    Rule("curate", "theme", ALL, frozenset({Standing.CURATOR, Standing.ADMIN})),
    Rule("read", "member", ALL, TEAM | MANAGERS),
    Rule("invite", "member", ALL, MANAGERS),
    Rule("change", "member", ALL, MANAGERS),
    Rule("remove", "member", ALL, MANAGERS),
    Rule("leave", "programme", ALL, TEAM),
    *(Rule(move.name, "insight", move.sources, move.who) for move in MOVES),
)


@dataclass(frozen=True)
class Reach:
    """What one person reads: statuses open to them in every programme, and in those they are a member of.

    `withheld` and `flagged`: the programmes whose withheld and flagged words are open to them, by membership.
    """

    everywhere: frozenset[str]
    inside: Mapping[UUID, frozenset[str]]
    withheld: frozenset[UUID]
    flagged: frozenset[UUID]
    flagged_everywhere: bool

    def __hash__(self) -> int:
        return hash(
            (self.everywhere, frozenset(self.inside.items()), self.withheld, self.flagged, self.flagged_everywhere)
        )


def allowed(*, verb: str, object: str, status: str, standings: Iterable[Standing]) -> bool:
    """Say whether the table allows it; whatever no rule names is denied."""
    held = frozenset(standings)
    return any(
        rule.verb == verb and rule.object == object and status in rule.statuses and rule.who & held for rule in RULES
    )


def site_standings(person: User | None) -> frozenset[Standing]:
    """Return how a person stands to every programme alike; None is someone who has not signed in."""
    anyone = frozenset({Standing.ANYONE}) if settings.ANONYMOUS_READING else frozenset()
    if person is None or not person.is_active:
        return anyone
    return anyone | {SITE[person.role]}


def standings(person: User | None, programme_id: UUID) -> frozenset[Standing]:
    """Return how a person stands to one programme, a writer in another one being known as that."""
    held = site_standings(person)
    if person is None or not person.is_active:
        return held
    roles = list(Membership.objects.filter(user=person).values_list("programme_id", "role"))
    writes_elsewhere = any(INSIDE[role] in TEAM_WRITERS for programme, role in roles if programme != programme_id)
    return (
        held
        | {INSIDE[role] for programme, role in roles if programme == programme_id}
        | ({Standing.WRITER_ELSEWHERE} if writes_elsewhere else set())
    )


def may(
    person: User | None,
    verb: str,
    object: str,
    *,
    programme_id: UUID,
    status: str,
    withheld: bool = False,
    flagged: bool = False,
) -> bool:
    """Say whether `person` may do `verb` to an `object` of this programme that stands at `status`."""
    if (
        not withheld
        and not flagged
        and allowed(verb=verb, object=object, status=status, standings=site_standings(person))
    ):
        # Who may do it anywhere need not be looked up here.
        return True
    held = standings(person, programme_id)
    if withheld and not allowed(verb="read", object="withheld words", status=status, standings=held):
        return False
    if flagged and not allowed(verb="read", object="flagged words", status=status, standings=held):
        return False
    return allowed(verb=verb, object=object, status=status, standings=held)


def may_on_site(person: User | None, verb: str, object: str) -> bool:
    """Say whether `person` may do `verb` to an `object` that belongs to no programme, such as a theme."""
    return allowed(verb=verb, object=object, status=Status.PUBLISHED, standings=site_standings(person))


def reach(person: User | None, object: str) -> Reach:
    """Return all that `person` may read of the objects called `object`, for a query to keep to."""

    def open_to(held: Iterable[Standing], what: str = object) -> frozenset[str]:
        held = frozenset(held)
        return frozenset(
            status.value for status in Status if allowed(verb="read", object=what, status=status, standings=held)
        )

    held = site_standings(person)
    members: list[tuple[UUID, str]] = []
    if person is not None and person.is_active:
        members = list(Membership.objects.filter(user=person).values_list("programme_id", "role"))
    return Reach(
        everywhere=open_to(held),
        inside={programme: open_to(held | {INSIDE[role]}) for programme, role in members},
        withheld=frozenset(programme for programme, role in members if open_to({INSIDE[role]}, "withheld words")),
        flagged=frozenset(programme for programme, role in members if open_to({INSIDE[role]}, "flagged words")),
        flagged_everywhere=bool(open_to(held, "flagged words")),
    )


def people_who_may(
    verb: str, object: str, *, programme_id: UUID, status: str, withheld: bool = False
) -> QuerySet[User]:
    """Return the people of whom `may` says yes, by their role on the site or in this programme."""

    def may_do(standing: Standing, verb: str = verb, object: str = object) -> bool:
        return allowed(verb=verb, object=object, status=status, standings={standing})

    members = Membership.objects.filter(programme_id=programme_id)
    inside = members.filter(role__in=[role for role, standing in INSIDE.items() if may_do(standing)])
    found = User.objects.filter(is_active=True).filter(
        Q(role__in=[role for role, standing in SITE.items() if may_do(standing)]) | Q(id__in=inside.values("user_id"))
    )
    if not withheld:
        return found
    insiders = [role for role, standing in INSIDE.items() if may_do(standing, "read", "withheld words")]
    return found.filter(id__in=members.filter(role__in=insiders).values("user_id"))


def programmes_open_to(person: User, verb: str, object: str, *, status: str) -> list[UUID] | None:
    """Return the programmes in which `person` may do this; None means every programme."""
    if allowed(verb=verb, object=object, status=status, standings=site_standings(person)):
        return None
    if not person.is_active:
        return []
    return [
        programme
        for programme, role in Membership.objects.filter(user=person).values_list("programme_id", "role")
        if allowed(verb=verb, object=object, status=status, standings={INSIDE[role]})
    ]

"""Which insights a reader may open, as a condition for a query. The rule itself is the permission table."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from uuid import UUID

from django.db.models import Q, QuerySet

from accounts.models import User
from casestudies.lifecycle import Status
from casestudies.permissions import Reach, may, programmes_open_to, reach
from insights.models import Insight

EVERY_STATUS = frozenset(Status.values)


def may_here(person: User | None, verb: str, object: str, insight: Insight) -> bool:
    """Say whether `person` may do `verb` to this insight (or to an `object` of it, such as a tag) as it stands."""
    return may(
        person,
        verb,
        object,
        programme_id=insight.programme_id,
        status=insight.status,
        withheld=insight.words_withheld,
        flagged=insight.flagged,
    )


def open_for(person: User, verb: str, object: str) -> Q:
    """Return the condition that the table lets `person` do `verb` to an `object` of an insight, where it stands.

    Withheld and flagged words are not looked at here: take it together with `Reader.condition`.
    """
    condition = Q(pk__in=[])
    for status in Status:
        programmes = programmes_open_to(person, verb, object, status=status)
        if programmes is None:
            condition |= Q(status=status)
        elif programmes:
            condition |= Q(status=status, programme_id__in=programmes)
    return condition


@dataclass(frozen=True)
class Reader:
    """A person (None: not signed in) with all that the permission table opens to them, asked for once.

    Readers to whom the same is open are equal.
    """

    person: User | None = field(compare=False)
    reach: Reach

    @classmethod
    def of(cls, person: User | None) -> Reader:
        """Ask the permission table once what `person` may open."""
        return cls(person, reach(person, "insight"))

    def sees_rejected_in(self) -> list[UUID] | None:
        """Return the programmes in which rejected tags are shown to this reader; None means in all."""
        if self.person is None:
            return []
        return programmes_open_to(self.person, "read", "rejected tag", status=Status.PUBLISHED)

    def insights(self) -> QuerySet[Insight]:
        """Return the insights that this reader may open."""
        return Insight.objects.filter(self.condition())

    def condition(self) -> Q:
        """Return the condition that keeps a query of insights to what this reader may open."""
        everywhere = Q(words_withheld=False)
        if not self.reach.flagged_everywhere:
            everywhere &= Q(flagged=False)
        if self.reach.everywhere != EVERY_STATUS:
            everywhere &= Q(status__in=sorted(self.reach.everywhere))
        alike: dict[tuple[frozenset[str], bool, bool], list[UUID]] = defaultdict(list)
        for programme, statuses in self.reach.inside.items():
            flagged_too = self.reach.flagged_everywhere or programme in self.reach.flagged
            alike[statuses, programme in self.reach.withheld, flagged_too].append(programme)
        for (statuses, withheld_too, flagged_too), programmes in alike.items():
            inside = Q(programme_id__in=programmes, status__in=sorted(statuses))
            if not withheld_too:
                inside &= Q(words_withheld=False)
            if not flagged_too:
                inside &= Q(flagged=False)
            everywhere |= inside
        return everywhere

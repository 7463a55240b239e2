"""What is kept of who logs: keys of what was sent, where a person logged last, what a phone's words are sealed with."""

from __future__ import annotations

from uuid import uuid4

import factory

from accounts.models import Role
from insights.models import LastLogged, QueueKey, Sent
from tests.factories.people import UserFactory
from tests.factories.programmes import ProgrammeFactory
from tests.factories.rows import RowFactory
from tests.factories.said import InsightFactory


class SentFactory(RowFactory[Sent]):
    """An insight that was sent under a key."""

    class Meta:
        model = Sent

    person = factory.SubFactory(UserFactory, role=Role.CONTRIBUTOR)
    key = factory.LazyFunction(uuid4)
    said = "0" * 64
    insight = factory.SubFactory(InsightFactory)


class LastLoggedFactory(RowFactory[LastLogged]):
    """Where a person logged last."""

    class Meta:
        model = LastLogged

    person = factory.SubFactory(UserFactory, role=Role.CONTRIBUTOR)
    programme = factory.SubFactory(ProgrammeFactory)


class QueueKeyFactory(RowFactory[QueueKey]):
    """What a person's words are sealed with on a phone."""

    class Meta:
        model = QueueKey

    person = factory.SubFactory(UserFactory, role=Role.CONTRIBUTOR)

"""What was found in an insight's words that may tell who somebody is."""

from __future__ import annotations

import factory

from insights.flagging import digest_of
from insights.models import Flag
from insights.models.flagged import FlagField, FlagKind, FlagState
from tests.factories.rows import RowFactory
from tests.factories.said import InsightFactory


class FlagFactory(RowFactory[Flag]):
    """An open flag over the first five characters of an insight's text."""

    class Meta:
        model = Flag

    insight = factory.SubFactory(InsightFactory)
    field = FlagField.TEXT
    kind = FlagKind.NAME
    start = 0
    end = 5
    digest = factory.LazyAttribute(lambda flag: digest_of(flag.insight.text))
    state = FlagState.OPEN

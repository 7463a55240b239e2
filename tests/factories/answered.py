"""What tells people what became of an insight: receipts, comments, notices; and erasing."""

from __future__ import annotations

from typing import Any

import factory

from accounts.models import Role
from casestudies.lifecycle import Status
from insights.choices import MailWish, NoticeKind
from insights.models import Comment, Erasure, Notice, Receipt, Wish
from tests.factories.people import UserFactory
from tests.factories.rows import RowFactory
from tests.factories.said import InsightFactory, SourceFactory


class ReceiptFactory(RowFactory[Receipt]):
    """The receipt of a voice: the row is the database's own."""

    class Meta:
        model = Receipt

    source = factory.SubFactory(SourceFactory)

    @classmethod
    def _create(cls, model_class: type[Receipt], *args: Any, **kwargs: Any) -> Receipt:
        return model_class.objects.get(source=kwargs["source"])


class CommentFactory(RowFactory[Comment]):
    """A curator asks the team something."""

    class Meta:
        model = Comment

    insight = factory.SubFactory(InsightFactory)
    person = factory.SubFactory(UserFactory, role=Role.CURATOR)
    text = factory.Sequence(lambda n: f"Which ward was it, of the {n}?")


class WishFactory(RowFactory[Wish]):
    """A person who wishes one e-mail a day."""

    class Meta:
        model = Wish

    person = factory.SubFactory(UserFactory)
    mail = MailWish.DAILY


class NoticeFactory(RowFactory[Notice]):
    """A person is told that an insight was published; not by e-mail, unless `due=` says when."""

    class Meta:
        model = Notice

    person = factory.SubFactory(UserFactory)
    kind = NoticeKind.PUBLISHED
    insight = factory.SubFactory(InsightFactory)
    programme = factory.SelfAttribute("insight.programme")


class ErasureFactory(RowFactory[Erasure]):
    """The note that an insight's words were erased; the words are left as they are: see `insights.erasing.erase`."""

    class Meta:
        model = Erasure

    insight = factory.SubFactory(InsightFactory, status=Status.WITHDRAWN)
    person = factory.SubFactory(UserFactory, role=Role.ADMIN)
    reason = "A patient asked for it."

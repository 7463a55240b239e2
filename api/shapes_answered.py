"""What became of it, for the schema: receipts, history, comments, notices and how soon a programme answers."""

from __future__ import annotations

from rest_framework import serializers

from api.shapes import Shape, SingleInsight, one_of
from insights.choices import MailWish, NoticeKind


class ReceiptShape(Shape):
    """The code of a voice's receipt, and the page where anyone who has it sees what became of it."""

    code = serializers.CharField(help_text="XXXXX-XXXXX; to be given to whoever said it.")
    url = serializers.URLField()


class StageShape(Shape):
    """Something that became of a voice: on which day, and what, in words."""

    on = serializers.DateField()
    said = serializers.CharField()


class ReceiptTellsShape(Shape):
    """What became of a voice: how it stands, each stage up to then, the first first; no word of what was said."""

    code = serializers.CharField()
    now = StageShape()
    stages = StageShape(many=True)
    reason = serializers.CharField(allow_blank=True, help_text="Why it was declined; else empty.")
    published = serializers.URLField(allow_null=True, help_text="The insight, where everyone may read it.")


class InsightWithReceipts(SingleInsight):
    """An insight with the receipts of the voices that you brought to it, in the order of the voices."""

    receipts = ReceiptShape(many=True)


class ChangeShape(Shape):
    """A field as it was and as it became, in words."""

    field = serializers.CharField()
    before = serializers.CharField(allow_blank=True)
    after = serializers.CharField(allow_blank=True)


class HappenedShape(Shape):
    """Something that happened to an insight."""

    at = serializers.DateTimeField()
    who = serializers.CharField(allow_blank=True)
    what = serializers.CharField()
    changes = ChangeShape(many=True)
    hidden = serializers.BooleanField(help_text="Words changed that are for the programme's team and curators.")


class VersionShape(Shape):
    """An insight as it stood once; `fields` are those that `restore/` puts back."""

    version = serializers.IntegerField()
    at = serializers.DateTimeField()
    fields = serializers.DictField()  # type: ignore[assignment]


class HistoryShape(Shape):
    """What happened, the latest first, and the versions, the first first: none where they are not for you."""

    events = HappenedShape(many=True)
    versions = VersionShape(many=True)


class ErasureShape(Shape):
    """That words were erased, when and why."""

    erased = serializers.DateTimeField()
    reason = serializers.CharField()


class CommentShape(Shape):
    """What a curator or the team said of an insight."""

    id = serializers.UUIDField()
    person = serializers.CharField()
    text = serializers.CharField()
    at = serializers.DateTimeField()


class CommentsShape(Shape):
    """All that was said, the first first."""

    results = CommentShape(many=True)


class NoticeShape(Shape):
    """Something you should know, without a word of the insight."""

    id = serializers.UUIDField()
    kind = one_of(NoticeKind)
    said = serializers.CharField()
    at = serializers.DateTimeField()
    read = serializers.BooleanField()
    insight = serializers.URLField(allow_null=True, help_text="null: it is about all that was sent in.")
    programme = serializers.URLField()


class NoticesShape(Shape):
    """Your notices, those not read first, and how you wish to be told by e-mail."""

    unread = serializers.IntegerField()
    mail = one_of(MailWish)
    results = NoticeShape(many=True)


class AnsweredShape(Shape):
    """How soon a programme answers: median days from said to first published or declined; null below 5 answered."""

    median_days = serializers.FloatField(allow_null=True)
    count = serializers.IntegerField()

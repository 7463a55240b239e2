"""What is sent about what becomes of an insight."""

from __future__ import annotations

from rest_framework import serializers

from api.fields import Body, OneOf, Whole, Words
from insights.choices import MailWish
from insights.models.answered import LONGEST_COMMENT, LONGEST_REASON


class RestoreBody(Body):
    """The version to go back to, as `history/` numbers them."""

    version = Whole()


class EraseBody(Body):
    """Why words are erased; it is kept."""

    reason = Words(max_length=LONGEST_REASON, help_text="Why; do not quote the words.")


class CommentBody(Body):
    """What is said to the other side."""

    text = Words(max_length=LONGEST_COMMENT)


class WishBody(Body):
    """When notices go by e-mail."""

    mail = OneOf(MailWish)


class ReadBody(Body):
    """Which notice was read; all where it is left out."""

    notice = serializers.UUIDField(required=False)

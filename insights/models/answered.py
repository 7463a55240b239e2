"""What becomes of an insight, and who is told: moves, receipts, comments, notices, and words that were erased."""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models.functions import Length
from django.db.models.lookups import GreaterThanOrEqual, LessThanOrEqual
from uuid_utils.compat import uuid7

from casestudies.lifecycle import Status
from casestudies.models import Programme
from insights.choices import MailWish, NoticeKind
from insights.models.said import Insight, Source
from insights.models.words import known, words_constraints

LONGEST_COMMENT = 2000
LONGEST_REASON = 2000


class Clock(models.Func):
    """The time by the clock, where that of the transaction would put what follows one another at one moment."""

    function = "clock_timestamp"
    arity = 0
    output_field = models.DateTimeField()


class Move(models.Model):
    """An insight went from `was` to `status`. Rows come by trigger, whoever moves it; nobody writes them.

    An insight without any has stood where it stands since it was made.
    """

    id = models.BigAutoField(primary_key=True)
    insight = models.ForeignKey(Insight, on_delete=models.PROTECT, related_name="moves", db_index=False)
    was = models.CharField(max_length=9, choices=Status)
    status = models.CharField(max_length=9, choices=Status)
    at = models.DateTimeField(db_default=Clock())

    class Meta:
        indexes = [models.Index(fields=["insight", "status", "at"], name="move_of_insight")]

    def __str__(self) -> str:
        return f"{self.insight_id}: {self.was} to {self.status}"


class Receipt(models.Model):
    """The code by which whoever gave a voice learns what became of it. The database gives each voice its own.

    It outlives its voice: what was taken away is said to have been. It stands here as it is read out: it opens less
    than the row beside it (docs/decisions/0021).
    """

    code = models.CharField(max_length=10, primary_key=True)
    insight = models.ForeignKey(Insight, on_delete=models.PROTECT, related_name="receipts")
    source = models.OneToOneField(
        Source, on_delete=models.DO_NOTHING, db_constraint=False, null=True, related_name="receipt"
    )
    created = models.DateTimeField(db_default=Clock())

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(code__regex="^[0-9A-HJKMNP-TV-Z]{10}$"),
                name="receipt_code_in_crockfords_letters",
            )
        ]

    def __str__(self) -> str:
        return f"receipt of {self.source_id}"


class Comment(models.Model):
    """What a curator and a team say to each other about an insight. It stays as it was said, unless it is erased."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    insight = models.ForeignKey(Insight, on_delete=models.PROTECT, related_name="comments", db_index=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    text = models.TextField()
    at = models.DateTimeField(db_default=Clock())

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(GreaterThanOrEqual(Length("text"), 1))
                & models.Q(LessThanOrEqual(Length("text"), LONGEST_COMMENT)),
                name="comment_text_length",
                violation_error_message=f"Write between 1 and {LONGEST_COMMENT:,} characters.",
            ),
            *words_constraints("text", name="comment_text"),
        ]
        indexes = [models.Index(fields=["insight", "id"], name="comment_of_insight")]
        triggers = [
            pgtrigger.Protect(name="comments_are_not_changed", operation=pgtrigger.Update),
            pgtrigger.Trigger(
                name="comments_go_only_with_erased_words",
                when=pgtrigger.Before,
                operation=pgtrigger.Delete,
                func="""
                    IF NOT EXISTS (SELECT 1 FROM insights_erasure WHERE insight_id = OLD.insight_id) THEN
                        RAISE EXCEPTION 'A comment stays as it was said.'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'comments_go_only_with_erased_words';
                    END IF;
                    RETURN OLD;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"comment on {self.insight_id}"


class Wish(models.Model):
    """How a person wishes to be told by e-mail. Its row is also the lock of the e-mail that goes to them."""

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="wish"
    )
    mail = models.CharField(max_length=7, choices=MailWish, default=MailWish.AT_ONCE)

    class Meta:
        verbose_name_plural = "wishes"
        constraints = [known("mail", MailWish, name="wish_mail_known")]

    def __str__(self) -> str:
        return f"{self.person_id}: {self.mail}"


class Notice(models.Model):
    """Something a person should know: of one insight, or (submitted, imported) how many came in one programme.

    `due` is when it is to go by e-mail, null where it is not (any more). It holds no word of an insight.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notices")
    kind = models.CharField(max_length=9, choices=NoticeKind)
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="+")
    insight = models.ForeignKey(Insight, on_delete=models.PROTECT, null=True, related_name="+")
    count = models.PositiveIntegerField(default=1)
    at = models.DateTimeField(db_default=Clock())
    read_at = models.DateTimeField(null=True)
    due = models.DateTimeField(null=True)
    mailed_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            known("kind", NoticeKind, name="notice_kind_known"),
            models.CheckConstraint(
                condition=models.Q(kind__in=[NoticeKind.SUBMITTED, NoticeKind.IMPORTED])
                ^ models.Q(insight__isnull=False),
                name="notice_of_an_insight_or_a_programme",
            ),
            models.UniqueConstraint(
                fields=["person", "programme"],
                condition=models.Q(kind=NoticeKind.SUBMITTED, read_at__isnull=True),
                name="notice_of_a_programme_once_until_read",
            ),
        ]
        indexes = [
            models.Index(fields=["person", "-at"], name="notice_of_person"),
            models.Index(fields=["person"], name="notice_unread", condition=models.Q(read_at__isnull=True)),
            models.Index(fields=["person", "due"], name="notice_due", condition=models.Q(due__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.kind} for {self.person_id}"


class Erasure(models.Model):
    """The words of an insight were removed for good: by whom, when and why. `person` is null from the command line."""

    insight = models.OneToOneField(Insight, on_delete=models.PROTECT, primary_key=True, related_name="erasure")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    reason = models.TextField()
    at = models.DateTimeField(db_default=Clock())

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(reason=""),
                name="erasure_with_a_reason",
                violation_error_message="Say why the words are erased.",
            ),
            *words_constraints("reason", name="erasure_reason"),
        ]
        triggers = [
            pgtrigger.Protect(name="erasures_stand", operation=pgtrigger.Update | pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"words of {self.insight_id} erased"

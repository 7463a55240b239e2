"""Send the notices that are due by e-mail: one e-mail to a person, with all of theirs that is due."""

from __future__ import annotations

import datetime
import logging
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import Exists, F, OuterRef
from django.utils import timezone

from accounts.models import User
from insights.models import Notice, Wish
from insights.notices import in_words

logger = logging.getLogger(__name__)
# Tried again after 2, 4, 8… minutes; then the notice stands on the page alone.
MOST_TRIES = 8
MOST_LINES = 50


def send_due() -> int:
    """Send what is due, and return to how many people an e-mail went. Several workers share the work."""
    sent = 0
    while (went := _send_next()) is not None:
        sent += went
    return sent


@transaction.atomic
def _send_next() -> bool | None:
    """Send one person what is due to them; say whether it went, None where nothing is due that nobody is sending.

    A worker that is killed between sending and saving sends the same e-mail again, with the same Message-ID.
    """
    now = timezone.now()
    due = Notice.objects.filter(due__lte=now, read_at__isnull=True)
    wish = (
        Wish.objects.select_for_update(skip_locked=True)
        .filter(Exists(due.filter(person=OuterRef("person_id"))))
        .order_by("person_id")
        .first()
    )
    if wish is None:
        return None
    notices = list(due.filter(person=wish.person_id).select_related("programme").order_by("at", "id"))
    theirs = Notice.objects.filter(id__in=[notice.id for notice in notices])
    person = User.objects.get(id=wish.person_id)
    if not person.is_active:
        theirs.update(due=None)
        return False
    try:
        message(person, notices).send()
    except (SMTPException, OSError) as error:
        tried = 1 + max(notice.tries for notice in notices)
        again = now + datetime.timedelta(minutes=2**tried) if tried < MOST_TRIES else None
        theirs.update(tries=F("tries") + 1, due=again)
        logger.warning("Notices could not be sent by e-mail (%s).", type(error).__name__)
        return False
    theirs.update(mailed_at=now, due=None)
    return True


def message(person: User, notices: list[Notice]) -> EmailMessage:
    """Return the e-mail: what each notice says, where to read on, and how to get fewer of them."""
    some = "1 notice" if len(notices) == 1 else f"{len(notices)} notices"
    lines = [f"- {in_words(notice)}" for notice in notices[:MOST_LINES]]
    if len(notices) > MOST_LINES:
        lines.append(f"- and {len(notices) - MOST_LINES} more")
    host = settings.SITE_URL.partition("://")[2].partition("/")[0].partition(":")[0] or "localhost"
    return EmailMessage(
        subject=f"{settings.SITE_NAME}: {some}",
        body="\n".join(
            [
                *lines,
                "",
                f"Read on: {settings.NOTICES_URL}",
                "",
                "There you can also choose to get one e-mail a day, or none.",
            ]
        ),
        to=[person.email],
        headers={
            "Message-ID": f"<{notices[0].id}.{notices[-1].id}.{notices[-1].count}@{host}>",
            "Auto-Submitted": "auto-generated",
        },
    )

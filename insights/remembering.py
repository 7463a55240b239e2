"""What is remembered of a person who logs, so that the next insight needs fewer taps, and what seals their queue."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from django.utils import timezone

from accounts.models import User
from casestudies import reading
from casestudies.models import LearningActivity, Programme
from insights.capture import Setting
from insights.models import Insight, LastLogged, QueueKey
from insights.models.words import clean_words
from insights.visibility import Reader

# A round of a ward is not longer.
MOST_TODAY = 50
_DAY = datetime.timedelta(days=1)


@dataclass(frozen=True)
class Remembered:
    """Where a person logged last; `learning_activity` may be none and `place` empty."""

    programme: Programme
    learning_activity: LearningActivity | None
    place: str


def remember(*, person: User, setting: Setting, place: str) -> None:
    """Keep where `person` has just logged, for the next time."""
    LastLogged.objects.update_or_create(
        person=person,
        defaults={
            "programme": setting.programme,
            "learning_activity": setting.learning_activity,
            "place": clean_words(place),
            "at": timezone.now(),
        },
    )


def remembered(*, person: User) -> Remembered | None:
    """Return where `person` logged last, or None where they may log there no more or never have."""
    last = LastLogged.objects.filter(person=person).select_related("programme", "learning_activity").first()
    if last is None or not reading.programmes_to_log_in(person).filter(id=last.programme_id).exists():
        return None
    return Remembered(last.programme, last.learning_activity, last.place)


def logged_today(*, person: User) -> list[Insight]:
    """Return what `person` logged today and may open, the newest first, up to MOST_TODAY."""
    midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    own = Reader.of(person).insights().filter(author=person, created__gte=midnight, created__lt=midnight + _DAY)
    return list(own.select_related("programme").order_by("-id")[:MOST_TODAY])


def queue_key(*, person: User) -> QueueKey:
    """Return what `person`'s words are sealed with while they wait on a phone; it is made when first asked for."""
    return QueueKey.objects.get_or_create(person=person)[0]

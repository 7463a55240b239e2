"""How much one may ask: per token (or session) and per anonymous address, as the settings say at that moment.

Counted in Redis, in windows that open with the first request. Redis being down keeps nobody from reading.
"""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, cast

import redis
from django.conf import settings
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from api.authentication import person_of

if TYPE_CHECKING:  # the framework's views import this module
    from rest_framework.views import APIView

logger = logging.getLogger(__name__)

SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
# Where Redis hangs rather than refuses, each request would wait this long, so it is then left alone for a while.
PATIENCE = 0.25
LEFT_ALONE = 5.0
MOST_WINDOWS = 10_000
BETWEEN_SWEEPS = 1.0


@dataclass
class Window:
    """What this process knows of one count: how far it had got in Redis, what has come since, when the window ends."""

    told: int = 0
    since: int = 0
    ends_at: float = 0.0


class Counter:
    """Counts in windows, in Redis; says nothing (None) while Redis is down.

    A process asks Redis once for each hundredth of a rate (every request, where a rate is below two hundred) and
    counts by itself in between: what it may let through too much is that hundredth.
    """

    def __init__(self, url: str) -> None:
        self._redis = redis.Redis.from_url(url, socket_timeout=PATIENCE, socket_connect_timeout=PATIENCE)
        self._windows: dict[str, Window] = {}
        self._again_at = 0.0
        self._swept_at = 0.0
        self._lock = threading.Lock()

    def count(self, key: str, most: int, seconds: int) -> tuple[int, float] | None:
        """Count one more under `key`, and return how many there are in its window and how long that still lasts."""
        now = time.monotonic()
        with self._lock:
            self._forget(now)
            window = self._windows.setdefault(key, Window())
            window.since += 1
            number = window.told + window.since
            if now < window.ends_at and (number > most or window.since < most // 100):
                return number, window.ends_at - now
            if now < self._again_at:
                return None
            since, window.since = window.since if now < window.ends_at else 1, 0
        try:
            number, left = self._tell(key, since, seconds)
        except (redis.RedisError, OSError) as error:
            self._went(error)
            return None
        self._came()
        window.told, window.ends_at = number, now + left
        return number, left

    def _tell(self, key: str, since: int, seconds: int) -> tuple[int, float]:
        with self._redis.pipeline(transaction=False) as steps:
            steps.set(key, 0, ex=seconds, nx=True)
            steps.incrby(key, since)
            steps.pttl(key)
            _, number, left = steps.execute()
        if left < 0:
            # The window closed between two of these steps, and the count was opened again without an end.
            self._redis.expire(key, seconds)
            left = seconds * 1000
        return number, left / 1000

    def _forget(self, now: float) -> None:
        if len(self._windows) >= MOST_WINDOWS and now >= self._swept_at + BETWEEN_SWEEPS:
            self._swept_at = now
            self._windows = {key: window for key, window in self._windows.items() if window.ends_at > now}

    def _went(self, error: Exception) -> None:
        with self._lock:
            if not self._again_at:
                logger.warning("Nobody is throttled: Redis cannot be reached (%s).", type(error).__name__)
            self._again_at = time.monotonic() + LEFT_ALONE

    def _came(self) -> None:
        if self._again_at:
            self._again_at = 0.0
            logger.warning("Redis can be reached again; requests are counted.")


@lru_cache(maxsize=2)
def counter_at(url: str) -> Counter:
    """Return this process's counter at one Redis."""
    return Counter(url)


@lru_cache(maxsize=32)
def rate_of(said: str) -> tuple[int, int]:
    """Read `1200/min` as 1,200 in 60 seconds."""
    number, _, period = said.partition("/")
    return int(number), SECONDS[period.strip()[0].lower()]


class Throttle(BaseThrottle):
    """One rate of the settings; subclasses say whom it counts."""

    scope = ""
    left = 0.0

    def whom(self, request: Request) -> str | None:
        """Return whom to count this request under, or None where this rate is not about them."""
        raise NotImplementedError

    def allow_request(self, request: Request, view: APIView) -> bool:
        """Count the request, and say whether it is still within the rate."""
        rates: dict[str, str] = cast(Any, settings.REST_FRAMEWORK)["DEFAULT_THROTTLE_RATES"]
        said = rates.get(self.scope)
        whom = self.whom(request) if said else None
        if whom is None:
            return True
        most, seconds = rate_of(said)
        counted = counter_at(settings.REDIS_URL).count(f"throttle:{self.scope}:{seconds}:{whom}", most, seconds)
        if counted is None:
            return True
        number, self.left = counted
        return number <= most

    def wait(self) -> float:
        """Return the seconds until one may ask again."""
        return self.left


class PersonThrottle(Throttle):
    """Each token on its own; a session counts as one for its person."""

    scope = "person"

    def whom(self, request: Request) -> str | None:
        """Return the token, or the person whose session it is."""
        person = person_of(request)
        if person is None:
            return None
        return str(request.auth.pk if request.auth is not None else person.pk)


class ReceiptThrottle(Throttle):
    """Whoever asks for a receipt, signed in or not, by the address they come from: codes are not to be tried out."""

    scope = "receipt"

    def whom(self, request: Request) -> str:
        """Return the address, as far as the proxies named in the settings can be trusted to tell it."""
        return self.get_ident(request)


class AddressThrottle(Throttle):
    """Those who have not signed in, by the address they come from."""

    scope = "address"

    def whom(self, request: Request) -> str | None:
        """Return the address, as far as the proxies named in the settings can be trusted to tell it."""
        return None if person_of(request) else self.get_ident(request)

"""How often one address may ask for something that could be guessed at."""

from __future__ import annotations

import logging
from typing import Any, cast

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from redis import RedisError

logger = logging.getLogger(__name__)
SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def too_often(request: HttpRequest, what: str, rate: str) -> bool:
    """Count one more request for `what` from this address, and say whether it is beyond `rate` (such as 60/min).

    With Redis down nobody is counted, and nobody kept out.
    """
    most, _, period = rate.partition("/")
    key = f"pace:{what}:{_address(request)}"
    try:
        cache.add(key, 0, SECONDS[period.strip()[0].lower()])
        return int(cache.incr(key)) > int(most)
    except ValueError:
        # It ended between the two; the next one begins anew.
        return False
    except (RedisError, OSError) as error:
        logger.warning("Nobody is counted: Redis cannot be reached (%s).", type(error).__name__)
        return False


def _address(request: HttpRequest) -> str:
    """Return the address a request came from, as far as the proxies named in the settings can be trusted to tell it."""
    proxies = int(cast(Any, settings.REST_FRAMEWORK)["NUM_PROXIES"])
    through = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",") if part.strip()]
    if proxies and through:
        return through[-min(proxies, len(through))]
    return str(request.META.get("REMOTE_ADDR", ""))

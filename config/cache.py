"""A cache that people can do without: with Valkey down it remembers nothing, and nobody is refused for it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

log = logging.getLogger(__name__)
P = ParamSpec("P")
T = TypeVar("T")
Method = Callable[Concatenate["ForgivingCache", P], T]


def _or(instead: Any) -> Callable[[Method[P, T]], Method[P, T]]:
    """Answer `instead` while the server does not."""

    def forgiving(method: Method[P, T]) -> Method[P, T]:
        @wraps(method)
        def ask(self: ForgivingCache, /, *args: P.args, **kwargs: P.kwargs) -> T:
            try:
                return method(self, *args, **kwargs)
            except RedisError as error:
                log.warning("The cache does not answer: %s", type(error).__name__)
                answer: T = instead
                return answer

        return ask

    return forgiving


class ForgivingCache(RedisCache):
    """Django's cache in Valkey, whose absence is nobody's fault but ours.

    What is counted in it (wrong passwords) is then not counted: signing in matters more.
    """

    @_or(None)
    def _get(self, key: Any, default: Any, version: Any) -> Any:
        return super().get(key, default, version)

    def get(self, key: Any, default: Any = None, version: Any = None) -> Any:
        """Return what is kept; `default` too while the server is away."""
        found = self._get(key, default, version)
        return default if found is None else found

    @_or(True)
    def add(self, *args: Any, **kwargs: Any) -> bool:
        """Keep a value where there is none; while the server is away, say that it was kept."""
        return super().add(*args, **kwargs)

    @_or(None)
    def set(self, *args: Any, **kwargs: Any) -> None:
        """Keep a value, if the server is there."""
        super().set(*args, **kwargs)

    @_or(False)
    def delete(self, *args: Any, **kwargs: Any) -> bool:
        """Forget a value, if the server is there."""
        return super().delete(*args, **kwargs)

"""What a person types to sign in, and what is wrong with it, field by field."""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass, field
from datetime import timedelta

from django.contrib.auth import authenticate
from django.core.cache import cache
from django.http import HttpRequest
from redis.exceptions import RedisError

from accounts.models import User

log = logging.getLogger(__name__)
# The same whether the address is unknown, the password wrong or the person no longer here: it tells a stranger nothing.
WRONG = "The e-mail address or the password is not right. Check both and try again."
TOO_MANY = "Too many wrong passwords. Wait 15 minutes, or ask for a sign-in link, which works now."
TRIES, WAIT = 10, timedelta(minutes=15)


@dataclass(frozen=True)
class Credentials:
    """An e-mail address with the person it and the password signed in (or None), and errors by field."""

    email: str = ""
    person: User | None = None
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def error_list(self) -> list[dict[str, str]]:
        """The errors as links to the fields they are about."""
        return [{"text": text, "href": f"#{name}"} for name, text in self.errors.items()]

    @classmethod
    def of(cls, request: HttpRequest) -> Credentials:
        """Read the sign-in form that was sent, and try it."""
        email, password = request.POST.get("email", "").strip(), request.POST.get("password", "")
        errors = {}
        if not email:
            errors["email"] = "Enter your e-mail address."
        elif "@" not in email or "\0" in email:
            errors["email"] = "Enter an e-mail address, such as name@example.org."
        if not password:
            errors["password"] = "Enter your password."  # noqa: S105 - what to do, not a password
        if errors:
            return cls(email, None, errors)
        tries = _Tries(email, request.META.get("REMOTE_ADDR", ""))
        if tries.too_many():
            return cls(email, None, {"email": TOO_MANY})
        person = authenticate(request, username=email, password=password)
        if person is None:
            tries.one_more()
            return cls(email, None, {"email": WRONG})
        return cls(email, person, {})


class _Tries:
    """Wrong passwords for one e-mail address from one place, forgotten after a while.

    With the cache down nobody is refused: signing in matters more than counting.
    """

    def __init__(self, email: str, place: str) -> None:
        self.key = "sign-in:" + hashlib.sha256(f"{email.lower()} {place}".encode()).hexdigest()

    def too_many(self) -> bool:
        try:
            return int(cache.get(self.key, 0)) >= TRIES
        except RedisError as error:
            log.warning("Wrong passwords are not counted: %s", error)
            return False

    def one_more(self) -> None:
        try:
            if not cache.add(self.key, 1, WAIT.total_seconds()):
                cache.incr(self.key)
        except (RedisError, ValueError) as error:
            log.warning("A wrong password was not counted: %s", error)

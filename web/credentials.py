"""What a person types to sign in, and what is wrong with it, field by field."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.contrib.auth import authenticate
from django.http import HttpRequest

from accounts.models import User

# The same whether the address is unknown, the password wrong or the person no longer here: it tells a stranger nothing.
WRONG = "The e-mail address or the password is not right. Check both and try again."


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
        person = authenticate(request, username=email, password=password)
        return cls(email, person, {} if person else {"email": WRONG})

"""Where django-allauth asks how things are done here."""

from __future__ import annotations

from typing import Any, cast

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.internal.httpkit import get_client_ip
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest

from accounts.models import User
from accounts.sealing import seal, unseal

# Behind a socket, and in a request that never came over the network, there is no address.
NOWHERE = "0.0.0.0"  # noqa: S104 - nothing is bound to it
TOO_MANY = (
    "Too many tries for this e-mail address. Wait 15 minutes, or sign in another way: with a code sent by e-mail, or "
    "with a passkey."
)
WRONG_CODE = "The code is not right, or is too old. Check it and try again."


class People(DefaultAccountAdapter):
    """People and their passwords, addresses and e-mails."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "account_inactive": "This account has been closed.",
        # The same whether the address is unknown, the password wrong or the account closed: a stranger learns nothing.
        "email_password_mismatch": "The e-mail address or the password is not right. Check both and try again.",
        "enter_current_password": "This is not your present password.",
        "incorrect_code": WRONG_CODE,
        "incorrect_password": "This is not your password.",
        "too_many_login_attempts": TOO_MANY,
        "rate_limited": "Too many tries. Wait a few minutes, then try again.",
        "email_taken": "Someone with this e-mail address is already here.",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Say whether anyone may make an account."""
        return bool(settings.SIGN_UP)

    def get_client_ip(self, request: HttpRequest) -> str:
        """Return the address that a request came from, as far as it is known."""
        return get_client_ip(request) or NOWHERE

    def format_email_subject(self, subject: str) -> str:
        """Return the subject with the site's name, so that it is known where the e-mail comes from."""
        return f"{subject} – {settings.SITE_NAME}"

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send one of the e-mails in `templates/account/email` and `templates/mfa/email`."""
        super().send_mail(template_prefix, email, {"site_name": settings.SITE_NAME, **context})

    def send_notification_mail(
        self,
        template_prefix: str,
        user: AbstractBaseUser,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        """Tell a person what has changed in their account; their login name is the address."""
        super().send_notification_mail(template_prefix, user, context, email or cast(User, user).email)

    def authenticate(self, request: HttpRequest, **credentials: Any) -> AbstractBaseUser | None:
        """Return who this is; nobody where the account is closed, which is told like a wrong password."""
        person = super().authenticate(request, **credentials)
        return person if person is not None and person.is_active else None


class SecondFactors(DefaultMFAAdapter):
    """Authenticator apps, passkeys and recovery codes."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": WRONG_CODE,
        "unverified_email": "Prove your e-mail address first: sign in once with a code sent to it.",
    }

    def encrypt(self, text: str) -> str:
        """Seal the key of an app, or of recovery codes."""
        return seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        """Open what was sealed."""
        return unseal(encrypted_text)

    def generate_authenticator_name(self, user: AbstractBaseUser, type: Any) -> str:
        """Return nothing: people name their passkeys themselves."""
        return "Passkey"

    def _get_site_name(self) -> str:
        return str(settings.SITE_NAME)


class Elsewhere(DefaultSocialAccountAdapter):
    """People who sign in with OpenID Connect."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        """Say whether whom the provider vouches for gets an account here without an invitation."""
        return bool(settings.OIDC_SIGN_UP)

    def populate_user(self, request: HttpRequest, sociallogin: SocialLogin, data: dict[str, Any]) -> User:
        """Return the person to be made, with the name and the address that the provider tells."""
        person: User = super().populate_user(request, sociallogin, data)
        name = data.get("name") or " ".join(filter(None, (data.get("first_name"), data.get("last_name"))))
        person.name = str(name or "")[:120]
        return person

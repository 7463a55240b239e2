"""Who is asking, and whether they may read here at all. What else they may do, the verbs say."""

from __future__ import annotations

from hmac import compare_digest
from typing import TYPE_CHECKING

from django.utils import timezone
from knox.crypto import hash_token
from knox.settings import CONSTANTS
from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from accounts.models import AccessToken, Scope, User
from accounts.tokens import note_use
from casestudies.reading import reads_the_site

if TYPE_CHECKING:  # the framework's views import this module
    from rest_framework.views import APIView

SCHEME = "Token"
REFUSED = "This token is not known, or has run out. Ask for a new one."
READS_ONLY = "This token only reads. To write, make a token that may write, at /account/tokens/."


def person_of(request: Request) -> User | None:
    """Return who is asking, or None; raises AuthenticationFailed for a token that is no good."""
    return request.user if request.user.is_authenticated else None


class TokenAuth(BaseAuthentication):
    """`Authorization: Token …`, found with one query; that it was used is written once in five minutes."""

    def authenticate(self, request: Request) -> tuple[User, AccessToken] | None:
        """Return the person and their token, None where no token is sent.

        Raises AuthenticationFailed, and PermissionDenied for a token that only reads and is used to write.
        """
        said = request.META.get("HTTP_AUTHORIZATION", "").split()
        if not said or said[0].lower() != SCHEME.lower():
            return None
        if len(said) != 2:
            raise AuthenticationFailed("Send one token: “Authorization: Token …”.")
        token = said[1]
        if not token.isalnum() or not token.isascii():
            raise AuthenticationFailed(REFUSED)
        wanted = hash_token(token)
        held = AccessToken.objects.select_related("user").filter(token_key=token[: CONSTANTS.TOKEN_KEY_LENGTH])
        for known in held:
            current = known.expiry is None or known.expiry > timezone.now()
            if compare_digest(known.digest, wanted) and current and known.user.is_active:
                if known.scope == Scope.READ and request.method not in SAFE_METHODS:
                    raise PermissionDenied(READS_ONLY)
                note_use(known)
                return known.user, known
        raise AuthenticationFailed(REFUSED)

    def authenticate_header(self, request: Request) -> str:
        """Return what a 401 asks for."""
        return SCHEME


class SessionAuth(SessionAuthentication):
    """The session of the pages; whoever writes with it sends the CSRF token too."""


class MayRead(BasePermission):
    """Reading is for those who may read the site; anything else is for people who have signed in."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Say whether to go on to the view; where not, the framework answers 401."""
        person = person_of(request)
        return reads_the_site(person) if request.method in SAFE_METHODS else person is not None

"""Seal what the database should not hold in the clear: the keys of authenticator apps.

The seal comes from SECRET_KEY; keys in SECRET_KEY_FALLBACKS still open what they sealed.
"""

from __future__ import annotations

from base64 import urlsafe_b64encode

from cryptography.fernet import Fernet, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.utils.encoding import force_bytes


def seal(text: str) -> str:
    """Return `text` so that only this site can read it."""
    return _seals().encrypt(text.encode()).decode()


def unseal(sealed: str) -> str:
    """Return what was sealed; raises cryptography.fernet.InvalidToken for what no known key has sealed."""
    return _seals().decrypt(sealed.encode()).decode()


def _seals() -> MultiFernet:
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    derived = [
        HKDF(algorithm=SHA256(), length=32, salt=None, info=b"lhs second factor").derive(force_bytes(key))
        for key in keys
    ]
    return MultiFernet([Fernet(urlsafe_b64encode(key)) for key in derived])

"""People, and what they sign in to the API with."""

from __future__ import annotations

from typing import Any

import factory

from accounts.models import AccessToken, Role, User
from accounts.tokens import issue
from tests.factories.rows import RowFactory


class UserFactory(RowFactory[User]):
    """A viewer without a password; `role=` makes them something else."""

    class Meta:
        model = User

    email = factory.Sequence(lambda n: f"person{n}@example.org")
    name = factory.Sequence(lambda n: f"Person {n}")
    role = Role.VIEWER
    password = "!"


class AccessTokenFactory(RowFactory[AccessToken]):
    """A token's row. What a program signs in with is only known to `token_of`."""

    class Meta:
        model = AccessToken

    user = factory.SubFactory(UserFactory)
    name = "a test"

    @classmethod
    def _create(cls, model_class: type[AccessToken], *args: Any, **kwargs: Any) -> AccessToken:
        row, _ = model_class.objects.create(*args, **kwargs)
        return row


def token_of(person: User) -> str:
    """Return a new token that signs `person` in to the API."""
    return issue(person=person, name="a test")

"""What every factory is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from django.db.models import Model
from factory.django import DjangoModelFactory

M = TypeVar("M", bound=Model)


class RowFactory(DjangoModelFactory[M]):
    """Makes a row by being called, which the library's own types do not tell."""

    class Meta:
        abstract = True

    if TYPE_CHECKING:

        def __new__(cls, **said: Any) -> M: ...  # type: ignore[misc]

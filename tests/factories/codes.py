"""Codebooks, codes, taggers and their trainings."""

from __future__ import annotations

import factory

from insights.models import Example
from lhs.codebooks import ensure_habits
from lhs.models import THEMES, Code, Codebook, Tagger, Training
from tests.factories.rows import RowFactory


class CodebookFactory(RowFactory[Codebook]):
    class Meta:
        model = Codebook
        django_get_or_create = ("slug",)

    slug = factory.Sequence(lambda n: f"codebook-{n}")
    name = factory.Sequence(lambda n: f"Codebook {n}")


class CodeFactory(RowFactory[Code]):
    """A code of a codebook of its own."""

    class Meta:
        model = Code
        django_get_or_create = ("codebook", "slug")

    codebook = factory.SubFactory(CodebookFactory)
    slug = factory.Sequence(lambda n: f"code-{n}")
    name = factory.Sequence(lambda n: f"Code {n}")
    position = factory.Sequence(int)


class ThemeFactory(CodeFactory):
    """A theme."""

    codebook = factory.SubFactory(CodebookFactory, slug=THEMES)
    slug = factory.Sequence(lambda n: f"theme-{n}")
    name = factory.Sequence(lambda n: f"Theme {n}")


class ExampleFactory(RowFactory[Example]):
    """A text that was written for a theme."""

    class Meta:
        model = Example

    code = factory.SubFactory(ThemeFactory)
    text = factory.Sequence(lambda n: f"Example {n} of what the theme is about.")


def habit(code: str) -> Code:
    """Return one of the five habits."""
    return ensure_habits().codes.get(slug=code)


class TaggerFactory(RowFactory[Tagger]):
    """A version that scored something once. It has no head, so it is not the one in use."""

    class Meta:
        model = Tagger
        django_get_or_create = ("codebook", "version")

    codebook = factory.LazyFunction(ensure_habits)
    version = 1
    artefact = b""
    data_digest = "0" * 64
    state = Tagger.State.RETIRED


class TrainingFactory(RowFactory[Training]):
    """A run of training that came to its end."""

    class Meta:
        model = Training

    codebook = factory.LazyFunction(ensure_habits)
    cause = Training.Cause.HAND
    state = Training.State.DONE

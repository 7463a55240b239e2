"""Who imports in these tests."""

from __future__ import annotations

import pytest

from tests.factories import MembershipFactory, ProgrammeFactory
from tests.importing.spreadsheets import Importer


@pytest.fixture
def programme(db):
    return ProgrammeFactory(slug="ward-learning")


@pytest.fixture
def importer(programme, tmp_path):
    """A contributor of `programme`."""
    return Importer(MembershipFactory(programme=programme).user, programme, tmp_path)

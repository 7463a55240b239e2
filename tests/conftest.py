"""What every test stands on: real services, started once for the whole run, each worker with databases of its own.

All this happens as the file is read: before Django reads its settings (so pyproject.toml does not name them), and
before the conftest of a room imports a model.
"""

from __future__ import annotations

import atexit
import os
from contextlib import ExitStack
from typing import Any

import django
import pytest

from tests.services import of_worker, start_for_tests

_services = ExitStack()
atexit.register(_services.close)


def _set_up() -> None:
    os.environ.setdefault("LHS_LOCAL", "1")
    if worker := os.environ.get("PYTEST_XDIST_WORKER"):
        os.environ["REDIS_URL"] = of_worker(os.environ["REDIS_URL"], worker)
    else:
        os.environ.update(_services.enter_context(start_for_tests()))
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    django.setup()
    # A worker inherits the environment; named there, pytest-django would read the settings before this file does.
    del os.environ["DJANGO_SETTINGS_MODULE"]


_set_up()


@pytest.fixture(scope="session")
def fitted() -> Any:
    """The habits' head fitted to the exemplars, its figures and the digest of its data: once for the whole run."""
    from lhs.training import train_on_exemplars

    return train_on_exemplars()


@pytest.fixture
def tagger(fitted: Any) -> Any:
    """The habits' first tagger, in use in this test's database."""
    from lhs.codebooks import ensure_habits
    from lhs.models import Tagger

    head, figures, digest = fitted
    return Tagger.objects.create(
        codebook=ensure_habits(),
        version=1,
        artefact=head.to_bytes(),
        figures=figures,
        data_digest=digest,
        state=Tagger.State.CHAMPION,
    )


@pytest.fixture
def swept_index(db: None) -> None:
    """The index of embeddings without what other tests wrote and took back.

    It stands there until the database is vacuumed; of hundreds of such rows, all alike as tests make them, the graph
    may lose the way to the few that are real.
    """
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("REINDEX INDEX embedding_nearest")


@pytest.hookimpl(trylast=True)
def pytest_unconfigure() -> None:
    """Stop the services and throw their data away."""
    _services.close()

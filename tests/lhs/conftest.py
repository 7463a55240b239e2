from __future__ import annotations

from typing import Any

import pytest

from lhs.encoder import Encoder, loaded
from lhs.head import Head


@pytest.fixture(scope="session")
def encoder() -> Encoder:
    return loaded()


@pytest.fixture(scope="session")
def trained(fitted: Any) -> tuple[Head, dict[str, Any]]:
    head, figures, _ = fitted
    return head, figures


@pytest.fixture
def head(trained: tuple[Head, dict[str, Any]]) -> Head:
    return trained[0]

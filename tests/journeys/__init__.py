"""Journeys through the whole system in a real browser. What a step asserts is explained as in a test."""

import pytest

pytest.register_assert_rewrite("tests.journeys.steps")

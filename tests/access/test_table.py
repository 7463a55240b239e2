"""What each role gets at each address is what `table.yaml` says. It is read by people whenever it changes.

LHS_WRITE_ACCESS_TABLE=1 pytest tests/access -p no:xdist      writes it anew; then look at what has changed.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
import yaml

from tests.access.walk import Address, Table, addresses, walk
from tests.access.world import World

pytestmark = pytest.mark.django_db

KEPT = Path(__file__).with_name("table.yaml")
WRITING = os.environ.get("LHS_WRITE_ACCESS_TABLE") == "1"
HEAD = "# Address → state of the thing → what comes of it → who. Written by test_table.py, read by people.\n"
ALL = addresses()


@pytest.fixture(scope="module")
def kept() -> Table:
    if WRITING:
        pytest.skip("the table is being written")
    return yaml.safe_load(KEPT.read_text(encoding="utf-8")) if KEPT.exists() else {}


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker):
    """One world for all addresses; what an address does to it is taken back."""
    from django.db import transaction

    with django_db_blocker.unblock(), transaction.atomic():
        yield World()
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def _no_brakes(settings):
    """The walk comes faster than people do; and reading is closed, so that the table shows who is a reader."""
    settings.ACCOUNT_RATE_LIMITS = settings.MFA_RATE_LIMITS = False
    settings.REST_FRAMEWORK = {
        **settings.REST_FRAMEWORK,
        "DEFAULT_THROTTLE_RATES": {"person": "1000000/min", "address": "1000000/min"},
    }
    settings.ANONYMOUS_READING = True
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.mark.skipif(WRITING, reason="the table is being written")
@pytest.mark.parametrize("address", ALL, ids=lambda address: address.line)
def test_each_role_gets_what_the_table_says(address: Address, world: World, kept: Table):
    for line, states in walk(world, address).items():
        assert line in kept, f"{line} is not in the table: {states}"
        assert states == kept[line], line


@pytest.mark.skipif(not WRITING, reason="LHS_WRITE_ACCESS_TABLE=1 writes the table")
@pytest.mark.timeout(1200)
def test_write_the_table(world: World):
    table = {line: states for address in ALL for line, states in walk(world, address).items()}
    KEPT.write_text(HEAD + yaml.safe_dump(table, sort_keys=True, allow_unicode=True, width=1000), encoding="utf-8")


def test_the_table_has_no_line_too_many(kept: Table):
    """A line of an address that is gone would be believed."""
    known = [
        re.compile(re.escape(address.line).replace(r"\{code\}", "[^/]+").replace(r"\{name\}", "[^/]+") + "$")
        for address in ALL
    ]
    for line in kept:
        route = line.partition(" ")[2]
        assert any(one.match(route) for one in known), f"{line} is in the table and nowhere else"


def test_nobody_who_has_not_signed_in_writes_anywhere_but_at_an_invitation(kept: Table):
    writers = {
        line
        for line, states in kept.items()
        for outcomes in states.values()
        for outcome, roles in outcomes.items()
        if "writes" in outcome and ("anonymous" in roles or roles == "everyone")
    }
    assert writers == {"POST /invitations/{token}/"}


def test_withheld_words_open_to_the_programme_alone(kept: Table):
    own = {"own viewer", "own contributor", "own analyst", "own curator"}
    for line, states in kept.items():
        for state, outcomes in states.items():
            if state.endswith("withheld"):
                for outcome, roles in outcomes.items():
                    # Whoever administers the site erases words without having read them.
                    if line.endswith("/erase/") and roles == "admin":
                        continue
                    if outcome.startswith("200") or "writes" in outcome:
                        assert set(roles.split(", ")) <= own, f"{line} while {state}"

"""The life-cycle read aloud: every move, from every status, by everyone."""

from __future__ import annotations

import itertools

import pytest

from casestudies.lifecycle import MOVE_NAMES, MOVES, Status, legal_move, starts_of
from casestudies.permissions import allowed
from casestudies.standing import Standing

# move     from        to          who
SPOKEN = """
submit     draft       submitted   writers
publish    submitted   published   curators
decline    submitted   declined    curators
withdraw   draft       withdrawn   writers
withdraw   submitted   withdrawn   writers
withdraw   published   withdrawn   curators
reopen     declined    draft       writers
reopen     withdrawn   draft       writers
"""
WHO = {
    "curators": {"curator", "admin", "programme curator"},
    "writers": {"curator", "admin", "programme curator", "programme contributor"},
}
TABLE = {(name, start): (end, WHO[who]) for name, start, end, who in map(str.split, SPOKEN.strip().splitlines())}
EVERY = list(itertools.product(["submit", "publish", "decline", "withdraw", "reopen"], [s.value for s in Status]))


def test_the_table_of_moves_says_this_and_nothing_else():
    said = {
        (move.name, start.value): (move.target.value, {who.value for who in move.who})
        for move in MOVES
        for start in move.sources
    }
    assert said == TABLE
    assert sum(len(move.sources) for move in MOVES) == len(TABLE), "two lines of the table start at the same place"


def test_the_moves_have_these_names_in_this_order():
    assert MOVE_NAMES == ("submit", "publish", "decline", "withdraw", "reopen")


@pytest.mark.parametrize(("name", "status"), EVERY)
def test_a_move_starts_only_where_the_table_says(name, status):
    step = legal_move(name=name, status=status)
    assert (step and step.target.value) == TABLE.get((name, status), (None,))[0]
    assert (status in starts_of(name)) == ((name, status) in TABLE)


@pytest.mark.parametrize("standing", list(Standing))
def test_each_standing_makes_just_the_moves_that_the_table_gives_it(standing):
    can = {
        (name, status)
        for name, status in EVERY
        if allowed(verb=name, object="insight", status=status, standings={standing})
    }
    assert can == {step for step, (_, who) in TABLE.items() if standing.value in who}


def test_only_declining_needs_a_reason():
    assert {move.name for move in MOVES if move.needs_reason} == {"decline"}


def test_a_move_that_there_is_not_starts_nowhere():
    assert legal_move(name="erase", status="draft") is None
    assert starts_of("erase") == []

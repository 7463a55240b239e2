"""The statement behind a page: prepared once for a way of asking, and asked again where the connection was lost."""

from __future__ import annotations

import orjson
import psycopg
import pytest
from django.db import connection, transaction

from insights.rows import Links
from insights.search import Selection, page
from tests.factories import InsightFactory
from tests.waiting import until

LINKS = Links("/i/", "/p/", "/c/", "/l/", "/o/", "/a/")


def titles(**wanted) -> list[str]:
    found = page(person=None, selection=Selection(**wanted), links=LINKS)
    return [orjson.loads(row)["title"] for row in found.rows]


def kept(**said) -> None:
    with transaction.atomic():
        InsightFactory(**said)


def prepared() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement FROM pg_prepared_statements")
        return [statement for (statement,) in cursor.fetchall()]


@pytest.fixture
def _a_new_connection():
    connection.close()


@pytest.mark.usefixtures("_a_new_connection")
@pytest.mark.django_db(transaction=True)
class TestStatement:
    def test_whatever_is_looked_for_the_statement_is_the_same_and_does_not_hold_it(self):
        for word in ("Beds", "Letters", "Calls", "Rotas", "Lists"):
            kept(title=word)
            assert titles(q=word) == [word]
        [statement] = prepared()
        assert "Lists" not in statement

    def test_each_of_our_own_words_has_a_statement_of_its_own(self):
        kept(title="Found", kind="finding")
        kept(title="Seen", kind="observation")
        for _ in range(4):
            assert titles(kind=("finding",)) == ["Found"]
            assert titles(kind=("observation",)) == ["Seen"]
        assert len(prepared()) == 2

    def test_a_word_of_ours_that_is_typed_is_a_word_like_any_other(self):
        kept(title="Staff")
        assert titles(q="staff") == titles(q="STAFF") == ["Staff"]
        assert titles(q="staff' AND 'nobody") == []

    def test_a_page_is_read_again_where_the_connection_was_lost(self):
        kept(title="Kept")
        assert titles() == ["Kept"]
        bare = connection.connection
        told = connection.settings_dict
        given = {"host": told["HOST"], "port": told["PORT"] or None, "user": told["USER"], "password": told["PASSWORD"]}
        with psycopg.connect(dbname=told["NAME"], autocommit=True, **given) as other:
            pid = bare.info.backend_pid
            other.execute("SELECT pg_terminate_backend(%s)", [pid])
            until(lambda: not other.execute("SELECT 1 FROM pg_stat_activity WHERE pid = %s", [pid]).fetchall(), 10)
        assert titles() == ["Kept"]
        assert connection.connection is not bare

"""Nothing typed stands in a log or on an error page, whatever fails: a form, the API, a worker."""

from __future__ import annotations

import io
import logging
import logging.config
from typing import Any

import pytest
from django.conf import settings
from django.db import IntegrityError, connection, transaction

from config.logs import Line
from insights.models import Insight
from insights.tagging import sweep
from insights.tasks import fold_tallies
from tests.api.conftest import Caller
from tests.factories import InsightFactory, MembershipFactory

NAME = "Sarah Jones"
TOLD = f"Nurse {NAME} told us that the lift is slow."


@pytest.fixture
def log():
    """Everything that is logged, as it would be written."""
    handler = logging.StreamHandler(io.StringIO())
    handler.setFormatter(Line("{levelname} {name} {message}", style="{"))
    loggers = [logging.getLogger(name) for name in ("", "django", "django.request", "celery")]
    for logger in loggers:
        logger.addHandler(handler)
    yield handler.stream
    for logger in loggers:
        logger.removeHandler(handler)


def breaks(table: str, column: str) -> None:
    """Have the database fail, saying what was typed, whenever a row of `table` is written."""
    with connection.cursor() as cursor:
        cursor.execute(f"""
            CREATE FUNCTION broken() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN RAISE EXCEPTION 'broken by {NAME}: %', NEW.{column}; END $$;
            CREATE TRIGGER broken BEFORE INSERT OR UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION broken();
        """)


def test_the_settings_write_the_log_this_way():
    told: Any = settings.LOGGING
    assert told["formatters"]["line"]["()"] == "config.logs.Line"
    assert {one["formatter"] for one in told["handlers"].values()} == {"line"}


@pytest.mark.django_db
def test_a_form_and_a_request_that_fail_say_nothing_typed_on_their_page_or_in_the_log(client, log):
    member = MembershipFactory(role="contributor")
    breaks("insights_insight", "text")
    client.raise_request_exception = False
    client.force_login(member.user)
    programme = str(member.programme_id)
    said = {"text": TOLD, "kind": "finding", "source_kind": "staff", "programme": programme, "status": "draft"}
    with transaction.atomic():
        page = client.post("/insights/log/", said)
        transaction.set_rollback(True)
    assert page.status_code == 500
    caller = Caller(member.user)
    caller.client.raise_request_exception = False
    sent = {"text": TOLD, "kind": "finding", "source": {"kind": "staff"}, "programme": programme}
    with transaction.atomic():
        answer = caller.post("insights/", sent)
        transaction.set_rollback(True)
    assert answer.status_code == 500
    written = log.getvalue()
    assert written.count("RaiseException (P0001") >= 2
    assert "insights/capture.py" in written
    for where in (page.content.decode(), answer.content.decode(), written):
        assert "Sarah" not in where
        assert "Jones" not in where


@pytest.mark.django_db
def test_what_is_refused_says_nothing_typed_in_the_log(client, log):
    member = MembershipFactory(role="contributor")
    client.force_login(member.user)
    client.post("/insights/log/", {"text": TOLD + "\x00", "kind": NAME, "programme": NAME})
    Caller(member.user).post("insights/", {"text": TOLD, "kind": NAME, "programme": NAME, NAME: NAME})
    Caller(member.user).get(f"insights/?kind={NAME}&q={NAME}")
    client.get(f"/insights/?q={NAME}&page={NAME}")
    assert "Sarah" not in log.getvalue()


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_fails_says_nothing_typed(tagger, log):
    with transaction.atomic():
        InsightFactory(text=TOLD)
    breaks("insights_embedding", "digest")
    try:
        sweep()
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP FUNCTION broken() CASCADE")
    assert "could not be tagged" in log.getvalue()
    assert "RaiseException" in log.getvalue()
    assert "Sarah" not in log.getvalue()


@pytest.mark.django_db(transaction=True)
def test_a_task_that_fails_is_named_without_what_the_database_says(log):
    with transaction.atomic():
        InsightFactory(text=TOLD)
        InsightFactory(text=TOLD)
    breaks("insights_tally", "facet")
    try:
        assert fold_tallies.apply().failed()
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP FUNCTION broken() CASCADE")
    assert "insights.fold_tallies" in log.getvalue()
    assert "InternalError" in log.getvalue() or "RaiseException" in log.getvalue()
    assert "Sarah" not in log.getvalue()


@pytest.mark.django_db
def test_a_rule_that_was_broken_is_named_without_the_row(log):
    insight = InsightFactory(text=TOLD)
    try:
        with transaction.atomic():
            Insight.objects.filter(id=insight.id).update(kind=NAME[:14])
    except IntegrityError:
        logging.getLogger("lhs.test").exception("It did not work.")
    assert "insight_kind_known" in log.getvalue()
    assert "Sarah" not in log.getvalue()


def test_a_chain_of_exceptions_is_told_by_kind_and_place(log):
    try:
        try:
            int(NAME)
        except ValueError as error:
            raise LookupError(NAME) from error
    except LookupError:
        logging.getLogger("lhs.test").exception("It did not work.")
    written = log.getvalue()
    assert written.index("ValueError") < written.index("LookupError")
    assert "test_logs.py" in written
    assert "Sarah" not in written

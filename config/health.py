"""`/healthz` and `/readyz`: is it serving, and is everything that it leans on there?

Answered before host names, sessions and sign-in are looked at, so that a load balancer needs none of them.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from django.conf import settings
from django.core.cache import caches
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse

from config.services.folder import read_status
from insights.loading import loaded_before
from lhs.artefact import ArtefactRefused
from lhs.encoder import EncoderUnavailable, configured_name
from lhs.models import HABITS
from lhs.versions import NoTagger, champion, head_of

Check = Callable[[], str | None]


class HealthMiddleware:
    """Answer the two health addresses; let everything else through."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path == "/healthz":
            return healthz()
        if request.path == "/readyz":
            return readyz()
        return self.get_response(request)


def healthz() -> HttpResponse:
    """200 once the database is migrated and the case studies are loaded; else 503 and what is missing."""
    fault = _database() or _migrated() or _loaded()
    return JsonResponse({"status": fault or "ok"}, status=503 if fault else 200)


def readyz() -> HttpResponse:
    """Name each dependency and how it is; 200 when all are well, else 503."""
    checks: dict[str, Check] = {
        "database": _database,
        "migrations": _migrated,
        "case studies": _loaded,
        "broker": _broker,
        "language model": _language_model,
        "tagger": _tagger,
    }
    found = {name: check() or "ok" for name, check in checks.items()}
    children = read_status(settings.DATA_DIR)
    faults = {name: child for name, child in children.items() if child.get("state") != "running"}
    well = all(answer == "ok" for answer in found.values()) and not faults
    return JsonResponse({"ready": well, "checks": found, "processes": children}, status=200 if well else 503)


def _database() -> str | None:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return "the database does not answer"
    return None


@lru_cache(maxsize=1)
def _known_migrated() -> bool:
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise NotReady("the database is being migrated")
    return True


class NotReady(Exception):
    """Not yet; raised so that the answer is not remembered."""


def _asked(question: Callable[[], bool]) -> str | None:
    try:
        question()
    except NotReady as not_yet:
        return str(not_yet)
    except DatabaseError:
        return "the database does not answer"
    return None


def _migrated() -> str | None:
    return _asked(_known_migrated)


@lru_cache(maxsize=1)
def _known_loaded() -> bool:
    if not loaded_before():
        raise NotReady("the case studies are being loaded")
    return True


def _loaded() -> str | None:
    return _asked(_known_loaded)


def _broker() -> str | None:
    try:
        caches["broker"].get("readyz")
    except Exception:  # noqa: BLE001 - whatever the client raises, the broker does not answer
        return "the broker does not answer"
    return None


def _language_model() -> str | None:
    try:
        configured_name()
    except EncoderUnavailable as why:
        return why.without_folder()
    return None


def _tagger() -> str | None:
    try:
        head_of(champion(HABITS))
    except NoTagger:
        return "no tagger is trained yet"
    except ArtefactRefused as why:
        return str(why)
    except DatabaseError:
        return "the database does not answer"
    return None

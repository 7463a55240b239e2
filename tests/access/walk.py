"""Walk every address: ask as each role, with each method, of each thing, and note what came of it.

What came of it is the status, `sign in` for whoever is asked to sign in, and `writes` where something in the database
changed: a page answers a button with a redirect whether or not it did anything.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.urls import URLPattern, URLResolver, get_resolver

from tests.access.world import CODES, MOVES, Caller, World

# What a request leaves behind by being one.
OF_NO_ACCOUNT = ("django_session", "usersessions_usersession", "pghistory_context")
METHODS = ("get", "post", "put", "patch", "delete")
ANY = "any"
Table = dict[str, dict[str, dict[str, str]]]


@dataclass(frozen=True)
class Address:
    """An address as the resolver has it, with the methods to try on it."""

    name: str
    route: str
    methods: tuple[str, ...]

    @property
    def line(self) -> str:
        """How the table names it: `/insights/{insight_id}/`."""
        return "/" + re.sub(r"<\w+:(\w+)>", r"{\1}", self.route)


def addresses() -> list[Address]:
    """Return every address there is, each once; those that stand under two names under the first."""
    found: dict[str, Address] = {}
    for name, route, view in _routes(get_resolver()):
        of_api = getattr(view, "cls", None)
        methods = tuple(method for method in METHODS if hasattr(of_api, method)) if of_api else ("get", "post")
        found.setdefault(route, Address(name, route, methods or ("get", "post")))
    return list(found.values())


def walk(world: World, address: Address) -> Table:
    """Return the lines of the table for one address: `POST /…` → state of the thing → outcome → roles."""
    lines: Table = {}
    words = {**CODES, **MOVES}.get(address.name, [""])
    for word in words:
        route = address.line.replace("{code}", word).replace("{name}", word)
        for method in address.methods:
            if method == "get" and word != words[0]:
                # Whoever opens the address of a button is led back to where it stands, whichever button it is.
                continue
            states = lines[f"{method.upper()} {route}"] = {}
            for state, said in world.variants(address.name, address.route).items():
                path = address.line.format_map({**said, "code": word, "name": word})
                got: dict[str, list[str]] = {}
                for role, caller in world.callers.items():
                    got.setdefault(ask(world, caller, address.name, method, path, state), []).append(role)
                states[state or ANY] = {outcome: _said(roles, world) for outcome, roles in got.items()}
                if set(got) == {"405"} or (method == "get" and set(got) <= {"302", "sign in"}):
                    # Nothing is done here, whatever the thing is.
                    lines[f"{method.upper()} {route}"] = {ANY: states[state or ANY]}
                    break
    return lines


def ask(world: World, caller: Caller, name: str, method: str, path: str, state: str) -> str:
    """Ask once, note what came of it, and take it all back."""
    said: dict[str, Any] = {}
    client = caller.client
    if method != "get":
        said["data"] = world.bodies(caller, state).get(name, {})
    if path.startswith("/api/"):
        client = world.callers["anonymous"].client
        said |= {"headers": caller.headers, **({"content_type": "application/json"} if method != "get" else {})}
    kept = deepcopy(caller.client.cookies)
    with transaction.atomic():
        if world.written < 0:
            world.written = _written()
        answer = getattr(client, method)(path, **said)
        written = _written()
        wrote, world.written = written != world.written, written
        transaction.set_rollback(True)
    caller.client.cookies = kept
    if answer.status_code == 401 or answer.get("Location", "").startswith("/sign-in/?next="):
        return "sign in"
    return f"{answer.status_code}{' writes' if wrote else ''}"


def _routes(resolver: URLResolver, prefix: str = "", namespace: str = "") -> Iterator[tuple[str, str, Any]]:
    for entry in resolver.url_patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from _routes(entry, route, f"{namespace}{entry.namespace}:" if entry.namespace else namespace)
        elif isinstance(entry, URLPattern):
            yield f"{namespace}{entry.name}", route, entry.callback


def _written() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del), 0) FROM pg_stat_xact_user_tables"
            " WHERE relname <> ALL(%s)",
            [list(OF_NO_ACCOUNT)],
        )
        return int(cursor.fetchone()[0])


def _said(roles: list[str], world: World) -> str:
    """The roles in few words."""
    everyone = list(world.callers)
    for words, them in (("everyone", everyone), ("everyone signed in", everyone[1:])):
        if roles == them:
            return words
    return ", ".join(roles)

"""The system that the journeys go through: one for all of them, started the way `make run` starts it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

import psutil
import psycopg

from tests.faults.system import System, manage
from tests.waiting import until

ELECTIVE = "elective-recovery-north-central-london"
PASSWORD = "a long enough password"
# What an authenticator app of Gina's knows, and the token of a link that someone was sent.
APP_KEY = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
INVITED = "a-token-that-somebody-was-sent"

# People are made where they are made for real: by a command on the running system.
PEOPLE = f"""
import datetime, hashlib, json, os
from allauth.mfa.totp.internal.auth import TOTP
from accounts.models import Role
from accounts.signin import one_time_link
from casestudies.members import admit
from casestudies.models import Invitation, Membership, Programme
from django.utils import timezone

def someone(email, name, role, *programmes):
    person = admit(email=email, role=role, programmes=programmes)
    person.name = name
    person.set_password("{PASSWORD}")
    person.save()
    return one_time_link(person=person, base_url=BASE)

def manager():
    link = someone("mara@example.org", "Mara", Role.VIEWER, "{ELECTIVE}")
    Membership.objects.filter(user__email="mara@example.org").update(role=Role.CURATOR)
    programme = Programme.objects.get(slug="{ELECTIVE}")
    for email, token in (("ivy@example.org", "{INVITED}"), ("jo@example.org", "nobody-knows")):
        Invitation.objects.get_or_create(programme=programme, email=email, defaults={{
            "digest": hashlib.sha256(token.encode()).hexdigest(),
            "invited_by": Membership.objects.get(user__email="mara@example.org").user,
            "expires": timezone.now() + datetime.timedelta(days=14),
        }})
    return link

def guarded():
    link = someone("gina@example.org", "Gina", Role.VIEWER)
    TOTP.activate(admit(email="gina@example.org"), "{APP_KEY}")
    return link

print(json.dumps({{
    "database": os.environ["DATABASE_URL"],
    "leader": someone("leila@example.org", "Leila", Role.VIEWER),
    "contributor": someone("ama@example.org", "Ama", Role.CONTRIBUTOR, "{ELECTIVE}"),
    "guest": someone("ola@example.org", "Ola", Role.VIEWER),
    "newcomer": someone("nia@example.org", "Nia", Role.CONTRIBUTOR, "{ELECTIVE}"),
    "manager": manager(),
    "guarded": guarded(),
    "ines": someone("ines@example.org", "Ines", Role.VIEWER),
    "lea": someone("lea@example.org", "Lea", Role.VIEWER),
    "fay": someone("fay@example.org", "Fay", Role.VIEWER),
    "ivo": someone("ivo@example.org", "Ivo", Role.VIEWER),
    "admin": someone("adel@example.org", "Adel", Role.ADMIN),
    "nurse": someone("nell@example.org", "Nell", Role.CONTRIBUTOR, "{ELECTIVE}"),
    "coordinator": someone("cora@example.org", "Cora", Role.CONTRIBUTOR, "{ELECTIVE}"),
    "curator": someone("kofi@example.org", "Kofi", Role.CURATOR),
}}))
"""


class Place(System):
    """The running system, and what a journey may do to it from outside."""

    def __init__(self, data: Path) -> None:
        super().__init__(data)
        self.home = f"http://localhost:{self.port}"

    @property
    def curator_link(self) -> str:
        """The link that `up` printed for the demo curator. It works once."""
        found = re.search(r"demo curator: (\S+)", self.out)
        assert found, self.out
        return found[1]

    @cached_property
    def people(self) -> dict[str, str]:
        """The people of the journeys, each with a sign-in link that works once, and the database's address."""
        done = manage("shell", "-v", "0", "-c", f"BASE = {self.home!r}\n{PEOPLE}", data=self.data)
        assert done.returncode == 0, done.stderr
        made: dict[str, str] = json.loads(done.stdout.splitlines()[-1])
        return made

    @cached_property
    def token(self) -> str:
        """A token for a contributor of the elective recovery programme, as an operator makes one."""
        done = manage("token", "rosa@example.org", "--role", "contributor", "--programme", ELECTIVE, data=self.data)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def last_mail(self, to: str) -> str:
        """The last e-mail to this address: while no server is named, the web server prints them."""

        def printed() -> list[str]:
            letters = (self.data / "logs" / "web.log").read_text(encoding="utf-8").split("Content-Type: text/plain")
            return [letter for letter in letters if f"To: {to}" in letter]

        until(lambda: bool(printed()), 20, what=f"an e-mail to {to}")
        return printed()[-1]

    def published(self) -> list[dict[str, Any]]:
        """Every published insight, as the API gives it to anyone."""
        status, page = self.get("/api/v1/insights/?page_size=500")
        assert status == 200, page
        found: list[dict[str, Any]] = page["results"]
        return found

    def wait_until_tagged(self) -> None:
        """Wait until the tagger has read every published insight."""
        until(lambda: all(insight["tagged"] for insight in self.published()), 60, what="the tagger", every=0.25)

    @contextmanager
    def tagger_held_up(self) -> Iterator[None]:
        """Freeze the worker, as a machine that is short of breath does; it goes on afterwards where it was."""
        worker = psutil.Process(self.child("worker")["pid"])
        processes = [worker, *worker.children(recursive=True)]
        for process in processes:
            process.suspend()
        try:
            yield
        finally:
            for process in processes:
                process.resume()

    @contextmanager
    def something_broken(self, table: str = "casestudies_casestudy") -> Iterator[None]:
        """Take a table away, that of case studies say, so that whoever asks for them meets a fault of ours."""
        with psycopg.connect(self.people["database"], autocommit=True) as connection:
            connection.execute(f"ALTER TABLE {table} RENAME TO {table}_away")
            try:
                yield
            finally:
                connection.execute(f"ALTER TABLE {table}_away RENAME TO {table}")

    def arrived(self, beginning: str) -> list[str]:
        """The texts of all insights that begin like this, whoever may see them, in order of their words."""
        with psycopg.connect(self.people["database"]) as connection:
            said = "SELECT text FROM insights_insight WHERE starts_with(text, %s) ORDER BY text"
            return [text for (text,) in connection.execute(said, [beginning])]

"""What only a real server and a real browser show: bodies in chunks, and the documentation under a strict policy."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.db import connection

from tests.factories import MembershipFactory, token_of
from tests.faults.system import free_port
from tests.waiting import until

pytestmark = pytest.mark.django_db(transaction=True)

CHROMIUM = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, ("chromium", "google-chrome"))), None)


@pytest.fixture
def port(tmp_path: Path) -> Iterator[int]:
    """The product's own web server on this test's database."""
    number = free_port()
    database = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}").geturl()
    environment = {**os.environ, "DATABASE_URL": database, "PORT": str(number), "LHS_LOCAL": "1"}
    log = tmp_path / "web.log"
    with log.open("wb") as output:
        server = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "-c", "config/gunicorn.py", "--workers", "1"],
            cwd=settings.BASE_DIR,
            env=environment,
            stdout=output,
            stderr=output,
        )
    try:
        until(lambda: answers(number) or server.poll() is not None, 60, what="the web server")
        assert server.poll() is None, log.read_text()
        yield number
    finally:
        server.terminate()
        server.wait(30)


def answers(port: int) -> bool:
    """Say whether the server answers."""
    try:
        return ask(port, "GET", "/api/v1/")[0] == 200
    except OSError:
        return False


def ask(port: int, method: str, path: str, body: object = None, **headers: str) -> tuple[int, dict]:
    """Ask the server; a body that is an iterator goes in chunks, without a length."""
    asked = http.client.HTTPConnection("localhost", port, timeout=30)
    try:
        asked.request(method, path, body, headers, encode_chunked=isinstance(body, Iterator))  # type: ignore[arg-type]
        answer = asked.getresponse()
        said = answer.read()
        return answer.status, json.loads(said) if said else {}
    finally:
        asked.close()


@pytest.fixture
def headers(programme) -> dict[str, str]:
    member = MembershipFactory(programme=programme, user__role="contributor").user
    return {
        "Authorization": f"Token {token_of(member)}",
        "Content-Type": "application/json",
        "Transfer-Encoding": "chunked",
    }


def in_chunks(said: bytes, size: int = 7) -> Iterator[bytes]:
    return (said[start : start + size] for start in range(0, len(said), size))


def test_a_body_in_chunks_is_read_and_bounded(port, headers):
    said = {"text": "Nobody answers.", "kind": "finding", "source": {"kind": "staff"}, "programme": "ward-learning"}
    status, told = ask(port, "POST", "/api/v1/insights/", in_chunks(json.dumps(said).encode()), **headers)
    assert (status, told.get("text")) == (201, "Nobody answers."), told
    said["text"] = "a" * settings.API_BODY_LIMIT
    status, told = ask(port, "POST", "/api/v1/insights/", in_chunks(json.dumps(said).encode(), 60_000), **headers)
    assert (status, told["title"]) == (413, "Content Too Large")
    status, told = ask(port, "POST", "/api/v1/insights/", in_chunks(b'{"text": '), **headers)
    assert (status, told["errors"][0]["field"]) == (400, "body")


def test_the_documentation_is_shown_with_nothing_from_elsewhere_and_nothing_refused(port, tmp_path):
    assert CHROMIUM, "Install Chromium (Debian: apt-get install chromium), or name it in CHROMIUM."
    flags = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--enable-logging=stderr"]
    flags += ["--virtual-time-budget=20000", f"--user-data-dir={tmp_path / 'browser'}", "--dump-dom"]
    # Whatever is asked of another host would fail, and be told.
    flags += ["--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost", "--disable-background-networking"]
    shown = subprocess.run(
        [CHROMIUM, *flags, f"http://localhost:{port}/api/v1/docs/#/insights/log_insight"],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert "The least that is needed" in shown.stdout, shown.stderr
    console = [line for line in shown.stderr.splitlines() if "CONSOLE" in line]
    assert not [line for line in console if "Refused" in line or "Content Security" in line or "ERR_" in line], console

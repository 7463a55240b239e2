"""Web servers to measure: gunicorn with the product's own configuration, whatever it serves."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager

from config.services.folder import ROOT

READY_SECONDS = 60


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serving(application: str, *, settings: str = "config.settings") -> Iterator[int]:
    """Serve a WSGI application on a port of its own for the length of a block; the database has to be ready."""
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "-c", "config/gunicorn.py", "--log-level", "warning", application],
        cwd=ROOT,
        env={**os.environ, "PORT": str(port), "DJANGO_SETTINGS_MODULE": settings},
    )
    try:
        wait_for(f"http://127.0.0.1:{port}/api/v1/insights/", process)
        yield port
    finally:
        process.terminate()
        process.wait(timeout=20)


def wait_for(address: str, process: subprocess.Popen[bytes], *, seconds: float = READY_SECONDS) -> float:
    """Wait until an address answers 200, and return the seconds it took; raises RuntimeError if it does not."""
    began = time.monotonic()
    while time.monotonic() - began < seconds:
        if process.poll() is not None:
            raise RuntimeError(f"What was to answer at {address} ended with {process.returncode}.")
        try:
            with urllib.request.urlopen(address, timeout=5) as answer:
                if answer.status == 200:
                    return time.monotonic() - began
        except urllib.error.HTTPError as error:
            # A server that is getting ready says 503; whatever else it says, it says for good.
            if error.code != 503:
                raise
            time.sleep(0.02)
        except (urllib.error.URLError, OSError):
            time.sleep(0.02)
    raise RuntimeError(f"{address} did not answer 200 within {seconds:.0f} s.")

"""How the web server runs: two processes of four threads, on this machine only. A proxy stands before it."""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

wsgi_app = "config.wsgi:application"
bind = [f"127.0.0.1:{os.environ.get('PORT', '8000')}"]
worker_class = "gthread"
workers = int(os.environ.get("LHS_WEB_PROCESSES", "2"))
threads = 4
timeout = 60
graceful_timeout = 3
keepalive = 5
# A line for each request would keep what people typed into a search box.
accesslog = None
# Its control socket would stand in the home folder, shared by every installation of this account.
control_socket_disable = True
if os.environ.get("LHS_RELOAD") == "1":
    reload = True
    reload_extra_files = [str(path) for path in (ROOT / "web" / "templates").rglob("*.jinja")]

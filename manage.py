#!/usr/bin/env python
"""Django's command line, with the services and the preparation that each command needs."""

# This file must be understood by any Python, so that too old a one gets a sentence and not a syntax error.
import os
import sys


def main():
    # type: () -> int
    if not (3, 11) <= sys.version_info[:2] <= (3, 13):
        said = (
            "This needs Python 3.11, 3.12 or 3.13, and this is %d.%d: run `make install`, then `.venv/bin/python %s`."
        )
        sys.stderr.write(said % (sys.version_info[0], sys.version_info[1], " ".join(sys.argv)) + "\n")
        return 1
    import importlib.util

    if any(importlib.util.find_spec(name) is None for name in ("django", "celery", "psutil", "psycopg")):
        said = "What this needs is not installed for %s: run `make install`, then `.venv/bin/python %s`."
        sys.stderr.write(said % (sys.executable, " ".join(sys.argv)) + "\n")
        return 1
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    from config.commandline import run

    return run(sys.argv)


if __name__ == "__main__":
    sys.exit(main())

"""`manage.py screen`, as its users see it: lines in, lines out, what went wrong on standard error."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


def run(given: bytes, tmp_path: Path) -> subprocess.CompletedProcess[bytes]:
    """The command as an operator without any settings runs it."""
    return subprocess.run(
        [sys.executable, ROOT / "manage.py", "screen"],
        input=given,
        capture_output=True,
        env={"LHS_DATA_DIR": str(tmp_path / "data")},
        cwd=tmp_path,
        check=False,
    )


def test_each_text_gets_what_was_found_in_it(tmp_path: Path):
    texts = ["Room four is painted.", "😀 Priya rang 07700 900123"]
    done = run(
        b"".join(json.dumps({"id": at, "text": text}).encode() + b"\n" for at, text in enumerate(texts)), tmp_path
    )
    assert done.returncode == 0
    assert [json.loads(line) for line in done.stdout.splitlines()] == [
        {"id": 0, "found": []},
        {"id": 1, "found": [{"kind": "name", "start": 2, "end": 7}, {"kind": "phone", "start": 13, "end": 25}]},
    ]
    assert b"2 texts screened" in done.stderr


def test_it_starts_no_database(tmp_path: Path):
    run(b"", tmp_path)
    assert not list(tmp_path.rglob("PG_VERSION"))


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        ("not json", "it is not JSON"),
        ('{"id": 2}', "“text” is missing"),
        ('{"text": "a"}', "“id” is missing"),
        ("[]", "an object"),
    ],
)
def test_a_line_that_cannot_be_used_is_named_and_the_others_are_answered(tmp_path: Path, bad: str, reason: str):
    done = run(f'{{"id": "a", "text": "calm"}}\n{bad}\n{{"id": "b", "text": "calm"}}\n'.encode(), tmp_path)
    assert [json.loads(line)["id"] for line in done.stdout.splitlines()] == ["a", "b"]
    assert "Line 2: " in done.stderr.decode()
    assert reason in done.stderr.decode()
    assert done.returncode == 1

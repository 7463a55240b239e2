"""The data folder keeps secrets, and tells how the supervisor's children are."""

from __future__ import annotations

import os
import subprocess
from concurrent.futures import ThreadPoolExecutor

from config.commandline import steps_for
from config.services.folder import data_folder, kept_secret, read_status, record, remember, write_status
from tests.services import of_worker


def test_a_new_data_folder_is_closed_whatever_the_umask(tmp_path):
    before = os.umask(0)
    try:
        made = data_folder(tmp_path / "new")
    finally:
        os.umask(before)

    assert made.stat().st_mode & 0o777 == 0o700


def test_the_mode_of_a_folder_that_was_there_is_left_alone(tmp_path):
    tmp_path.chmod(0o755)

    data_folder(tmp_path)

    assert tmp_path.stat().st_mode & 0o777 == 0o755


def test_first_starts_at_once_agree_on_one_secret(tmp_path):
    with ThreadPoolExecutor(8) as pool:
        secrets = set(pool.map(lambda _: kept_secret(tmp_path, "key"), range(24)))

    assert len(secrets) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["key"]
    assert (tmp_path / "key").stat().st_mode & 0o777 == 0o600


def test_an_empty_secret_of_a_start_that_was_killed_is_made_again(tmp_path):
    (tmp_path / "key").touch()

    assert len(kept_secret(tmp_path, "key")) > 40


def test_a_fact_is_remembered_beside_the_others_and_forgotten_by_none(tmp_path):
    remember(tmp_path, one="1", two="2")
    remember(tmp_path, one=None, three="3")

    assert record(tmp_path) == {"two": "2", "three": "3"}


def test_a_child_whose_process_is_not_there_is_gone_although_nobody_said_so(tmp_path):
    ended = subprocess.Popen(["true"])
    ended.wait()
    said = {"restarts": 0, "since": "2026-01-01T00:00:00Z"}
    write_status(
        tmp_path,
        {
            "web": {"state": "running", "pid": ended.pid, **said},
            "beat": {"state": "running", "pid": os.getpid(), **said},
            "worker": {"state": "waiting", "pid": None, **said},
        },
    )

    assert {name: child["state"] for name, child in read_status(tmp_path).items()} == {
        "web": "gone",
        "beat": "running",
        "worker": "waiting",
    }


def test_a_damaged_status_is_no_status(tmp_path):
    (tmp_path / "status.json").write_text('{"web": ')

    assert read_status(tmp_path) == {}


def test_a_command_is_prepared_for_what_it_needs():
    assert steps_for("classify") == ("migrate", "load", "train")
    assert steps_for("load_case_studies") == ("migrate",), "else it would have nothing left to report"
    assert steps_for("shell") == ("migrate",)
    assert steps_for("migrate") == steps_for("check") == steps_for("screen") == ()


def test_each_worker_of_a_test_run_has_a_valkey_number_of_its_own():
    assert of_worker("unix:///run/v.sock?db=0", "gw0") == "unix:///run/v.sock?db=1"
    assert of_worker("redis://localhost:6379/0", "gw3") == "redis://localhost:6379/4"

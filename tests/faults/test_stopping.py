"""What happens when it is told to stop, and when it is killed without a word."""

from __future__ import annotations

import signal
import subprocess
from pathlib import Path

import psutil
import pytest

from config.services import processes
from config.services.account import account_for, as_account
from tests.faults.system import System, begin, manage
from tests.waiting import until

pytestmark = pytest.mark.xdist_group("faults")


@pytest.mark.parametrize("which", [signal.SIGTERM, signal.SIGINT])
def test_told_to_stop_it_leaves_no_process_behind(system: System, which: signal.Signals):
    assert len(system.processes()) >= 8  # itself, two services, web and its two, the worker and its two, the clock

    assert system.signal(which) == 0

    assert system.processes() == []
    assert not (system.data / "status.json").exists()


def test_what_was_saved_is_there_after_a_stop(system: System):
    token = manage("token", "kept@example.org", data=system.data)
    assert token.returncode == 0, token.stderr
    system.signal(signal.SIGTERM)

    asked = "from accounts.models import User; print(User.objects.filter(email='kept@example.org').count())"
    counted = manage("shell", "--verbosity", "0", "-c", asked, data=system.data)

    assert counted.stdout.strip() == "1"


def test_a_killed_supervisor_takes_its_children_with_it_and_the_next_start_recovers(system: System):
    system.signal(signal.SIGKILL)
    # What a kernel without the parent-death signal leaves: a child that goes on, and its number in the data folder.
    orphan = subprocess.Popen(["sleep", "600"], start_new_session=True)
    processes.note(system.data, "web", processes.running(orphan.pid))

    system.start_and_wait()

    assert orphan.wait(10) != 0
    assert system.ready()


def test_a_start_sees_through_the_pid_file_of_a_server_that_is_gone(system: System):
    server = psutil.Process(system.child("postgres")["pid"])
    cluster = server.cmdline()[server.cmdline().index("-D") + 1]
    system.signal(signal.SIGKILL)
    until(lambda: system.processes() == [], 20)
    # As after a reboot: the number in the file is by now that of another process of the same account.
    account = as_account(account_for(Path(cluster)))
    another = subprocess.Popen(["sleep", "600"], start_new_session=True, **account)
    with open(f"{cluster}/postmaster.pid", "w") as file:
        file.write(f"{another.pid}\n{cluster}\n")

    system.start_and_wait()

    assert another.poll() is None, "a process that is not ours was ended"
    another.kill()
    another.wait()


def test_told_to_stop_while_it_prepares_it_leaves_nothing_behind(folder):
    fresh = System(folder())
    fresh.start()
    until(lambda: "Migrating" in fresh.err, 60)

    assert fresh.signal(signal.SIGTERM) == 0

    until(lambda: fresh.processes() == [], 5)
    assert fresh.out == ""


def test_a_command_uses_what_runs_and_leaves_it_running(system: System):
    before = system.child("postgres")["pid"]

    token = manage("token", "analyst@example.org", "--role", "analyst", data=system.data)

    assert token.returncode == 0, token.stderr
    assert len(token.stdout.split()) == 1, "a token alone stands on stdout"
    assert system.child("postgres")["pid"] == before
    assert system.ready()


def test_two_commands_at_once_do_not_stop_the_services_under_one_another(system: System):
    system.signal(signal.SIGTERM)

    both = [begin("token", f"{name}@example.org", data=system.data) for name in ("one", "two")]
    said = [command.communicate(timeout=120) for command in both]

    assert [command.returncode for command in both] == [0, 0], said
    for name in ("postgres", "valkey"):
        assert processes.noted(system.data, name) is None, f"{name} runs on although nobody uses it"

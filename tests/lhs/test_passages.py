"""Real passages are kept as numbers: near enough to teach the same, and without a word of them."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
import pytest

from lhs.encoder import loaded
from lhs.fitting import Rows
from lhs.habits import CODES
from lhs.passages import FILE, PassagesUnusable, check_passages, keep_passages, load_passages

TEXTS = ["Nobody told us what came of it.", "The rota leaves two of us for thirty beds.", "A list of rooms."]


def rows() -> Rows:
    truth = np.array([[code in labels for code in CODES] for labels in (["feedback"], ["staff"], [])])
    return Rows.of(TEXTS, loaded().read(TEXTS).features, truth, np.array([0, 1, 1]))


def test_they_read_back_nearly_as_they_were_kept(tmp_path: Path):
    before = rows()
    keep_passages(before, tmp_path / "kept.npz")
    after = load_passages(tmp_path / "kept.npz")
    np.testing.assert_allclose(after.features, before.features, atol=0.02 * np.abs(before.features).max())
    np.testing.assert_array_equal(after.truth, before.truth)
    assert after.groups.tolist() == [0, 1, 1]
    for kept, was in ((after.words, before.words), (after.letters, before.letters)):
        assert [at.tolist() for at, _ in kept] == [at.tolist() for at, _ in was]
        np.testing.assert_allclose(np.concatenate([v for _, v in kept]), np.concatenate([v for _, v in was]), rtol=1e-3)


def test_the_file_holds_numbers_alone():
    with zipfile.ZipFile(FILE) as parts, np.load(FILE, allow_pickle=False) as kept:
        assert len(parts.namelist()) == len(kept.files)
        assert {kept[name].dtype.kind for name in kept.files} <= {"i", "u", "f", "b"}


def test_each_habit_has_passages_and_so_has_none():
    truth = load_passages().truth
    assert (truth.sum(axis=0) >= 20).all()
    assert (~truth.any(axis=1)).sum() >= 200


@pytest.mark.parametrize("damage", [b"", b"not numbers", FILE.read_bytes()[:-200]])
def test_a_damaged_file_is_refused_with_a_way_out(tmp_path: Path, damage: bytes):
    (tmp_path / "kept.npz").write_bytes(damage)
    with pytest.raises(PassagesUnusable, match="Put the file back"):
        load_passages(tmp_path / "kept.npz")


def test_the_file_that_comes_with_the_software_is_the_one_it_was_made_with():
    check_passages()


def test_a_missing_file_is_named_and_so_is_another_than_came(tmp_path: Path):
    with pytest.raises(PassagesUnusable, match=r"none\.npz, cannot be read .* Put the file back"):
        check_passages(tmp_path / "none.npz")
    keep_passages(rows(), tmp_path / "kept.npz")
    with pytest.raises(PassagesUnusable, match=r"kept\.npz, are not those .* Put the file back"):
        check_passages(tmp_path / "kept.npz")

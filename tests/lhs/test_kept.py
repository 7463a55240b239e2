"""What the encoder made of the exemplars is read back, whatever became of the file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from lhs.encoder import loaded
from lhs.kept import read_kept

TEXTS = ["Night staff copy everything twice.", "Thanks to all."]


@pytest.fixture
def folder(settings, tmp_path) -> Path:
    settings.DATA_DIR = tmp_path
    return tmp_path / "exemplars"


def read(texts: list[str] = TEXTS) -> tuple[bool, np.ndarray]:
    """Whether the encoder was asked, and the features."""
    asked: list[int] = []
    reading = read_kept(texts, lambda done, of: asked.append(done))
    return bool(asked), reading.features


def test_the_second_time_nothing_is_encoded(folder):
    first, second = read(), read()
    assert (first[0], second[0]) == (True, False)
    now = loaded().read(TEXTS)
    assert np.array_equal(second[1], now.features)
    assert np.array_equal(read_kept(TEXTS).embeddings, now.embeddings)


def test_other_texts_are_read_and_take_the_place_of_those_before(folder):
    read()
    assert read(TEXTS[:1])[0]
    assert len(list(folder.iterdir())) == 1


@pytest.mark.parametrize("damage", [b"", b"no arrays", None])
def test_a_damaged_or_foreign_file_is_made_anew(folder, damage):
    read()
    (kept,) = folder.iterdir()
    if damage is None:
        np.savez(kept, embeddings=np.zeros((1, 2)), features=np.zeros((1, 2)))
    else:
        kept.write_bytes(damage)
    assert read()[0]
    assert not read()[0]


def test_without_a_folder_to_write_to_it_only_takes_longer(settings, tmp_path, caplog):
    (tmp_path / "exemplars").write_text("a file where the folder would be")
    settings.DATA_DIR = tmp_path
    assert read()[0]
    assert read()[0]
    assert "could not be kept" in caplog.text

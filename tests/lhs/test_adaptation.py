"""What was fitted with torch is added to the official weights without it, and does not flatter itself."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from lhs.adaptation import (
    Adaptation,
    AdaptationUnusable,
    digest_of,
    keep_adaptation,
    load_adaptation,
)
from lhs.encoder import DIMENSIONS, LAST_OFFICIAL, Encoder, of_length_one
from lhs.exemplars import load_exemplars
from lhs.fitting import Prior, Rows, fit
from lhs.habits import CODES
from lhs.passages import load_passages
from lhs.training import prior_for

OFFICIAL = {"one.weight": np.eye(3, dtype=np.float32), "other.weight": np.ones((2, 3), dtype=np.float32)}


def adaptation(**changed: object) -> Adaptation:
    small = Adaptation(
        codes=("staff", "culture"),
        first=3,
        down={"one.weight": np.array([[1, 0, 2]], dtype=np.float32)},
        up={"one.weight": np.array([[0.5], [0], [1]], dtype=np.float32)},
        weights=np.full((2, DIMENSIONS), 0.25, dtype=np.float32),
        bias=np.array([-1, 1], dtype=np.float32),
        margins={digest_of("The rota"): np.array([1.5, -2], dtype=np.float32)},
    )
    return replace(small, **changed)  # type: ignore[arg-type]


def test_the_change_is_added_to_the_weights_that_it_names_and_to_no_other():
    adapted = adaptation().adapted(OFFICIAL)
    assert adapted["one.weight"].tolist() == [[1.5, 0, 1], [0, 1, 0], [1, 0, 3]]
    assert adapted["other.weight"] is OFFICIAL["other.weight"]
    assert OFFICIAL["one.weight"].tolist() == np.eye(3).tolist()


def test_a_change_of_another_model_is_refused():
    with pytest.raises(AdaptationUnusable, match=r"one\.weight does not fit"):
        adaptation().adapted({"one.weight": np.eye(4, dtype=np.float32)})
    with pytest.raises(AdaptationUnusable, match="another model"):
        adaptation().adapted({})


def test_it_reads_back_as_it_was_kept(tmp_path: Path):
    keep_adaptation(adaptation(), tmp_path / "kept.npz")
    again = load_adaptation(tmp_path / "kept.npz")
    assert (again.codes, again.first) == (("staff", "culture"), 3)
    np.testing.assert_array_equal(again.adapted(OFFICIAL)["one.weight"], adaptation().adapted(OFFICIAL)["one.weight"])
    known, unknown = again.margins_of(["The rota", "Another text"])
    assert known.tolist() == [1.5, -2]
    assert np.isnan(unknown).all()


@pytest.mark.parametrize("damage", [b"", b"not numbers"])
def test_a_damaged_file_is_refused_with_a_way_out(tmp_path: Path, damage: bytes):
    (tmp_path / "kept.npz").write_bytes(damage)
    with pytest.raises(AdaptationUnusable, match="Put the file back"):
        load_adaptation(tmp_path / "kept.npz")


def test_of_each_exemplar_and_passage_it_is_known_what_an_encoder_said_that_had_not_seen_it():
    kept = load_adaptation()
    texts = [one.text for one in load_exemplars()]
    without = [text for text, row in zip(texts, kept.margins_of(texts), strict=True) if np.isnan(row).any()]
    assert without == [], "The exemplars have changed: run `python -m benchmarks.adapt`, then benchmarks.keep_passages."
    prior = load_passages().prior
    assert prior is not None
    assert np.isfinite(prior).all()


def test_the_adapted_layer_stands_beside_the_official_ones(encoder: Encoder):
    reading = encoder.read(["Nobody told us what came of it.", "The rota leaves two of us for thirty beds."])
    features = reading.features.astype(np.float32)
    official, adapted = of_length_one(features[:, LAST_OFFICIAL]), of_length_one(features[:, -DIMENSIONS:])
    np.testing.assert_allclose(official, reading.embeddings, atol=1e-3)
    assert (official * adapted).sum(axis=1).max() < 0.98


def test_the_habits_alone_are_read_with_the_adaptation():
    prior = prior_for("habits")
    assert prior is not None
    assert prior.weights.shape == (len(CODES), DIMENSIONS)
    assert prior_for("themes") is None


class TestPrior:
    """Rows of which the adapted features say nothing else than the truth."""

    weights = np.zeros((1, DIMENSIONS), dtype=np.float32)
    weights[0, 0] = 1

    def rows(self, n: int = 60) -> Rows:
        draw = np.random.default_rng(3)
        truth = draw.random((n, 1)) < 0.5
        features = draw.normal(0, 1, (n, 2 * DIMENSIONS)).astype(np.float16)
        features[:, DIMENSIONS] = np.where(truth[:, 0], 3, -3)
        return Rows.of([f"Note {at}" for at in range(n)], features, truth, np.arange(n))

    def prior(self) -> Prior:
        return Prior(self.weights, np.zeros(1, dtype=np.float32))

    def test_what_the_encoder_says_of_texts_it_had_not_seen_is_used(self):
        head, figures = fit("wards", ["staff"], self.rows(), encoder="a test", prior=self.prior())
        assert figures["map"] > 0.9
        assert head.meaning.shape == (1, 2 * DIMENSIONS)
        assert np.argmax(head.meaning[0, DIMENSIONS:]) == 0

    def test_of_texts_it_was_fitted_to_only_what_another_said_counts(self):
        rows = self.rows()
        useless = np.zeros(rows.truth.shape, dtype=np.float32)
        useless[::2] = 1
        _, flattered = fit("wards", ["staff"], rows, encoder="a test", prior=self.prior())
        _, honest = fit("wards", ["staff"], replace(rows, prior=useless), encoder="a test", prior=self.prior())
        assert honest["map"] < flattered["map"] - 0.2

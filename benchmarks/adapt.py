"""`python -m benchmarks.adapt PASSAGES`: adapt the encoder to the habits, with torch, and keep what the product needs.

A developers' command, run again when the exemplars or the passages change; on two cores it takes half an hour. torch is
no requirement of this project: install it by hand (`pip install torch`). It fits a low-rank change of the upper layers
with a linear reading of their mean, once without each fold of the texts (for margins that do not flatter), once on all.
"""

from __future__ import annotations

import argparse
import math
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from benchmarks.labelled import read_settled
from lhs.adaptation import FILE, Adaptation, digest_of, keep_adaptation
from lhs.files import digest_of_file
from lhs.habits import CODES

FOLDS = 3
FIRST = 3
RANK, ALPHA = 16, 32
EPOCHS, AT_ONCE, RATE, READING_RATE = 5, 16, 1e-3, 3e-3
DROPOUT, LAST_DROPOUT, DECAY, WARM_UP = 0.1, 0.2, 0.01, 0.1
LONGEST, HEADS, WIDTH = 128, 12, 384
PRODUCTS = (
    *(f"attention.self.{name}" for name in ("query", "key", "value")),
    *("attention.output.dense", "intermediate.dense", "output.dense"),
)


def main() -> None:
    """Fit, tell how well held-back texts were read, and write lhs/adaptation.npz."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.adapt", description=__doc__)
    parser.add_argument("passages", type=Path, help="JSON lines of real passages: id, text, labels")
    passages = [(row.text, row.labels) for row in read_settled(parser.parse_args().passages)]
    from lhs.exemplars import load_exemplars

    texts = [(one.text, one.labels) for one in load_exemplars()] + passages
    words = [text for text, _ in texts]
    truth = np.array([[code in labels for code in CODES] for _, labels in texts])
    below = _Adapted(torch.tensor(truth.mean(0))).below(words)
    margins = np.zeros(truth.shape, dtype=np.float32)
    fold_of = np.random.default_rng(0).permutation(len(words)) % FOLDS
    for fold in range(FOLDS):
        learn, hold = np.flatnonzero(fold_of != fold), np.flatnonzero(fold_of == fold)
        model = _fitted([below[row] for row in learn], truth[learn], f"without fold {fold + 1} of {FOLDS}")
        margins[hold] = model.margins([below[row] for row in hold])
    _tell("exemplars", truth[: -len(passages)], margins[: -len(passages)])
    _tell("passages", truth[-len(passages) :], margins[-len(passages) :])
    model = _fitted(below, truth, "on all")
    keep_adaptation(model.adaptation({digest_of(text): row for text, row in zip(words, margins, strict=True)}))
    print(f"ADAPTATION_SHA256 is now {digest_of_file(FILE)}")


def _tell(name: str, truth: Any, margins: Any) -> None:
    from lhs.evaluation import average_precision

    each = [average_precision(truth[:, column], margins[:, column]) for column in range(len(CODES))]
    print(f"{name}, held back: mAP {np.mean(each):.3f}", dict(zip(CODES, np.round(each, 3).tolist(), strict=True)))


class _Low(nn.Module):
    """A product with official weights that stay, and a low-rank change that is fitted."""

    def __init__(self, weight: torch.Tensor, bias: torch.Tensor, rank: int) -> None:
        super().__init__()
        self.register_buffer("weight", weight)
        self.register_buffer("bias", bias)
        self.down = nn.Parameter(torch.randn(rank, weight.shape[1]) / math.sqrt(weight.shape[1])) if rank else None
        self.up = nn.Parameter(torch.zeros(weight.shape[0], rank)) if rank else None

    def forward(self, given: torch.Tensor) -> torch.Tensor:
        made = functional.linear(given, self.weight, self.bias)  # type: ignore[arg-type]
        if self.down is None or self.up is None:
            return made
        dropped = functional.dropout(given, DROPOUT, self.training)
        return made + functional.linear(functional.linear(dropped, self.down), self.up) * (ALPHA / RANK)


class _Adapted(nn.Module):
    """The encoder with its reading. Layers below FIRST are left as they are."""

    def __init__(self, shares: Any) -> None:
        super().__init__()
        from safetensors.torch import load_file
        from tokenizers import Tokenizer

        from lhs.encoder import find_files

        files = find_files()
        self.official = load_file(str(files.model))
        self.tokenizer = Tokenizer.from_file(str(files.tokenizer))
        self.tokenizer.no_padding()
        self.tokenizer.enable_truncation(max_length=LONGEST)
        self.products = nn.ModuleDict()
        for layer in range(6):
            for part in PRODUCTS:
                name = f"encoder.layer.{layer}.{part}"
                weight, bias = self.official[f"{name}.weight"], self.official[f"{name}.bias"]
                self.products[_key(name)] = _Low(weight, bias, RANK if layer >= FIRST else 0)
        self.reading = nn.Linear(WIDTH, len(CODES))
        nn.init.zeros_(self.reading.weight)
        self.reading.bias.data = torch.log(shares / (1 - shares))

    def _norm(self, given: torch.Tensor, name: str) -> torch.Tensor:
        return functional.layer_norm(
            given, (WIDTH,), self.official[f"{name}.weight"], self.official[f"{name}.bias"], 1e-12
        )

    def _drop(self, given: torch.Tensor) -> torch.Tensor:
        return functional.dropout(given, DROPOUT, self.training)

    def _layer(self, number: int, given: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        place = f"encoder.layer.{number}"

        def product(part: str, what: torch.Tensor) -> torch.Tensor:
            made: torch.Tensor = self.products[_key(f"{place}.{part}")](what)
            return made

        many, tokens, _ = given.shape
        asked = [
            product(f"attention.self.{name}", given).view(many, tokens, HEADS, -1).transpose(1, 2)
            for name in ("query", "key", "value")
        ]
        heard = functional.scaled_dot_product_attention(
            *asked, attn_mask=mask[:, None, None, :], dropout_p=DROPOUT if self.training else 0.0
        )
        heard = product("attention.output.dense", heard.transpose(1, 2).reshape(many, tokens, WIDTH))
        middle = self._norm(given + self._drop(heard), f"{place}.attention.output.LayerNorm")
        narrow = product("output.dense", functional.gelu(product("intermediate.dense", middle)))
        return self._norm(middle + self._drop(narrow), f"{place}.output.LayerNorm")

    def forward(self, given: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """What the reading says (n, codes) of texts whose layers below FIRST are at hand (n, tokens, 384)."""
        given = self._drop(given)
        for number in range(FIRST, 6):
            given = self._layer(number, given, mask)
        mean = (given * mask[:, :, None]).sum(1) / mask.sum(1, keepdim=True)
        made: torch.Tensor = self.reading(functional.dropout(mean, LAST_DROPOUT, self.training))
        return made

    @torch.no_grad()
    def below(self, texts: Sequence[str]) -> list[torch.Tensor]:
        """What the layers below FIRST make of each text (tokens, 384): official, so the same for every fit."""
        self.eval()
        made = []
        for one in self.tokenizer.encode_batch(list(texts)):
            given = (
                self.official["embeddings.word_embeddings.weight"][one.ids]
                + self.official["embeddings.position_embeddings.weight"][: len(one.ids)]
                + self.official["embeddings.token_type_embeddings.weight"][0]
            )[None]
            given = self._norm(given, "embeddings.LayerNorm")
            for number in range(FIRST):
                given = self._layer(number, given, torch.ones(given.shape[:2], dtype=torch.bool))
            made.append(given[0])
        return made

    @torch.no_grad()
    def margins(self, below: Sequence[torch.Tensor]) -> Any:
        """What the reading says of texts, (n, codes)."""
        self.eval()
        return np.concatenate([self(*_batch([one])).numpy() for one in below]).astype(np.float32)

    def adaptation(self, margins: dict[str, Any]) -> Adaptation:
        """What the product needs of it."""
        down, up = {}, {}
        for key, product in self.products.items():
            if product.up is not None:
                name = f"{key.replace('/', '.')}.weight"
                down[name] = product.down.detach().numpy()
                up[name] = product.up.detach().numpy() * (ALPHA / RANK)
        weights, bias = self.reading.weight.detach().numpy(), self.reading.bias.detach().numpy()
        return Adaptation(CODES, FIRST, down, up, weights, bias, margins)


def _key(name: str) -> str:
    # torch keeps dots for itself.
    return name.replace(".", "/")


def _fitted(below: Sequence[torch.Tensor], truth: Any, what: str) -> _Adapted:
    torch.manual_seed(0)
    began = time.monotonic()
    wanted = torch.tensor(truth, dtype=torch.float32)
    model = _Adapted(wanted.mean(0))
    reading = list(model.reading.parameters())
    changes = [one for one in model.products.parameters() if one.requires_grad]
    steps = EPOCHS * math.ceil(len(below) / AT_ONCE)
    descent = torch.optim.AdamW(
        [{"params": changes, "lr": RATE}, {"params": reading, "lr": READING_RATE}], weight_decay=DECAY
    )
    pace = torch.optim.lr_scheduler.LambdaLR(
        descent, lambda step: min(1.0, step / (WARM_UP * steps)) * max(0.0, (steps - step) / steps)
    )
    rng = np.random.default_rng(0)
    for epoch in range(EPOCHS):
        model.train()
        for rows in _batches([len(one) for one in below], rng):
            loss = functional.binary_cross_entropy_with_logits(
                model(*_batch([below[row] for row in rows])), wanted[rows]
            )
            descent.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(changes, 1.0)
            descent.step()
            pace.step()
        print(f"{what}: {epoch + 1} of {EPOCHS}, {time.monotonic() - began:.0f} s", flush=True)
    return model


def _batch(below: Sequence[torch.Tensor]) -> tuple[torch.Tensor, torch.Tensor]:
    """Texts side by side (n, longest, 384), and which of their tokens are there (n, longest)."""
    lengths = torch.tensor([len(one) for one in below])
    side_by_side = nn.utils.rnn.pad_sequence(list(below), batch_first=True)
    return side_by_side, torch.arange(side_by_side.shape[1])[None, :] < lengths[:, None]


def _batches(lengths: Sequence[int], rng: np.random.Generator) -> Iterator[list[int]]:
    """Every row once, in batches of like length, in an order of chance."""
    rows = rng.permutation(len(lengths)).tolist()
    batches = []
    for start in range(0, len(rows), AT_ONCE * 16):
        alike = sorted(rows[start : start + AT_ONCE * 16], key=lambda row: lengths[row])
        batches += [alike[at : at + AT_ONCE] for at in range(0, len(alike), AT_ONCE)]
    for at in rng.permutation(len(batches)):
        yield batches[at]


if __name__ == "__main__":
    main()

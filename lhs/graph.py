"""Build the encoder's graph from the official weights: eight-bit products, the fused steps of onnxruntime, one text
at a time, the mean of every layer's token vectors as its output – and of the last layer as it was adapted.

The model is BERT (Devlin et al. 2019) with six layers as MiniLM has them (Wang et al. 2020). Weights are rounded to
seven bits and a sign for each column: with eight, processors without VNNI add two products beyond what their registers
hold. What flows between the products is scaled anew for each text, so what stands beside a text never changes it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

LAYERS = 6
HEADS = 12
EPSILON = 1e-12
STEPS = 63
FUSED = "com.microsoft"

Weights = Mapping[str, npt.NDArray[np.float32]]


def encoder_graph(weights: Weights, adapted: Weights, first: int) -> bytes:
    """An ONNX model: `input_ids` (1, tokens) int64 in, `features` (1, 7 × 384) float32 out.

    Six means are of the layers as they were published; the seventh is the last layer's, `adapted` from layer `first`
    on. What lies below is the same for both and done once.
    """
    from onnx import TensorProto, helper

    made = _Graph()
    made.node("Cast", ["input_ids"], "ids", to=TensorProto.INT32)
    made.node("Sub", ["ids", "ids"], "segments")
    embeddings = [made.constant(name, weights[f"embeddings.{name}"]) for name in EMBEDDINGS]
    made.node(
        "EmbedLayerNormalization", ["ids", "segments", *embeddings], ["layer 0", "mask"], fused=True, epsilon=EPSILON
    )
    layers = ["layer 0"]
    for number in range(LAYERS):
        layers.append(made.layer(weights, number, layers[-1], f"layer {number + 1}"))
    last = layers[first]
    for number in range(first, LAYERS):
        last = made.layer(adapted, number, last, f"adapted {number + 1}")
    means = [made.node("ReduceMean", [one], f"mean of {one}", axes=[1], keepdims=0) for one in (*layers[1:], last)]
    made.node("Concat", means, "features", axis=1)
    graph = helper.make_graph(
        made.nodes,
        "encoder",
        [helper.make_tensor_value_info("input_ids", TensorProto.INT64, [1, "tokens"])],
        [helper.make_tensor_value_info("features", TensorProto.FLOAT, [1, "features"])],
        made.constants,
    )
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid(FUSED, 1)]
    model: bytes = helper.make_model(graph, opset_imports=opsets, ir_version=8).SerializeToString()
    return model


EMBEDDINGS = (
    "word_embeddings.weight",
    "position_embeddings.weight",
    "token_type_embeddings.weight",
    "LayerNorm.weight",
    "LayerNorm.bias",
)


class _Graph:
    """Nodes and constants as they are made; each value has a name of its own."""

    def __init__(self) -> None:
        self.nodes: list[Any] = []
        self.constants: list[Any] = []

    def constant(self, name: str, array: npt.NDArray[Any]) -> str:
        from onnx import numpy_helper

        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(array), name))
        return name

    def node(self, kind: str, inputs: list[str], outputs: str | list[str], *, fused: bool = False, **said: Any) -> str:
        """A step; returns the name of its first output."""
        from onnx import helper

        named = [outputs] if isinstance(outputs, str) else outputs
        self.nodes.append(helper.make_node(kind, inputs, named, domain=FUSED if fused else "", **said))
        return named[0]

    def product(self, given: str, weight: npt.NDArray[np.float32], bias: npt.NDArray[np.float32], out: str) -> str:
        """`given` times a weight (out, in) in eight bits, plus a bias (out,)."""
        scale = np.maximum(np.abs(weight).max(axis=1) / STEPS, 1e-12).astype(np.float32)
        parts = {
            "weight": np.rint(weight / scale[:, None]).astype(np.int8).T,
            "scale": scale,
            "zero": np.zeros(len(scale), dtype=np.int8),
            "bias": bias,
        }
        inputs = [self.constant(f"{out} {name}", array) for name, array in parts.items()]
        return self.node("DynamicQuantizeMatMul", [given, *inputs], out, fused=True)

    def layer(self, weights: Weights, number: int, given: str, out: str) -> str:
        """One layer: attention, then two products with a bend between them, each added to what it was given."""
        place = f"encoder.layer.{number}"

        def of(part: str) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
            return weights[f"{place}.{part}.weight"], weights[f"{place}.{part}.bias"]

        asked = [of(f"attention.self.{name}") for name in ("query", "key", "value")]
        bias = np.concatenate([one for _, one in asked])
        all_asked = self.product(given, np.concatenate([one for one, _ in asked]), np.zeros_like(bias), f"{out} asked")
        sizes = self.constant(f"{out} sizes", np.array([len(one) for _, one in asked], dtype=np.int64))
        parts = [f"{out} query", f"{out} key", f"{out} value"]
        self.node("Split", [all_asked, sizes], parts, axis=2)
        heard = self.node(
            "MultiHeadAttention",
            [*parts, self.constant(f"{out} attention bias", bias)],
            f"{out} heard",
            fused=True,
            num_heads=HEADS,
        )
        heard = self.product(heard, *of("attention.output.dense"), f"{out} attended")
        middle = self._added(heard, given, of("attention.output.LayerNorm"), f"{out} middle")
        bent = self.product(middle, *of("intermediate.dense"), f"{out} wide")
        bent = self.node("Gelu", [bent], f"{out} bent", fused=True)
        narrow = self.product(bent, *of("output.dense"), f"{out} narrow")
        return self._added(narrow, middle, of("output.LayerNorm"), out)

    def _added(
        self, one: str, other: str, norm: tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]], out: str
    ) -> str:
        norms = [self.constant(f"{out} {name}", array) for name, array in zip(("scale", "shift"), norm, strict=True)]
        return self.node("SkipLayerNormalization", [one, other, *norms], out, fused=True, epsilon=EPSILON)

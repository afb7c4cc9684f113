"""Write the encoder as one ONNX file with int8 weights. Build time only.

The graph is written node by node rather than exported: q, k and v in one product, onnxruntime's own operators for
attention and quantised products, so that the file is already what its optimiser would make of it and opens quickly.
Inputs ``input_ids`` and ``attention_mask`` [batch, length], output ``last_hidden_state`` [batch, length, hidden].
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper

from rag.index.onnx import MODEL_FILE
from rag.models.packed import BLOCK, Floats
from rag.settings import EMBEDDED_MODEL

RUNTIME = "com.microsoft"
"""The operator domain of onnxruntime."""
HEADS, EPSILON = 12, 1e-12
Weights = Mapping[str, Floats]
"""Under the names of ``rag.models.reader.network.Reader``."""
LEVELS = 63
"""Largest weight code. Seven bits: on CPUs without VNNI two products of u8 by s8 are added in 16 bits, and only codes
up to 63 keep 2 * 255 * 63 below 32,768. With 127 such machines would silently give other vectors."""


class Graph:
    """Collects nodes and constants; every call answers with the name of the tensor it makes."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []

    def constant(self, name: str, value: npt.ArrayLike) -> str:
        """A named constant."""
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def split(self, value: str, sizes: str, name: str) -> list[str]:
        """The value cut in three along its last axis."""
        parts = [f"{name}.{i}" for i in range(3)]
        self.nodes.append(helper.make_node("Split", [value, sizes], parts, name=name, axis=-1))
        return parts

    def __call__(self, operator: str, *inputs: str, name: str, domain: str = "", **attributes: Any) -> str:
        """One node with one output, called ``name``."""
        self.nodes.append(
            helper.make_node(operator, inputs, [name], name=f"{name}.{operator}", domain=domain, **attributes)
        )
        return name


def quantise(weights: Floats, levels: int = LEVELS) -> tuple[npt.NDArray[np.int8], Floats]:
    """[in, out] weights -> codes within -levels..levels and one scale a column; weights = codes * scales, rounded."""
    scales = np.abs(weights).max(axis=0) / levels
    scales[scales == 0] = 1
    codes = np.clip(np.rint(weights / scales), -levels, levels)
    return codes.astype(np.int8), scales.astype(np.float32)


@dataclass(frozen=True, slots=True)
class Words:
    """The word table as the embedded encoder stores it: codes of 4 bits, one scale for every 32 of a row."""

    codes: npt.NDArray[np.int8]
    scales: npt.NDArray[np.float16]


def read_words(folder: Path = EMBEDDED_MODEL) -> Words:
    """The word table out of the encoder's ONNX file."""
    model = onnx.load(folder / MODEL_FILE)
    found = {t.name: t for t in model.graph.initializer if t.name in ("word.codes", "word.scales")}
    return Words(numpy_helper.to_array(found["word.codes"]), numpy_helper.to_array(found["word.scales"]))


def write_encoder(weights: Weights, words: Words, heads: int = HEADS, levels: int = LEVELS) -> onnx.ModelProto:
    """The encoder: the model of a folder that ``rag.index.embed`` opens."""
    graph, name = Graph(), "last_hidden_state"
    graph("Identity", trunk(graph, weights, words, heads, levels), name=name)
    return make_model("e5-small-zh", graph, [output(name, ["batch", "length", len(weights["norm.weight"])])])


def trunk(graph: Graph, weights: Weights, words: Words, heads: int, levels: int) -> str:
    """The layers, ending in the hidden states."""
    size = len(weights["norm.weight"])
    x = _embed(graph, weights, words)
    mask = graph("Cast", "attention_mask", name="mask", to=TensorProto.INT32)
    sizes = graph.constant("qkv.sizes", np.full(3, size, np.int64))
    layers = 1 + max(int(name.split(".")[1]) for name in weights if name.startswith("layers."))
    for layer in range(layers):
        name = f"layers.{layer}"
        qkv = graph.split(_quantised(graph, weights, x, f"{name}.qkv", levels), sizes, f"{name}.split")
        seen = graph("MultiHeadAttention", *qkv, "", mask, name=f"{name}.seen", domain=RUNTIME, num_heads=heads)
        attended = graph("Add", x, _quantised(graph, weights, seen, f"{name}.ao", levels), name=f"{name}.a")
        x = _norm(graph, weights, attended, f"{name}.aln")
        inner = _quantised(graph, weights, x, f"{name}.fi", levels)
        inner = graph("Gelu", inner, name=f"{name}.gelu", domain=RUNTIME)
        outer = graph("Add", x, _quantised(graph, weights, inner, f"{name}.fo", levels), name=f"{name}.o")
        x = _norm(graph, weights, outer, f"{name}.oln")
    return x


def make_model(name: str, graph: Graph, outputs: list[onnx.ValueInfoProto]) -> onnx.ModelProto:
    """The finished graph as a model."""
    inputs = [
        helper.make_tensor_value_info(n, TensorProto.INT64, ["batch", "length"])
        for n in ("input_ids", "attention_mask")
    ]
    proto = helper.make_graph(graph.nodes, name, inputs, outputs, graph.constants)
    imports = [helper.make_opsetid("", 17), helper.make_opsetid(RUNTIME, 1)]
    return helper.make_model(proto, opset_imports=imports, ir_version=10, producer_name="wenju")


def output(name: str, shape: list[str | int]) -> onnx.ValueInfoProto:
    """A named output."""
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)


def _embed(graph: Graph, weights: Weights, words: Words) -> str:
    """Word + position, normalised."""
    size = words.codes.shape[1]
    codes = graph("Gather", graph.constant("word.codes", words.codes), "input_ids", name="word.q")
    scales = graph("Gather", graph.constant("word.scales", words.scales), "input_ids", name="word.s")
    blocks = graph.constant("word.blocks", np.array([0, 0, size // BLOCK, BLOCK], np.int64))
    codes = graph("Reshape", graph("Cast", codes, name="word.qf", to=TensorProto.FLOAT), blocks, name="word.qb")
    scales = graph("Cast", scales, name="word.sf", to=TensorProto.FLOAT)
    scales = graph("Unsqueeze", scales, graph.constant("word.axis", np.array([3], np.int64)), name="word.sb")
    flat = graph.constant("word.flat", np.array([0, 0, size], np.int64))
    word = graph("Reshape", graph("Mul", codes, scales, name="word.product"), flat, name="word")
    length = graph("Shape", "input_ids", name="length", start=1, end=2)
    zero = graph.constant("zero", np.array([0], np.int64))
    places = graph("Slice", graph.constant("places", weights["places"]), zero, length, zero, name="places.used")
    return _norm(graph, weights, graph("Add", word, places, name="embedded"), "norm")


def _quantised(graph: Graph, weights: Weights, x: str, name: str, levels: int) -> str:
    codes, scales = quantise(weights[f"{name}.weight"].T, levels)
    bias = graph.constant(f"{name}.bias", weights[f"{name}.bias"])
    constants = (graph.constant(f"{name}.codes", codes), graph.constant(f"{name}.scales", scales))
    return graph("DynamicQuantizeMatMul", x, *constants, "", bias, name=name, domain=RUNTIME)


def _norm(graph: Graph, weights: Weights, x: str, name: str) -> str:
    constants = (graph.constant(f"{name}.{kind[0]}", weights[f"{name}.{kind}"]) for kind in ("weight", "bias"))
    return graph("LayerNormalization", x, *constants, name=f"{name}.y", axis=-1, epsilon=EPSILON)

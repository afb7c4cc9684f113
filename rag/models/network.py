"""Write the encoder as one ONNX file with int8 weights. Build time only.

The graph is written node by node rather than exported: q, k and v in one product, onnxruntime's own operators for
attention and quantised products, so that the file is already what its optimiser would make of it and opens quickly.
Inputs ``input_ids`` and ``attention_mask`` [batch, length], output ``last_hidden_state`` [batch, length, hidden].
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper

from rag.models.packed import BLOCK, Blocks, Floats, Packed

RUNTIME = "com.microsoft"
"""The operator domain of onnxruntime."""
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


def write_model(packed: Packed, kept: Iterable[int], levels: int = LEVELS) -> onnx.ModelProto:
    """The encoder over the pieces with these original ids, renumbered in this order."""
    graph, shape = Graph(), packed.shape
    hidden = _embed(graph, packed, np.fromiter(kept, np.int64))
    mask = graph("Cast", "attention_mask", name="mask", to=TensorProto.INT32)
    sizes = graph.constant("qkv.sizes", np.full(3, shape.hidden, np.int64))
    for layer in range(shape.layers):
        hidden = _layer(graph, packed, layer, hidden, mask, sizes, levels)
    graph("Identity", hidden, name="last_hidden_state")
    proto = helper.make_graph(
        graph.nodes,
        "e5-small-zh",
        [
            helper.make_tensor_value_info(n, TensorProto.INT64, ["batch", "length"])
            for n in ("input_ids", "attention_mask")
        ],
        [helper.make_tensor_value_info("last_hidden_state", TensorProto.FLOAT, ["batch", "length", shape.hidden])],
        graph.constants,
    )
    imports = [helper.make_opsetid("", 17), helper.make_opsetid(RUNTIME, 1)]
    return helper.make_model(proto, opset_imports=imports, ir_version=10, producer_name="wenju")


def _embed(graph: Graph, packed: Packed, kept: npt.NDArray[np.int64]) -> str:
    """Word + position + type, normalised. The word table keeps the codes and scales of its source: nothing is lost."""
    size = packed.shape.hidden
    words = packed.matrices["emb.word"].rows(kept)
    codes = graph("Gather", graph.constant("word.codes", words.codes), "input_ids", name="word.q")
    scales = graph("Gather", graph.constant("word.scales", words.scales), "input_ids", name="word.s")
    blocks = graph.constant("word.blocks", np.array([0, 0, size // BLOCK, BLOCK], np.int64))
    flat = graph.constant("word.flat", np.array([0, 0, size], np.int64))
    codes = graph("Reshape", graph("Cast", codes, name="word.qf", to=TensorProto.FLOAT), blocks, name="word.qb")
    scales = graph("Cast", scales, name="word.sf", to=TensorProto.FLOAT)
    scales = graph("Unsqueeze", scales, graph.constant("word.axis", np.array([3], np.int64)), name="word.sb")
    word = graph("Reshape", graph("Mul", codes, scales, name="word.product"), flat, name="word")
    table = packed.vectors["emb.pos"].reshape(-1, size) + packed.vectors["emb.type"].reshape(-1, size)[0]
    length = graph("Shape", "input_ids", name="length", start=1, end=2)
    zero = graph.constant("zero", np.array([0], np.int64))
    places = graph("Slice", graph.constant("places", table), zero, length, zero, name="places.used")
    return _norm(graph, packed, graph("Add", word, places, name="embedded"), "emb.ln")


def _layer(graph: Graph, packed: Packed, layer: int, x: str, mask: str, sizes: str, levels: int) -> str:
    prefix = f"l{layer}"
    matrices = [packed.matrices[f"{prefix}.{part}.w"] for part in "qkv"]
    joined = Blocks(np.concatenate([m.codes for m in matrices]), np.concatenate([m.scales for m in matrices]))
    bias = np.concatenate([packed.vectors[f"{prefix}.{part}.b"] for part in "qkv"])
    qkv = graph.split(_linear(graph, x, joined, bias, f"{prefix}.qkv", levels), sizes, f"{prefix}.split")
    seen = graph(
        "MultiHeadAttention", *qkv, "", mask, name=f"{prefix}.seen", domain=RUNTIME, num_heads=packed.shape.heads
    )
    attended = graph("Add", x, _dense(graph, packed, seen, f"{prefix}.ao", levels), name=f"{prefix}.a")
    x = _norm(graph, packed, attended, f"{prefix}.aln")
    inner = graph("Gelu", _dense(graph, packed, x, f"{prefix}.fi", levels), name=f"{prefix}.gelu", domain=RUNTIME)
    outer = graph("Add", x, _dense(graph, packed, inner, f"{prefix}.fo", levels), name=f"{prefix}.o")
    return _norm(graph, packed, outer, f"{prefix}.oln")


def _dense(graph: Graph, packed: Packed, x: str, name: str, levels: int) -> str:
    return _linear(graph, x, packed.matrices[f"{name}.w"], packed.vectors[f"{name}.b"], name, levels)


def _linear(graph: Graph, x: str, weights: Blocks, bias: Floats, name: str, levels: int) -> str:
    """x @ weights.T + bias; x is quantised when it is there, the weights per output channel here."""
    codes, scales = quantise(weights.floats().T, levels)
    constants = (graph.constant(f"{name}.codes", codes), graph.constant(f"{name}.scales", scales))
    return graph(
        "DynamicQuantizeMatMul", x, *constants, "", graph.constant(f"{name}.bias", bias), name=name, domain=RUNTIME
    )


def _norm(graph: Graph, packed: Packed, x: str, name: str) -> str:
    weight = graph.constant(f"{name}.w", packed.vectors[f"{name}.w"])
    bias = graph.constant(f"{name}.b", packed.vectors[f"{name}.b"])
    return graph("LayerNormalization", x, weight, bias, name=f"{name}.y", axis=-1, epsilon=packed.shape.epsilon)

"""Write the trained reader as one ONNX file with int8 weights, beside its tokenizer and ``config.json``.

    python -m rag.models.reader.export --checkpoint build/reader/reader.safetensors --to rag/models/reader-zh

Node by node with onnxruntime's fused operators, like the encoder (``rag.models.network``), so that it runs as fast.
Inputs ``input_ids`` and ``attention_mask`` [B, T]; outputs ``start`` and ``end`` [B, T], ``trim_start`` and
``trim_end`` [B, T, 4], ``relevance`` [B], all logits. The heads stay in fp32; the word table is the encoder's own.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import sys
from argparse import ArgumentParser
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper
from safetensors.numpy import load_file

from rag.index.onnx import MODEL_FILE, TOKENIZER_FILE
from rag.models.network import LEVELS, RUNTIME, Graph, quantise
from rag.models.packed import BLOCK
from rag.models.reader.encoding import MAX_QUESTION_TOKENS, MAX_TOKENS, TRIMS
from rag.models.reader.network import EPSILON
from rag.settings import EMBEDDED_MODEL
from rag.types import WenjuError

HEADS = 12
MAX_ANSWER_CHARACTERS = 60
"""Longer spans are not considered; 98 of 100 training answers are no longer."""

Floats = npt.NDArray[np.float32]
Weights = Mapping[str, Floats]


@dataclass(frozen=True, slots=True)
class Words:
    """The word table as the embedded encoder stores it: codes of 4 bits, one scale for every 32 of a row."""

    codes: npt.NDArray[np.int8]
    scales: npt.NDArray[np.float16]


@dataclass(frozen=True, slots=True)
class Calibration:
    """P(the passage answers) = sigmoid(relevance / temperature + bias)."""

    temperature: float = 1.0
    bias: float = 0.0


def read_words(folder: Path = EMBEDDED_MODEL) -> Words:
    """The word table out of the encoder's ONNX file."""
    model = onnx.load(folder / MODEL_FILE)
    found = {t.name: t for t in model.graph.initializer if t.name in ("word.codes", "word.scales")}
    return Words(numpy_helper.to_array(found["word.codes"]), numpy_helper.to_array(found["word.scales"]))


def write_reader(weights: Weights, words: Words, heads: int = HEADS, levels: int = LEVELS) -> onnx.ModelProto:
    """Weights under the names of ``Reader.state_dict`` -> the model."""
    graph, size = Graph(), len(weights["norm.weight"])
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
    _heads(graph, weights, x)
    shapes: dict[str, list[str | int]] = {"start": [], "end": [], "trim_start": [TRIMS], "trim_end": [TRIMS]}
    outputs = [_value(name, ["batch", "length", *more]) for name, more in shapes.items()]
    inputs = [
        helper.make_tensor_value_info(n, TensorProto.INT64, ["batch", "length"])
        for n in ("input_ids", "attention_mask")
    ]
    proto = helper.make_graph(
        graph.nodes, "reader-zh", inputs, [*outputs, _value("relevance", ["batch"])], graph.constants
    )
    imports = [helper.make_opsetid("", 17), helper.make_opsetid(RUNTIME, 1)]
    return helper.make_model(proto, opset_imports=imports, ir_version=10, producer_name="wenju")


def write_folder(folder: Path, model: onnx.ModelProto, calibration: Calibration) -> None:
    """The artefact, complete under another name first; what else lay in the folder (the model card) stays."""
    part = folder.with_name(folder.name + ".part")
    shutil.rmtree(part, ignore_errors=True)
    if folder.is_dir():
        shutil.copytree(folder, part)
    (part / MODEL_FILE).parent.mkdir(parents=True, exist_ok=True)
    onnx.save(model, part / MODEL_FILE)
    shutil.copyfile(EMBEDDED_MODEL / TOKENIZER_FILE, part / TOKENIZER_FILE)
    facts = {
        "max_tokens": MAX_TOKENS,
        "max_question_tokens": MAX_QUESTION_TOKENS,
        "max_answer_characters": MAX_ANSWER_CHARACTERS,
        "relevance": {"temperature": calibration.temperature, "bias": calibration.bias},
    }
    (part / "config.json").write_text(json.dumps(facts, indent=2) + "\n", encoding="utf-8")
    old = folder.with_name(folder.name + ".old")
    if folder.is_dir():
        folder.rename(old)
    part.rename(folder)
    shutil.rmtree(old, ignore_errors=True)


def _value(name: str, shape: list[str | int]) -> onnx.ValueInfoProto:
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


def _heads(graph: Graph, weights: Weights, x: str) -> None:
    spans = _float(graph, weights, x, "spans")
    sizes = graph.constant("spans.sizes", np.array([1, 1, TRIMS, TRIMS], np.int64))
    parts = ["start.column", "end.column", "trim_start", "trim_end"]
    graph.nodes.append(helper.make_node("Split", [spans, sizes], parts, name="spans.split", axis=-1))
    last = graph.constant("last", np.array([-1], np.int64))
    for name in ("start", "end"):
        graph("Squeeze", f"{name}.column", last, name=name)
    first = graph("Gather", x, graph.constant("first", np.array([0], np.int64)), name="first.token", axis=1)
    pooled = graph("Gelu", _float(graph, weights, first, "pool"), name="pool.gelu", domain=RUNTIME)
    judged = _float(graph, weights, pooled, "judge")
    graph("Squeeze", judged, graph.constant("judged.axes", np.array([1, 2], np.int64)), name="relevance")


def _quantised(graph: Graph, weights: Weights, x: str, name: str, levels: int) -> str:
    codes, scales = quantise(weights[f"{name}.weight"].T, levels)
    bias = graph.constant(f"{name}.bias", weights[f"{name}.bias"])
    constants = (graph.constant(f"{name}.codes", codes), graph.constant(f"{name}.scales", scales))
    return graph("DynamicQuantizeMatMul", x, *constants, "", bias, name=name, domain=RUNTIME)


def _float(graph: Graph, weights: Weights, x: str, name: str) -> str:
    product = graph("MatMul", x, graph.constant(f"{name}.w", weights[f"{name}.weight"].T), name=f"{name}.product")
    return graph("Add", product, graph.constant(f"{name}.b", weights[f"{name}.bias"]), name=name)


def _norm(graph: Graph, weights: Weights, x: str, name: str) -> str:
    constants = (graph.constant(f"{name}.{kind[0]}", weights[f"{name}.{kind}"]) for kind in ("weight", "bias"))
    return graph("LayerNormalization", x, *constants, name=f"{name}.y", axis=-1, epsilon=EPSILON)


def main() -> None:
    """Command line of the export."""
    parser = ArgumentParser(description="Export the reader to ONNX int8.")
    parser.add_argument("--checkpoint", type=Path, required=True, help="reader.safetensors of a training")
    parser.add_argument("--to", type=Path, required=True, help="folder to write")
    parser.add_argument("--calibration", type=Path, help="calibration.json of rag.models.reader.evaluate")
    options = parser.parse_args()
    if not options.checkpoint.is_file():
        raise WenjuError(f"没有找到 {options.checkpoint}，请先训练。(no such checkpoint; train first)")
    calibration = Calibration()
    if options.calibration:
        calibration = Calibration(**json.loads(options.calibration.read_text(encoding="utf-8")))
    write_folder(options.to, write_reader(load_file(options.checkpoint), read_words()), calibration)
    for path in sorted(p for p in options.to.rglob("*") if p.is_file()):
        checksum = hashlib.sha256(path.read_bytes()).hexdigest()
        sys.stdout.write(f"{checksum}  {path.relative_to(options.to)}  {path.stat().st_size:,}\n")


if __name__ == "__main__":
    try:
        main()
    except WenjuError as error:
        sys.exit(str(error))

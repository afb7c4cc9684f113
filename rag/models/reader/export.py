"""Write the trained reader as one ONNX file with int8 weights, beside its tokenizer and ``config.json``.

    python -m rag.models.reader.export --checkpoint build/reader/reader.safetensors --to rag/models/reader-zh

Node by node with onnxruntime's fused operators, like the encoder (``rag.models.network``), so that it runs as fast.
Inputs ``input_ids`` and ``attention_mask`` [B, T]; outputs ``start`` and ``end`` [B, T], ``trim_start`` and
``trim_end`` [B, T, 4], ``relevance`` [B], ``part`` [B, T], all logits. The heads stay in
fp32; the word table is the encoder's own.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import sys
from argparse import ArgumentParser
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
from onnx import helper
from safetensors.numpy import load_file

from rag.index.onnx import MODEL_FILE, TOKENIZER_FILE
from rag.models.network import HEADS, LEVELS, RUNTIME, Graph, Weights, Words, make_model, output, read_words, trunk
from rag.models.reader.encoding import MAX_QUESTION_TOKENS, MAX_TOKENS, TRIMS
from rag.settings import EMBEDDED_MODEL
from rag.types import WenjuError

MAX_ANSWER_CHARACTERS = 60
"""Longer spans are not considered; 98 of 100 training answers are no longer."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """P(the passage answers) = sigmoid(relevance / temperature + bias)."""

    temperature: float = 1.0
    bias: float = 0.0


def write_reader(weights: Weights, words: Words, heads: int = HEADS, levels: int = LEVELS) -> onnx.ModelProto:
    """Weights under the names of ``Reader.state_dict`` -> the model."""
    graph = Graph()
    _heads(graph, weights, trunk(graph, weights, words, heads, levels))
    shapes: dict[str, list[str | int]] = {"start": [], "end": [], "trim_start": [TRIMS], "trim_end": [TRIMS]}
    outputs = [output(name, ["batch", "length", *more]) for name, more in shapes.items()]
    outputs += [output("relevance", ["batch"]), output("part", ["batch", "length"])]
    return make_model("reader-zh", graph, outputs)


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


def _heads(graph: Graph, weights: Weights, x: str) -> None:
    spans = _float(graph, weights, x, "spans")
    sizes = graph.constant("spans.sizes", np.array([1, 1, TRIMS, TRIMS], np.int64))
    parts = ["start.column", "end.column", "trim_start", "trim_end"]
    graph.nodes.append(helper.make_node("Split", [spans, sizes], parts, name="spans.split", axis=-1))
    last = graph.constant("last", np.array([-1], np.int64))
    for name in ("start", "end"):
        graph("Squeeze", f"{name}.column", last, name=name)
    graph("Squeeze", _float(graph, weights, x, "part.column", "part"), last, name="part")
    first = graph("Gather", x, graph.constant("first", np.array([0], np.int64)), name="first.token", axis=1)
    pooled = graph("Gelu", _float(graph, weights, first, "pool"), name="pool.gelu", domain=RUNTIME)
    judged = _float(graph, weights, pooled, "judge")
    graph("Squeeze", judged, graph.constant("judged.axes", np.array([1, 2], np.int64)), name="relevance")


def _float(graph: Graph, weights: Weights, x: str, name: str, head: str = "") -> str:
    head = head or name
    product = graph("MatMul", x, graph.constant(f"{head}.w", weights[f"{head}.weight"].T), name=f"{name}.product")
    return graph("Add", product, graph.constant(f"{head}.b", weights[f"{head}.bias"]), name=name)


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

"""Run a small ONNX model on the CPU: a session and a tokenizer out of a folder, and nothing else.

The one place that sets onnxruntime up; the encoder uses it, and so can any other small model that Wenju carries.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnxruntime
from tokenizers import Tokenizer

from rag.types import WenjuError

MODEL_FILE = "onnx/model.onnx"
TOKENIZER_FILE = "tokenizer.json"

Ids = npt.NDArray[np.int64]

onnxruntime.disable_telemetry_events()
onnxruntime.set_default_logger_severity(3)


def open_session(folder: Path, threads: int) -> onnxruntime.InferenceSession:
    """The model of this folder on ``threads`` threads. Raises WenjuError when it is missing or damaged."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    # Every text has its own length: a remembered memory plan per length would only grow.
    options.enable_mem_pattern = False
    path = folder / MODEL_FILE
    try:
        return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime raises a dozen unrelated classes for one thing: the file is no good
        raise WenjuError(f"模型文件 {path} 缺失或已损坏，请重新安装 wenju。(bad model file: {error})") from error


def open_tokenizer(folder: Path) -> Tokenizer:
    """The tokenizer of this folder. Raises WenjuError when it is missing or damaged."""
    path = folder / TOKENIZER_FILE
    try:
        return Tokenizer.from_file(str(path))
    except Exception as error:  # tokenizers raises plain Exception
        raise WenjuError(f"分词文件 {path} 缺失或已损坏，请重新安装 wenju。(bad tokenizer file: {error})") from error


def run_one(session: onnxruntime.InferenceSession, ids: list[int]) -> npt.NDArray[np.float32]:
    """Token ids of one text -> its hidden states [length, hidden].

    One text at a time on purpose: activations are quantised over the whole input, so in a batch the numbers would
    depend on the neighbours; alone they depend on the text only, and nothing is wasted on padding.
    """
    states: npt.NDArray[np.float32] = run_all(session, ids)["last_hidden_state"][0]
    return states


def run_all(session: onnxruntime.InferenceSession, ids: list[int]) -> dict[str, npt.NDArray[np.float32]]:
    """Token ids of one input -> every output of the model by name, each [1, ...]."""
    row: Ids = np.array([ids], np.int64)
    names = [output.name for output in session.get_outputs()]
    values = session.run(names, {"input_ids": row, "attention_mask": np.ones_like(row)})
    return dict(zip(names, values, strict=True))

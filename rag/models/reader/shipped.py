"""The weights back out of a shipped reader's ONNX file, so that its training can go on without the fp32 originals."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnx
from onnx import numpy_helper

from rag.index.onnx import MODEL_FILE
from rag.types import WenjuError

Floats = npt.NDArray[np.float32]


def read_weights(folder: Path) -> dict[str, Floats]:
    """Trained weights under the names of ``Reader.state_dict``; int8 codes become codes * scales.

    The word table is not among them: it is the encoder's own and was not trained. Raises WenjuError without a reader.
    """
    path = folder / MODEL_FILE
    if not path.is_file():
        raise WenjuError(f"没有找到 {path}。请用 --begin 指定一个阅读器的目录。(no reader there)")
    stored = {t.name: numpy_helper.to_array(t) for t in onnx.load(path).graph.initializer}
    weights: dict[str, Floats] = {"places": stored["places"]}
    for name, array in stored.items():
        stem, _, kind = name.rpartition(".")
        if kind == "codes" and f"{stem}.bias" in stored:
            weights[f"{stem}.weight"] = (array.astype(np.float32) * stored[f"{stem}.scales"]).T
            weights[f"{stem}.bias"] = stored[f"{stem}.bias"]
        elif kind in ("w", "b"):
            # LayerNorm's weights are vectors; a product's were turned for MatMul.
            weights[f"{stem}.{'weight' if kind == 'w' else 'bias'}"] = array.T
    return weights

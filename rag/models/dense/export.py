"""A third of the old encoder and two thirds of the trained one, as the ONNX file of ``rag/models/e5-small-zh``.

    python -m rag.models.dense.export --data ../shared/data --encoder DIR/pruned \
        --checkpoints build/dense/reader.safetensors build/dense-2/reader.safetensors --to rag/models/e5-small-zh

Weights between those before and after training keep what the general model knows and most of what was learned
(Wortsman et al. 2022, "Robust fine-tuning of zero-shot models"), and the mean of several trainings has less of the
chance of each. Contrast also spreads the vectors: cosines of unrelated texts fall from 0.8 to 0.6. So that everything
set by cosines keeps its meaning, all vectors get a common part that lifts the mean cosine of unrelated texts to what it
was; it is added to the last normalisation's bias.
"""

from __future__ import annotations

import shutil
import sys
from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnx
import torch
from safetensors.numpy import load_file
from tokenizers import Tokenizer

from rag.index.onnx import MODEL_FILE, open_tokenizer
from rag.models.build_e5 import PROMPTS
from rag.models.dense.train import pooled
from rag.models.network import Weights, read_words, write_encoder
from rag.models.reader.data import Collection, read_collection
from rag.models.reader.network import Reader, is_head, open_encoder
from rag.models.reader.prepare import open_shipped
from rag.models.reader.text import sentences
from rag.settings import EMBEDDED_MODEL
from rag.types import WenjuError

SHARE = 0.67
"""Of the trained weights."""
SAMPLE = 300
"""Questions and their sentences that the common part is measured on."""

Vectors = npt.NDArray[np.float32]


def mix(old: Weights, trained: Sequence[Weights], share: float) -> dict[str, npt.NDArray[np.float32]]:
    """(1 - share) * old + share * the mean of ``trained``, for the encoder's own weights."""
    return {
        name: (1 - share) * old[name] + share * np.mean([new[name] for new in trained], axis=0)
        for name in old
        if not is_head(name)
    }


def common_part(vectors: Vectors, wanted: float) -> Vectors:
    """What added to all ``vectors`` [n, d] makes the mean cosine of two of them ``wanted``: a share of their mean.

    Raises ValueError when they are nearer to each other already.
    """
    mean = vectors.mean(axis=0)
    if likeness(vectors) > wanted:
        raise ValueError(f"mean cosine {likeness(vectors):.3f} is above {wanted:.3f} already")
    low, high = 0.0, 100.0
    for _ in range(50):
        middle = (low + high) / 2
        low, high = (middle, high) if likeness(vectors + middle * mean) < wanted else (low, middle)
    part: Vectors = (low * mean).astype(np.float32)
    return part


def likeness(vectors: Vectors) -> float:
    """Mean cosine of two different rows."""
    units = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    total = float(np.square(units.sum(axis=0)).sum())
    return (total - len(units)) / (len(units) * (len(units) - 1))


def sample(collection: Collection) -> list[str]:
    """Questions and the sentences that answer them, from other articles than those of validation."""
    texts = []
    for number in np.linspace(0, len(collection.train) - 1, SAMPLE).astype(int):
        question = collection.train[number]
        text = collection.passages[question.passage].texts[0]
        begin, end = next(part for part in sentences(text) if part[1] > question.start)
        texts += [PROMPTS["query"] + question.texts[0], PROMPTS["passage"] + text[begin:end]]
    return texts


def means(encoder: Reader, tokenizer: Tokenizer, texts: Sequence[str]) -> Vectors:
    """The mean hidden states of ``texts`` [n, hidden]."""
    encoder.eval()
    with torch.inference_mode():
        rows = [pooled(encoder, [tokenizer.encode(text).ids], torch.device("cpu")) for text in texts]
    found: Vectors = torch.cat(rows).numpy()
    return found


def main() -> None:
    """Command line of the export."""
    parser = ArgumentParser(description="Export the trained encoder to ONNX int8.")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--encoder", type=Path, help="what the training began with (default: the shipped one)")
    parser.add_argument("--checkpoints", type=Path, nargs="+", required=True, help="reader.safetensors of trainings")
    parser.add_argument("--share", type=float, default=SHARE, help="of the trained weights, 0 to 1")
    parser.add_argument("--to", type=Path, required=True, help="folder to write; made like rag/models/e5-small-zh")
    options = parser.parse_args()
    for path in options.checkpoints:
        if not path.is_file():
            raise WenjuError(f"没有找到 {path}，请先训练。(no such checkpoint; train first)")
    encoder = open_encoder(options.encoder) if options.encoder else open_shipped(EMBEDDED_MODEL)
    tokenizer = open_tokenizer(EMBEDDED_MODEL)
    texts = sample(read_collection(options.data, news=False))
    old = {name: value.numpy().copy() for name, value in encoder.state_dict().items()}
    before = means(encoder, tokenizer, texts)
    mixed = mix(old, [load_file(path) for path in options.checkpoints], options.share)
    encoder.load_state_dict({name: torch.from_numpy(value) for name, value in mixed.items()}, strict=False)
    after = means(encoder, tokenizer, texts)
    part = common_part(after, likeness(before))
    last = f"layers.{encoder.shape.layers - 1}.oln.bias"
    mixed[last] = mixed[last] + part
    for name, vectors in (("before", before), ("trained", after), ("shipped", after + part)):
        pairs = np.array([likeness(vectors[i : i + 2]) for i in range(0, len(vectors), 2)])
        sys.stdout.write(
            f"{name}: cosine of any two {likeness(vectors):.3f}, of question and sentence {pairs.mean():.3f}\n"
        )
    model = write_encoder(mixed, read_words())
    if options.to != EMBEDDED_MODEL:
        shutil.copytree(EMBEDDED_MODEL, options.to, dirs_exist_ok=True)
    written = options.to / f"{MODEL_FILE}.part"
    onnx.save(model, written)
    written.replace(options.to / MODEL_FILE)


if __name__ == "__main__":
    try:
        main()
    except WenjuError as error:
        sys.exit(str(error))

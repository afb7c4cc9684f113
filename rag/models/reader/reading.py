"""Reading with a finished model, from ONNX or torch: the likeliest span of a passage and its relevance."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from rag.models.reader.encoding import MAX_TOKENS, Encoded, Encoder, Label, find_range
from rag.models.reader.network import Reader
from rag.models.reader.text import crop, sentences

Arrays = dict[str, npt.NDArray[np.float32]]
Run = Callable[[list[int]], Arrays]
"""Token ids of one input -> the outputs by name, each [1, ...]."""

LONGEST = 60
"""Characters of an answer."""
_WINDOW, _SHARED = 400, 120
"""Characters of a piece of a passage that is too long, and of what two pieces share."""


@dataclass(frozen=True, slots=True)
class Read:
    """The likeliest answer of a passage."""

    text: str
    score: float
    """Sum of the logits of its two ends."""
    relevance: float


def onnx_run(folder: Path, threads: int) -> Run:
    """The exported model."""
    from rag.index.onnx import open_session, run_all

    session = open_session(folder, threads)
    return lambda ids: run_all(session, ids)


def torch_run(reader: Reader) -> Run:
    """The network in fp32."""
    import torch

    names = ("start", "end", "trim_start", "trim_end", "relevance", "part")
    reader.eval()

    def run(ids: list[int]) -> Arrays:
        row = torch.tensor([ids])
        with torch.inference_mode():
            outputs = reader(row, torch.ones_like(row))
        return {name: getattr(outputs, name).numpy() for name in names}

    return run


def read(run: Run, encode: Encoder, question: str, passage: str) -> Read:
    """Read one passage; a long one in overlapping pieces, the best of which counts."""
    return max(
        (_read_piece(run, encode(question, piece), piece) for piece in pieces(encode, question, passage)),
        key=lambda one: one.score,
    )


def pieces(encode: Encoder, question: str, passage: str) -> list[str]:
    """The passage, cut into overlapping runs of sentences when it does not fit."""
    if len(encode(question, passage).ids) < MAX_TOKENS:
        return [passage]
    found, begin = [], 0
    random = np.random.default_rng(0)
    while True:
        parts = [part for part in sentences(passage[begin:]) if part[1] <= _WINDOW] or [(0, _WINDOW)]
        end = begin + parts[-1][1]
        found.append(passage[begin:end])
        if end >= len(passage):
            return found
        back = crop(passage[:end], (end - 1, end), _SHARED, random)[0]
        begin = back if begin < back else end


def _read_piece(run: Run, encoded: Encoded, passage: str) -> Read:
    outputs = run(list(encoded.ids))
    first, count = encoded.first, len(encoded.offsets)
    start, end = (outputs[name][0, first : first + count] for name in ("start", "end"))
    sums = start[:, None] + end[None, :]
    lefts, rights = (np.array(side) for side in zip(*encoded.offsets, strict=True))
    sums[(rights[None, :] - lefts[:, None] > LONGEST) | np.tri(count, k=-1, dtype=bool)] = -np.inf
    at, to = np.unravel_index(int(sums.argmax()), sums.shape)
    cuts = [int(outputs[name][0, first + i].argmax()) for name, i in (("trim_start", at), ("trim_end", to))]
    begin, stop = find_range(encoded, Label(first + int(at), first + int(to), *cuts))
    return Read(passage[begin:stop], float(sums[at, to]), float(outputs["relevance"][0]))

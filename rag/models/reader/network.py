"""The reader as a torch module: a BERT encoder with heads for spans, trims and relevance.

Written out rather than taken from transformers: one product for q, k and v, explicit softmax attention (on CPUs in
bfloat16 about a quarter cheaper than the fused kernel at 32 numbers a head) and cheap dropout. Weights come from and go
under the names of ``rag.models.packed``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn import functional

from rag.models.network import EPSILON
from rag.models.reader.encoding import TRIMS
from rag.types import WenjuError

_PARTS = {
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}


@dataclass(frozen=True, slots=True)
class Shape:
    """Sizes of the network."""

    hidden: int = 384
    layers: int = 12
    heads: int = 12
    inner: int = 1536
    vocabulary: int = 34_000
    positions: int = 512


@dataclass(frozen=True, slots=True)
class Outputs:
    """Logits: span ends [B, T], trims [B, T, 4], relevance [B], part of the answer [B, T]."""

    start: Tensor
    end: Tensor
    trim_start: Tensor
    trim_end: Tensor
    relevance: Tensor
    part: Tensor


class Dropout(nn.Module):
    """Dropout whose mask is a stretch of a fixed random buffer, from a random place: drawing it costs nothing."""

    def __init__(self, rate: float, size: int = 1 << 21) -> None:
        super().__init__()
        kept = (torch.rand(size, generator=torch.Generator().manual_seed(7)) >= rate).float() / (1 - rate)
        self.register_buffer("mask", kept.to(torch.bfloat16), persistent=False)
        self.mask: Tensor
        self.rate = rate

    def forward(self, x: Tensor) -> Tensor:
        """Zero some of ``x`` while training."""
        if not self.training or not self.rate:
            return x
        if x.numel() >= self.mask.numel():
            return functional.dropout(x, self.rate)
        at = int(torch.randint(self.mask.numel() - x.numel(), ()))
        return x * self.mask[at : at + x.numel()].view(x.shape)


class Layer(nn.Module):
    """One transformer layer, normalised after each half, as BERT has it."""

    def __init__(self, shape: Shape, dropout: Dropout) -> None:
        super().__init__()
        self.heads = shape.heads
        self.qkv = nn.Linear(shape.hidden, 3 * shape.hidden)
        self.ao = nn.Linear(shape.hidden, shape.hidden)
        self.aln = nn.LayerNorm(shape.hidden, eps=EPSILON)
        self.fi = nn.Linear(shape.hidden, shape.inner)
        self.fo = nn.Linear(shape.inner, shape.hidden)
        self.oln = nn.LayerNorm(shape.hidden, eps=EPSILON)
        self.dropout = dropout

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """[B, T, hidden], additive mask [B, 1, 1, T] -> [B, T, hidden]."""
        batch, length, hidden = x.shape
        split = self.qkv(x).view(batch, length, 3, self.heads, hidden // self.heads).permute(2, 0, 3, 1, 4)
        query, key, value = split[0], split[1], split[2]
        scores = torch.matmul(query * (hidden // self.heads) ** -0.5, key.transpose(2, 3)) + mask.to(query.dtype)
        seen = torch.matmul(torch.softmax(scores, dim=-1, dtype=scores.dtype), value)
        seen = seen.transpose(1, 2).reshape(batch, length, hidden)
        x = self.aln(x + self.dropout(self.ao(seen)))
        y: Tensor = self.oln(x + self.dropout(self.fo(functional.gelu(self.fi(x)))))
        return y


class Reader(nn.Module):
    """Token ids and mask -> ``Outputs``. The word table is not trained: it stays the embedded model's own."""

    def __init__(self, shape: Shape, rate: float = 0.1) -> None:
        super().__init__()
        self.shape = shape
        dropout = Dropout(rate)
        self.words = nn.Embedding(shape.vocabulary, shape.hidden)
        self.words.weight.requires_grad_(False)
        self.places = nn.Parameter(torch.randn(shape.positions, shape.hidden) * 0.02)
        self.norm = nn.LayerNorm(shape.hidden, eps=EPSILON)
        self.layers = nn.ModuleList(Layer(shape, dropout) for _ in range(shape.layers))
        self.dropout = dropout
        self.spans = nn.Linear(shape.hidden, 2 + 2 * TRIMS)
        self.pool = nn.Linear(shape.hidden, shape.hidden)
        self.judge = nn.Linear(shape.hidden, 1)
        self.part = nn.Linear(shape.hidden, 1)

    def states(self, ids: Tensor, mask: Tensor) -> Tensor:
        """[B, T] token ids and their mask (1 where there is a token) -> hidden states [B, T, hidden]."""
        x: Tensor = self.dropout(self.norm(self.words(ids) + self.places[: ids.shape[1]]))
        hidden_away = (1.0 - mask[:, None, None, :].float()) * -1e4
        for layer in self.layers:
            x = layer(x, hidden_away)
        return x

    def forward(self, ids: Tensor, mask: Tensor) -> Outputs:
        """As ``states``, seen through the heads."""
        x = self.states(ids, mask)
        spans = self.spans(x).float()
        relevance = self.judge(self.dropout(functional.gelu(self.pool(x[:, 0])))).float().squeeze(-1)
        part = self.part(x).float().squeeze(-1)
        return Outputs(
            spans[..., 0], spans[..., 1], spans[..., 2 : 2 + TRIMS], spans[..., 2 + TRIMS :], relevance, part
        )


def is_head(name: str) -> bool:
    """Whether a parameter belongs to the new heads rather than to the encoder."""
    return name.split(".")[0] in ("spans", "pool", "judge", "part")


def open_encoder(folder: Path, rate: float = 0.1) -> Reader:
    """A reader on the encoder of this folder (``build_e5 --fp32`` writes it), its heads drawn with torch's seed.

    ``rate`` is the share dropped while training.
    """
    path = folder / "model.safetensors"
    if not path.is_file():
        raise WenjuError(
            f"没有找到 {path}。请先运行 python -m rag.models.build_e5 --data ../shared/data --fp32 目录，"
            "再用 --encoder 目录/pruned 指定。(no such encoder; build it with rag.models.build_e5 --fp32)"
        )
    weights = load_file(path)
    words = weights["embeddings.word_embeddings.weight"]
    reader = Reader(Shape(vocabulary=len(words)), rate)
    reader.load_state_dict(rename(weights, reader.shape.layers), strict=False)
    return reader


def rename(weights: Mapping[str, Tensor], layers: int) -> dict[str, Tensor]:
    """transformers' names -> ours; the one token type is added to the positions."""
    ours = {
        "words.weight": weights["embeddings.word_embeddings.weight"],
        "places": weights["embeddings.position_embeddings.weight"]
        + weights["embeddings.token_type_embeddings.weight"][0],
        "norm.weight": weights["embeddings.LayerNorm.weight"],
        "norm.bias": weights["embeddings.LayerNorm.bias"],
    }
    for layer in range(layers):
        theirs = f"encoder.layer.{layer}"
        for kind in ("weight", "bias"):
            parts = [weights[f"{theirs}.attention.self.{part}.{kind}"] for part in ("query", "key", "value")]
            ours[f"layers.{layer}.qkv.{kind}"] = torch.cat(parts)
            for part, name in _PARTS.items():
                ours[f"layers.{layer}.{part}.{kind}"] = weights[f"{theirs}.{name}.{kind}"]
    return ours

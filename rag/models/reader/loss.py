"""What is learned from a pair: where the answer is among both passages' tokens, its trims, which passage answers."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional

from rag.models.reader.network import Outputs, Reader
from rag.models.reader.sampling import Pair

PAD, ROUND = 1, 16
"""Inputs are padded to a multiple of ``ROUND`` tokens: oneDNN prepares every new shape anew, which takes longer than
the product itself."""
TRIM, ORDER = 0.3, 0.5
"""Weights of the trims and of the pairwise loss beside spans and relevance."""
PARTS = ("loss", "span", "trim", "relevance", "order", "right")
"""What ``pair_loss`` tells: the loss, its parts, and how often the right passage stands above the wrong one."""


def batch(inputs: Sequence[Sequence[int]], device: torch.device) -> tuple[Tensor, Tensor]:
    """Token ids -> ids and mask [B, T], padded at the end."""
    longest = -(-max(map(len, inputs)) // ROUND) * ROUND
    ids = torch.full((len(inputs), longest), PAD)
    mask = torch.zeros((len(inputs), longest), dtype=torch.int64)
    for row, one in enumerate(inputs):
        ids[row, : len(one)] = torch.tensor(one)
        mask[row, : len(one)] = 1
    return ids.to(device), mask.to(device)


def pair_loss(outputs: Outputs, pairs: Sequence[Pair]) -> tuple[Tensor, Tensor]:
    """Summed loss over pairs, whose inputs lie in ``outputs`` as right, wrong, right, wrong …; and its parts, summed.

    Ends of spans are normalised over both passages together, so that spans compete across passages.
    """
    device, length = outputs.start.device, outputs.start.shape[1]
    allowed = torch.zeros(outputs.start.shape, dtype=torch.bool)
    for row, one in enumerate(one for pair in pairs for one in (pair.right, pair.wrong)):
        allowed[row, one.first : one.first + len(one.offsets)] = True
    labels = [pair.right.label for pair in pairs]
    if None in labels:
        raise ValueError("a pair without a labelled answer cannot be learned from")
    columns = ("start", "end", "trim_start", "trim_end")
    wanted = torch.tensor([[getattr(label, name) for name in columns] for label in labels], device=device)
    blocked = ~allowed.to(device)
    span = torch.zeros((), device=device)
    trim = torch.zeros((), device=device)
    rows = torch.arange(len(pairs), device=device)
    for column, (logits, cuts) in enumerate(((outputs.start, outputs.trim_start), (outputs.end, outputs.trim_end))):
        joined = logits.masked_fill(blocked, -1e4).view(len(pairs), 2 * length)
        span = span + functional.cross_entropy(joined, wanted[:, column], reduction="sum") / 2
        cut = cuts[::2][rows, wanted[:, column]]
        trim = trim + functional.cross_entropy(cut, wanted[:, 2 + column], reduction="sum") / 2
    right, wrong = outputs.relevance[::2], outputs.relevance[1::2]
    relevance = (functional.softplus(-right) + functional.softplus(wrong)).sum() / 2
    order = functional.softplus(wrong - right).sum()
    loss = span + TRIM * trim + relevance + ORDER * order
    above = (right > wrong).float().sum()
    return loss, torch.stack([loss, span, trim, relevance, order, above]).detach()


def learn_pairs(reader: Reader, pairs: Sequence[Pair], device: torch.device) -> tuple[Tensor, Tensor]:
    """``pair_loss`` of these pairs, read now."""
    ids, mask = batch([one.ids for pair in pairs for one in (pair.right, pair.wrong)], device)
    with torch.autocast(device.type, torch.bfloat16):
        outputs = reader(ids, mask)
    return pair_loss(outputs, pairs)

"""What is learned from a pair: where the answer is among both passages' tokens, its trims, which passage answers."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from time import perf_counter

import torch
from torch import Tensor
from torch.nn import functional

from rag.models.reader.encoding import Encoded, Label
from rag.models.reader.network import Outputs, Reader
from rag.models.reader.sampling import Pair

PAD, ROUND = 1, 16
"""Inputs are padded to a multiple of ``ROUND`` tokens: oneDNN prepares every new shape anew, which takes longer than
the product itself."""
TRIM, ORDER = 0.3, 0.5
"""Weights of the trims and of the pairwise loss beside spans and relevance."""
_NO_LABEL = Label(0, 0, 0, 0)
"""Where no exact words answer: stands in the table, weighs nothing."""
PARTS = ("loss", "span", "trim", "relevance", "order", "part", "right")
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

    Ends of spans are normalised over both passages together, so that spans compete across passages; a pair without a
    label has no exact words and teaches the rest.
    """
    device, length = outputs.start.device, outputs.start.shape[1]
    allowed = torch.zeros(outputs.start.shape, dtype=torch.bool)
    for row, one in enumerate(one for pair in pairs for one in (pair.right, pair.wrong)):
        allowed[row, one.first : one.first + len(one.offsets)] = True
    labels = [pair.right.label or _NO_LABEL for pair in pairs]
    told = torch.tensor([float(pair.right.label is not None) for pair in pairs], device=device)
    columns = ("start", "end", "trim_start", "trim_end")
    wanted = torch.tensor([[getattr(label, name) for name in columns] for label in labels], device=device)
    blocked = ~allowed.to(device)
    span = torch.zeros((), device=device)
    trim = torch.zeros((), device=device)
    rows = torch.arange(len(pairs), device=device)
    for column, (logits, cuts) in enumerate(((outputs.start, outputs.trim_start), (outputs.end, outputs.trim_end))):
        joined = logits.masked_fill(blocked, -1e4).view(len(pairs), 2 * length)
        span = span + (told * functional.cross_entropy(joined, wanted[:, column], reduction="none")).sum() / 2
        cut = cuts[::2][rows, wanted[:, column]]
        trim = trim + (told * functional.cross_entropy(cut, wanted[:, 2 + column], reduction="none")).sum() / 2
    right, wrong = outputs.relevance[::2], outputs.relevance[1::2]
    relevance = (functional.softplus(-right) + functional.softplus(wrong)).sum() / 2
    order = functional.softplus(wrong - right).sum()
    part = _part_loss(outputs.part, [one for pair in pairs for one in (pair.right, pair.wrong)])
    loss = span + TRIM * trim + relevance + ORDER * order + part
    above = (right > wrong).float().sum()
    return loss, torch.stack([loss, span, trim, relevance, order, part, above]).detach()


def _part_loss(logits: Tensor, inputs: Sequence[Encoded]) -> Tensor:
    """Cross-entropy of sentences, whose logit is the mean over their tokens; summed over inputs, halved like relevance.

    Within an input the sentences that answer weigh as much together as those that do not.
    """
    loss = torch.zeros((), device=logits.device)
    for row, one in enumerate(inputs):
        for answers in (True, False):
            ours = [logits[row, part.start : part.end].mean() for part in one.parts if part.answers is answers]
            if ours:
                values = torch.stack(ours)
                both = len({part.answers for part in one.parts})
                loss = loss + functional.softplus(-values if answers else values).mean() / (2 * both)
    return loss


def learn_pairs(reader: Reader, pairs: Sequence[Pair], device: torch.device) -> tuple[Tensor, Tensor]:
    """``pair_loss`` of these pairs, read now."""
    ids, mask = batch([one.ids for pair in pairs for one in (pair.right, pair.wrong)], device)
    with half(device):
        outputs = reader(ids, mask)
    return pair_loss(outputs, pairs)


def half(device: torch.device) -> torch.autocast:
    """bfloat16 for what is computed inside, where that is faster."""
    return torch.autocast(device.type, torch.bfloat16, enabled=device.type != "cpu" or half_is_faster())


@cache
def half_is_faster(times: int = 20) -> bool:
    """Whether this CPU multiplies faster in bfloat16: many do, some only say that they can (1.5 times slower here)."""

    def seconds(kind: torch.dtype) -> float:
        texts, weights = torch.ones(512, 384, dtype=kind), torch.ones(1536, 384, dtype=kind)
        began = 0.0
        for number in range(times + 2):
            if number == 2:
                began = perf_counter()
            functional.linear(texts, weights)
        return perf_counter() - began

    return seconds(torch.bfloat16) < seconds(torch.float32)

"""Train the encoder of the dense index by contrast: texts asked near what answers them, far from what does not.

    python -m rag.models.dense.train --data ../shared/data --encoder DIR/pruned --out build/dense

The loop, its processes, its checkpoints and its log are those of ``rag.models.reader.train``.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional

from rag.index.onnx import open_tokenizer
from rag.models.build_e5 import PROMPTS
from rag.models.dense.pairs import Sampler, Triple
from rag.models.reader.data import read_collection
from rag.models.reader.loss import batch, half
from rag.models.reader.network import Reader, is_head, open_encoder
from rag.models.reader.prepare import find_negatives, open_shipped
from rag.models.reader.train import Goal, Plan, arguments, plan_of, train
from rag.models.reader.written import read_written
from rag.search.cedict import same_meaning
from rag.settings import EMBEDDED_MODEL
from rag.types import WenjuError

TEMPERATURE = 0.02
PLAN = Plan(steps=400, rate=5e-5, seed=5, save_every=50)
BACKWARD = 0.3
"""Weight of finding the text asked for a text found, beside finding the text for what was asked."""
TOGETHER = 16
"""Triples that are contrasted with each other: half of a step, one half for each of two processes."""


def learn_triples(encoder: Reader, triples: Sequence[Triple], device: torch.device) -> tuple[Tensor, Tensor]:
    """InfoNCE (van den Oord et al. 2018) of these triples among themselves, summed; and its parts, summed.

    Texts asked are told their own right text from all others of the lot, right and wrong, but those of their home.
    """
    asked = embed(encoder, [one.asked for one in triples], device)
    right = embed(encoder, [one.right for one in triples], device)
    wrong = embed(encoder, [one.wrong for one in triples], device)
    homes = torch.tensor([one.home for one in triples], device=device)
    own = torch.arange(len(triples), device=device)
    kin = (homes[:, None] == homes[None, :]) & (own[:, None] != own[None, :])
    near = (asked @ right.T / TEMPERATURE).masked_fill(kin, -1e4)
    logits = torch.cat([near, asked @ wrong.T / TEMPERATURE], dim=1)
    forward = functional.cross_entropy(logits, own, reduction="sum")
    backward = functional.cross_entropy(near.T, own, reduction="sum")
    loss = forward + BACKWARD * backward
    hits = (logits.argmax(dim=1) == own).float().sum()
    return loss, torch.stack([loss, forward, backward, hits]).detach()


CONTRAST = Goal(learn_triples, ("loss", "question", "passage", "right"))


def embed(encoder: Reader, texts: Sequence[Sequence[int]], device: torch.device) -> Tensor:
    """Token ids -> unit vectors [n, hidden]: the mean over the tokens, as the index has it."""
    return functional.normalize(pooled(encoder, texts, device), dim=-1)


def pooled(encoder: Reader, texts: Sequence[Sequence[int]], device: torch.device) -> Tensor:
    """Token ids -> mean hidden states [n, hidden]."""
    ids, mask = batch(texts, device)
    with half(device):
        states = encoder.states(ids, mask)
    there = mask[..., None].float()
    mean: Tensor = (states.float() * there).sum(dim=1) / there.sum(dim=1)
    return mean


def main() -> None:
    """Command line of the training."""
    parser = arguments("Train the encoder of the dense index.", Path("build/dense"), PLAN)
    parser.add_argument("--written", type=Path, nargs="*", default=[], help="files of questions over data/units")
    parser.add_argument("--together", type=int, default=TOGETHER, help="triples contrasted with each other")
    options = parser.parse_args()
    plan = plan_of(options, PLAN)
    alone = plan.device == "cuda" or options.together > TOGETHER
    plan = replace(plan, pairs=options.together, processes=1 if alone else 2)
    options.out.mkdir(parents=True, exist_ok=True)
    encoder = open_encoder(options.encoder, rate=0.0) if options.encoder else open_shipped(EMBEDDED_MODEL, rate=0.0)
    for name, parameter in encoder.named_parameters():
        if is_head(name):
            parameter.requires_grad_(False)
    collection = read_collection(options.data)
    wrong, _ = find_negatives(collection, options.out / "negatives.npz")
    tokenizer = open_tokenizer(EMBEDDED_MODEL)
    written = read_written(options.data / "units" / "units.jsonl", options.written) if options.written else ([], [])
    prompts = (PROMPTS["query"], PROMPTS["passage"])
    sampler = Sampler(collection, tokenizer, prompts, wrong, same_meaning(), plan.seed, written)
    train(encoder, sampler, plan, options.out, CONTRAST)


if __name__ == "__main__":
    try:
        main()
    except WenjuError as error:
        sys.exit(str(error))

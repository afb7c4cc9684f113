"""Train the reader (question, passage) -> span, trims, relevance.

    python -m rag.models.reader.train --data ../shared/data --encoder DIR/pruned --out build/reader

On the CPU several processes of one thread each share a step: they take pairs of questions from a common counter,
longest first, and add up their gradients in shared memory. With a GPU there is one process and one batch. The learning
rate rises, then falls in a line to zero; how far training has come is the larger of steps done and time used, so that
a run on a busy machine ends decayed and in time. A run that was broken off goes on from its last checkpoint.
"""

from __future__ import annotations

import os
import sys
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from threading import BrokenBarrierError
from typing import TYPE_CHECKING, Any, Protocol

import torch
from torch import multiprocessing as processes

from rag.models.reader.loss import PARTS, learn_pairs
from rag.models.reader.network import Reader, is_head
from rag.models.reader.progress import Log
from rag.models.reader.sampling import PLACES
from rag.models.reader.saving import State, load_state, save_state
from rag.types import WenjuError

if TYPE_CHECKING:
    from multiprocessing.synchronize import Barrier


PATIENCE = 600.0
"""Seconds that one process waits for another: no step takes that long, so the other is gone."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How to train."""

    steps: int = 1200
    minutes: float = 0.0
    """Time after which the rate must have reached zero; 0 is no limit."""
    rate: float = 2.5e-4
    head_rate: float = 5.0
    """The heads learn so many times faster."""
    decay: float = 0.01
    betas: tuple[float, float] = (0.9, 0.98)
    warm_up: float = 0.06
    clip: float = 1.0
    pairs: int = 2
    """Pairs in one forward pass."""
    processes: int = 2
    save_every: int = 100
    stop_at: int = 0
    """Leave off at this step as if broken off; 0 is never."""
    seed: int = 20
    device: str = "cpu"


@dataclass(frozen=True, slots=True)
class Goal:
    """What is learned: how some of a step's items become a loss, summed over them, and its parts, summed likewise."""

    learn: Callable[[Reader, Sequence[Any], torch.device], tuple[torch.Tensor, torch.Tensor]]
    """A function of a module: processes find it by name."""
    parts: tuple[str, ...]


READING = Goal(learn_pairs, PARTS)


class Items(Protocol):
    """What every step is learned from; the same step always gives the same items, longest first."""

    def step(self, step: int) -> Sequence[Any]:
        """The items of one step."""


def rate_at(done: float, plan: Plan) -> float:
    """Learning rate when the share ``done`` of training has passed: up in a line, then down to zero in a line."""
    if done < plan.warm_up:
        return plan.rate * max(done, 1e-3) / plan.warm_up
    return plan.rate * max(0.0, (1 - done) / (1 - plan.warm_up))


class Shared:
    """What the processes have in common: weights, gradients, moments, and who takes which pairs."""

    def __init__(self, reader: Reader, plan: Plan, parts: int) -> None:
        trained = [(name, p) for name, p in reader.named_parameters() if p.requires_grad]
        size = sum(p.numel() for _, p in trained)
        device = torch.device(plan.device)
        self.weights = torch.cat([p.detach().reshape(-1).float() for _, p in trained]).to(device)
        self.gradients = torch.zeros(plan.processes, size, device=device)
        self.moments = torch.zeros(2, size, device=device)
        rates = [torch.full((p.numel(),), plan.head_rate if is_head(name) else 1.0) for name, p in trained]
        decays = [torch.full((p.numel(),), plan.decay if p.dim() > 1 else 0.0) for _, p in trained]
        self.rates, self.decays = torch.cat(rates).to(device), torch.cat(decays).to(device)
        self.parts = torch.zeros(plan.processes, parts, dtype=torch.float64)
        self.norms = torch.zeros(plan.processes, dtype=torch.float64)
        self.rate = torch.zeros(1, dtype=torch.float64)
        """Below zero: training is over."""
        if plan.processes > 1:
            for name in ("weights", "gradients", "moments", "rates", "decays", "parts", "norms", "rate"):
                getattr(self, name).share_memory_()
        context = processes.get_context("spawn")
        self.counter = context.Value("i", 0)
        self.barrier: Barrier = context.Barrier(plan.processes, timeout=PATIENCE)

    def lend(self, reader: Reader, rank: int) -> None:
        """Let the reader's parameters be views of the shared weights, their gradients views of its process's own."""
        at = 0
        for parameter in reader.parameters():
            if parameter.requires_grad:
                size = parameter.numel()
                parameter.data = self.weights[at : at + size].view(parameter.shape)
                parameter.grad = self.gradients[rank, at : at + size].view(parameter.shape)
                at += size


class Worker:
    """One process's part of every step."""

    def __init__(self, rank: int, reader: Reader, shared: Shared, sampler: Items, plan: Plan, goal: Goal) -> None:
        self.rank, self.shared, self.sampler, self.plan, self.goal = rank, shared, sampler, plan, goal
        self.device = torch.device(plan.device)
        self.reader = reader.to(self.device).train()
        shared.lend(self.reader, rank)
        size = len(shared.weights)
        self.mine = slice(size * rank // plan.processes, size * (rank + 1) // plan.processes)

    def step(self, step: int) -> None:
        """Gradients of the pairs this process gets hold of, then the update of its share of the weights."""
        items = self.sampler.step(step)
        self.shared.parts[self.rank] = 0
        while (at := self._next()) < len(items):
            torch.manual_seed((self.plan.seed * 1_000_003 + step) * len(items) + at)
            loss, parts = self.goal.learn(self.reader, items[at : at + self.plan.pairs], self.device)
            torch.autograd.backward(loss / len(items))
            self.shared.parts[self.rank] += parts.cpu() / len(items)
        self.shared.barrier.wait()
        self._update(step)
        self.shared.barrier.wait()

    def _next(self) -> int:
        with self.shared.counter.get_lock():
            at = int(self.shared.counter.value)
            self.shared.counter.value = at + self.plan.pairs
        return at

    def _update(self, step: int) -> None:
        """AdamW (Loshchilov and Hutter 2019) on this process's share, after the norm over all shares is known."""
        shared, plan, mine = self.shared, self.plan, self.mine
        gradient = shared.gradients[:, mine].sum(dim=0)
        shared.norms[self.rank] = float(gradient.square().sum())
        shared.barrier.wait()
        gradient *= min(1.0, plan.clip / (float(shared.norms.sum()) ** 0.5 + 1e-6))
        first, second = shared.moments[0, mine], shared.moments[1, mine]
        b1, b2 = plan.betas
        first.mul_(b1).add_(gradient, alpha=1 - b1)
        second.mul_(b2).addcmul_(gradient, gradient, value=1 - b2)
        rate = float(shared.rate)
        scale = second.sqrt().div_((1 - b2 ** (step + 1)) ** 0.5).add_(1e-8)
        weights = shared.weights[mine]
        weights.mul_(1 - rate * shared.rates[mine] * shared.decays[mine])
        weights.sub_(first / scale * shared.rates[mine] * (rate / (1 - b1 ** (step + 1))))
        shared.gradients[:, mine] = 0


def _follow(rank: int, reader: Reader, shared: Shared, sampler: Items, plan: Plan, goal: Goal, step: int) -> None:
    """The other processes: step after step until the first says that it is over."""
    if hasattr(os, "setsid"):
        # Linux shares processors out by session first: in one session both processes together would get one share.
        os.setsid()
    torch.set_num_threads(1)
    try:
        worker = Worker(rank, reader, shared, sampler, plan, goal)
        while True:
            shared.barrier.wait()
            if float(shared.rate) < 0:
                return
            worker.step(step)
            step += 1
    except BaseException:
        shared.barrier.abort()  # or the others would wait for this one
        raise


def train(reader: Reader, sampler: Items, plan: Plan, out: Path, goal: Goal = READING) -> Reader:
    """Train, or go on from ``out/checkpoint.safetensors``; leaves a checkpoint and a log there.

    Returns the trained reader.
    """
    shared = Shared(reader, plan, len(goal.parts))
    step, used = 0, 0.0
    if state := load_state(out):
        step, used = state.step, state.seconds
        shared.weights.copy_(state.weights)
        shared.moments.copy_(state.moments)
    if plan.device == "cpu":
        torch.set_num_threads(1)
    others = [
        processes.get_context("spawn").Process(
            target=_follow, args=(rank, reader, shared, sampler, plan, goal, step), daemon=True
        )
        for rank in range(1, plan.processes)
    ]
    for process in others:
        process.start()
    worker = Worker(0, reader, shared, sampler, plan, goal)
    began = time.monotonic() - used

    def save() -> None:
        save_state(out, State(step, time.monotonic() - began, shared.weights, shared.moments), reader)

    with Log(out, plan.steps, goal.parts) as log, _all_there():
        while True:
            seconds = time.monotonic() - began
            done = max(step / plan.steps, seconds / (plan.minutes * 60) if plan.minutes else 0.0)
            over = done >= 1 or (plan.stop_at and step >= plan.stop_at)
            shared.rate[0] = -1.0 if over else rate_at(done, plan)
            shared.counter.value = 0
            shared.barrier.wait()
            if over:
                break
            worker.step(step)
            step += 1
            norm = float(shared.norms.sum()) ** 0.5
            log.step(step, done, float(shared.rate), time.monotonic() - began, norm, shared.parts.sum(dim=0).tolist())
            if step % plan.save_every == 0:
                save()
    save()
    for process in others:
        process.join()
    return reader.eval()


@contextmanager
def _all_there() -> Iterator[None]:
    try:
        yield
    except BrokenBarrierError as error:
        raise WenjuError(
            "训练的一个进程中途退出了，原因见上面它自己的报错；再次运行同一命令，从上一个检查点接着训练。"
            "(a training process ended early; run the same command again to go on from the last checkpoint)"
        ) from error


def arguments(description: str, out: Path, plan: Plan) -> ArgumentParser:
    """The options of every training; ``plan`` holds their defaults."""
    parser = ArgumentParser(description=description)
    parser.add_argument("--data", type=Path, required=True, help="folder with drcd-dev, drcd-test, cmrc-trial, news-8k")
    parser.add_argument("--encoder", type=Path, help="DIR/pruned of rag.models.build_e5 --fp32 DIR")
    parser.add_argument("--out", type=Path, default=out)
    parser.add_argument("--steps", type=int, default=plan.steps)
    parser.add_argument("--minutes", type=float, default=plan.minutes, help="end decayed after so long (0: no limit)")
    parser.add_argument("--rate", type=float, default=plan.rate, help="highest learning rate")
    parser.add_argument("--seed", type=int, default=plan.seed)
    parser.add_argument("--stop-at", type=int, default=plan.stop_at)
    return parser


def plan_of(options: Namespace, plan: Plan) -> Plan:
    """``plan`` with what ``arguments`` were given, on the GPU when there is one."""
    return replace(
        plan,
        steps=options.steps,
        minutes=options.minutes,
        rate=options.rate,
        seed=options.seed,
        stop_at=options.stop_at,
        device="cuda" if torch.cuda.is_available() else "cpu",
    )


def main() -> None:
    """Command line of the training."""
    from rag.models.reader.prepare import prepare

    parser = arguments("Train the reader.", Path("build/reader"), Plan())
    parser.add_argument("--cloze-steps", type=int, default=150, help="first steps on cloze questions")
    parser.add_argument("--begin", type=Path, help="go on from this shipped reader instead of the encoder")
    parser.add_argument("--written", type=Path, nargs="*", default=[], help="files of questions over data/units")
    parser.add_argument("--processes", type=int, default=2)
    options = parser.parse_args()
    plan = plan_of(options, Plan())
    cuda = plan.device == "cuda"
    plan = replace(plan, pairs=PLACES if cuda else plan.pairs, processes=1 if cuda else options.processes)
    options.out.mkdir(parents=True, exist_ok=True)
    reader, sampler = prepare(
        options.data, options.encoder, options.out, plan.seed, options.cloze_steps, options.begin, options.written
    )
    train(reader, sampler, plan, options.out)


if __name__ == "__main__":
    try:
        main()
    except WenjuError as error:
        sys.exit(str(error))

"""Accuracy against time for the number of passages that the reader model reads: the dev cases, one warm process."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from rich.console import Console
from rich.progress import track
from rich.table import Table

from eval.cases import SEEDS_DIR, load_cases
from eval.originals import Originals, read_originals
from eval.scores import score_all
from eval.stats import estimate
from eval.system import asker, open_system
from rag.search.rerank import Budget
from rag.settings import Settings

DEPTHS = (4, 8, 16, 32)
FIGURES = ("recall@1", "recall@5", "completeness", "false_refusal", "refusal_recall")


@dataclass(frozen=True, slots=True)
class Depth:
    """What reading ``passages`` hits gives, and the median milliseconds of a question."""

    passages: int
    figures: dict[str, float]
    milliseconds: float


def depths(settings: Settings, wanted: Sequence[int] = DEPTHS) -> list[Depth]:
    """One line a depth, over an index of the seeds that is already built at ``settings.index``."""
    chain, heard = open_system(settings)
    cases = load_cases(split="dev")
    originals = Originals(read_originals(SEEDS_DIR))
    ask = asker(chain, heard, with_variants=False)
    found = []
    for passages in wanted:
        chain.budget = Budget(first=passages, most=passages)
        told = Console(stderr=True)
        records = {case.id: ask(case) for case in track(cases, f"读 {passages} 段", console=told, transient=True)}
        values = score_all(cases, records, originals)
        figures = {name: estimate([each[name] for each in values.values() if name in each]).mean for name in FIGURES}
        found.append(Depth(passages, figures, median(record.milliseconds for record in records.values())))
    return found


def print_depths(found: Sequence[Depth], console: Console) -> None:
    """The table."""
    table = Table(title="阅读模型读多少段：准确与快慢（dev）", title_justify="left")
    table.add_column("段")
    for name in (*FIGURES, "毫秒 p50"):
        table.add_column(name, justify="right")
    for one in found:
        table.add_row(str(one.passages), *(f"{one.figures[name]:.3f}" for name in FIGURES), f"{one.milliseconds:.0f}")
    console.print(table)

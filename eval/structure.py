"""How well the corpus room reads the seeds: ``python -m eval.structure``.

Loads the truth (``tests/data/structure``), reads each seed with ``rag.corpus.reading.read_source``, prints one row a
seed and every fault in words. The measures are in ``structure_metrics``; the exit status is 1 when a bar is missed.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from eval.structure_metrics import Score, score
from eval.truth import load_truth
from rag.corpus.load import load_catalog, load_file
from rag.corpus.reading import read_source
from rag.types import WenjuError

REPO = Path(__file__).parents[1]
TRUTH = REPO / "tests" / "data" / "structure"
SEEDS = REPO / "seeds"


@dataclass(frozen=True, slots=True)
class Bar:
    """One requirement: a measured value and the least it may be."""

    name: str
    value: float
    least: float

    @property
    def met(self) -> bool:
        """Whether the value reaches the bar."""
        return self.value >= self.least


@dataclass(frozen=True, slots=True)
class StructureReport:
    """Scores by source, their sum, and the bars of issue B on that sum."""

    scores: dict[str, Score]
    total: Score

    @property
    def bars(self) -> tuple[Bar, ...]:
        """The requirements, in the order of the issue."""
        total = self.total
        return (
            Bar("article boundaries F1", total.articles.f1, 0.95),
            Bar("author/role attribution", total.attribution.value, 0.95),
            Bar("paragraph order", total.order.value, 0.95),
            Bar("stitches precision", total.stitches.precision, 1.0),
            Bar("stitches recall", total.stitches.recall, 0.8),
            Bar("list items F1", total.items.f1, 0.97),
        )

    @property
    def passed(self) -> bool:
        """Whether every bar is met."""
        return all(bar.met for bar in self.bars)

    def as_json(self) -> str:
        """Everything as JSON."""
        plain = {
            "passed": self.passed,
            "bars": [{**asdict(bar), "met": bar.met} for bar in self.bars],
            "total": asdict(self.total),
            "sources": {name: asdict(one) for name, one in self.scores.items()},
        }
        return json.dumps(plain, ensure_ascii=False, indent=2)


def run(out: Path | None = None, truth_folder: Path = TRUTH, seeds: Path = SEEDS) -> StructureReport:
    """Read every seed that has a truth and score it; the report also goes to ``out`` as JSON when given."""
    files = sorted(truth_folder.glob("*.toml"))
    if not files:
        raise WenjuError(f"{truth_folder} holds no truth (*.toml)")
    catalog = load_catalog(seeds)
    scores = {}
    for path in files:
        source = load_file(seeds / f"{path.stem}.txt", catalog)
        scores[path.stem] = score(load_truth(path, source.raw), read_source(source))
    report = StructureReport(scores, sum(scores.values(), Score()))
    if out is not None:
        out.write_text(report.as_json(), encoding="utf-8")
    return report


def _shown(value: float, asked: int) -> str:
    return f"{value:.3f}" if asked else "–"


MEASURES: dict[str, Callable[[Score], str]] = {
    "articles F1": lambda one: _shown(one.articles.f1, one.articles.owed),
    "titles": lambda one: _shown(one.titles.value, one.titles.of),
    "author and role": lambda one: _shown(one.attribution.value, one.attribution.of),
    "order": lambda one: _shown(one.order.value, one.order.of),
    "next piece": lambda one: _shown(one.successors.value, one.successors.of),
    "stitches precision": lambda one: _shown(one.stitches.precision, one.stitches.predicted),
    "stitches recall": lambda one: _shown(one.stitches.recall, one.stitches.owed),
    "  adjacent recall": lambda one: _shown(one.adjacent.recall, one.adjacent.owed),
    "  far recall": lambda one: _shown(one.far.recall, one.far.owed),
    "interrupted F1": lambda one: _shown(one.interrupted.f1, one.interrupted.predicted + one.interrupted.owed),
    "list items F1": lambda one: _shown(one.items.f1, one.items.predicted + one.items.owed),
    "item ends": lambda one: _shown(one.extents.value, one.extents.of),
    "nesting": lambda one: _shown(one.nesting.value, one.nesting.of),
    "announced counts": lambda one: _shown(one.announced.value, one.announced.of),
    "unmarked counts": lambda one: _shown(one.enumerations.value, one.enumerations.of),
}


def table(report: StructureReport) -> Table:
    """One row a measure, one column a source, and their sum."""
    shown = Table(title="How the seeds are read")
    columns = {name[:3]: one for name, one in report.scores.items()} | {"all": report.total}
    shown.add_column("measure")
    for name in columns:
        shown.add_column(name, justify="right")
    for name, value in MEASURES.items():
        shown.add_row(name, *(value(one) for one in columns.values()))
    return shown


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table, the bars and the faults; 0 when every bar is met."""
    parser = argparse.ArgumentParser(prog="python -m eval.structure", description="How well the seeds are read.")
    parser.add_argument("--out", type=Path, help="write the report here as JSON")
    parser.add_argument("--no-faults", action="store_true", help="scores only")
    options = parser.parse_args(arguments)
    console = Console()
    report = run(options.out)
    console.print(table(report))
    for bar in report.bars:
        sign = "[green]met[/]   " if bar.met else "[red]missed[/]"
        console.print(f"{sign} {bar.name}: {bar.value:.3f} (at least {bar.least})", highlight=False)
    if not options.no_faults:
        for name, one in report.scores.items():
            for fault in one.faults:
                console.print(f"{name[:3]} {fault}".replace("\n", "¶"), markup=False, highlight=False, soft_wrap=True)
    return 0 if report.passed else 1


if __name__ == "__main__":
    raise SystemExit(main())

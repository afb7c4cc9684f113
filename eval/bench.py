"""``python -m eval bench``: whole-process speed and memory, ours against the tutorial's, as ratios in the same run.

Both sides are measured in turn (ours, theirs, ours, theirs ...), so that whatever else the machine does falls on both;
figures are medians. Memory is the peak resident set of the process as the kernel tells it (``os.wait4``). This module
imports nothing heavy: a child's peak is never less than its parent's size when it was started.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

from rich.console import Console
from rich.table import Table

from eval.cases import SEEDS_DIR, load_cases
from rag.types import WenjuError

FP32 = Path("build/e5-fp32/pruned")
"""Where the same weights in fp32 are looked for; made by ``rag.models.build_e5 --fp32``."""
NEWS = Path("../shared/data/news-8k/corpus.jsonl")
QUESTION = "银川市推出了多少条产改举措？"
NEWS_TEXTS, WARM_QUESTIONS = 150, 60
INDEXING_RUNS = 2
"""Indexing takes a minute or more a side; two of each are enough next to its own length."""


@dataclass(frozen=True, slots=True)
class Spent:
    """What one process took: wall seconds, processor seconds, peak resident megabytes, and what it printed."""

    seconds: float
    processor: float
    megabytes: float
    output: str


@dataclass(frozen=True, slots=True)
class Ratio:
    """Ours against theirs (medians), and the bound that the ratio has to keep."""

    name: str
    unit: str
    ours: float
    theirs: float
    bound: float
    at_most: bool

    @property
    def ratio(self) -> float:
        """Ours divided by theirs."""
        return self.ours / self.theirs

    @property
    def met(self) -> bool:
        """Whether the bound is kept."""
        return self.ratio <= self.bound if self.at_most else self.ratio >= self.bound


@dataclass(frozen=True, slots=True)
class Bench:
    """All ratios of one run, and what it was run on."""

    ratios: tuple[Ratio, ...]
    corpus: str
    runs: int

    @property
    def met(self) -> bool:
        """Whether every bound is kept."""
        return all(ratio.met for ratio in self.ratios)


@dataclass(frozen=True, slots=True)
class _Place:
    """The folders of a bench."""

    model: Path
    ours: Path
    theirs: Path
    scratch: Path


def bench(model: Path | None, runs: int, console: Console) -> Bench:
    """Measure everything. Raises WenjuError when the fp32 weights are absent or a process fails."""
    weights = model or FP32
    if not (weights / "modules.json").exists():
        raise WenjuError(
            f"没有找到 fp32 模型文件夹 {weights}。先运行 python -m rag.models.build_e5 --data ../shared/data "
            f"--fp32 {FP32.parent}（需要 pip install -e '.[build]'），或用 --fp32 指定。(fp32 folder not found)"
        )
    with TemporaryDirectory(prefix="wenju-bench-") as temporary:
        scratch = Path(temporary)
        place = _Place(weights.resolve(), scratch / "ours", scratch / "theirs", scratch)
        console.print("建两边的索引 …", style="dim")
        seeds = sorted(str(path) for path in SEEDS_DIR.glob("*.txt"))
        _process([*_wenju("build"), str(SEEDS_DIR), "--index", str(place.ours)], scratch)
        _process([*_theirs("build", place.model, place.theirs), *seeds], scratch)
        cold = _cold(place, runs, console)
        warm = _warm(place, runs, console)
        indexing, corpus = _indexing(place, console)
    return Bench((*cold, warm, indexing), corpus, runs)


def _cold(place: _Place, runs: int, console: Console) -> tuple[Ratio, Ratio]:
    """One question asked by a new process, the index already there."""
    ours, theirs = _alternate(
        "冷启动问一题",
        lambda: _process([*_wenju("ask"), QUESTION, "--index", str(place.ours)], place.scratch),
        lambda: _process([*_theirs("ask", place.model, place.theirs), QUESTION], place.scratch),
        runs,
        console,
    )
    wall = Ratio("冷启动 ask", "秒", _median(s.seconds for s in ours), _median(s.seconds for s in theirs), 0.25, True)
    memory = Ratio(
        "峰值内存", "MB", _median(s.megabytes for s in ours), _median(s.megabytes for s in theirs), 0.5, True
    )
    return wall, memory


def _warm(place: _Place, runs: int, console: Console) -> Ratio:
    """Milliseconds a question in a process that is already warm: the median question of the median process."""
    questions = place.scratch / "questions.txt"
    asked = [case.full_question for case in load_cases(split="dev") if case.answerable][:WARM_QUESTIONS]
    questions.write_text("\n".join(asked), encoding="utf-8")
    mine = [sys.executable, "-m", "eval.bench", str(place.ours), str(questions)]
    ours, theirs = _alternate(
        "热检索",
        lambda: _process(mine, place.scratch),
        lambda: _process([*_theirs("search", place.model, place.theirs), str(questions)], place.scratch),
        runs,
        console,
    )
    each = [[median(json.loads(spent.output.splitlines()[-1])) for spent in side] for side in (ours, theirs)]
    return Ratio("热 search", "毫秒", median(each[0]), median(each[1]), 0.35, True)


def _indexing(place: _Place, console: Console) -> tuple[Ratio, str]:
    """Characters a second of a whole indexing process; news where they lie beside the repository, else the seeds."""
    files, characters, name = _corpus(place.scratch)
    jsonl = ["--jsonl"] if files[0].suffix == ".jsonl" else []
    number = iter(range(1000))

    def ours() -> Spent:
        index = place.scratch / f"ours{next(number)}"
        return _process([*_wenju("build"), *map(str, files), *jsonl, "--index", str(index)], place.scratch)

    def theirs() -> Spent:
        store = place.scratch / f"theirs{next(number)}"
        return _process([*_theirs("build", place.model, store), *map(str, files)], place.scratch)

    one, other = _alternate("建索引", ours, theirs, INDEXING_RUNS, console)
    speeds = [_median(characters / spent.seconds for spent in side) for side in (one, other)]
    return Ratio("建索引吞吐", "字/秒", speeds[0], speeds[1], 1.5, False), f"{name}，{characters} 字"


def _corpus(scratch: Path) -> tuple[list[Path], int, str]:
    """The files to index, how many characters they hold, and what to call them."""
    if not NEWS.exists():
        files = sorted(SEEDS_DIR.glob("*.txt"))
        return files, sum(len(path.read_text(encoding="utf-8")) for path in files), "种子文献"
    with NEWS.open(encoding="utf-8") as file:
        lines = [line for line, _ in zip(file, range(NEWS_TEXTS), strict=False)]
    path = scratch / "news.jsonl"
    path.write_text("".join(lines), encoding="utf-8")
    return [path], sum(len(json.loads(line)["text"]) for line in lines), f"新闻 {len(lines)} 篇"


def _alternate(
    name: str, ours: Callable[[], Spent], theirs: Callable[[], Spent], runs: int, console: Console
) -> tuple[list[Spent], list[Spent]]:
    mine: list[Spent] = []
    other: list[Spent] = []
    for number in range(runs):
        mine.append(ours())
        other.append(theirs())
        # On a busy machine wall time says little; processor time beside it tells whether to believe the wall.
        told = " / ".join(f"{side[-1].seconds:.2f} 秒（处理器 {side[-1].processor:.2f}）" for side in (mine, other))
        console.print(f"{name} {number + 1}/{runs}：{told}", style="dim", highlight=False)
    return mine, other


def _process(command: Sequence[str], scratch: Path) -> Spent:
    """Run a process to its end. Raises WenjuError with what it said when it fails."""
    environment = {**os.environ, "HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1", "PYTHONIOENCODING": "utf-8"}
    said, complained = scratch / "stdout", scratch / "stderr"
    with said.open("wb") as out, complained.open("wb") as err:
        started = perf_counter()
        child = subprocess.Popen(command, stdout=out, stderr=err, env=environment)
        _, status, used = os.wait4(child.pid, 0)
        seconds = perf_counter() - started
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        told = complained.read_text(encoding="utf-8", errors="replace").strip()[-800:]
        raise WenjuError(f"{' '.join(command[:5])} … 失败（退出码 {child.returncode}）：{told}")
    # The kernel counts kilobytes on Linux and bytes on macOS.
    megabytes = used.ru_maxrss / (1024 * 1024 if sys.platform == "darwin" else 1024)
    return Spent(seconds, used.ru_utime + used.ru_stime, megabytes, said.read_text(encoding="utf-8", errors="replace"))


def print_bench(result: Bench, console: Console, to: Path) -> None:
    """The table and the JSON file."""
    title = f"问据 / LangChain 教程（{result.runs} 次的中位数；建索引：{result.corpus}）"
    table = Table(title=title, title_justify="left")
    for column in ("项目", "问据", "教程", "比值", "要求", ""):
        table.add_column(column, justify="left" if column == "项目" else "right")
    for one in result.ratios:
        bound = f"{'≤' if one.at_most else '≥'} {one.bound:g}"
        sign = "[green]达到[/green]" if one.met else "[red]未达到[/red]"
        ours, theirs = (f"{value:.2f} {one.unit}" for value in (one.ours, one.theirs))
        table.add_row(one.name, ours, theirs, f"{one.ratio:.3f}", bound, sign)
    console.print(table)
    to.parent.mkdir(parents=True, exist_ok=True)
    ratios = [asdict(one) | {"ratio": one.ratio, "met": one.met} for one in result.ratios]
    fields = {"corpus": result.corpus, "runs": result.runs, "ratios": ratios}
    to.write_text(json.dumps(fields, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    console.print(f"→ {to}")


def time_search(index: Path, questions: Sequence[str]) -> list[float]:
    """Milliseconds of each question over a warm index (the first question is asked twice)."""
    from rag.chain import open_chain
    from rag.settings import load_settings

    retriever: Any = open_chain(load_settings(index=index)).retriever
    retriever.search(questions[0])
    times = []
    for question in questions:
        started = perf_counter()
        retriever.search(question)
        times.append((perf_counter() - started) * 1000)
    return times


def _wenju(action: str) -> list[str]:
    return [sys.executable, "-m", "rag.cli", action]


def _theirs(action: str, model: Path, store: Path) -> list[str]:
    return [sys.executable, "-m", "eval.baseline", action, "--model", str(model), "--store", str(store)]


def _median(values: Any) -> float:
    return float(median(values))


if __name__ == "__main__":
    lines = Path(sys.argv[2]).read_text(encoding="utf-8").splitlines()
    sys.stdout.write(json.dumps(time_search(Path(sys.argv[1]), lines)) + "\n")

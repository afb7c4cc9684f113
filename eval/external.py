"""``python -m eval external NAME``: a public (or anybody's own) question set through the command line, as users run it.

A set is a folder with ``corpus.jsonl`` ({"id", "title", "text"}) and ``queries.jsonl`` ({"id", "question", "answers",
"gold": [corpus ids]}). It is indexed by ``wenju build --jsonl`` into a temporary folder and asked by
``wenju search --jsonl`` (and ``wenju ask --jsonl``); nothing of ours is called in between.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

from rich.console import Console
from rich.table import Table

from eval.stats import Estimate, estimate
from eval.textual import cmrc_exact, cmrc_f1
from rag.types import WenjuError

DEPTH = 10
WENJU = (sys.executable, "-m", "rag.cli")


@dataclass(frozen=True, slots=True)
class Query:
    """One question of a set."""

    id: str
    question: str
    answers: tuple[str, ...]
    gold: frozenset[str]
    """Corpus ids that hold the answer."""


@dataclass(frozen=True, slots=True)
class Result:
    """Figures of one set; EM and F1 only where answers were asked for."""

    name: str
    passages: int
    figures: dict[str, Estimate]
    build_seconds: float
    search_seconds: float


def evaluate(folder: Path, *, limit: int = 0, answers: bool = False, console: Console | None = None) -> Result:
    """Index the set, ask its questions, score them. ``limit`` 0 asks all. Raises WenjuError when the set is absent."""
    console = console or Console(stderr=True)
    queries = read_queries(folder)[: limit or None]
    corpus = folder / "corpus.jsonl"
    with TemporaryDirectory(prefix="wenju-external-") as temporary:
        index, asked = Path(temporary) / "index", Path(temporary) / "queries.jsonl"
        asked.write_text("".join(_line(query) for query in queries), encoding="utf-8")
        started = perf_counter()
        _wenju(["build", str(corpus), "--jsonl", "--index", str(index)], console)
        built = perf_counter()
        output = _wenju(["search", "--jsonl", str(asked), "--k", str(DEPTH * 2), "--index", str(index)], console)
        searched = perf_counter()
        columns = ranking_columns(queries, list(_records(output)))
        if answers:
            output = _wenju(["ask", "--jsonl", str(asked), "--index", str(index)], console)
            columns |= answer_columns(queries, list(_records(output)))
    figures = {name: estimate(values) for name, values in columns.items()}
    passages = sum(1 for line in corpus.open(encoding="utf-8") if line.strip())
    return Result(folder.name, passages, figures, round(built - started, 2), round(searched - built, 2))


def read_queries(folder: Path) -> list[Query]:
    """The questions of a set. Raises WenjuError, saying what is missing and what the shape is."""
    missing = [name for name in ("corpus.jsonl", "queries.jsonl") if not (folder / name).is_file()]
    if missing:
        raise WenjuError(
            f"{folder} 里没有 {'、'.join(missing)}，跳过。数据集是一个文件夹：corpus.jsonl（id、title、text）和 "
            "queries.jsonl（id、question、answers、gold）；用 --data 指定它所在的目录。(data set not found)"
        )
    queries = []
    for number, line in enumerate((folder / "queries.jsonl").read_text(encoding="utf-8").splitlines(), start=1):
        if line.strip():
            try:
                fields = json.loads(line)
                answers, gold = tuple(fields.get("answers", ())), frozenset(map(str, fields["gold"]))
                queries.append(Query(str(fields["id"]), fields["question"], answers, gold))
            except (ValueError, KeyError, TypeError) as error:
                raise WenjuError(f"{folder.name}/queries.jsonl 第 {number} 行读不出来：{error!r}") from error
    return queries


def ranking_columns(queries: Sequence[Query], records: Sequence[dict[str, Any]]) -> dict[str, list[float]]:
    """R@1/5/10 and MRR@10 over sources. A source with several passages takes the place of its best one."""
    columns: dict[str, list[float]] = {"recall@1": [], "recall@5": [], "recall@10": [], "mrr@10": []}
    found = {record.get("id"): record.get("hits", []) for record in records}
    for query in queries:
        sources = list(dict.fromkeys(hit["source"] for hit in found.get(query.id, [])))[:DEPTH]
        for k in (1, 5, 10):
            columns[f"recall@{k}"].append(len(query.gold.intersection(sources[:k])) / len(query.gold))
        ranks = [rank for rank, source in enumerate(sources, start=1) if source in query.gold]
        columns["mrr@10"].append(1 / ranks[0] if ranks else 0.0)
    return columns


def answer_columns(queries: Sequence[Query], records: Sequence[dict[str, Any]]) -> dict[str, list[float]]:
    """CMRC's EM and F1 of the first citation's exact answer (its focus, else the quote), end to end; refused is 0."""
    columns: dict[str, list[float]] = {"em": [], "f1": [], "answered": []}
    found = {record.get("id"): record for record in records}
    for query in queries:
        citations = found.get(query.id, {}).get("citations") or []
        said = (citations[0].get("focus") or citations[0].get("quote", "")) if citations else ""
        columns["em"].append(cmrc_exact(said, query.answers) if said else 0.0)
        columns["f1"].append(cmrc_f1(said, query.answers))
        columns["answered"].append(float(bool(citations)))
    return columns


def print_result(result: Result, console: Console, to: Path | None) -> None:
    """A table, and a JSON file where one is wanted."""
    table = Table(title=f"{result.name}：{result.passages} 篇", title_justify="left")
    for column in ("指标", "值", "95 % 区间", "n"):
        table.add_column(column, justify="left" if column == "指标" else "right")
    for name, one in result.figures.items():
        table.add_row(name, f"{one.mean:.4f}", f"{one.low:.4f}–{one.high:.4f}", str(one.n))
    console.print(table)
    console.print(f"建索引 {result.build_seconds:.1f} 秒，检索 {result.search_seconds:.1f} 秒（含启动）")
    if to:
        to.parent.mkdir(parents=True, exist_ok=True)
        to.write_text(json.dumps(asdict(result), ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def _wenju(arguments: list[str], console: Console) -> str:
    """Run ``wenju`` and give its output. Exit code 2 of a build only says that some documents were left out."""
    console.print(f"wenju {arguments[0]} …", style="dim")
    environment = {**os.environ, "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run([*WENJU, *arguments], capture_output=True, text=True, encoding="utf-8", env=environment)
    if done.returncode != 0 and not (arguments[0] == "build" and done.returncode == 2):
        raise WenjuError(f"wenju {arguments[0]} 失败（退出码 {done.returncode}）：{done.stderr.strip()[-800:]}")
    return done.stdout


def _records(output: str) -> Iterator[dict[str, Any]]:
    for line in output.splitlines():
        if line.startswith("{"):
            yield json.loads(line)


def _line(query: Query) -> str:
    return json.dumps({"id": query.id, "question": query.question}, ensure_ascii=False) + "\n"

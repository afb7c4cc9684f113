"""``python -m eval run``: every case of a split asked once, one JSON line each, resumable.

A run is a folder: ``run.json`` (what was run), ``records.jsonl`` (what came back) and ``index/`` (built for it).
Scoring is done from the folder, by ``eval.report`` and ``eval.check``; nothing is scored here.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from time import perf_counter

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from eval.cases import SEEDS_DIR, Case, case_to_json, load_cases
from eval.records import Record, read_records, to_line
from rag.settings import Settings, load_settings
from rag.types import WenjuError

RUNS = Path("runs")
EXTRACTIVE = "extractive"


@dataclass(frozen=True, slots=True)
class RunInfo:
    """What a run is of. Two runs with the same values in the first six fields may be continued one by the other."""

    split: str
    engine: str
    without: tuple[str, ...]
    documents: str
    reader: str
    cases: str
    """Digest of the cases asked."""
    n: int
    started: str = ""
    finished: str = ""
    seconds: float = 0.0
    """Wall time of asking, over all sittings."""
    threshold: float | None = None
    """Confidence below which the system refused."""

    def same_as(self, other: RunInfo) -> bool:
        """Whether records of the two may lie in one file."""
        names = ("split", "engine", "without", "documents", "reader", "cases")
        return all(getattr(self, name) == getattr(other, name) for name in names)


def digest(cases: Iterable[Case]) -> str:
    """A short name for exactly these cases."""
    lines = [json.dumps(case_to_json(case), ensure_ascii=False, sort_keys=True) for case in cases]
    return sha256("\n".join(lines).encode()).hexdigest()[:16]


def read_info(folder: Path) -> RunInfo:
    """``run.json`` of a run folder. Raises WenjuError when the folder is no run."""
    try:
        fields = json.loads((folder / "run.json").read_text(encoding="utf-8"))
        return RunInfo(**{**fields, "without": tuple(fields["without"])})
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise WenjuError(f"{folder} 不是一次评测的目录（run.json：{error}）。先运行 python -m eval run。") from error


def write_info(folder: Path, info: RunInfo) -> None:
    """``run.json``, to a temporary name first."""
    temporary = folder / "run.json.tmp"
    temporary.write_text(json.dumps(asdict(info), ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    temporary.replace(folder / "run.json")


def latest_run(root: Path = RUNS) -> Path:
    """The finished run that was started last. Raises WenjuError when there is none."""
    finished = [
        (info.started, path.parent) for path in root.glob("*/run.json") if (info := read_info(path.parent)).finished
    ]
    if not finished:
        raise WenjuError(f"{root} 里没有已完成的评测。先运行 python -m eval run。")
    return max(finished)[1]


def run(
    split: str = "test",
    engine: str = EXTRACTIVE,
    out: Path | None = None,
    jobs: int = 1,
    without: Sequence[str] = (),
    documents: Path = SEEDS_DIR,
    console: Console | None = None,
) -> Path:
    """Ask every case of ``split`` that ``out`` has no record of; gives back the run folder."""
    console = console or Console(stderr=True)
    cases = load_cases(split=split)
    if not cases:
        raise WenjuError(f"没有 {split} 部分的题目。")
    folder = out or RUNS / _name(split, engine, without)
    settings = load_settings(index=folder / "index", model="" if engine == EXTRACTIVE else engine)
    if "reader" in without:
        settings = settings.model_copy(update={"reader": "off"})
    now = datetime.now(UTC).isoformat(timespec="seconds")
    info = RunInfo(
        split, engine, tuple(sorted(without)), documents.name, settings.reader, digest(cases), len(cases), now
    )
    info = _continued(folder, info)
    done = _records(folder)
    pending = [case for case in cases if case.id not in done]
    started = perf_counter()
    try:
        threshold = _ask_all(folder, pending, settings, jobs, info, documents, console)
    finally:
        seconds = round(info.seconds + perf_counter() - started, 2)
        write_info(folder, replace(info, seconds=seconds))
    finished = datetime.now(UTC).isoformat(timespec="seconds")
    info = replace(info, finished=finished, seconds=seconds)
    write_info(folder, info if threshold is None else replace(info, threshold=threshold))
    crashed = [record for record in _records(folder).values() if record.error]
    for record in crashed:
        console.print(f"[red]{record.case_id}[/red] {record.error}", markup=True, highlight=False)
    console.print(f"{len(cases)} 题，{len(crashed)} 题出错，{seconds:.1f} 秒 → {folder}", highlight=False)
    return folder


def _ask_all(
    folder: Path, cases: Sequence[Case], settings: Settings, jobs: int, info: RunInfo, documents: Path, console: Console
) -> float | None:
    """Build the index where there is none, ask, append the records in case order; gives the refusal threshold."""
    if not cases:
        return None
    from eval.system import asker, build, open_system, taken_out

    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    with taken_out(info.without), _bar(console) as bar:
        if not (folder / "records.jsonl").exists():
            _borrow_vectors(folder)
            task = bar.add_task("建索引", total=None)
            build(settings, documents, lambda stage, done, total: bar.update(task, completed=done, total=total))
        chain, heard = open_system(settings, info.without)
        task = bar.add_task("答题", total=len(cases))
        with (folder / "records.jsonl").open("a", encoding="utf-8") as file, ThreadPoolExecutor(jobs) as pool:
            for record in pool.map(asker(chain, heard), cases):
                file.write(to_line(record) + "\n")
                file.flush()
                bar.advance(task)
        return float(heard.weights.threshold)


def _borrow_vectors(folder: Path) -> None:
    """Copy the index of the newest finished run beside this one: the build takes from it the vectors of same texts.

    The build reads the documents and writes everything anew; it checks which model the vectors are of.
    """
    finished = [path.parent for path in folder.parent.glob("*/run.json") if read_info(path.parent).finished]
    owners = [path for path in finished if (path / "index" / "CURRENT").exists() and path != folder]
    if owners and not (folder / "index").exists():
        newest = max(owners, key=lambda path: read_info(path).started)
        shutil.copytree(newest / "index", folder / "index")


def _continued(folder: Path, info: RunInfo) -> RunInfo:
    """The info of the run that ``folder`` already holds, or ``info`` written into a new folder."""
    if (folder / "run.json").exists():
        before = read_info(folder)
        if not before.same_as(info):
            raise WenjuError(f"{folder} 里是另一次评测（题目、部分或设置不同）。请用 --out 指定别的目录，或先删去它。")
        _drop_torn_line(folder / "records.jsonl")
        return before
    folder.mkdir(parents=True, exist_ok=True)
    write_info(folder, info)
    return info


def _records(folder: Path) -> dict[str, Record]:
    path = folder / "records.jsonl"
    return {record.case_id: record for record in read_records(path)} if path.exists() else {}


def _drop_torn_line(path: Path) -> None:
    """Cut off what stands after the last line break: a record that an interruption left half-written."""
    if path.exists():
        whole = path.read_bytes()
        path.write_bytes(whole[: whole.rfind(b"\n") + 1])


def _name(split: str, engine: str, without: Sequence[str]) -> str:
    stamp = datetime.now(UTC).strftime("%m%d-%H%M%S")
    parts = [
        stamp,
        split,
        "".join(c if c.isalnum() else "-" for c in engine),
        *(f"no-{part}" for part in sorted(without)),
    ]
    return "_".join(parts)


def _bar(console: Console) -> Progress:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    return Progress(*columns, console=console, transient=True)


def read_run(folder: Path) -> tuple[RunInfo, Iterator[Record]]:
    """What a run folder holds."""
    return read_info(folder), iter(_records(folder).values())

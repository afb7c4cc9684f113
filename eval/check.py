"""The last accepted figures: writing them, and failing when a run falls below them.

Case by case, not mean against mean: what is hard about a case cancels out, and the extractive engine gives the same
answer to the same question, so four cases lost and none won are already a fall that chance does not explain.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from eval.run import digest
from eval.scores import BY_NAME
from eval.stats import Change, paired
from eval.summary import Run, figures, latency
from rag.types import WenjuError

BASELINE = Path(__file__).parent / "baseline.json"
ALWAYS_WHOLE = "fidelity"
"""This figure must be 1.0 whatever was accepted: one altered quotation is one too many."""
NOT_PAIRED = frozenset({"refusal_precision", "success@1", "success@5"})
"""Owed by other cases in every run, or told already by another figure."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """What ``baseline.json`` holds: values of every case, and a digest of each case that they belong to."""

    split: str
    engine: str
    accepted: str
    figures: dict[str, dict[str, float]]
    digests: dict[str, str]
    values: dict[str, dict[str, float]]


@dataclass(frozen=True, slots=True)
class Verdict:
    """The outcome of a check: changes per metric, what fails, and what is worth saying."""

    changes: dict[str, Change]
    failures: tuple[str, ...]
    notes: tuple[str, ...]


def accept(run: Run, path: Path = BASELINE) -> None:
    """Write the run as the accepted one. Raises WenjuError for a run with crashes, ablated, or unfinished."""
    if any(record.error for record in run.records.values()) or len(run.records) < len(run.cases):
        raise WenjuError(f"{run.name} 有出错或未答的题，不能作为基准。")
    if run.info.without or not run.info.finished:
        raise WenjuError(f"{run.name} 是消融或未完成的评测，不能作为基准。")
    now = datetime.now(UTC).date().isoformat()
    summary = {name: asdict(one) for name, one in figures(run.values, run.cases).items()}
    rounded = {name: {key: round(value, 6) for key, value in one.items()} for name, one in summary.items()}
    values = {case: {name: round(v, 6) for name, v in row.items()} for case, row in run.values.items()}
    digests = {case.id: digest([case]) for case in run.cases}
    write(Accepted(run.info.split, run.info.engine, now, rounded, digests, values), path)


def write(accepted: Accepted, path: Path) -> None:
    """One case a line, so that a change of the baseline can be read in a diff; written to a temporary name first."""
    temporary = path.with_suffix(".tmp")
    parts = []
    for name, value in asdict(accepted).items():
        if isinstance(value, dict):
            lines = [f"    {_json(key)}: {_json(value[key])}" for key in value]
            parts.append(f"  {_json(name)}: {{\n" + ",\n".join(lines) + "\n  }")
        else:
            parts.append(f"  {_json(name)}: {_json(value)}")
    temporary.write_text("{\n" + ",\n".join(parts) + "\n}\n", encoding="utf-8")
    temporary.replace(path)


def read(path: Path = BASELINE) -> Accepted:
    """The accepted figures. Raises WenjuError when there are none or the file is not ours."""
    if not path.exists():
        raise WenjuError(f"还没有基准 {path.name}。看过评测结果后运行 python -m eval accept-baseline。")
    try:
        return Accepted(**json.loads(path.read_text(encoding="utf-8")))
    except (ValueError, TypeError) as error:
        raise WenjuError(f"{path} 读不出来：{error}。请从版本库恢复它。") from error


def check(run: Run, accepted: Accepted) -> Verdict:
    """Compare a run with the accepted figures, metric by metric over the cases that both hold unchanged."""
    if (run.info.split, run.info.engine) != (accepted.split, accepted.engine):
        raise WenjuError(
            f"基准是 {accepted.split}/{accepted.engine}，这次是 {run.info.split}/{run.info.engine}，不能相比。"
        )
    same = [case.id for case in run.cases if accepted.digests.get(case.id) == digest([case])]
    notes = []
    changed = len(run.cases) - len(same)
    if changed or len(accepted.values) > len(same):
        gone = len(accepted.values) - len(same)
        notes.append(f"{changed} 题是新的或改过，{gone} 题已不在或改过：只比其余 {len(same)} 题。请重新接受基准。")
    changes = {name: _change(name, same, accepted, run) for name in BY_NAME if name not in NOT_PAIRED}
    changes = {name: change for name, change in changes.items() if change.difference.n}
    failures = [_fallen(name, change) for name, change in changes.items() if change.fell]
    failures += _absolute(run)
    notes += [
        f"{BY_NAME[name].label} 略降（{change.worse} 题变差，{change.better} 题变好），在区间之内"
        for name, change in changes.items()
        if change.difference.mean < 0 and not change.fell
    ]
    return Verdict(changes, tuple(failures), tuple(notes))


def _change(name: str, same: list[str], accepted: Accepted, run: Run) -> Change:
    """Differences turned so that larger is better for every metric."""
    both = [case for case in same if name in accepted.values[case] and name in run.values[case]]
    sign = BY_NAME[name].better
    return paired(
        [sign * accepted.values[case][name] for case in both], [sign * run.values[case][name] for case in both]
    )


def _fallen(name: str, change: Change) -> str:
    moved = change.difference
    return (
        f"{BY_NAME[name].label}（{name}）变差 {abs(moved.mean):.3f}，区间上端 {moved.high:+.3f} 仍在零以下："
        f"{moved.n} 题中 {change.worse} 题变差，{change.better} 题变好"
    )


def _absolute(run: Run) -> list[str]:
    """What no baseline excuses: crashes and altered quotations."""
    crashed = sorted(case.id for case in run.cases if run.record(case).error)
    altered = sorted(case for case, row in run.values.items() if row.get(ALWAYS_WHOLE, 1.0) < 1.0)
    found = [f"{len(crashed)} 题出错：{'、'.join(crashed)}"] if crashed else []
    return found + ([f"{len(altered)} 题的引文与原文不符：{'、'.join(altered)}"] if altered else [])


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def speed_note(run: Run) -> str:
    """One line on how fast the run was; speed is reported and not checked here: machines differ."""
    speed = latency(run)
    return f"每题 p50 {speed.p50:.0f} 毫秒，p95 {speed.p95:.0f} 毫秒（n={speed.n}），共 {run.info.seconds:.1f} 秒"

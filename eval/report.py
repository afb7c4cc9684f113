"""``python -m eval report RUN [--against RUN]``: a terminal table, and report.html, .md and .json beside the run."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from eval.cases import Case
from eval.check import speed_note
from eval.scores import METRICS
from eval.stats import Estimate
from eval.summary import Run, by_document, by_kind, curve, figures, label, latency, moves, worst

COLUMNS = (
    "passed", "recall@1", "recall@5", "mrr@10", "citation_precision", "citation_recall", "completeness",
    "false_refusal", "refusal_recall", "consistency", "fidelity",
)  # fmt: skip
"""Shown in tables; the JSON has every figure."""
NARROW = ("passed", "recall@5", "completeness", "false_refusal", "refusal_recall")
"""Shown where the terminal has no room for all of them."""
_WIDE = 150


def write_report(run: Run, folder: Path, against: Run | None = None) -> list[Path]:
    """The three files, written whole into ``folder``; gives their paths."""
    from eval.report_html import page

    contents = {
        "report.json": json.dumps(as_json(run, against), ensure_ascii=False, indent=2) + "\n",
        "report.md": as_markdown(run, against),
        "report.html": page(run, against),
    }
    for name, content in contents.items():
        (folder / name).write_text(content, encoding="utf-8")
    return [folder / name for name in contents]


def print_report(run: Run, against: Run | None, console: Console) -> None:
    """Headline figures, then a table by kind and by document, then what changed."""
    print_headlines(run, against, console)
    for title, groups in (("按题型", by_kind(run)), ("按文献", by_document(run))):
        console.print(_group_table(title, run, groups, COLUMNS if console.width >= _WIDE else NARROW))
    console.print(speed_note(run), highlight=False)
    if against is not None:
        changed = moves(run, against)
        for name, ids in (("修好", changed.fixed), ("变坏", changed.broken), ("有变动", changed.moved)):
            console.print(f"{name} {len(ids)}：{'、'.join(ids) or '无'}", highlight=False)


def print_headlines(run: Run, against: Run | None, console: Console) -> None:
    """Every figure of the whole run."""
    console.print(_headline_table(run, against))


def as_json(run: Run, against: Run | None = None) -> dict[str, Any]:
    """Every figure with n and interval: overall, by kind, by document; latency, the curve, the changes, every case."""
    groups = {"by_kind": by_kind(run), "by_document": by_document(run)}
    result: dict[str, Any] = {
        "run": run.name,
        "info": asdict(run.info),
        "overall": _plain(figures(run.values, run.cases)),
        **{name: {key: _plain(figures(run.values, cases)) for key, cases in g.items()} for name, g in groups.items()},
        "latency_ms": asdict(latency(run)),
        "curve": [asdict(point) for point in curve(run)],
        "worst": [case.id for case in worst(run, 30)],
        "values": dict(run.values),
    }
    if against is not None:
        result["against"] = {"run": against.name, **asdict(moves(run, against))}
    return result


def as_markdown(run: Run, against: Run | None = None) -> str:
    """The tables for README and ARCHITECTURE."""
    lines = [
        f"# 评测 {run.name}",
        "",
        f"部分 {run.info.split}，引擎 {run.info.engine}，{run.info.n} 题"
        + (f"，去掉 {'、'.join(run.info.without)}" if run.info.without else "")
        + f"；{speed_note(run)}。",
        "",
        "| 指标 | 值 | 95 % 区间 | n |" + (" 对照 |" if against else ""),
        "|---|---|---|---|" + ("---|" if against else ""),
    ]
    before = figures(against.values, against.cases) if against else {}
    for name, one in figures(run.values, run.cases).items():
        row = f"| {label(name)} | {one.mean:.3f} | {one.low:.3f}–{one.high:.3f} | {one.n} |"
        lines.append(row + (f" {before[name].mean:.3f} |" if name in before else " |" if against else ""))
    for title, groups in (("题型", by_kind(run)), ("文献", by_document(run))):
        lines += ["", f"| {title} | n |" + "".join(f" {label(name)} |" for name in COLUMNS)]
        lines.append("|---|---|" + "---|" * len(COLUMNS))
        for key, cases in groups.items():
            lines.append(f"| {_md(key)} | {len(cases)} | " + " | ".join(_cells(run, cases, COLUMNS)) + " |")
    if against is not None:
        changed = moves(run, against)
        lines += [
            "",
            f"对照 {against.name}：修好 {len(changed.fixed)}，变坏 {len(changed.broken)}，"
            f"有变动 {len(changed.moved)}。",
        ]
        lines += [f"- 变坏：{case}" for case in changed.broken]
    return "\n".join(lines) + "\n"


def _headline_table(run: Run, against: Run | None) -> Table:
    table = Table(title=f"{run.name}（{run.info.split}，{run.info.engine}，{run.info.n} 题）", title_justify="left")
    for column in ("指标", "值", "95 % 区间", "n", *(["对照"] if against else [])):
        table.add_column(column, justify="left" if column == "指标" else "right")
    before = figures(against.values, against.cases) if against else {}
    now = figures(run.values, run.cases)
    for metric in METRICS:
        if metric.name in now:
            one = now[metric.name]
            cells = [metric.label, f"{one.mean:.3f}", f"{one.low:.3f}–{one.high:.3f}", str(one.n)]
            if against:
                cells.append(_moved(one, before.get(metric.name), metric.better))
            table.add_row(*cells)
    return table


def _moved(now: Estimate, before: Estimate | None, better: int) -> str:
    """The other run's figure, coloured by which way this one moved."""
    if before is None:
        return "–"
    gain = (now.mean - before.mean) * better
    colour = "green" if gain > 1e-9 else "red" if gain < -1e-9 else "dim"
    return f"[{colour}]{before.mean:.3f}[/{colour}]"


def _group_table(title: str, run: Run, groups: dict[str, list[Case]], columns: Sequence[str]) -> Table:
    table = Table(title=title, title_justify="left")
    table.add_column("")
    for column in ("n", *map(label, columns)):
        table.add_column(column, justify="right")
    for key, cases in groups.items():
        table.add_row(key, str(len(cases)), *_cells(run, cases, columns))
    return table


def _cells(run: Run, cases: Sequence[Case], columns: Sequence[str]) -> list[str]:
    """One figure per column, with its own n where not all the cases owe it."""
    mine = figures(run.values, cases)
    return [_cell(mine.get(name), len(cases)) for name in columns]


def _cell(one: Estimate | None, n: int) -> str:
    if one is None:
        return "·"
    return f"{one.mean:.2f}" if one.n == n else f"{one.mean:.2f} ({one.n})"


def _plain(estimates: dict[str, Estimate]) -> dict[str, dict[str, float]]:
    return {name: asdict(one) for name, one in estimates.items()}


def _md(text: str) -> str:
    return text.replace("|", "\\|")

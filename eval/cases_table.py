"""``python -m eval cases``: what the set holds by kind, how near its wording is to the text, what is wrong with it."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table

from eval.cases import counts, load_cases, overlap_by_kind, validate
from eval.summary import kind_name
from rag.corpus.fold import fold


def show_cases(console: Console) -> bool:
    """Print the tables and the problems; whether the set is sound."""
    cases = load_cases()
    near = {one.kind: one for one in overlap_by_kind(cases, fold)}
    table = Table(title=f"题库 {len(cases)} 题", title_justify="left")
    for column in ("题型", "dev", "test", "合计", "与原文重合", "最高"):
        table.add_column(column, justify="left" if column == "题型" else "right")
    for kind, row in counts(cases).items():
        shares = (f"{near[kind].mean:.2f}", f"{near[kind].highest:.2f}") if kind in near else ("·", "·")
        table.add_row(kind_name(kind), *(str(row[split]) for split in ("dev", "test", "all")), *shares)
    console.print(table)
    problems = validate(cases, fold=fold)
    for problem in problems:
        console.print(f"[red]✗[/red] {problem}", markup=True, highlight=False)
    console.print(f"{len(problems)} 处不合规则" if problems else "全部合乎规则")
    return not problems

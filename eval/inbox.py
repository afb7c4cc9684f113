"""Feedback becomes cases: what the web page stored is listed, edited into a case, checked and appended to the set.

The page writes ``feedback.sqlite`` beside the index folder; this file only reads it, and sets ``status`` to "accepted".
"""

from __future__ import annotations

import json
import os
import shlex
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from eval.cases import CASES_DIR, MINIMUMS, Case, case_from_json, case_to_json, load_cases, validate
from rag.corpus.fold import fold
from rag.settings import load_settings
from rag.types import WenjuError

KIND_HELP = (
    "fact who list why paraphrase cross comparison traditional english typo misquote near_miss unexplained offtopic"
)


@dataclass(frozen=True, slots=True)
class Feedback:
    """One thumb: what was asked, what was answered, and what the person thought of it."""

    id: int
    created: str
    question: str
    answer: str
    verdict: str
    reasons: tuple[str, ...]
    remark: str
    citations: tuple[dict[str, Any], ...]
    status: str


def feedback_path(index: Path | None) -> Path:
    """Where the page stores feedback: beside the index folder."""
    return load_settings(index=index).index.parent / "feedback.sqlite"


def list_feedback(path: Path, everything: bool = False) -> list[Feedback]:
    """What is new, or everything, oldest first. Raises WenjuError when there is no file or it is not ours."""
    where = "" if everything else " WHERE status = 'new'"
    with _opened(path) as database:
        columns = "id, created, question, answer, verdict, reasons, remark, citations, status"
        return [_feedback(row) for row in database.execute(f"SELECT {columns} FROM feedback{where} ORDER BY id")]


def print_inbox(items: list[Feedback], console: Console) -> None:
    """One row each, the remark under the question."""
    if not items:
        console.print("没有新的反馈。")
        return
    table = Table(title=f"反馈 {len(items)} 条", title_justify="left", show_lines=True)
    for column in ("编号", "时间", "评价", "问题与意见", "当时的回答", "状态"):
        table.add_column(column)
    for item in items:
        said = "；".join([*item.reasons, *([item.remark] if item.remark else [])])
        question = f"{escape(item.question)}\n[dim]{escape(said)}[/dim]" if said else escape(item.question)
        verdict = {"up": "[green]有用[/green]", "down": "[red]不对[/red]"}.get(item.verdict, escape(item.verdict))
        answer = item.answer if len(item.answer) <= 120 else item.answer[:120] + "…"
        table.add_row(str(item.id), item.created, verdict, question, escape(answer), escape(item.status))
    console.print(table)
    console.print("python -m eval accept 编号 把它改成一道题。")


def draft_of(item: Feedback) -> dict[str, Any]:
    """A case to be edited: what was liked is taken as right, what was disliked waits for its gold."""
    liked = item.verdict == "up"
    answerable = bool(item.citations) or not liked
    gold = [{"source": c.get("source", ""), "quote": c.get("quote", "")} for c in item.citations] if liked else []
    return {
        "id": f"inbox-{item.id:03d}",
        "kind": "fact" if answerable else "near_miss",
        "question": item.question,
        "history": [],
        "answerable": answerable,
        "answers": [item.answer] if liked and answerable else [],
        "facts": [],
        "gold": gold,
        "note": "；".join(["来自反馈", *item.reasons, *([item.remark] if item.remark else [])]),
    }


def accept_feedback(
    number: int, index: Path | None, cases: Path | None, draft: Path | None, *, interactive: bool, console: Console
) -> None:
    """Write a draft (and let it be edited), or take an edited one: check it, append it, mark the feedback accepted.

    Raises WenjuError when there is no such feedback or the case is not sound; the draft stays for another try.
    """
    path = feedback_path(index)
    item = next((one for one in list_feedback(path, everything=True) if one.id == number), None)
    if item is None:
        raise WenjuError(f"没有编号为 {number} 的反馈。python -m eval inbox --all 列出全部。")
    written = draft or path.parent / f"case-{number}.json"
    if draft is None and not written.exists():
        written.write_text(json.dumps(draft_of(item), ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    if draft is None:
        if not interactive or not os.environ.get("EDITOR"):
            console.print(f"草稿：{escape(str(written))}（题型：{' '.join(MINIMUMS)}）")
            console.print(f"改好后：python -m eval accept {number} --draft 草稿")
            return
        subprocess.run([*shlex.split(os.environ["EDITOR"]), str(written)], check=True)
    target = _target(cases)
    case = sound_case(written, target)
    append(case, target)
    with _opened(path, writable=True) as database, database:
        database.execute("UPDATE feedback SET status = 'accepted' WHERE id = ?", (number,))
    written.unlink()
    console.print(f"{escape(case.id)} → {escape(str(target))}（{case.split} 部分）")


def sound_case(draft: Path, target: Path) -> Case:
    """The case of an edited draft. Raises WenjuError with everything that is wrong with it, alone and in the set."""
    try:
        case = case_from_json(json.loads(draft.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise WenjuError(f"草稿 {draft} 读不出来：{error}") from error
    paths = sorted({*CASES_DIR.glob("*.jsonl"), *([target] if target.exists() else [])})
    problems = [p for p in validate([*load_cases(paths), case], fold=fold, minimums={}) if case.id in p]
    if problems:
        raise WenjuError(f"草稿 {draft} 还不能收：\n" + "\n".join(problems))
    return case


def append(case: Case, target: Path) -> None:
    """Add one line to a case file, the whole file rewritten to a temporary name first."""
    target.parent.mkdir(parents=True, exist_ok=True)
    before = target.read_text(encoding="utf-8") if target.exists() else ""
    temporary = target.with_suffix(".tmp")
    line = json.dumps(case_to_json(case), ensure_ascii=False)
    temporary.write_text(before + line + "\n", encoding="utf-8")
    temporary.replace(target)


def _target(cases: Path | None) -> Path:
    """A file as it is, a folder's inbox.jsonl, or the shipped set's."""
    if cases is None:
        return CASES_DIR / "inbox.jsonl"
    return cases if cases.suffix == ".jsonl" else cases / "inbox.jsonl"


@contextmanager
def _opened(path: Path, *, writable: bool = False) -> Iterator[sqlite3.Connection]:
    if not path.exists():
        raise WenjuError(f"还没有反馈（{path} 不存在）。反馈来自网页；索引不在默认位置时用 --index 指定。")
    try:
        uri = f"{path.resolve().as_uri()}?mode={'rw' if writable else 'ro'}"
        with closing(sqlite3.connect(uri, uri=True)) as database:
            yield database
    except sqlite3.Error as error:
        raise WenjuError(f"{path} 读写失败：{error}") from error


def _feedback(row: tuple[Any, ...]) -> Feedback:
    id_, created, question, answer, verdict, reasons, remark, citations, status = row
    return Feedback(
        id_, created or "", question or "", answer or "", verdict or "", tuple(json.loads(reasons or "[]")),
        remark or "", tuple(json.loads(citations or "[]")), status or "",
    )  # fmt: skip

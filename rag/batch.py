"""Batches of questions: JSON lines in, one JSON line out for each, in order; a bad line never stops the rest."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from rag.records import error_record
from rag.types import WenjuError


@dataclass(frozen=True, slots=True)
class Line:
    """One question of a batch, or what is wrong with its line."""

    id: str
    question: str
    error: str = ""


def parse_line(number: int, line: str) -> Line:
    """``{"id", "question"}``; the line number stands in for a missing id."""
    try:
        record = json.loads(line)
    except json.JSONDecodeError as error:
        return Line(str(number), "", f"第 {number} 行不是 JSON：{error.msg} (not JSON)")
    if not isinstance(record, dict) or not isinstance(record.get("question"), str):
        return Line(str(number), "", f'第 {number} 行缺少文字字段 "question" (no "question")')
    return Line(str(record.get("id", number)), record["question"])


def run_batch(lines: Iterable[str], work: Callable[[Line], dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """``work`` done for each non-blank line; what the user can mend becomes a record with an ``error``."""
    for number, text in enumerate(lines, 1):
        if not text.strip():
            continue
        line = parse_line(number, text)
        if line.error:
            yield error_record(line.id, line.question, line.error)
            continue
        try:
            yield work(line)
        except WenjuError as error:
            yield error_record(line.id, line.question, str(error))

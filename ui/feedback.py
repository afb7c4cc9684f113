"""What readers think of answers: rows in an SQLite file next to the index, read by ``eval``."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from pydantic import BaseModel, Field

from ui.record import Record
from ui.text import REASONS

_SCHEMA = """CREATE TABLE IF NOT EXISTS feedback (
    id INTEGER PRIMARY KEY, created TEXT, question TEXT, answer TEXT, verdict TEXT CHECK (verdict IN ('up', 'down')),
    reasons TEXT, remark TEXT, citations TEXT, status TEXT DEFAULT 'new', turn TEXT UNIQUE)"""


class Feedback(BaseModel):
    """A verdict on one turn."""

    turn: Record
    verdict: str = Field(pattern="^(up|down)$")
    reasons: list[str] = Field(default_factory=list, max_length=len(REASONS))
    remark: str = Field(default="", max_length=2_000)


class FeedbackBook:
    """The SQLite file. A second verdict on the same turn replaces the first."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def write(self, feedback: Feedback) -> None:
        """Store one verdict."""
        turn = feedback.turn
        citations = [
            {"source": q.source, "quote": q.text, "spans": q.spans, "passage_id": q.passage} for q in turn.quotes
        ]
        reasons = [r for r in dict.fromkeys(feedback.reasons) if r in REASONS]
        row = (
            datetime.now(UTC).isoformat(timespec="seconds"), turn.question, turn.text, feedback.verdict,
            json.dumps(reasons), feedback.remark.strip(), json.dumps(citations, ensure_ascii=False), turn.id,
        )  # fmt: skip
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(self.path, timeout=10)) as db, db:
            db.execute(_SCHEMA)
            db.execute(
                "INSERT INTO feedback (created, question, answer, verdict, reasons, remark, citations, turn) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (turn) DO UPDATE SET created = excluded.created, "
                "verdict = excluded.verdict, reasons = excluded.reasons, remark = excluded.remark, status = 'new'",
                row,
            )

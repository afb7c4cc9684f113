"""Feedback listed, drafted, checked, appended, and marked as accepted."""

from __future__ import annotations

import io
import json
import sqlite3
from contextlib import closing

import pytest
from rich.console import Console

from eval import inbox
from eval.cases import load_cases
from rag.types import WenjuError

SOURCE = "000_1fe59509d8252147.txt"
QUOTE = "今年是产业工人队伍建设改革五周年"


@pytest.fixture
def index(tmp_path):
    citations = [{"source": SOURCE, "quote": QUOTE, "spans": [[1, 9]], "passage_id": "p"}]
    with closing(sqlite3.connect(tmp_path / "feedback.sqlite")) as database, database:
        database.execute(
            "CREATE TABLE feedback(id INTEGER PRIMARY KEY, created TEXT, question TEXT, answer TEXT, verdict TEXT, "
            "reasons TEXT, remark TEXT, citations TEXT, status TEXT DEFAULT 'new')"
        )
        columns = "created, question, answer, verdict, reasons, remark, citations"
        insert = f"INSERT INTO feedback({columns}) VALUES (?, ?, ?, ?, ?, ?, ?)"
        good = (
            "2026-01-01",
            "冰岛的工会周年纪念是第几个年头呀？",
            "五周年。[1]",
            "up",
            "[]",
            "",
            json.dumps(citations),
        )
        database.execute(insert, good)
        database.execute(insert, ("2026-01-02", "乱讲", "错的", "down", '["答非所问"]', "<b>不对</b>[red]", "[]"))
    return tmp_path / "index"


def console():
    return Console(file=io.StringIO(), width=200)


def test_what_is_new_is_listed_with_its_remark(index):
    items = inbox.list_feedback(inbox.feedback_path(index))
    assert [(item.id, item.verdict, item.reasons) for item in items] == [(1, "up", ()), (2, "down", ("答非所问",))]
    shown = console()
    inbox.print_inbox(items, shown)
    assert "<b>不对</b>[red]" in shown.file.getvalue()


def test_no_file_says_so(tmp_path):
    with pytest.raises(WenjuError, match="还没有反馈"):
        inbox.list_feedback(tmp_path / "none.sqlite")


def test_a_draft_is_written_edited_and_accepted(index, tmp_path):
    target = tmp_path / "mine"
    inbox.accept_feedback(1, index, target, None, interactive=False, console=console())
    draft = index.parent / "case-1.json"
    fields = json.loads(draft.read_text("utf-8"))
    assert fields["gold"] == [{"source": SOURCE, "quote": QUOTE}] and fields["facts"] == []
    # as drafted it lacks its facts, and the draft stays
    with pytest.raises(WenjuError, match="还不能收"):
        inbox.accept_feedback(1, index, target, draft, interactive=False, console=console())
    draft.write_text(json.dumps(fields | {"facts": [["五周年"]], "answers": ["五周年"]}), "utf-8")
    inbox.accept_feedback(1, index, target, draft, interactive=False, console=console())
    (case,) = load_cases([target / "inbox.jsonl"])
    assert case.id == "inbox-001" and case.facts == (("五周年",),)
    assert [item.id for item in inbox.list_feedback(inbox.feedback_path(index))] == [2]
    assert not draft.exists()


def test_an_id_cannot_be_taken_twice(index, tmp_path):
    target = tmp_path / "mine.jsonl"
    inbox.accept_feedback(1, index, target, None, interactive=False, console=console())
    draft = index.parent / "case-1.json"
    whole = json.loads(draft.read_text("utf-8")) | {"facts": [["五周年"]], "answers": ["五周年"]}
    inbox.append(inbox.case_from_json(whole), target)
    draft.write_text(json.dumps(whole), "utf-8")
    with pytest.raises(WenjuError, match="inbox-001"):
        inbox.accept_feedback(1, index, target, draft, interactive=False, console=console())


def test_an_unknown_number_says_so(index):
    with pytest.raises(WenjuError, match="没有编号为 9"):
        inbox.accept_feedback(9, index, None, None, interactive=False, console=console())


def test_a_disliked_answer_waits_for_its_gold(index):
    disliked = inbox.list_feedback(inbox.feedback_path(index))[1]
    draft = inbox.draft_of(disliked)
    assert draft["gold"] == [] and draft["answers"] == [] and "答非所问" in draft["note"]

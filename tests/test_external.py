"""External sets: rankings over sources, CMRC's answers, and the ways a set can be absent or broken."""

from __future__ import annotations

import json

import pytest

from eval import external
from eval.external import Query, answer_columns, ranking_columns, read_queries
from rag.types import WenjuError

QUERIES = [Query("q1", "甲？", ("甲方",), frozenset({"p1"})), Query("q2", "乙？", ("乙方",), frozenset({"p2"}))]


def hits(*sources):
    return [{"source": source} for source in sources]


def test_rankings_are_over_sources_each_once():
    # q1: p9, p9 again, p1 -> sources p9, p1: found second. q2: not found at all
    records = [{"id": "q1", "hits": hits("p9", "p9", "p1")}, {"id": "q2", "hits": hits("p9")}]
    columns = ranking_columns(QUERIES, records)
    assert columns == {"recall@1": [0.0, 0.0], "recall@5": [1.0, 0.0], "recall@10": [1.0, 0.0], "mrr@10": [0.5, 0.0]}


def test_a_question_without_a_record_scores_zero():
    assert ranking_columns(QUERIES, [])["mrr@10"] == [0.0, 0.0]
    assert answer_columns(QUERIES, [{"id": "q1", "error": "坏了"}])["em"] == [0.0, 0.0]


def test_answers_use_the_focus_before_the_quote():
    cited = [{"focus": "甲方", "quote": "是甲方负责。"}], [{"focus": "", "quote": "乙方负责"}]
    records = [{"id": "q1", "citations": cited[0]}, {"id": "q2", "citations": cited[1]}]
    columns = answer_columns(QUERIES, records)
    assert columns["em"] == [1.0, 0.0]
    # 乙方负责 against 乙方: 2*2 / (4 + 2)
    assert columns["f1"] == [1.0, pytest.approx(2 / 3)]


def test_absent_and_broken_sets_say_so(tmp_path):
    with pytest.raises(WenjuError, match="corpus"):
        read_queries(tmp_path / "none")
    (tmp_path / "corpus.jsonl").write_text("", "utf-8")
    (tmp_path / "queries.jsonl").write_text('{"id": "1"}\n', "utf-8")
    with pytest.raises(WenjuError, match="第 1 行"):
        read_queries(tmp_path)


def test_the_whole_way_with_a_command_line_made_of_tables(tmp_path, monkeypatch):
    (tmp_path / "corpus.jsonl").write_text('{"id": "p1", "title": "", "text": "甲方负责。"}\n', "utf-8")
    lines = [{"id": q.id, "question": q.question, "answers": list(q.answers), "gold": sorted(q.gold)} for q in QUERIES]
    (tmp_path / "queries.jsonl").write_text("".join(json.dumps(one) + "\n" for one in lines), "utf-8")
    asked = []

    def wenju(arguments, console):
        asked.append(arguments[0])
        return '{"id": "q1", "hits": [{"source": "p1"}], "citations": [{"quote": "甲方"}]}\n'

    monkeypatch.setattr(external, "_wenju", wenju)
    result = external.evaluate(tmp_path, answers=True)
    assert asked == ["build", "search", "ask"]
    assert (result.passages, result.figures["recall@1"].mean, result.figures["em"].mean) == (1, 0.5, 0.5)

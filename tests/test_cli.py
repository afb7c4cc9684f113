"""The command line as a user meets it: exit codes, shapes, messages."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from rag.settings import Settings


def wenju(*arguments: str, stdin: str = "", cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "rag.cli", *arguments], input=stdin, capture_output=True, text=True, cwd=cwd
    )


@pytest.fixture(scope="module")
def index(seed_settings: Settings) -> str:
    return str(seed_settings.index)


def test_ask_as_json_has_the_promised_shape(index: str) -> None:
    done = wenju("ask", "银川市推出了多少条产改举措？", "--json", "--index", index)
    record = json.loads(done.stdout)
    assert record["status"] == "answered" and record["engine"] == "extractive"
    assert set(record["timings_ms"]) == {"search", "rerank", "read", "total"}
    citation = record["citations"][0]
    assert citation["n"] == 1 and citation["source"] == "000_1fe59509d8252147.txt"
    facts = {"passage_id", "title", "author", "publication", "date", "headings", "quote", "spans", "focus", "score"}
    assert facts <= set(citation)
    assert len(record["hits"]) == 10
    assert {"passage_id", "source", "spans", "score", "ranks"} == set(record["hits"][0])


def test_spans_are_offsets_into_the_original_file(index: str) -> None:
    record = json.loads(
        wenju("ask", "区域工会就业协作2020年以来举办了多少场招聘会？", "--json", "--index", index).stdout
    )
    for citation in record["citations"]:
        raw = (Path(__file__).parent.parent / "seeds" / citation["source"]).read_text("utf-8")
        pieces = "".join(raw[start:end] for start, end in citation["spans"])
        assert "".join(pieces.split()) == "".join(citation["quote"].split())


def test_batches_keep_their_order_and_survive_bad_lines(index: str, tmp_path: Path) -> None:
    lines = [
        '{"id": "a", "question": "银川市推出了多少条产改举措？"}',
        "not json",
        '{"id": "c"}',
        '{"id": "d", "question": ""}',
        "",
        '{"id": "f", "question": "今天北京天气怎么样？"}',
    ]
    done = wenju("ask", "--jsonl", "-", "--index", index, stdin="\n".join(lines))
    records = [json.loads(line) for line in done.stdout.splitlines()]
    assert [record["id"] for record in records] == ["a", "2", "3", "d", "f"]
    assert [("error" in record) for record in records] == [False, True, True, True, False]
    path = tmp_path / "问题.jsonl"
    path.write_text(lines[0] + "\n", "utf-8")
    found = json.loads(wenju("search", "--jsonl", str(path), "--k", "3", "--index", index).stdout)
    assert found["id"] == "a" and len(found["hits"]) == 3


def test_search_and_status_as_json(index: str) -> None:
    record = json.loads(wenju("search", "新就业形态劳动者", "--json", "-k", "4", "--index", index).stdout)
    assert len(record["hits"]) == 4
    assert len(json.loads(wenju("status", "--json", "--index", index).stdout)["sources"]) == 5


def test_show_and_outline(index: str) -> None:
    record = json.loads(wenju("search", "凤城工匠", "--json", "-k", "1", "--index", index).stdout)
    shown = wenju("show", record["hits"][0]["passage_id"], "--index", index)
    assert shown.returncode == 0 and "凤城工匠" in shown.stdout
    document = wenju("show", "003_5ef0b05181de9be6.txt", "--index", index)
    assert "地方工会维护新就业形态劳动者权益的创新路径" in document.stdout
    raw = (Path(__file__).parent.parent / "seeds" / "003_5ef0b05181de9be6.txt").read_text("utf-8")
    assert wenju("show", "003", "--original", "--index", index).stdout.strip() == raw.strip()
    assert "問" not in wenju("show", "004", "--diff", "--index", index).stderr
    outline = wenju("outline", "002", "--index", index)
    assert "八个对标" in outline.stdout and "八是要对标" in outline.stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["ask", ""], "问题是空的"),
        (["ask", "a" * 100_000], "最多 2000 字"),
        (["ask", "\x01\x02"], "问题是空的"),
        (["ask"], "请写出问题"),
        (["show", "无此段落"], "没有名为"),
        (["outline", "无此文件"], "没有名为"),
        (["ask", "--jsonl", "无此文件.jsonl"], "无法读取"),
    ],
)
def test_bad_input_is_one_clear_line_and_a_non_zero_exit(index: str, arguments: list[str], message: str) -> None:
    done = wenju(*arguments, "--index", index)
    assert done.returncode == 1
    assert message in done.stderr and "Traceback" not in done.stderr


def test_without_an_index_the_command_that_makes_one_is_named(tmp_path: Path) -> None:
    done = wenju("ask", "工会是什么？", "--index", str(tmp_path / "无"))
    assert done.returncode == 1 and "wenju build" in done.stderr


def test_build_reports_bad_files_and_missing_paths(tmp_path: Path) -> None:
    folder = tmp_path / "混杂 files"
    folder.mkdir()
    (folder / "好.txt").write_text("码头有三盏灯。", "utf-8")
    (folder / "坏.txt").write_bytes(bytes(range(256)) * 10)
    done = wenju("build", str(folder), "--index", str(tmp_path / "index"))
    assert done.returncode == 2 and "坏.txt" in done.stderr and "1 份文件" in done.stderr
    missing = wenju("build", str(tmp_path / "nowhere"), "--index", str(tmp_path / "index"))
    assert missing.returncode == 1 and "找不到" in missing.stderr


def test_unknown_settings_are_refused(tmp_path: Path) -> None:
    (tmp_path / "wenju.toml").write_text('indx = "typo"\n', "utf-8")
    done = wenju("status", cwd=tmp_path)
    assert done.returncode == 1 and "indx" in done.stderr


def test_chat_answers_and_shows_sources(index: str) -> None:
    done = wenju("chat", "--index", index, stdin="银川市推出了多少条产改举措？\n/sources\n/new\n/quit\n")
    assert done.returncode == 0 and "13条" in done.stdout

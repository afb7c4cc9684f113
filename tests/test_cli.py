"""The command line as a user meets it: exit codes, shapes, messages."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from rich.console import Console

from rag import cli
from rag.corpus.load import load_file
from rag.corpus.reading import read_source
from rag.settings import Settings
from rag.show import print_answer
from rag.types import Answer, Quote, Status

SEEDS = Path(__file__).parents[1] / "seeds"


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


def test_show_prints_what_a_reader_of_the_page_wants(index: str) -> None:
    first = wenju("show", "000", "--index", index).stdout
    assert "〔学习宣传贯彻党的二十大精神 努力开创党的工运事业新局面〕" in first  # the heading over the series
    assert "〔建立“双培养双推荐”机制、搭建提升素质六大平台〕\n# 银川13条举措打通职工成长成才快车道" in first
    assert "作者：张茂华（全国总工会书记处书记、党组成员）" in first
    second = wenju("show", "001", "--index", index).stdout
    assert "作者：原文未署名" in second
    assert "——全国总工会党组理论学习中心组集中学习" in second  # the subtitle
    assert "逻辑统一、覆盖全⁞国的大数据系统" in second
    assert "版面上不属于文章的：(上接第2版)" in second
    assert "职工思 〔版面断开〕" in second


def test_a_citation_says_that_its_paragraph_breaks_off_and_names_both_places_of_a_seam() -> None:
    reading = read_source(load_file(SEEDS / "001_72153dad1642bd88.txt"))
    (broken,) = [passage for passage in reading.passages if passage.interrupted]
    (sewn,) = [passage for passage in reading.passages if "覆盖全国的大数据系统" in passage.text]
    quotes = tuple(Quote(passage, passage.text, passage.spans, 1.0) for passage in (broken, sewn))
    printed = io.StringIO()
    out = Console(file=printed, width=500)
    print_answer(out, Answer("问", "答[1][2]", quotes, (), Status.ANSWERED))
    first, second = printed.getvalue().splitlines()[-2:]
    assert "（原文在段末断开）" in first
    assert "、5077–" in second and "断开" not in second


def test_diff_marks_repairs_in_characters(index: str) -> None:
    assert "问题[- and -]{+和+}职工群众" in wenju("show", "001", "--diff", "--index", index).stdout
    assert "日[-?qǐng)?bào)-]{+報+}》" in wenju("show", "004", "--diff", "--index", index).stdout
    assert "覆盖全⁞→5077" in wenju("show", "001", "--diff", "--index", index).stdout


def test_an_outline_says_what_is_announced_and_what_is_printed(index: str) -> None:
    shown = wenju("outline", "000", "--index", index).stdout
    assert "〔13条举措：原文没有逐一列出〕" in shown
    assert "新型学徒" in shown  # the item that a column break cut
    assert "〔六大平台：6 项〕" in shown


def test_a_source_may_be_named_by_its_beginning(index: str) -> None:
    found = json.loads(wenju("search", "工会改革", "--source", "001", "--json", "--index", index).stdout)
    assert {hit["source"] for hit in found["hits"]} == {"001_72153dad1642bd88.txt"}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["ask", ""], "问题是空的"),
        (["ask", "a" * 100_000], "最多 2000 字"),
        (["ask", "\x01\x02"], "问题是空的"),
        (["ask"], "请写出问题"),
        (["ask", "工会是什么？", "--source", "无此文件"], "没有名为 无此文件 的文件"),
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


def test_ctrl_c_that_a_library_makes_an_error_of_its_own_is_still_ctrl_c(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def serialising() -> None:
        try:
            os.kill(os.getpid(), signal.SIGINT)
            signal.pause()
        except KeyboardInterrupt as interrupt:
            raise ValueError("Error serializing to JSON: KeyboardInterrupt") from interrupt

    monkeypatch.setattr(cli, "app", serialising)
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(SystemExit) as ending:
            cli.main()
    finally:
        signal.signal(signal.SIGINT, before)
    assert ending.value.code == 130
    assert "已停止" in capsys.readouterr().err


def test_ctrl_c_while_building_says_so_and_leaves_nothing(tmp_path: Path) -> None:
    corpus, folder = tmp_path / "corpus.jsonl", tmp_path / "index"
    text = "工会要为职工服务，做好这一件事情，大家都会满意。" * 40
    corpus.write_text("".join(json.dumps({"id": str(n), "text": f"{n}{text}"}) + "\n" for n in range(200)))
    building = subprocess.Popen(
        [sys.executable, "-m", "rag.cli", "build", "--jsonl", str(corpus), "--index", str(folder)],
        stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    deadline = time.monotonic() + 60
    while not list(folder.glob(".building-*")) and time.monotonic() < deadline:
        time.sleep(0.02)
    building.send_signal(signal.SIGINT)
    _, said = building.communicate(timeout=60)
    assert building.returncode == 130 and "已停止" in said and "Traceback" not in said
    assert not list(folder.glob(".building-*")) and not (folder / "CURRENT").exists()

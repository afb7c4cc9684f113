"""The bench: bounds, medians, what one process took, and the message when the fp32 weights are not there."""

from __future__ import annotations

import io
import json
import sys

import pytest
from rich.console import Console

from eval import baseline, bench
from eval.bench import Bench, Ratio
from rag.types import WenjuError


def test_bounds():
    assert Ratio("ask", "秒", 1.0, 5.0, 0.25, True).met
    assert not Ratio("ask", "秒", 2.0, 5.0, 0.25, True).met
    assert Ratio("index", "字/秒", 3.0, 2.0, 1.5, False).met
    assert not Ratio("index", "字/秒", 2.9, 2.0, 1.5, False).met


def test_one_process_is_timed_weighed_and_read(tmp_path):
    spent = bench._process([sys.executable, "-c", "x = bytearray(150_000_000); print('好')"], tmp_path)
    assert spent.output.strip() == "好"
    assert spent.megabytes > 140
    assert 0 < spent.seconds < 60


def test_a_failing_process_says_what_it_said(tmp_path):
    with pytest.raises(WenjuError, match="无法继续"):
        bench._process([sys.executable, "-c", "import sys; sys.exit('无法继续')"], tmp_path)


def test_without_the_fp32_weights_it_says_how_to_make_them(tmp_path):
    with pytest.raises(WenjuError, match=r"rag\.models\.build_e5"):
        bench.bench(tmp_path / "none", 1, Console(file=io.StringIO()))


def test_table_and_file(tmp_path):
    result = Bench((Ratio("ask", "秒", 1.0, 5.0, 0.25, True), Ratio("x", "MB", 4.0, 5.0, 0.5, True)), "种子文献", 3)
    console = Console(file=io.StringIO(), width=120)
    bench.print_bench(result, console, tmp_path / "deep" / "bench.json")
    fields = json.loads((tmp_path / "deep" / "bench.json").read_text("utf-8"))
    assert [one["met"] for one in fields["ratios"]] == [True, False] and not result.met
    assert "未达到" in console.file.getvalue()


def test_the_yardstick_is_the_tutorials():
    assert (baseline.CHUNK, baseline.OVERLAP, baseline.TOP) == (1000, 200, 4)


def test_the_yardstick_reads_a_document_a_line_of_jsonl(tmp_path):
    path = tmp_path / "corpus.jsonl"
    path.write_text('{"id": "p1", "title": "t", "text": "甲"}\n{"id": "p2", "title": "", "text": "乙"}\n', "utf-8")
    found = [(one.page_content, one.metadata["source"]) for one in baseline._documents([path])]
    assert found == [("甲", "p1"), ("乙", "p2")]

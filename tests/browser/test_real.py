"""The page on the five real documents with the embedded model: what a reader sees is what the files say."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from rag.corpus.load import load_catalog, load_file
from rag.corpus.reading import read_source
from rag.corpus.spans import read_spans
from rag.settings import Settings
from rag.types import Span
from tests.browser.conftest import ROOT, Server, Visitor

Visit = Callable[..., Visitor]
SEEDS = ROOT / "seeds"
QUESTIONS = ("百色市推进产业工人队伍建设改革采取了哪些措施？", "银川出台了多少条举措？", "八个对标是什么？")


@pytest.fixture(scope="module")
def real(serve: Callable[..., Server], seed_settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Server:
    """A server on its own copy of the index over the seeds: documents are added to it and removed."""
    folder = tmp_path_factory.mktemp("real")
    shutil.copytree(seed_settings.index, folder / "index")
    return serve(folder, real="1")


def test_every_quotation_is_word_for_word_in_the_file(visit: Visit, real: Server) -> None:
    me = visit(real.url)
    files = {p.name: read_source(load_file(p, load_catalog(SEEDS))).clean for p in SEEDS.glob("*.txt")}
    for question in QUESTIONS:
        me.page.locator("#new").click()
        me.answer(question)
    answered = [turn for talk in me.stored() for turn in talk["turns"] if turn["status"] == "answered"]
    assert len(answered) >= 2  # how often it should answer is measured by eval, not here
    for turn in answered:
        for quote in turn["quotes"]:
            spans = [Span(*pair) for pair in quote["spans"]]
            assert read_spans(files[quote["source"]], spans) == quote["text"]
    last = answered[0]  # of the newest conversation that has one
    me.page.locator(".talk", has_text=last["question"][:12]).click()
    card = me.page.locator(f'[data-turn="{last["id"]}"]')
    for number, quote in enumerate(last["quotes"], 1):
        card.locator(f'.cite[data-n="{number}"]').first.click()
        expect(me.page.locator("#p-count")).to_contain_text(f"引文 {number} /")
        expect(me.page.locator("#p-doc mark").first).to_be_in_viewport()
        shown = me.page.evaluate("[...document.querySelectorAll('#p-doc mark')].map(m => m.textContent).join('')")
        assert shown == quote["text"]
        expect(me.page.locator("#p-note")).to_contain_text("与原文一致")


def test_a_scope_without_documents_is_a_refusal_that_says_so(visit: Visit, real: Server) -> None:
    me = visit(real.url)
    me.page.locator("#scope").click()
    me.page.get_by_label("起始日期").fill("2099-01-01")
    me.page.get_by_role("button", name="应用").click()
    me.answer(QUESTIONS[0])
    expect(me.last.locator(".refusal")).to_contain_text("没有找到")
    expect(me.last.locator(".refusal")).to_contain_text("2099-01-01")
    expect(me.last.locator(".cite")).to_have_count(0)


def test_a_document_added_on_the_page_answers_at_once(visit: Visit, real: Server, tmp_path: Path) -> None:
    (tmp_path / "渡口.txt").write_text("渡口管理办法\n\n本渡口的渡船共有七艘，由船工会统一调度。\n", "utf-8")
    me = visit(real.url)
    page = me.page
    page.locator("[data-view=docs]").click()
    expect(page.locator(".doc")).to_have_count(5)
    page.locator("#files").set_input_files(tmp_path / "渡口.txt")
    expect(page.locator("#ups li")).to_contain_text("已加入", timeout=60_000)
    expect(page.locator(".doc")).to_have_count(6)
    page.locator("[data-view=chat]").click()
    me.answer("渡口的渡船共有几艘？")
    expect(me.last.locator(".body")).to_contain_text("七艘")
    page.locator("[data-view=docs]").click()
    page.locator(".doc", has_text="渡口").get_by_role("button", name="移除").click()
    expect(page.locator(".doc")).to_have_count(5, timeout=60_000)

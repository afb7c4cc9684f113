"""Wording, fusion and the retriever."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.index.build import build_index
from rag.index.library import open_library
from rag.search.fuse import Weights, fuse
from rag.search.retrieve import Parts, Retriever
from rag.search.wording import content, content_terms, coverage
from rag.types import Filters
from tests.conftest import TinyEncoder


@pytest.mark.parametrize(
    ("question", "rest"),
    [
        ("银川市推出了多少条产改举措？", "银川市推出了 条产改举措?"),
        ("為什麼工會要改革？", "工会要改革?"),
        ("What is 211?", "211?"),
    ],
)
def test_content_leaves_out_what_only_asks(question: str, rest: str) -> None:
    assert content(question).split() == rest.split()


def test_a_question_of_asking_words_keeps_its_terms() -> None:
    assert content_terms("为什么？")


def test_coverage_weighs_by_rarity() -> None:
    # Weights 3 + 1 + 1 = 5; the text holds the heavy one and one light one: 4 / 5.
    assert coverage(["甲", "乙", "丙"], ["甲", "丙", "丁"], lambda t: 3.0 if t == "甲" else 1.0) == pytest.approx(0.8)
    assert coverage([], ["甲"], lambda t: 1.0) == 0.0


def test_fusion_by_hand() -> None:
    # dense 0.9, 0.8, 0.7 → 1, 0.5, 0;  lexical 10, 5 → 1, 0.5;  share 0.4:
    # row 1: 0.6·1   + 0.4·0   = 0.60
    # row 2: 0.6·0.5 + 0.4·1   = 0.70
    # row 3: 0.6·0   + 0.4·0.5 = 0.20
    fused = fuse({1: 0.9, 2: 0.8, 3: 0.7}, {2: 10.0, 3: 5.0}, 0.4)
    assert [row for row, _ in fused] == [2, 1, 3]
    assert [score for _, score in fused] == pytest.approx([0.7, 0.6, 0.2])


def test_fusion_of_nothing_and_of_one_engine() -> None:
    assert fuse({}, {}, 0.5) == []
    assert fuse({1: 0.9}, {}, 0.5) == [(1, 1.0)]
    assert [row for row, _ in fuse({}, {4: 2.0, 5: 3.0}, 1.0)] == [5, 4]


def test_the_lexical_share_grows_with_coverage_and_stays_a_share() -> None:
    weights = Weights(base=0.1, slope=2.0)
    assert weights.lexical(0.0) == pytest.approx(0.1)
    assert weights.lexical(0.2) == pytest.approx(0.5)
    assert weights.lexical(1.0) == 1.0


@pytest.fixture
def retriever(tmp_path: Path, documents: Path, tiny: TinyEncoder) -> Retriever:
    build_index(tmp_path / "index", [documents], tiny)
    return Retriever(library=open_library(tmp_path / "index", tiny), encoder=tiny)


@pytest.mark.parametrize("parts", [Parts(), Parts(dense=False), Parts(lexical=False)])
def test_every_engine_finds_the_passage(retriever: Retriever, parts: Parts) -> None:
    retriever.parts = parts
    hits = retriever.search("采茶三千斤")
    assert "采茶三千斤" in hits[0].passage.text
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert set(hits[0].ranks) == ({"dense"} if parts.dense else set()) | ({"lexical"} if parts.lexical else set())


def test_traditional_question_finds_simplified_text(retriever: Retriever) -> None:
    assert retriever.search("圖書室藏書")[0].passage.source_id == "丙.md"


def test_filters_hold(retriever: Retriever) -> None:
    hits = retriever.search("渡船共有几艘", Filters(sources=frozenset({"乙.txt"})))
    assert {hit.passage.source_id for hit in hits} == {"乙.txt"}
    assert retriever.search("渡船", Filters(sources=frozenset({"无此文件"}))) == []


def test_k_and_determinism(retriever: Retriever) -> None:
    assert len(retriever.search("渡船", k=2)) == 2
    assert retriever.search("渡船") == retriever.search("渡船")


def test_as_a_langchain_retriever(retriever: Retriever) -> None:
    documents = retriever.invoke("采茶三千斤")
    assert "采茶三千斤" in documents[0].page_content
    assert documents[0].metadata["source"] == "乙.txt" and documents[0].metadata["spans"]

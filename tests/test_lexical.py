"""Terms and BM25 search."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.index.lexical import LexicalIndex, terms

DOCUMENTS = [
    ("渡口", "渡口每天开放十二小时，由船工会管理"),
    ("茶园", "茶园在山的南面，去年采茶3000斤"),
    ("圖書室", "圖書室藏書八百冊，週一閉館，APP 可查"),
]


@pytest.fixture
def index(tmp_path: Path) -> LexicalIndex:
    return LexicalIndex.build(tmp_path / "词 lexical", DOCUMENTS)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("产改举措", ["产改", "改举", "举措"]),
        ("產改", ["产改"]),  # one script
        ("用好ＡＰＰ", ["用好", "app"]),  # full width, case
        ("13条、2.5倍", ["13", "条", "2.5", "倍"]),
        ("，。！", []),
        ("", []),
    ],
)
def test_terms(text: str, expected: list[str]) -> None:
    assert terms(text) == expected


def test_finds_by_words_in_either_script(index: LexicalIndex) -> None:
    assert index.search("图书室藏书多少", 5)[0].row == 2
    assert index.search("茶園去年採茶", 5)[0].row == 1


def test_head_counts_but_less_than_text(index: LexicalIndex) -> None:
    assert index.search("渡口", 5)[0].row == 0


def test_limits_rows_and_empty_questions(index: LexicalIndex) -> None:
    assert [hit.row for hit in index.search("茶园 渡口 图书室", 5, rows=[0, 1])] in ([0, 1], [1, 0])
    assert index.search("茶园", 5, rows=[]) == []
    assert index.search("？！", 5) == []
    assert index.search("茶园", 0) == []


def test_reopened_gives_the_same(index: LexicalIndex, tmp_path: Path) -> None:
    again = LexicalIndex.open(tmp_path / "词 lexical")
    assert again.search("渡口开放", 5) == index.search("渡口开放", 5)


def test_rarer_is_heavier(index: LexicalIndex) -> None:
    # Three documents; the term in one of them: ln(1 + (3 - 1 + 0.5) / 1.5) = ln(2.667) = 0.981; in none: ln(8) = 2.079.
    assert index.idf("茶园") == pytest.approx(0.981, abs=1e-3)
    assert index.idf("火星") == pytest.approx(2.079, abs=1e-3)

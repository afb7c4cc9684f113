"""Questions about two things are asked of either; both answers are given or neither."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rag.answer.read import Evidence, side_by_side
from rag.chain import QAChain, open_chain
from rag.search.sides import sides
from rag.settings import Settings
from rag.types import Quote


@pytest.fixture(scope="module")
def chain(seed_settings: Settings) -> QAChain:
    return open_chain(seed_settings)


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("先进性和群众性有什么区别？", ("先进性？", "群众性？")),
        ("请比较深圳与义乌的做法有何不同", ("深圳的做法", "义乌的做法")),
        ("“甲”和“乙”分别出自哪里？", ("“甲”出自哪里？", "“乙”出自哪里？")),
        ("银川市推出了多少条产改举措？", ()),
        ("工会和职工的关系是什么？", ()),
    ],
)
def test_what_is_asked_of_either_side(question: str, expected: tuple[str, ...]) -> None:
    assert sides(question) == expected


def test_both_sides_or_neither(chain: QAChain) -> None:
    quote = chain.invoke("银川市推出了多少条产改举措？").quotes[0]
    other: Quote = replace(quote, text=quote.text + "。")
    sure, unsure = Evidence((quote,), 0.9), Evidence((other,), 0.2)
    joined = side_by_side([sure, replace(unsure, confidence=0.8)], 0.5)
    assert joined is not None and joined.quotes == (quote, other) and joined.confidence == 0.8
    assert side_by_side([sure, unsure], 0.5) is None
    assert side_by_side([sure, sure], 0.5) is None  # the same words for both say nothing of a difference
    assert side_by_side([], 0.5) is None


def test_a_comparison_quotes_both(chain: QAChain) -> None:
    answer = chain.invoke("“县级工会加强年”和“工会干部加强年”分别出自哪里？")
    assert "县级工会加强年" in answer.text and "工会干部加强年" in answer.text
    assert {quote.passage.id for quote in answer.quotes} <= {hit.passage.id for hit in answer.hits}

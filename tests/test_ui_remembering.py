"""The page's memory of answers: the same answer again, bounded, and none of a chat model's."""

from __future__ import annotations

from typing import Any

import pytest

from rag.chain import QAChain, open_chain
from rag.search.retrieve import Retriever
from rag.settings import Settings
from rag.types import Filters, Hit, Question
from ui.remembering import MOST, RememberingChain


@pytest.fixture
def counted(seed_settings: Settings, monkeypatch: pytest.MonkeyPatch) -> tuple[RememberingChain, list[str]]:
    searched: list[str] = []
    chain = RememberingChain(open_chain(seed_settings.model_copy(update={"reader": "off"})))
    search = Retriever.search

    def counting(self: Retriever, question: str, *rest: Any) -> list[Hit]:
        searched.append(question)
        return search(self, question, *rest)

    monkeypatch.setattr(Retriever, "search", counting)
    return chain, searched


def test_the_same_question_is_searched_for_once(counted: tuple[RememberingChain, list[str]]) -> None:
    chain, searched = counted
    question = Question("银川市推出了多少条产改举措？")
    first, again = list(chain.stream(question)), list(chain.stream(question))
    assert first == again and len(searched) == 1
    other = Question(question.text, filters=Filters(authors=frozenset({"马璐"})))
    assert chain.invoke(other).quotes != first[-1].quotes
    assert len(searched) == 2


def test_an_answer_that_was_stopped_is_not_remembered(counted: tuple[RememberingChain, list[str]]) -> None:
    chain, searched = counted
    stream = chain.stream("工会工作的生命线是什么？")
    next(stream)
    stream.close()  # type: ignore[attr-defined]
    assert chain.invoke("工会工作的生命线是什么？").text
    assert len(searched) == 2


def test_the_oldest_goes_first(counted: tuple[RememberingChain, list[str]]) -> None:
    chain, searched = counted
    for number in range(MOST + 1):
        chain.invoke(f"第{number}条是什么？")
    before = len(searched)
    chain.invoke(f"第{MOST}条是什么？")
    assert len(searched) == before
    chain.invoke("第0条是什么？")
    assert len(searched) == before + 1


def test_nothing_of_a_chat_model_is_kept(
    counted: tuple[RememberingChain, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    chain, _ = counted
    asked: list[object] = []
    monkeypatch.setattr(chain, "writer", object())
    monkeypatch.setattr(QAChain, "stream", lambda self, question, config=None: iter([asked.append(question)]))
    for _ in range(2):
        list(chain.stream("工会是什么？"))
    assert len(asked) == 2

"""The chain on the real seeds and the real model: verified, deterministic, refusing, and a LangChain Runnable."""

from __future__ import annotations

import asyncio
from itertools import pairwise

import pytest
from langchain_core.runnables import RunnableLambda

from rag.chain import QAChain, check_question, open_chain
from rag.corpus.spans import read_spans
from rag.settings import Settings
from rag.types import Filters, Question, Status, Turn, WenjuError


@pytest.fixture(scope="module")
def chain(seed_settings: Settings) -> QAChain:
    return open_chain(seed_settings)


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        ("银川市推出了多少条产改举措？", ["13条"]),
        ("区域工会就业协作2020年以来举办了多少场招聘会？", ["7万余场"]),
        ("深圳工会的“211”体系是什么？", ["“211”体系"]),
        ("徐留平认为企业在产改中应承担什么责任？", ["培養產業工人的責任"]),
        (
            "工会理论培训班讲话提出的八个对标是哪些？",
            ["主体责任", "凝心铸魂", "意识形态", "尊重劳动", "全心全意", "萌芽状态", "桥梁纽带", "优良作风"],
        ),
    ],
)
def test_the_questions_of_the_first_issue(chain: QAChain, question: str, wanted: list[str]) -> None:
    answer = chain.invoke(question)
    assert answer.status is Status.ANSWERED
    assert [words for words in wanted if words not in answer.text] == []


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        ("深圳工会在探索中发现了哪些亟待破解的问题？", ["建会意愿不强", "流动性过高", "会籍管理困难", "偏差较大"]),
        ("重点群体创业推进行动有哪八个计划？", ["环境优化", "主体培育", "灵活就业支持"]),
        ("徐留平的文章分哪几个部分？", ["提高政治站位", "強化組織領導", "主動擔當作為", "加強輿論宣傳"]),
        ("马璐发表的文章标题是什么？", ["深化改革担使命"]),
        ("徐留平的文章发表在哪家报纸？", ["2024年11月09日", "《工人日報》"]),
    ],
)
def test_lists_are_whole(chain: QAChain, question: str, wanted: list[str]) -> None:
    answer = chain.invoke(question)
    assert [words for words in wanted if words not in answer.text] == []


@pytest.mark.parametrize(
    "question",
    [
        "今天北京天气怎么样？",
        "火星上的氧气含量是多少？",
        "推荐一部好看的电影",
        "马璐的文章是什么时候发表的？",
        "“小三级”议事会的三级分别是哪三级？",
        "深圳“五重”帮扶保障服务是哪五重？",
        "红楼梦的作者是谁？",
        "谁拍摄了霸王别姬？",
        "2022年世界杯冠军是哪个国家？",
        "光合作用发生在植物的哪个部位？",
        "长江全长多少公里？",
        "特斯拉的股价是多少？",
    ],
)
def test_refuses_what_the_documents_do_not_say(chain: QAChain, question: str) -> None:
    answer = chain.invoke(question)
    assert answer.status is Status.NO_EVIDENCE
    assert answer.text == "" and answer.quotes == () and answer.reason and answer.hits


QUESTIONS = [
    "银川市推出了多少条产改举措？",
    "工会工作的生命线是什么？",
    "八个对标是哪些？",
    "敬业精神最高的层次是什么？",
]


@pytest.mark.parametrize("question", QUESTIONS)
def test_every_quote_is_the_original_and_every_marker_has_its_quote(chain: QAChain, question: str) -> None:
    answer = chain.invoke(question)
    for number, quote in enumerate(answer.quotes, 1):
        assert read_spans(chain.library.clean(quote.passage.source_id), quote.spans) == quote.text
        assert f"[{number}]" in answer.text
    assert f"[{len(answer.quotes) + 1}]" not in answer.text


def test_deterministic(chain: QAChain) -> None:
    first, second = (chain.invoke(QUESTIONS[1]) for _ in range(2))
    assert (first.text, first.quotes, first.hits) == (second.text, second.quotes, second.hits)


def test_stream_grows_to_the_whole_answer(chain: QAChain) -> None:
    states = list(chain.stream("八个对标是哪些？"))
    assert states[0].hits and not states[0].text
    assert all(later.text.startswith(earlier.text) for earlier, later in pairwise(states))
    assert len(states) > 3
    assert states[-1].text == chain.invoke("八个对标是哪些？").text


def test_batch_async_and_composition(chain: QAChain) -> None:
    texts = [answer.text for answer in chain.batch([*QUESTIONS[:2]])]
    assert texts == [chain.invoke(question).text for question in QUESTIONS[:2]]
    assert asyncio.run(chain.ainvoke(QUESTIONS[0])).text == texts[0]
    piped = chain | RunnableLambda(lambda answer: len(answer.quotes))
    assert piped.invoke(QUESTIONS[0]) >= 1


def test_filters_reach_the_search(chain: QAChain) -> None:
    source = "002_4310a0096f66f682.txt"
    answer = chain.invoke(Question("工会改革要做什么？", filters=Filters(sources=frozenset({source}))))
    assert {hit.passage.source_id for hit in answer.hits} == {source}


@pytest.mark.parametrize("question", ["", "   ", "？！", "\x00\x07", "🎉🎉"])
def test_nothing_asked(question: str) -> None:
    with pytest.raises(WenjuError, match="问题是空的"):
        check_question(question, 100)


def test_too_much_asked_and_odd_characters() -> None:
    with pytest.raises(WenjuError, match="100000 字，最多 2000 字"):
        check_question("字" * 100_000, 2000)
    assert check_question("工\x00会🎉 是什么\u200b？", 100).text == "工 会🎉 是什么 ？"


def test_an_article_that_is_only_pointed_at_is_the_one_asked_of(chain: QAChain) -> None:
    one = Filters(sources=frozenset({"003_5ef0b05181de9be6.txt"}))
    assert "甘卫斌" in chain.invoke(Question("这篇文章的作者是谁？", filters=one)).text


@pytest.mark.parametrize("question", ["怎样治疗高血压？", "红烧肉怎么做才不腻？"])
def test_a_change_of_subject_does_not_drag_the_old_one_along(chain: QAChain, question: str) -> None:
    first = "工会理论培训班讲话提出的八个对标是哪些？"
    told = chain.invoke(first)
    answer = chain.invoke(Question(question, history=(Turn(first, told.text, told.quotes),)))
    assert answer.standalone == ""
    assert answer.quotes == chain.invoke(question).quotes

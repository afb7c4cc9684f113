"""Follow-up questions made to stand alone, by rules: the kinds of gaps, topic switches, and chains of turns."""

from __future__ import annotations

import pytest

from rag.search.followup import depends, rewrite, stand_alone, topic_of
from rag.search.items import list_item
from rag.types import Passage, Question, Quote, Span, Turn

TEXT = "《意见》明确，将搭建三个平台。一是职业教育平台。二是新型学徒平台。三是技能提升平台。"
PASSAGE = Passage("p", "a", "s.txt", 0, TEXT, (Span(0, len(TEXT)),), title="银川13条举措打通快车道", author="马学礼")
FIRST = Quote(PASSAGE, TEXT[:15], (Span(0, 15),), 1.0)
TURN = Turn("银川市推出了多少条产改举措？", "提出13条举措。[1]", (FIRST,))
PERSON = Turn("尹红侠是什么岗位？", "首席编辑。")


def after(text: str, *turns: Turn) -> str:
    return stand_alone(Question(text, turns or (TURN,)))


@pytest.mark.parametrize(
    ("asked", "full"),
    [
        ("为什么？", "银川市推出了产改举措（提出13条举措），为什么？"),
        ("作者是谁？", "《银川13条举措打通快车道》的作者是谁？"),
        ("那第二条呢？", "银川市推出了产改举措第二条：二是新型学徒平台"),
        ("第三点展开说说", "银川市推出了产改举措第三点：三是技能提升平台"),
        ("最后一条是什么？", "银川市推出了产改举措最后一条：三是技能提升平台"),
        ("这篇文章讲了什么？", "《银川13条举措打通快车道》讲了什么？"),
        ("青岛呢？", "青岛推出了多少条产改举措？"),
    ],
)
def test_gaps_are_filled(asked: str, full: str) -> None:
    assert after(asked) == full


@pytest.mark.parametrize(
    "asked", ["还有呢？", "它什么时候开始的？", "具体怎么做？", "这些由谁落实？", "其中哪个最重要？"]
)
def test_the_topic_is_carried(asked: str) -> None:
    assert "产改举措" in after(asked)


@pytest.mark.parametrize(
    ("asked", "full"),
    [("她赛后做了什么事情来推广图书？", "尹红侠赛后做了什么事情来推广图书？"), ("她后来呢？", "尹红侠后来呢？")],
)
def test_pronouns_for_people(asked: str, full: str) -> None:
    assert after(asked, PERSON) == full


@pytest.mark.parametrize(
    "asked",
    [
        "深圳工会的“211”体系是什么？",
        "区域工会就业协作2020年以来举办了多少场招聘会？",
        "徐留平认为企业在产改中应承担什么责任？",
        "徐留平是谁？",
        "《论述摘编》的第一个专题是什么？",
        "其他国家的工会组织怎样开展技能竞赛和职业培训工作？",
        "八个对标是什么？",
        "火星上有多少工会会员？",
    ],
)
def test_a_full_question_starts_afresh(asked: str) -> None:
    assert after(asked) == asked
    assert not depends(Question(asked, (TURN,)))


def test_the_third_turn_leans_on_the_first() -> None:
    assert after("第六个呢？", Turn("动员讲话提出了几个对标？", "八个。"), Turn("第三个讲什么？", "…")).startswith(
        "动员讲话提出了"
    )
    assert "尹红侠" in after("为什么？", PERSON, Turn("她赛后做了什么？", "联合创建账号。"))


def test_after_a_switch_the_new_topic_is_carried() -> None:
    turns = (TURN, Turn("深圳工会的“211”体系是什么？", "…"))
    assert "211" in after("它有什么作用？", *turns)
    assert "银川" not in after("它有什么作用？", *turns)


def test_traditional_and_english_follow_ups() -> None:
    assert after("為什麼？").endswith("，為什麼？")
    assert after("第二條呢？") == "银川市推出了产改举措第二條：二是新型学徒平台"
    assert "产改举措" in after("Why?")


def test_without_a_history_nothing_is_carried() -> None:
    assert rewrite(Question("为什么？")).carried == ""
    assert stand_alone(Question("为什么？")) == "为什么？"


def test_what_was_carried_is_told() -> None:
    assert rewrite(Question("作者是谁？", (TURN,))).carried == "《银川13条举措打通快车道》"


def test_items_come_from_the_quotes_or_from_the_passage() -> None:
    assert list_item((FIRST,), 2) == "二是新型学徒平台"
    assert list_item((FIRST,), 7) == ""
    assert list_item((), 1) == ""
    items = tuple(Quote(PASSAGE, text, (Span(0, 3),), 1.0) for text in ("一是甲。", "二是乙。"))
    assert list_item(items, 2) == "二是乙"


def test_it_stands_for_what_the_question_was_about() -> None:
    asked = Turn("徐留平文章里的《意见》是谁印发的？", "中共中央、国务院。")
    assert after("它说各级工会要做什么？", asked) == "徐留平文章里的《意见》说各级工会要做什么？"


def test_the_topic_of_a_question() -> None:
    assert topic_of("工会理论培训班讲话提出的八个对标是哪些？") == "工会理论培训班讲话提出的八个对标"
    assert topic_of("第十五届中国新生代设计大奖由谁主办？") == "第十五届中国新生代设计大奖主办"

"""Signatures: names alone, reporters' lines, credits, role notes; and what only looks like one."""

import pytest

from rag.corpus.credits import closing_credit, credit
from rag.corpus.names import (
    bare_names,
    byline,
    closing_byline,
    inline_byline,
    is_name,
    labelled_names,
    role_note,
)
from rag.corpus.offices import office, post


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("马 璐", ("马璐",)),
        ("王敏", ("王敏",)),
        ("甘卫斌 闻效仪 葛国耀", ("甘卫斌", "闻效仪", "葛国耀")),
        ("欧阳修", ("欧阳修",)),
        ("本报记者 杨明清 张婧", ("杨明清", "张婧")),
        ("□本报记者 周晓峰 通讯员 林静", ("周晓峰", "林静")),
        ("文/张三丰", ("张三丰",)),
        ("作者：刘洋", ("刘洋",)),
        ("張國強 李婉儀", ("張國強", "李婉儀")),
        ("张文华 王文", ("张文华", "王文")),  # 文 is part of a name unless it stands before a slash
        ("本报记者 黄 伟 本报通讯员 曾 静 文/图", ("黄伟", "曾静")),
        ("文/图 王强", ("王强",)),
        ("张三丰/文 李思远/图", ("张三丰", "李思远")),
    ],
)
def test_bylines(line: str, names: tuple[str, ...]) -> None:
    found = byline(line)
    assert found is not None
    assert found.names == names


@pytest.mark.parametrize(
    "line", ["观点", "高考", "时评", "工作研究", "前沿观察", "金融", "严肃", "马上就要开会了", "王先生说得对。"]
)
def test_what_signs_nothing(line: str) -> None:
    assert byline(line) is None


def test_names() -> None:
    assert is_name("王敏")
    assert not is_name("方法")
    assert bare_names("获奖名单") == ()


@pytest.mark.parametrize(
    ("text", "end", "names"),
    [
        ("本报讯(记者马学礼 通讯员刘斌)“跟着师傅”", 16, ("马学礼", "刘斌")),
        ("本报海口8月10日电 （记者孙海天）10日", 18, ("孙海天",)),
        ("新华社北京11月2日电（记者 张三、李四）", 21, ("张三", "李四")),
        ("【記者王小明／台北報導】捷運", 12, ("王小明",)),
        ("本报讯 记者王强报道：昨天", 11, ("王强",)),
        ("本报北京9月20日讯 记者李华、王明报道：今年", 21, ("李华", "王明")),
        ("（中央社記者陳美玲東京1日電）日本", 15, ("陳美玲",)),
        ("【本報記者林佳慧台北報導】勞動部", 13, ("林佳慧",)),
        ("〔記者李大同／高雄報導〕中颱", 12, ("李大同",)),
    ],
)
def test_reporters_lines(text: str, end: int, names: tuple[str, ...]) -> None:
    found = inline_byline(text)
    assert found is not None
    assert (found.end, found.names) == (end, names)


@pytest.mark.parametrize(
    "text", ["本报讯今天上午", "记者从会上获悉，今年将新增岗位。", "本报（记者节特刊）", "（一）记者应当"]
)
def test_no_reporters_line(text: str) -> None:
    assert inline_byline(text) is None


def test_a_reporters_line_may_close_a_report() -> None:
    found = closing_byline("会议昨日闭幕。（本报记者 张三）")
    assert found is not None
    assert (found.start, found.names) == (7, ("张三",))
    assert closing_byline("这是正文（见附件）") is None


@pytest.mark.parametrize(
    ("text", "start", "names"),
    [
        ("86人参训。 (陈 晨)", 7, ("陈晨",)),
        ("送去药品等。（李晓梅 周建国）", 6, ("李晓梅", "周建国")),
        ("(执笔:王建军)", 0, ("王建军",)),
    ],
)
def test_names_alone_sign_a_brief_after_its_last_sentence(text: str, start: int, names: tuple[str, ...]) -> None:
    found = closing_byline(text)
    assert found is not None
    assert (found.start, found.names) == (start, names)
    assert closing_byline("他叫（王强）") is None


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("本报评论员", "本报评论员"),
        ("□ 中共青岛市委宣传部", "中共青岛市委宣传部"),
        ("中国社会科学院数字经济课题组", "中国社会科学院数字经济课题组"),
        ("經濟日報特約評論員", "經濟日報特約評論員"),
    ],
)
def test_a_body_that_writes(line: str, name: str) -> None:
    found = office(line)
    assert found is not None
    assert found.names == (name,)


@pytest.mark.parametrize("line", ["市总工会成立课题组", "编辑部的故事", "全国总工会", "评论员文章引发热议"])
def test_no_body_that_writes(line: str) -> None:
    assert office(line) is None


@pytest.mark.parametrize(
    ("line", "names", "role"),
    [
        ("市长  郑海涛", ("郑海涛",), "市长"),
        ("全国总工会副主席 马 璐", ("马璐",), "全国总工会副主席"),
        ("王敏 中共济南市委党校", ("王敏",), "中共济南市委党校"),
        ("陳建宏(台北市/國中教師)", ("陳建宏",), "台北市/國中教師"),
        ("李強　全國人大代表、某集團董事長", ("李強",), "全國人大代表、某集團董事長"),
    ],
)
def test_a_name_beside_a_post(line: str, names: tuple[str, ...], role: str) -> None:
    found = post(line)
    assert found is not None
    assert (found.names, found.role) == (names, role)
    assert post("会议由市长 主持召开") is None


@pytest.mark.parametrize(
    ("text", "names", "role"),
    [
        ("(作者系全国总工会副主席、书记处书记)", (), "全国总工会副主席、书记处书记"),
        ("安全感。(作者单位:广西壮族自治区百色市总工会)", (), "广西壮族自治区百色市总工会"),
        (
            "(作者甘卫斌、葛国耀单位为总工会,闻效仪单位为学院)",
            ("甘卫斌", "葛国耀", "闻效仪"),
            "甘卫斌、葛国耀单位为总工会,闻效仪单位为学院",
        ),
        ("(作者系全國總工會黨組書記)", (), "全國總工會黨組書記"),
        ("（本文作者为某大学教授（退休））", (), "某大学教授（退休）"),
        ("(本文作者為政治大學教授 王麗容)", ("王麗容",), "政治大學教授 王麗容"),
        ("作者简介：王敏，某大学教授。", (), "王敏，某大学教授"),
    ],
)
def test_role_notes(text: str, names: tuple[str, ...], role: str) -> None:
    found = role_note(text)
    assert found is not None
    assert (found.names, found.role) == (names, role)


def test_no_role_note() -> None:
    assert role_note("(作者们都来了)吗？") is None
    assert role_note("作者写道。") is None


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("程依宝摄/中新社", ("程依宝",)),
        ("策划/制图:张菁", ("张菁",)),
        ("制图 李梦瑶", ("李梦瑶",)),
        ("新华社发(张三 摄)", ("张三",)),
        ("视觉中国供图", ()),
    ],
)
def test_credits(line: str, names: tuple[str, ...]) -> None:
    found = credit(line)
    assert found is not None
    assert found.names == names


def test_no_credit() -> None:
    assert credit("他喜欢摄影。") is None
    assert credit("编辑部的故事") is None
    assert credit("编辑 部门的故事") is None


def test_the_photographer_after_a_caption() -> None:
    found = closing_credit("农机手在田间作业。本报通讯员 马晓春 摄")
    assert found is not None
    assert (found.start, found.names) == (9, ("马晓春",))
    assert closing_credit("他什么都喜欢。尤其是摄影") is None


def test_labelled_names() -> None:
    assert labelled_names("2024-03-05 来源：工人日报 作者：刘洋") == ("刘洋",)

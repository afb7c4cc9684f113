"""Signatures: names alone, reporters' lines, credits, role notes; and what only looks like one."""

import pytest

from rag.corpus.names import (
    bare_names,
    byline,
    closing_byline,
    credit,
    inline_byline,
    is_name,
    labelled_names,
    role_note,
)


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
        ("（中央社記者陳美玲東京1日電）日本", 15, ("陳美玲",)),
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


def test_labelled_names() -> None:
    assert labelled_names("2024-03-05 来源：工人日报 作者：刘洋") == ("刘洋",)

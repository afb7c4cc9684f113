"""Cleaning: what goes, what stays, and that every character that stays keeps its place."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.corpus.clean import clean
from rag.corpus.load import load_file, source_from_text
from rag.types import CleanText, Source

SEEDS = sorted((Path(__file__).parents[1] / "seeds").glob("*.txt"))
MARKS = st.sampled_from(
    (
        *("# ", "## ", "- ", "**", "__", "\n", "\r\n", "\r", "\n\n", " ", "\u3000", "\u200b", "\ufeff", "\x07", "\t"),
        *("---\n", "[文](u)", "<br>", "書(shū)", "?qǐng)", " and ", "工人", "日报", "。", ",", "“", "”", "(", ")", "a"),
        *("1", "\u2028"),
    )
)
DAMAGED = st.lists(MARKS | st.text(max_size=3), max_size=60).map("".join)


def cleaned(raw: str) -> CleanText:
    return clean(Source(id="x", path="", raw=raw, sha256=""))


def assert_placed(text: CleanText) -> None:
    """The promise of CleanText: origins go up, and characters are the original's except where a Repair says so."""
    raw = text.source.raw
    repaired = {repair.span.start: repair.shown for repair in text.repairs if repair.shown}
    assert list(text.origins) == sorted(set(text.origins))
    for char, origin in zip(text.text, text.origins, strict=True):
        assert char == repaired.get(origin, raw[origin])


@given(DAMAGED)
@settings(max_examples=400, deadline=None)
def test_every_character_keeps_its_place(raw: str) -> None:
    text = cleaned(raw)
    assert_placed(text)
    assert not text.text or (text.text.strip("\n") == text.text and "\n\n" not in text.text)


@settings(deadline=None)
@given(DAMAGED)
def test_cleaning_is_deterministic_and_loses_no_chinese_word(raw: str) -> None:
    text = cleaned(raw)
    assert text == cleaned(raw)
    assert "".join(text.text.split()).count("工人") >= raw.count("工人")


@pytest.mark.parametrize("path", SEEDS, ids=lambda path: path.name[:3])
def test_the_seeds_keep_their_places(path: Path) -> None:
    text = clean(load_file(path))
    assert_placed(text)
    assert "#" not in text.text
    assert not any(line != line.strip() for line in text.text.split("\n"))


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("\n\n# 标题 #\n\n正文。  \n(作者)\n", "标题\n正文。\n(作者)"),
        ("**重点**与__强调__，2*3*4", "重点与强调，2*3*4"),
        ("甲。\n\n---\n\n乙。\n***", "甲。\n乙。"),
        ("> 引文\n- 一项\n* 二项", "引文\n一项\n二项"),
        ("见[通知](http://a.b/c)。", "见通知。"),
        ("一\u200b二\ufeff三\x07四", "一二三四"),
        ("甲   乙\u3000\u3000丙", "甲 乙\u3000丙"),
        ("甲。\r\n乙。\r\n", "甲。\n乙。"),
        ("甲。\r乙。", "甲。\n乙。"),
        ("#话题#很热", "#话题#很热"),
        ("-5度", "-5度"),
        ("", ""),
        (" \n\t\n", ""),
    ],
)
def test_layout(raw: str, shown: str) -> None:
    assert cleaned(raw).text == shown


WRAPPED = (
    "中国工会第十八次全国代表大会于二〇二三年十月在北京召\n开。大会审议通过了工作报告，选举产生了新一届领导机构，\n"
    "明确了今后五年的目标任务。\n    会议指出，要牢牢把握为实现中国梦而奋斗的时代主题，\n团结动员亿万职工建功立业。\n"
)


def test_hard_wrapped_lines_are_one_paragraph_and_the_joins_can_be_seen() -> None:
    text = cleaned(WRAPPED)
    assert text.text.split("\n") == [
        "中国工会第十八次全国代表大会于二〇二三年十月在北京召开。大会审议通过了工作报告，选举产生了新一届领导机构，"
        "明确了今后五年的目标任务。",
        "会议指出，要牢牢把握为实现中国梦而奋斗的时代主题，团结动员亿万职工建功立业。",
    ]
    assert [text.source.raw[repair.span.start : repair.span.end] for repair in text.repairs] == ["\n"] * 3


def test_a_wrapped_page_with_indents_and_headings_between() -> None:
    lines = clean(load_file(Path(__file__).parent / "data" / "pages" / "skills.txt")).text.split("\n")
    assert [line[:5] for line in lines] == [
        "技能成才 ", "——第八届", "本报记者　", "“叮！”随", "“比赛题目",
        "●传承：师", "在焊工赛场", "●创新：机", "今年大赛首",
    ]  # fmt: skip
    assert "额头上很快渗出了汗珠。" in lines[3]


@pytest.mark.parametrize(
    "raw",
    [
        "床前明月光，\n疑是地上霜。\n举头望明月，\n低头思故乡。",
        "本报记者 杨明清 张婧\n本报通讯员 宋佳",
        "一段很长很长的话，说了许多事情，没有折行，自成一段。\n又一段。\n第三段比较长，但是也没有折行，写在一行里面。",
        "一、安全生产责任制度要求\n二、安全生产教育培训制度\n三、安全生产检查整改制度",
    ],
)
def test_lines_that_are_meant_stay(raw: str) -> None:
    assert cleaned(raw).text == raw


def test_latin_words_keep_a_blank_where_a_line_was_wrapped() -> None:
    lines = ["The quick brown fox jumps over the lazy dog and", "then the quick brown fox jumps over it all again",
             "because the dog is lazy and so it goes on and on", "until the end."]  # fmt: skip
    assert cleaned("\n".join(lines)).text == " ".join(lines)


NOTED = "黨(dǎng)和國(guó)家歷(lì)史性成就,產(chǎn)業(yè)工人隊(duì)伍建設(shè)改革,書(shū)記處(chù)。"


def test_pinyin_goes_where_the_whole_file_has_it() -> None:
    text = cleaned(NOTED * 5)
    assert text.text == "黨和國家歷史性成就,產業工人隊伍建設改革,書記處。" * 5
    assert {repair.reason for repair in text.repairs} == {"删去残留的拼音注"}


@pytest.mark.parametrize(
    "raw",
    [
        NOTED,  # too few to be sure
        "“魍魉(wǎng)”是传说中的鬼怪。"
        + "魍魉出没的山林里住着许多人家，他们日出而作。" * 30,  # a primer notes a word once
        "他说(a)和(b)都对。" * 40,
    ],
)
def test_pinyin_stays_elsewhere(raw: str) -> None:
    assert cleaned(raw).text == raw


def test_a_destroyed_character_comes_back_only_when_one_word_fits() -> None:
    raw = NOTED * 3 + "來(lái)源:《工人日?qǐng)?bào)》" + "匯報(bào)請(qǐng)示" * 3 + NOTED * 3
    text = cleaned(raw)
    assert "《工人日報》" in text.text
    (repair,) = [repair for repair in text.repairs if repair.shown]
    assert raw[repair.span.start : repair.span.end] == "?qǐng)?bào)"
    unsure = cleaned(NOTED * 5 + "他們?bào)說" + NOTED * 5)
    assert "?bào)" in unsure.text  # no word fits: shown as it is


def test_an_english_and_between_chinese_words_is_a_recognition_error() -> None:
    text = cleaned("最关心的问题 and 职工群众权益")
    assert text.text == "最关心的问题和职工群众权益"
    assert [(text.source.raw[r.span.start : r.span.end], r.shown) for r in text.repairs] == [(" and ", "和")]
    for raw in ("R and D", "品牌 Rock and Roll 音乐", "Tom and 杰瑞"):
        assert cleaned(raw).text == raw


def test_source_from_text_is_the_door_for_extracted_formats() -> None:
    assert clean(source_from_text("报告.docx", "第一段。\n第二段。")).text == "第一段。\n第二段。"

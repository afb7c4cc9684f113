"""Ordinals of every kind, their nesting, and the counts that are announced."""

from pathlib import Path

import pytest

from rag.corpus.counts import announced, enumerations
from rag.corpus.load import source_from_text
from rag.corpus.ordinals import Style, marker_at, markers, number_of
from rag.corpus.reading import read_source
from rag.corpus.spans import read_spans


def tree(raw: str) -> list[tuple[int, str, int, str]]:
    """(depth, marker, number, words) of the outline in reading order."""
    reading = read_source(source_from_text("x", raw))
    depth: dict[str, int] = {"": -1}
    rows = []
    for item in reading.outline:
        depth[item.id] = depth[item.parent_id] + 1
        rows.append((depth[item.id], item.marker, item.number, read_spans(reading.clean, item.spans)))
    return rows


def marked(raw: str) -> list[tuple[str, int]]:
    return [(marker, number) for _, marker, number, _ in tree(raw) if marker]


@pytest.mark.parametrize(
    ("printed", "value"),
    [
        ("一", 1),
        ("十", 10),
        ("十二", 12),
        ("二十", 20),
        ("二十三", 23),
        ("12", 12),
        ("③", 3),
        ("其次", 2),
        ("百", 0),
        ("两", 2),
    ],
)
def test_numbers(printed: str, value: int) -> None:
    assert number_of(printed) == value


@pytest.mark.parametrize(
    ("text", "style", "number", "printed"),
    [
        ("一、总则", Style.HAN_COMMA, 1, "一、"),
        ("（二）职责", Style.HAN_BRACKET, 2, "（二）"),
        ("第三,守正", Style.DI, 3, "第三"),
        ("第三章 总则", Style.CHAPTER, 3, "第三章"),
        ("第十条 国家", Style.ARTICLE, 10, "第十条"),
        ("四是加强", Style.SHI, 4, "四是"),
        ("五要增强", Style.YAO, 5, "五要"),
        ("其六,推进", Style.QI, 6, "其六"),
        ("首先，要", Style.SHOUXIAN, 1, "首先"),
        ("7. 其他", Style.DIGIT, 7, "7."),
        ("（8）其他", Style.DIGIT_BRACKET, 8, "（8）"),
        ("⑨其他", Style.CIRCLE, 9, "⑨"),
    ],
)
def test_markers(text: str, style: Style, number: int, printed: str) -> None:
    found = marker_at(text)
    assert found is not None
    assert (found.style, found.number, found.printed) == (style, number, printed)


@pytest.mark.parametrize(
    "text", ["一个人", "第三方", "3.14是", "一是否", "其他", "十分重要", "二十大报告", "2023年", ""]
)
def test_what_is_no_marker(text: str) -> None:
    assert marker_at(text) is None


def test_markers_inside_a_line_follow_a_stop() -> None:
    text = "有三点：一是甲；二是乙。三是丙，四是丁"
    assert [text[marker.start : marker.end] for marker in markers(text)] == ["一是", "二是", "三是"]


def test_inline_lists() -> None:
    rows = tree("要从三个方面发力：一是抓认识；二是抓落实；三是抓监督。")
    assert rows == [
        (0, "", 0, "要从三个方面发力："),
        (1, "一是", 1, "一是抓认识；"),
        (1, "二是", 2, "二是抓落实；"),
        (1, "三是", 3, "三是抓监督。"),
    ]


def test_lists_over_paragraphs_with_lists_inside() -> None:
    raw = (
        "重点抓好以下工作。\n\n其一，抓基层。一是建起来；二是转起来。\n\n其二，抓队伍。一是选好；二是用好。\n\n结束语。"
    )
    assert [(depth, marker) for depth, marker, _, _ in tree(raw) if marker] == [
        (1, "其一"), (2, "一是"), (2, "二是"), (1, "其二"), (2, "一是"), (2, "二是"),
    ]  # fmt: skip


def test_paragraphs_between_two_items_belong_to_the_first_and_none_to_the_last() -> None:
    rows = tree("几点意见。\n\n一要学。认真学。\n\n补充一句。\n\n二要干。努力干。\n\n同志们，再见。")
    assert [words for _, marker, _, words in rows if marker] == ["一要学。认真学。\n补充一句。", "二要干。努力干。"]


def test_sections_and_what_stands_in_them() -> None:
    raw = "# 题\n\n## 一、甲\n\n文。1. 子；2. 丑。\n\n## 二、乙\n\n（一）寅\n\n文。\n\n（二）卯\n\n文。"
    assert [(depth, marker) for depth, marker, _, _ in tree(raw) if marker] == [
        (1, "一、"), (2, "1."), (2, "2."), (1, "二、"), (2, "（一）"), (2, "（二）"),
    ]  # fmt: skip


def test_the_last_section_holds_its_items_without_any_markup() -> None:
    raw = "题目在此\n\n一、总结\n\n成绩很大。\n\n二、部署\n\n（一）抓安全\n\n严字当头。\n\n（二）抓质量\n\n质量第一。\n"
    assert [(depth, marker) for depth, marker, _, _ in tree(raw) if marker] == [
        (1, "一、"), (1, "二、"), (2, "（一）"), (2, "（二）"),
    ]  # fmt: skip


def test_a_list_below_the_last_item_belongs_to_it() -> None:
    rows = tree("第一条 为了权益，制定本法。\n第二条 机构有：\n（一）公共机构；\n（二）其他机构。")
    assert [(depth, marker) for depth, marker, _, _ in rows] == [
        (0, "第一条"), (0, "第二条"), (1, "（一）"), (1, "（二）"),
    ]  # fmt: skip


def test_traditional_ordinals_and_counts() -> None:
    reading = read_source(source_from_text("x", "克服三大難題：一是地質鬆軟；二是管線密集；三是交通維持。"))
    assert [item.number for item in reading.outline if item.marker] == [1, 2, 3]
    assert (reading.outline[0].announced, reading.outline[0].announced_as) == (3, "三大難題")


@pytest.mark.parametrize(
    ("raw", "items"),
    [
        ("第一，这是孤零零的一条。", []),
        ("首先，我要感谢大家。", []),
        ("一是一，二是二。", []),
        ("一是甲。二是乙。二是又乙。四是丁。", ["一是", "二是", "二是", "四是"]),
        ("二要学。学习。\n\n三要干。干活。", ["二要", "三要"]),
        ("一、甲。\n\n三、乙。\n\n三、丙。\n\n五、丁。", ["一、", "三、", "三、", "五、"]),
    ],
)
def test_lone_skipped_and_repeated_ordinals(raw: str, items: list[str]) -> None:
    assert [marker for marker, _ in marked(raw)] == items


@pytest.mark.parametrize(
    ("intro", "listed", "count"),
    [
        ("重点做到“八个对标”：", 8, (8, "八个对标")),
        ("提出13条举措。", 7, (13, "13条举措")),
        ("在12个省份，抓好五个方面工作：", 5, (5, "五个方面工作")),
        ("历时3个月。", 3, None),
        ("今后可以如下进行。", 3, None),
        ("覆盖全国31个省份，", 4, None),
    ],
)
def test_announced(intro: str, listed: int, count: tuple[int, str] | None) -> None:
    found = announced(intro, listed)
    assert (None if found is None else (found.number, found.words)) == count


def test_things_without_markers_are_found_when_exactly_as_many_stand_in_a_row() -> None:
    def told(text: str) -> list[tuple[str, list[str]]]:
        return [(count.words, [text[a:b] for a, b in count.items]) for count in enumerations(text)]

    text = "将为产业工人搭建职业教育、新型学徒、技能提升、技能竞赛、创新创效、成长成才六大平台。"
    assert told(text) == [("六大平台", ["职业教育", "新型学徒", "技能提升", "技能竞赛", "创新创效", "成长成才"])]
    assert told("建立“源头参与、源头协商和源头预防”三项机制。") == [("三项机制", ["源头参与", "源头协商", "源头预防"])]
    assert told("要做到“四同步”，即同步部署、同步配置、同步落实、同步考核。")[0][1][0] == "同步部署"
    assert told("提出包括搭建平台在内的13条举措。") == [("13条举措", [])]
    assert told("历时3个月，走访20家企业。") == []


def counted(raw: str) -> list[tuple[str, int, int]]:
    """(words that announce, announced, items printed below) of every announced count."""
    reading = read_source(source_from_text("x", raw))
    return [
        (item.announced_as, item.announced, sum(one.parent_id == item.id for one in reading.outline))
        for item in reading.outline
        if item.announced
    ]


def test_a_count_before_a_mere_pointer_is_the_count_of_the_list() -> None:
    raw = "市商务局推出13条举措，支持外贸企业。主要包括：一是加大保险支持；二是降低融资成本；三是支持境外参展。\n"
    assert counted(raw) == [("13条举措", 13, 3)]
    assert tree(raw)[0][3] == "13条举措，支持外贸企业。主要包括："
    told = "市商务局推出3条举措，支持外贸企业。会议讨论了实施办法。一是加大保险支持；二是降低融资成本。\n"
    assert counted(told) == [("3条举措", 3, 0)]


def test_numbers_in_quotation_marks_announce_nothing() -> None:
    assert counted("贯彻“二十大”精神，落实“十四五”规划。\n") == []
    assert counted("增强“四个意识”，用好“五员四方”调解。\n") == [("四个意识", 4, 0), ("五员四方", 5, 0)]


def test_what_comes_last_is_numbered_by_its_place() -> None:
    rows = tree("首先，放寬門檻。其次，完善配套。最後，加強宣傳。\n")
    assert [(marker, number) for _, marker, number, _ in rows if marker] == [("首先", 1), ("其次", 2), ("最後", 3)]


def test_a_headline_introduces_the_list_under_it() -> None:
    raw = "我市推出13条举措\n\n- 加大保险支持\n- 降低融资成本\n- 支持境外参展\n"
    assert counted(raw) == [("13条举措", 13, 3)]
    assert [(depth, words) for depth, _, _, words in tree(raw)][:2] == [(0, "我市推出13条举措"), (1, "加大保险支持")]


def test_a_page_whose_headline_counts_more_than_it_prints() -> None:
    raw = (Path(__file__).parent / "data" / "pages" / "trade.txt").read_text("utf-8")
    assert counted(raw) == [("13条举措", 13, 7), ("13条举措", 13, 7)]  # in the report, and in the box beside it

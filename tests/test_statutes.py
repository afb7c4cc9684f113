"""Texts of numbered articles: an article with its items is one passage, and nothing is lost or read twice."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.corpus.clean import clean
from rag.corpus.load import load_file, source_from_text
from rag.corpus.reading import read_source
from rag.corpus.spans import read_spans
from rag.corpus.split import LONGEST
from rag.corpus.statutes import statute
from rag.types import PassageKind, Reading

LAWS = Path(__file__).parents[2] / "shared" / "data" / "laws"
HARBOUR = """# 渡口管理条例

1999年3月2日 某省人民代表大会通过

2012年6月5日 某省人民代表大会修正

2012年9月1日 起施行

<!-- INFO END -->

目 录

第一章 总 则

第二章 渡船

## 第一章 总 则

第一条 为了管好渡口，制定本条例。

第二条　渡口由所在地的乡管理。

乡可以委托村管理。

## 第二章 渡船

### 第一节 登记

第三条 渡船应当具备下列条件：

（一）船体完好；

（二）有两名船工；

（三）有救生设备。

第三条之一 竹筏适用前条第（一）项的规定。

第四条 违反第三条规定的，不得开航。

第一百二十条 本条例自公布之日起施行。
"""


def read(raw: str, name: str = "渡口管理条例.md") -> Reading:
    return read_source(source_from_text(name, raw))


def articles(reading: Reading) -> list[str]:
    return [p.text for p in reading.passages if p.text.startswith("第") and p.kind is PassageKind.PARAGRAPH]


def test_an_article_with_its_items_is_one_passage_under_its_divisions() -> None:
    reading = read(HARBOUR)
    third = next(p for p in reading.passages if p.text.startswith("第三条 "))
    assert third.text == "第三条 渡船应当具备下列条件：\n（一）船体完好；\n（二）有两名船工；\n（三）有救生设备。"
    assert third.headings == ("第二章 渡船", "第一节 登记")
    assert third.title == "渡口管理条例"
    assert next(p for p in reading.passages if p.text.startswith("第二条")).text.endswith("\n乡可以委托村管理。")
    assert [text.split()[0] for text in articles(reading)] == [
        "第一条",
        "第二条",
        "第三条",
        "第三条之一",
        "第四条",
        "第一百二十条",
    ]


def test_the_version_is_the_last_change_and_not_the_day_it_began() -> None:
    assert {p.date for p in read(HARBOUR).passages} == {"2012-06-05"}
    assert {p.date for p in read(HARBOUR, "渡口管理条例(2019-01-08).md").passages} == {"2019-01-08"}


def test_items_are_a_list_below_their_article() -> None:
    reading = read(HARBOUR)
    (parent,) = (item for item in reading.outline if not item.parent_id)
    below = [item for item in reading.outline if item.parent_id == parent.id]
    assert (parent.marker, parent.number) == ("第三条", 3)
    assert [read_spans(reading.clean, item.spans) for item in below] == [
        "（一）船体完好；",
        "（二）有两名船工；",
        "（三）有救生设备。",
    ]


def test_a_comment_of_the_file_is_no_passage() -> None:
    reading = read(HARBOUR)
    assert not any("INFO" in passage.text for passage in reading.passages)


@pytest.mark.parametrize(
    "raw",
    [
        "工会的一封信\n\n第一条经验是下车间。\n\n第二条经验是讲实话。\n\n第三条经验是多问。",
        "一篇文章\n\n" + "这里说的是别的事情。" * 60 + "\n\n第一条 甲。\n\n第二条 乙。\n\n第三条 丙。",
        "第一条 只有一条。",
        "摘录\n\n第八条 甲是乙。\n\n第二条 乙是丙。\n\n第五条 丙是丁。\n\n第一条 丁是戊。",
    ],
)
def test_what_only_mentions_articles_is_read_as_before(raw: str) -> None:
    assert statute(clean(source_from_text("文.md", raw))) is None


WORDS = st.text("春江潮水连海平月共生的，船工渡口", min_size=1, max_size=40)
ARTICLE = st.tuples(WORDS, st.lists(WORDS, max_size=14), st.lists(WORDS, max_size=12))
DIGITS = "一二三四五六七八九"


def numeral(number: int) -> str:
    tens, ones = divmod(number, 10)
    return (
        ("" if tens == 1 else DIGITS[tens - 1] if tens else "")
        + ("十" if tens else "")
        + (DIGITS[ones - 1] if ones else "")
    )


@settings(deadline=None, max_examples=60)
@given(st.lists(ARTICLE, min_size=4, max_size=12), st.integers(0, 3))
def test_every_line_is_read_once_and_no_item_is_cut(
    made: list[tuple[str, list[str], list[str]]], chapters: int
) -> None:
    lines = ["办法"]
    for number, (first, more, items) in enumerate(made, 1):
        if chapters and number % chapters == 1 % chapters:
            lines.append(f"第{numeral(number)}章 {first[:6]}")
        lines.append(f"第{numeral(number)}条 {first}：")
        lines += [f"{line}。" for line in more]
        lines += [f"（{numeral(n)}）{item}；" for n, item in enumerate(items, 1)]
    reading = read("\n\n".join(lines))
    assert "\n".join(passage.text for passage in reading.passages) == reading.clean.text
    for passage in reading.passages:
        assert read_spans(reading.clean, passage.spans) == passage.text
        assert len(passage.text) <= LONGEST * 5 // 4
        assert "\n（一）" in passage.text or not passage.text.startswith("（一）") or passage.headings
    whole = [p for p in reading.passages if p.kind is PassageKind.PARAGRAPH]
    assert all(line in "\n".join(p.text for p in whole).split("\n") for line in lines if line.startswith("（"))


def test_the_laws_have_every_article() -> None:
    if not LAWS.is_dir():
        pytest.skip("../shared/data/laws is not here: the inline laws above must do")
    files = sorted(LAWS.rglob("*.md"))[::25]
    codes = 0
    for path in files:
        parts = statute(clean(load_file(path)))
        if parts is None:
            continue
        codes += 1
        numbers = [part.number for part in parts if part.number]
        missing = [n for n, after in itertools.pairwise(numbers) if after - n > 1]
        raw = path.read_text(encoding="utf-8")
        assert all(f"\n第{numeral(int(n) + 1)}条 " not in raw for n in missing if n < 99), path.name
    assert codes >= 0.9 * len(files)

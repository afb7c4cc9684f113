"""Seams: what is joined, what is not, and that no file makes it slow or wrong."""

import time

import pytest

from rag.corpus.load import source_from_text
from rag.corpus.ngrams import ngrams, plain
from rag.corpus.reading import read_source
from rag.corpus.seams import FEATURES, Page
from rag.types import PassageKind

TORN = (
    "近年来，全市各级工会大力推进智慧工会建设，努力打造逻辑统一、覆盖全\n\n"
    "国的大数据系统和服务站，让职工群众在网上找到工会组织，享受到工会组织的服务。\n"
)


def paragraphs(raw: str) -> list[str]:
    return [p.text for p in read_source(source_from_text("x", raw)).passages if p.kind is PassageKind.PARAGRAPH]


def test_a_word_cut_in_two_is_joined_and_has_two_spans() -> None:
    reading = read_source(source_from_text("x", TORN))
    (passage,) = reading.passages
    assert "覆盖全国的大数据系统" in passage.text
    assert [TORN[span.start : span.end] for span in passage.spans] == TORN.strip().split("\n\n")
    assert not passage.interrupted


def test_no_continuation_is_said() -> None:
    raw = (
        "我们要丰富职工文化生活，走向基层、走近职工，坚持凝心铸魂；"
        "发挥全总文工团在职工思\n\n习近平总书记强调，要把工作重心放在最广大普通职工身上，改进工作作风。\n"
    )
    reading = read_source(source_from_text("x", raw))
    assert [p.interrupted for p in reading.passages] == [True, False]
    assert all(len(p.spans) == 1 for p in reading.passages)


@pytest.mark.parametrize(
    "raw",
    [
        "第一段说完了。\n\n第二段也说完了。\n\n第三段同样说完了。\n",
        "床前明月光\n疑是地上霜\n举头望明月\n低头思故乡\n",
        "姓名：张三\n性别：男\n职业：工人\n",
        "苹果\n香蕉\n橘子\n葡萄\n",
        "工会主席王敏\n\n副主席李强\n\n秘书长赵刚\n",
    ],
)
def test_whole_lines_are_left_alone(raw: str) -> None:
    reading = read_source(source_from_text("x", raw))
    assert all(len(p.spans) == 1 for p in reading.passages if p.kind is PassageKind.PARAGRAPH)


def test_quotation_marks_speak_for_the_piece_that_closes_them() -> None:
    page = Page(["他说：“我们要把这件事情", "做好。”大家都鼓掌。", "做好。大家都鼓掌。"])
    by_name = [dict(zip(FEATURES, page.features(0, right), strict=True)) for right in (1, 2)]
    assert (by_name[0]["closes"], by_name[0]["unclosed"]) == (1, 0)
    assert (by_name[1]["closes"], by_name[1]["unclosed"]) == (0, 1)


def test_the_counts_know_words() -> None:
    table = ngrams()
    assert table.follows("全", "国") > table.follows("全", "习")
    assert table.count("工会") > 0
    assert table.count("工龘") == 0
    assert plain("２０２３年 ABC 後") == "0年a后"


def test_many_open_lines_are_no_torn_page_and_cost_little() -> None:
    begin = time.perf_counter()
    found = paragraphs("\n\n".join(f"这是第{n}行，没有句号的一行文字，而且很多" for n in range(3000)))
    assert len(found) == 3000
    assert time.perf_counter() - begin < 20

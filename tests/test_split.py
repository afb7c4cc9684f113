"""Passages: short enough, nothing lost, ids that depend on the words alone."""

from hypothesis import given
from hypothesis import strategies as st

from rag.corpus.load import source_from_text
from rag.corpus.reading import read_source
from rag.corpus.split import LONGEST, passage_id, pieces
from rag.types import PassageKind


@given(st.text(alphabet="甲乙丙。；，\n“”", max_size=3000) | st.integers(0, 5000).map(lambda n: "甲" * n))
def test_pieces_cover_the_text_and_are_short(text: str) -> None:
    ranges = pieces(text)
    assert "".join(text[start:end] for start, end in ranges) == text
    assert all(end - start <= LONGEST * 5 // 4 + LONGEST // 8 for start, end in ranges)


def test_long_paragraphs_are_cut_after_whole_sentences() -> None:
    text = ("工会要竭诚服务职工群众" * 5 + "。") * 20
    assert all(text[end - 1] == "。" for _, end in pieces(text))
    assert len(pieces(text)) == 3


def test_ids_come_from_the_words_and_survive_other_changes() -> None:
    raw = "标题在此\n\n第一段说了些事情。\n\n相同的话。\n\n相同的话。"
    first = read_source(source_from_text("甲.txt", raw))
    second = read_source(source_from_text("乙.txt", "新加的一段放在前面。\n\n" + raw))
    assert len({passage.id for passage in first.passages}) == len(first.passages)
    assert {p.id for p in first.passages if p.kind is PassageKind.PARAGRAPH} <= {p.id for p in second.passages}
    assert passage_id("相同的话。", 1) != passage_id("相同的话。", 2)


def test_headings_stand_above_their_paragraphs() -> None:
    reading = read_source(
        source_from_text("x", "# 题\n\n引言。\n\n## 一、甲\n\n甲文。\n\n### （一）乙\n\n乙文。\n\n## 二、丙\n\n丙文。")
    )
    paths = {p.text: p.headings for p in reading.passages if p.kind is PassageKind.PARAGRAPH}
    assert paths == {"引言。": (), "甲文。": ("一、甲",), "乙文。": ("一、甲", "（一）乙"), "丙文。": ("二、丙",)}
    assert [a.title for a in reading.articles] == ["题"]


def test_bullets_are_list_passages() -> None:
    reading = read_source(source_from_text("x", "主要举措\n\n- 甲\n- 乙\n- 丙\n"))
    assert [(p.kind.value, p.text) for p in reading.passages if p.kind is PassageKind.LIST] == [("list", "甲\n乙\n丙")]

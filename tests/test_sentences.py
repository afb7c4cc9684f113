"""Sentences cover the text, end after their closing marks, and are found in linear time."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.corpus.sentences import sentences

SIGNS = st.text(alphabet="甲乙。！？；!?;\n“”《》（）()‘’「」…. a1　", max_size=120)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("甲。乙！丙", ["甲。", "乙！", "丙"]),
        ("他说：“去吧！”然后走了。好", ["他说：“去吧！”然后走了。", "好"]),
        ("“去吧！”“好。”他走了。", ["“去吧！”", "“好。”他走了。"]),
        ("《你好！》是一本书。", ["《你好！》是一本书。"]),
        ("甲；乙;丙", ["甲；", "乙;", "丙"]),
        ("甲\n乙", ["甲\n", "乙"]),
        ("真的？！”他问。", ["真的？！”", "他问。"]),
        ("他说……然后走了。", ["他说……然后走了。"]),
        ("(见附件。)下文。", ["(见附件。)下文。"]),
        ("1. It is 3.14 now. Good.", ["1. It is 3.14 now. ", "Good."]),
        ("", []),
        ("。。", ["。。"]),
    ],
)
def test_examples(text: str, parts: list[str]) -> None:
    assert [text[start:end] for start, end in sentences(text)] == parts


@given(SIGNS)
def test_every_character_is_in_exactly_one_sentence(text: str) -> None:
    ranges = sentences(text)
    assert "".join(text[start:end] for start, end in ranges) == text
    assert all(start < end for start, end in ranges)


def test_a_long_quotation_may_be_cut_inside() -> None:
    quoted = "“" + "一句很长的话说了又说。" * 10 + "”"
    assert len(sentences(quoted)) == 10


@pytest.mark.parametrize("unit", ["甲", "“", "（甲。", "。", "……", "a.", "“甲。”"])
def test_time_is_linear(unit: str) -> None:
    def seconds(size: int) -> float:
        begin = time.process_time()
        sentences(unit * size)
        return time.process_time() - begin

    seconds(1000)
    assert seconds(200_000) < 40 * max(seconds(20_000), 0.01)  # a quadratic scan would take 100 times as long

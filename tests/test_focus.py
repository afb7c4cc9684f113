"""The exact answer inside a sentence never cuts a name or a number."""

from __future__ import annotations

import pytest

from rag.answer.read import whole_words


@pytest.mark.parametrize(
    ("text", "words", "expected"),
    [
        ("义乌市总工会党组书记、主席王晖平心潮澎湃。", "主席王晖", "主席王晖平"),
        ("推出13条举措。", "3条", "13条"),
        ("共有1400余名职工。", "400余名", "1400余名"),
        ("活动在览山公园举行。", "览山公园", "览山公园"),
        ("活动在览山公园举行。", "", ""),
        ("活动在览山公园举行。", "别处", "别处"),
    ],
)
def test_whole_words(text: str, words: str, expected: str) -> None:
    assert whole_words(text, words) == expected

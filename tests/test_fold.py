"""Folding keeps the length, so that an offset in the folded text is an offset in the text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.corpus.fold import derive_table, fold, is_traditional, to_simplified


@pytest.mark.parametrize(
    ("text", "folded"),
    [((
        "《工人"
        "日報》"
    ), "《工人日报》"), ("ＡＢＣ１２", "abc12"), ("①㎡", "①㎡"), ("　", " "), ("\xa0", " "), ("後來", "后来"),
     ("裡裏", "里里"), ("線綫", "线线"), ("AbC", "abc"), ("（一），。", "(一),。"), ("İ", "İ"), ("ﬁ", "ﬁ")],
)  # fmt: skip
def test_examples(text: str, folded: str) -> None:
    assert fold(text) == folded


@given(st.text())
def test_folding_keeps_the_length_and_folding_twice_changes_nothing(text: str) -> None:
    once = fold(text)
    assert len(once) == len(text)
    assert fold(once) == once
    assert len(to_simplified(text)) == len(text)


def test_scripts() -> None:
    assert is_traditional("書")
    assert not is_traditional("人")
    assert to_simplified("ＡB產業") == "ＡB产业"


def test_the_table_that_is_carried_is_what_opencc_gives() -> None:
    assert {code: ord(to_simplified(chr(code))) for code in derive_table()} == derive_table()
    assert sum(to_simplified(chr(code)) != chr(code) for code in range(0x3400, 0x2FA20)) == len(derive_table())

"""Which part of a passage the reader model is given."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from rag.corpus.clauses import pieces, units
from rag.search.window import window

SENTENCES = [f"这是第{n}句，说的是第{n}件事。" for n in range(8)]
TEXT = "".join(SENTENCES)


def test_a_short_passage_is_read_whole() -> None:
    assert window(TEXT, [0.0] * 8, len(TEXT)) == (0, len(TEXT))


def test_whole_sentences_around_the_nearest() -> None:
    cosines = [0.1] * 8
    cosines[4] = 0.9
    start, end = window(TEXT, cosines, 2 * len(SENTENCES[0]))
    assert TEXT[start:end] == SENTENCES[4] + SENTENCES[5]
    cosines[7] = 1.0  # nothing follows the last one: the one before is taken
    start, end = window(TEXT, cosines, 2 * len(SENTENCES[0]))
    assert TEXT[start:end] == SENTENCES[6] + SENTENCES[7]


@given(st.text("工会，。；！ab\n", max_size=200), st.integers(1, 80), st.randoms())
def test_always_a_part_and_short_unless_one_sentence_is_long(text: str, longest: int, random: object) -> None:
    found = units(text)
    cosines = [random.random() for a, b in found for _ in pieces(text, a, b)]  # type: ignore[attr-defined]
    start, end = window(text, cosines, longest)
    assert 0 <= start <= end <= len(text)
    assert end - start <= longest or (start, end) in found


def test_vectors_that_do_not_match_the_text_do_no_harm() -> None:
    assert window(TEXT, [0.5], 30) == (0, 30)

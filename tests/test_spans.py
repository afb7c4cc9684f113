"""Passage characters → original places and back, across removed characters and across seams."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.corpus.reading import read_source
from rag.corpus.spans import clean_spans, cut_ranges, quote_spans, read_spans
from rag.types import CleanText, Passage, Source, Span

#      0123456789012345
RAW = "書(shū)記來\n\n下文在此"
CLEAN = CleanText(Source("s", "", RAW, ""), "書記來\n下文在此", (0, 6, 7, 8, 10, 11, 12, 13))


def test_a_removed_note_does_not_split_a_span() -> None:
    assert clean_spans(CLEAN, [(0, 3)]) == (Span(0, 8),)
    assert read_spans(CLEAN, (Span(0, 8),)) == "書記來"


def test_a_stitched_passage_is_read_in_the_order_of_its_spans() -> None:
    spans = clean_spans(CLEAN, [(4, 8), (0, 3)])
    assert spans == (Span(10, 14), Span(0, 8))
    assert read_spans(CLEAN, spans) == "下文在此書記來"
    passage = Passage("p", "a", "s", 0, "下文在此書記來", spans)
    assert quote_spans(CLEAN, passage, 2, 6) == (Span(12, 14), Span(0, 7))
    assert quote_spans(CLEAN, passage, 4, 5) == (Span(0, 1),)


@pytest.mark.parametrize(("start", "end"), [(0, 0), (3, 2), (-1, 2), (0, 8)])
def test_a_quote_outside_its_passage_is_refused(start: int, end: int) -> None:
    with pytest.raises(ValueError, match="passage of 7"):
        quote_spans(
            CLEAN, Passage("p", "a", "s", 0, "下文在此書記來", clean_spans(CLEAN, [(4, 8), (0, 3)])), start, end
        )


def test_cut_ranges() -> None:
    assert cut_ranges([(10, 14), (30, 35)], 2, 6) == [(12, 14), (30, 32)]
    assert cut_ranges([(10, 14), (30, 35)], 4, 9) == [(30, 35)]
    assert cut_ranges([(10, 14)], 2, 2) == []


@settings(deadline=None)
@given(st.text(alphabet="甲乙。，\n\r #*（）“”1.、一是(ā)\u200b", max_size=200), st.data())
def test_any_part_of_any_passage_reads_back(raw: str, data: st.DataObject) -> None:
    reading = read_source(Source("s", "", raw, ""))
    for passage in reading.passages:
        assert read_spans(reading.clean, passage.spans) == passage.text
    if reading.passages:
        passage = data.draw(st.sampled_from(reading.passages))
        start = data.draw(st.integers(0, len(passage.text) - 1))
        end = data.draw(st.integers(start + 1, len(passage.text)))
        assert read_spans(reading.clean, quote_spans(reading.clean, passage, start, end)) == passage.text[start:end]

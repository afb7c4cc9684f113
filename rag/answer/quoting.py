"""Part of a passage → a Quote whose spans are exact. Every quote in the program is made here."""

from __future__ import annotations

from collections.abc import Sequence

from rag.corpus.spans import Range, clean_ranges, quote_spans
from rag.types import CleanText, Passage, Quote, Span


def make_quote(passage: Passage, clean: CleanText, start: int, end: int, score: float, focus: str = "") -> Quote:
    """Quote characters ``start:end`` of ``passage.text``; the spans are where the same characters stand originally."""
    return Quote(passage, passage.text[start:end], quote_spans(clean, passage, start, end), score, focus)


def place_in(passage: Passage, clean: CleanText, spans: Sequence[Span]) -> Range | None:
    """The characters of ``passage.text`` from the first to the last that lies in ``spans``; None when none does.

    >>> # passage of clean characters 10:20, spans that read as clean characters 15:30 → (5, 10)
    """
    first: int | None = None
    last = at = 0
    wanted = clean_ranges(clean, spans)
    for left, right in clean_ranges(clean, passage.spans):
        for start, end in wanted:
            low, high = max(left, start), min(right, end)
            if low < high:
                first = at + low - left if first is None else min(first, at + low - left)
                last = max(last, at + high - left)
        at += right - left
    return None if first is None else (first, last)

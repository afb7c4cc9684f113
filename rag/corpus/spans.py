"""From characters of the cleaned text to places in the original, and back.

A passage's text is the clean characters whose origins lie in its spans, span after span. A run of neighbouring clean
characters is one span, whatever cleaning removed in between (a pinyin note, a line break); a passage that was stitched
from two columns has two.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence

from rag.types import CleanText, Passage, Span

Range = tuple[int, int]
"""Half-open range of characters of ``CleanText.text``."""


def clean_span(clean: CleanText, start: int, end: int) -> Span:
    """The original place of clean characters ``start:end``, from the first one's origin to just past the last one's."""
    if not 0 <= start < end <= len(clean.text):
        raise ValueError(f"clean characters {start}:{end} of {len(clean.text)}")
    return Span(clean.origins[start], clean.origins[end - 1] + 1)


def clean_spans(clean: CleanText, ranges: Iterable[Range]) -> tuple[Span, ...]:
    """One span for each of ``ranges`` in order; ranges that touch are merged first."""
    merged: list[Range] = []
    for start, end in ranges:
        if merged and merged[-1][1] == start:
            merged[-1] = (merged[-1][0], end)
        else:
            merged.append((start, end))
    return tuple(clean_span(clean, start, end) for start, end in merged)


def clean_ranges(clean: CleanText, spans: Sequence[Span]) -> list[Range]:
    """The clean characters whose origins lie in each of ``spans``; a span without any gives an empty range."""
    return [(bisect_left(clean.origins, s.start), bisect_left(clean.origins, s.end)) for s in spans]


def read_spans(clean: CleanText, spans: Sequence[Span]) -> str:
    """The clean characters whose origins lie in ``spans``, in the order of ``spans``."""
    return "".join(clean.text[start:end] for start, end in clean_ranges(clean, spans))


def cut_ranges(ranges: Sequence[Range], start: int, end: int) -> list[Range]:
    """Characters ``start:end`` of the text that ``ranges`` make up when read one after the other.

    >>> cut_ranges([(10, 14), (30, 35)], 2, 6)
    [(12, 14), (30, 32)]
    """
    pieces: list[Range] = []
    at = 0
    for left, right in ranges:
        first, last = max(start - at, 0), min(end - at, right - left)
        if first < last:
            pieces.append((left + first, left + last))
        at += right - left
    return pieces


def quote_spans(clean: CleanText, passage: Passage, start: int, end: int) -> tuple[Span, ...]:
    """The original places of characters ``start:end`` of ``passage.text``: two spans where they cross a seam."""
    if not 0 <= start < end <= len(passage.text):
        raise ValueError(f"characters {start}:{end} of a passage of {len(passage.text)}")
    return clean_spans(clean, cut_ranges(clean_ranges(clean, passage.spans), start, end))

"""Part of a passage → a Quote whose spans are exact. Every quote in the program is made here."""

from __future__ import annotations

from rag.corpus.spans import quote_spans
from rag.types import CleanText, Passage, Quote


def make_quote(passage: Passage, clean: CleanText, start: int, end: int, score: float, focus: str = "") -> Quote:
    """Quote characters ``start:end`` of ``passage.text``; the spans are those of the same characters in the original."""
    return Quote(passage, passage.text[start:end], quote_spans(clean, passage, start, end), score, focus)

"""What the reader model makes of each candidate sentence: how much of the answer it holds, and the exact words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp

from rag.answer.evidence import Candidate
from rag.search.reader import Reading


@dataclass(frozen=True, slots=True)
class Mark:
    """One sentence as the reader model sees it; all zero where its passage was not read."""

    share: float = 0.0
    """1 for the sentence with the likeliest answer of all passages read, less for the others."""
    relevance: float = 0.0
    """Probability that its passage answers the question."""
    focus: tuple[int, int] | None = None
    """Characters of the passage that are the likeliest answer in this sentence."""


NOTHING = Mark()


def marks(found: Sequence[Candidate], readings: Mapping[str, Reading]) -> list[Mark]:
    """One mark a candidate. Span logits compete over all passages, as in training: one normalisation for all."""
    spans = []
    for candidate in found:
        reading = readings.get(candidate.hit.passage.id)
        spans.append(reading.best_span(candidate.start, candidate.end) if reading else None)
    highest = max((span[2] for span in spans if span), default=0.0)
    return [
        Mark(exp(span[2] - highest), readings[candidate.hit.passage.id].relevance, span[:2]) if span else NOTHING
        for candidate, span in zip(found, spans, strict=True)
    ]

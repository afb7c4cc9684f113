"""Two rankings into one: a weighted sum of normalised scores, the weight depending on the question.

Reciprocal rank fusion throws the scores away and loses to BM25 alone on DRCD (0.85 against 0.94, see the design),
so scores are summed. How far words are trusted depends on how much of the question's rare wording the best lexical
hit really holds: a question that quotes the text is a lookup, one in everyday words is a matter of meaning.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Weights:
    """Share of the lexical score: ``base + slope * coverage`` of the best lexical hits, within [0, 1]."""

    base: float = 0.10
    slope: float = 0.60

    def lexical(self, coverage: float) -> float:
        """The share of the lexical score for a question of which ``coverage`` (0 to 1) was matched."""
        return min(1.0, max(0.0, self.base + self.slope * coverage))


def fuse(dense: Mapping[int, float], lexical: Mapping[int, float], share: float) -> list[tuple[int, float]]:
    """Rows with fused scores in [0, 1], best first; ties by row.

    ``dense`` holds a cosine for every candidate and is stretched to [0, 1] over them; ``lexical`` is divided by its
    best, and a row that it lacks counts 0. ``share`` is the weight of the lexical score.
    """
    rows = sorted(dense.keys() | lexical.keys())
    if not rows:
        return []
    low, high = min(dense.values(), default=0.0), max(dense.values(), default=0.0)
    best = max(lexical.values(), default=0.0)
    if best <= 0:
        share = 0.0
    scored = [
        (
            row,
            (1 - share) * ((dense.get(row, low) - low) / (high - low) if high > low else 1.0)
            + share * (lexical.get(row, 0.0) / best if best > 0 else 0.0),
        )
        for row in rows
    ]
    return sorted(scored, key=lambda item: (-item[1], item[0]))

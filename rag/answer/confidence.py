"""How sure we are that the evidence answers the question: a logistic model over a handful of plain features.

The weights are fitted on the dev split of the eval set (`python -m eval fit`), never on its test split.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from math import exp

from rag.answer.evidence import Candidate, missing_numbers
from rag.answer.question import Analysis

_LOOKED_AT = 3


@dataclass(frozen=True, slots=True)
class Scored:
    """A candidate, whether it holds the kind of thing asked for, and its score (larger is better)."""

    candidate: Candidate
    fits: bool
    score: float


@dataclass(frozen=True, slots=True)
class Features:
    """What the best candidates say about a question; each about 0 to 1."""

    cosine: float
    """Best cosine of a sentence, stretched so that 0.8 is 0 and 0.95 is 1 (the model's useful range)."""
    coverage: float
    """Most rare wording of the question that one of the best sentences holds."""
    context: float
    """Most rare wording of the question that the passage of the best sentence holds, with its headings."""
    fits: float
    """1 when the best sentence holds the kind of thing asked for, 0.5 when one of the next does."""
    missing: float
    """1 when a number in the question stands nowhere in the best passage."""
    score: float
    """Score of the best sentence."""


@dataclass(frozen=True, slots=True)
class Weights:
    """Log-odds: ``bias`` plus one weight a feature. ``threshold`` is the least probability that is answered."""

    bias: float = -2.0
    cosine: float = 2.0
    coverage: float = 1.0
    context: float = 1.0
    fits: float = 1.5
    missing: float = -2.0
    score: float = 1.0
    threshold: float = 0.5


def features(question: str, analysis: Analysis, ranked: Sequence[Scored]) -> Features:
    """The features of ``ranked`` candidates (at least one, best first)."""
    best, top = ranked[0], ranked[:_LOOKED_AT]
    return Features(
        cosine=max(_stretch(s.candidate.cosine) for s in ranked),
        coverage=max(s.candidate.coverage for s in top),
        context=best.candidate.context,
        fits=1.0 if best.fits else 0.5 if any(s.fits for s in top) else 0.0,
        missing=float(bool(missing_numbers(question, best.candidate.hit.passage))),
        score=best.score,
    )


def confidence(values: Features, weights: Weights) -> float:
    """Probability (0 to 1) that the evidence answers the question."""
    logit = weights.bias + sum(getattr(values, f.name) * getattr(weights, f.name) for f in fields(values))
    return 1 / (1 + exp(-max(-30.0, min(30.0, logit))))


def _stretch(cosine: float) -> float:
    return max(0.0, min(1.0, (cosine - 0.8) / 0.15))

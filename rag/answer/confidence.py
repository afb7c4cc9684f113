"""How sure we are that the evidence answers the question: a logistic model over a handful of plain features.

The weights are fitted on the dev split of the eval set (`python -m eval fit`), never on its test split.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from math import exp

from rag.answer.evidence import Candidate, missing_numbers


@dataclass(frozen=True, slots=True)
class Features:
    """What the best candidates say about a question; each about 0 to 1."""

    cosine: float
    """Best cosine of a sentence, stretched so that 0.8 is 0 and 0.95 is 1 (the model's useful range)."""
    coverage: float
    """Most rare wording of the question that one sentence holds."""
    context: float
    """Most rare wording of the question that one passage with its headings holds."""
    both: float
    """Most that one and the same sentence holds of coverage times stretched cosine."""
    missing: float
    """1 when a number in the question stands nowhere in the best passage."""


@dataclass(frozen=True, slots=True)
class Weights:
    """Log-odds: ``bias`` plus one weight a feature. ``threshold`` is the least probability that is answered."""

    bias: float = -2.0
    cosine: float = 2.5
    coverage: float = 2.0
    context: float = 3.0
    both: float = 1.0
    missing: float = -3.0
    threshold: float = 0.5


def features(question: str, found: Sequence[Candidate]) -> Features:
    """The features of ``found`` (at least one candidate)."""
    best = max(found, key=lambda c: (_stretch(c.cosine) + c.coverage + c.context, -c.start))
    return Features(
        cosine=max(_stretch(c.cosine) for c in found),
        coverage=max(c.coverage for c in found),
        context=max(c.context for c in found),
        both=max(_stretch(c.cosine) * c.coverage for c in found),
        missing=float(bool(missing_numbers(question, best.hit.passage))),
    )


def confidence(values: Features, weights: Weights) -> float:
    """Probability (0 to 1) that the evidence answers the question."""
    logit = weights.bias + sum(getattr(values, f.name) * getattr(weights, f.name) for f in fields(values))
    return 1 / (1 + exp(-max(-30.0, min(30.0, logit))))


def _stretch(cosine: float) -> float:
    return max(0.0, min(1.0, (cosine - 0.8) / 0.15))

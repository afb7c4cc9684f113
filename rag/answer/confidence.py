"""How sure we are that the evidence answers the question: a logistic model over a handful of plain features.

The weights are fitted on the dev split of the eval set and on public questions (`python -m eval fit`), never on the
eval set's test split.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

from rag.answer.evidence import Candidate, missing_facts
from rag.answer.fitting import tells_kind
from rag.answer.question import Analysis
from rag.index.library import Library
from rag.search.reader import Reading, probability
from rag.types import Hit

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
    neither: float
    """How far the evidence is from the question both in words and in meaning."""
    foreign: float
    """1 when the question is in another language: its Chinese words come from a dictionary."""
    fits: float
    """1 when the best sentence holds the kind of thing asked for, 0.5 when one of the next does."""
    strict: float
    """1 when the kind of thing asked for can be told: a number, a date, a person, a place."""
    missing: float
    """1 when a number, city or title in the question stands nowhere in the article of the best sentence."""
    score: float
    """Score of the best sentence."""
    doubt: float
    """How much of the question's wording the best sentence has while the reader model finds no answer near it: the
    mark of questions that are almost about the text. A paraphrase shares few words, so the model's no says little; a
    question in another language it was never taught to read, so there is no doubt."""


@dataclass(frozen=True, slots=True)
class Weights:
    """Log-odds: ``bias`` plus one weight a feature. ``threshold`` is the least probability that is answered."""

    bias: float = -5.1
    cosine: float = 2.75
    neither: float = -0.61
    foreign: float = 0.5
    fits: float = 1.81
    strict: float = -0.74
    missing: float = -2.31
    score: float = 3.47
    doubt: float = -2.66
    threshold: float = 0.4


UNREAD = Weights(
    bias=-5.3, cosine=2.76, neither=-0.1, foreign=0.72, fits=2.0, strict=-0.73, missing=-2.22, score=3.09, doubt=0.0
)
"""For evidence that no reader model has looked at (``eval fit --reader off``); the threshold is the same."""


def features(
    question: str, analysis: Analysis, ranked: Sequence[Scored], library: Library, readings: Mapping[str, Reading]
) -> Features:
    """The features of ``ranked`` candidates (at least one, best first); without ``readings`` there is no doubt."""
    best, top = ranked[0], ranked[:_LOOKED_AT]
    cosine = max(_stretch(s.candidate.cosine) for s in ranked)
    foreign = analysis.language != "zh"
    surest = max((reading.relevance for reading in readings.values()), default=1.0)
    wording = max(max(s.candidate.coverage, 0.5 * s.candidate.context) for s in top)
    return Features(
        cosine=cosine,
        neither=(1 - min(1.0, wording / 0.25)) * (1 - min(1.0, cosine / 0.75)),
        foreign=float(foreign),
        fits=1.0 if best.fits else 0.5 if any(s.fits for s in top) else 0.0,
        strict=float(tells_kind(question, analysis)),
        missing=float(bool(missing_facts(question, _hits(ranked), library))),
        score=best.score,
        doubt=0.0 if foreign else best.candidate.coverage * (1 - surest),
    )


def _hits(ranked: Sequence[Scored]) -> list[Hit]:
    """The hit of the best candidate, then the others' in order of score."""
    return list({scored.candidate.hit.passage.id: scored.candidate.hit for scored in ranked}.values())


def confidence(values: Features, weights: Weights) -> float:
    """Probability (0 to 1) that the evidence answers the question."""
    logit = weights.bias + sum(getattr(values, f.name) * getattr(weights, f.name) for f in fields(values))
    return probability(logit)


def _stretch(cosine: float) -> float:
    return max(0.0, min(1.0, (cosine - 0.8) / 0.15))

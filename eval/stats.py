"""Means with their bootstrap intervals, and paired comparison of two runs. Everything with a fixed seed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import bootstrap

SEED = 20240501
RESAMPLES = 2000
CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean over ``n`` cases and its interval. With n = 0 the mean means nothing; all three are 0."""

    mean: float
    low: float
    high: float
    n: int


def estimate(values: Sequence[float], confidence: float = CONFIDENCE) -> Estimate:
    """Mean and percentile bootstrap interval (Efron & Tibshirani 1993, ch. 13).

    Percentile and not BCa: most of our figures are means of zeros and ones, for which BCa's acceleration is often
    undefined. One value, or values that are all the same, give an interval of that value alone: resampling them can
    show no spread.

    >>> estimate([1.0, 1.0, 1.0])
    Estimate(mean=1.0, low=1.0, high=1.0, n=3)
    """
    if not values:
        return Estimate(0.0, 0.0, 0.0, 0)
    data = np.asarray(values, dtype=np.float64)
    mean = float(data.mean())
    if len(data) < 2 or float(np.ptp(data)) == 0.0:
        return Estimate(mean, mean, mean, len(data))
    interval = bootstrap(
        (data,),
        np.mean,
        n_resamples=RESAMPLES,
        confidence_level=confidence,
        method="percentile",
        rng=np.random.default_rng(SEED),
    ).confidence_interval
    return Estimate(mean, float(interval.low), float(interval.high), len(data))


@dataclass(frozen=True, slots=True)
class Change:
    """How a figure moved between two runs over the same cases: the mean difference (new - old) and its interval."""

    difference: Estimate
    better: int
    worse: int

    @property
    def fell(self) -> bool:
        """True when even the upper end of the interval lies below zero."""
        return self.difference.n > 0 and self.difference.mean < 0 and self.difference.high < 0


def paired(old: Sequence[float], new: Sequence[float]) -> Change:
    """Compare two runs case by case; ``old[i]`` and ``new[i]`` belong to the same case.

    The difference is resampled, not the two runs apart, so what is hard about a case cancels out. The interval holds
    90 %, so that its upper end is a one-sided 95 % bound: the question is only whether the figure fell. With figures
    of 0 and 1, three or four cases lost and none won are enough to notice, however many cases there are.
    """
    if len(old) != len(new):
        raise ValueError(f"paired values needed, got {len(old)} and {len(new)}")
    # Accepted values are stored with six digits: what is smaller than that is no difference.
    differences = [round(after - before, 5) + 0.0 for before, after in zip(old, new, strict=True)]
    better = sum(difference > 0 for difference in differences)
    worse = sum(difference < 0 for difference in differences)
    return Change(estimate(differences, confidence=0.90), better, worse)


def percentile(values: Sequence[float], share: float) -> float:
    """The ``share`` (0 to 1) quantile, linearly interpolated; 0.0 for no values.

    >>> percentile([10.0, 20.0, 30.0], 0.5)
    20.0
    """
    return float(np.quantile(np.asarray(values), share)) if values else 0.0

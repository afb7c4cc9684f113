"""Figures of merit: CMRC 2018's EM and F1, AUROC, and the calibration of relevance. Pure functions."""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import SequenceMatcher

import numpy as np
import numpy.typing as npt

_TOKEN = re.compile(r"[㐀-䶿一-鿿豈-﫿]|[^\W_]+")

Values = npt.NDArray[np.float64]


def tokens(text: str) -> list[str]:
    """Single Han characters and whole runs of letters or digits, lower case; punctuation and blanks dropped."""
    return _TOKEN.findall(text.lower())


def exact(said: str, answers: Sequence[str]) -> float:
    """1.0 when ``said`` is one of the answers but for case and punctuation (CMRC 2018)."""
    return float(any("".join(tokens(said)) == "".join(tokens(answer)) for answer in answers))


def overlap_f1(said: str, answers: Sequence[str]) -> float:
    """CMRC 2018's F1: longest common substring of the two token sequences, the best over the answers.

    >>> overlap_f1("新北市", ["新北"])
    0.8
    """
    return max((_f1(tokens(said), tokens(answer)) for answer in answers), default=0.0)


def _f1(ours: list[str], theirs: list[str]) -> float:
    common = SequenceMatcher(None, ours, theirs, autojunk=False).find_longest_match().size
    return 2 * common / (len(ours) + len(theirs)) if common else 0.0


def auroc(right: Sequence[float], wrong: Sequence[float]) -> float:
    """Chance that a right one stands above a wrong one, ties counting half (Mann and Whitney 1947).

    >>> auroc([2, 1], [0, 1])
    0.875
    """
    a, b = np.asarray(right)[:, None], np.asarray(wrong)[None, :]
    return float((a > b).mean() + (a == b).mean() / 2)


def fit_calibration(right: Sequence[float], wrong: Sequence[float], rounds: int = 50) -> tuple[float, float]:
    """Temperature and bias with which sigmoid(logit / temperature + bias) is likeliest (Platt 2000), both sides
    weighing the same however many they are."""
    logits = np.concatenate([np.asarray(right, np.float64), np.asarray(wrong, np.float64)])
    truth = np.concatenate([np.ones(len(right)), np.zeros(len(wrong))])
    weight = np.concatenate([np.full(len(right), 0.5 / len(right)), np.full(len(wrong), 0.5 / len(wrong))])
    design = np.stack([logits, np.ones_like(logits)], axis=1)

    def loss(at: Values) -> float:
        signed = np.where(truth > 0, 1.0, -1.0) * (design @ at)
        return float(weight @ np.logaddexp(0.0, -signed) + 5e-7 * at @ at)

    found = np.array([1.0, 0.0])
    for _ in range(rounds):  # Newton's method; the small ridge keeps separable data finite
        chance = 1 / (1 + np.exp(-np.clip(design @ found, -30, 30)))
        slope = design.T @ (weight * (chance - truth)) + 1e-6 * found
        curve = (design * (weight * chance * (1 - chance))[:, None]).T @ design + 1e-6 * np.eye(2)
        step = np.linalg.solve(curve, slope)
        while loss(found - step) > loss(found) and np.abs(step).max() > 1e-9:
            step = step / 2  # where the curve is flat a whole step leads far away
        found = found - step
    return float(1 / found[0]), float(found[1])


def calibration_error(chances: Values, truth: Values, bins: int = 10) -> float:
    """Expected calibration error over bins of equal width (Naeini et al. 2015)."""
    places = np.minimum((chances * bins).astype(int), bins - 1)
    gaps = [
        (places == b).sum() * abs(chances[places == b].mean() - truth[places == b].mean())
        for b in range(bins)
        if (places == b).any()
    ]
    return float(sum(gaps) / len(chances))

"""The fit of the answerability model, on made-up features."""

from __future__ import annotations

from dataclasses import fields

import numpy as np

from eval.fit import Judged, fit, together
from rag.answer.confidence import Features, Weights, confidence

NAMES = [field.name for field in fields(Features)]


def judged(count: int, answerable: bool, seed: int) -> list[Judged]:
    """Answerable ones have a high cosine and no doubt; the rest of the features say nothing."""
    random = np.random.default_rng(seed)
    rows = random.random((count, len(NAMES)))
    rows[:, NAMES.index("cosine")] = np.clip(random.normal(0.7 if answerable else 0.4, 0.15, count), 0, 1)
    rows[:, NAMES.index("doubt")] = np.clip(random.normal(0.1 if answerable else 0.5, 0.15, count), 0, 1)
    return [Judged(Features(*row), answerable) for row in rows.tolist()]


def test_the_threshold_refuses_the_wanted_share_of_the_answerable_cases() -> None:
    answered = judged(200, True, 1)
    found = fit([*answered, *judged(100, False, 2)], [], wanted=0.05)
    weights = Weights(**found)
    refused = np.mean([confidence(one.features, weights) < weights.threshold for one in answered])
    assert abs(refused - 0.05) <= 0.01
    assert found["cosine"] > 0 > found["doubt"]
    assert set(found) == {"bias", *NAMES}


def test_other_questions_count_as_much_as_they_weigh() -> None:
    cases = [*judged(200, True, 1), *judged(100, False, 2)]
    turned = [Judged(one.features, not one.answerable) for one in judged(400, True, 3)]
    heavy = fit(cases, together(turned, 5.0 * len(cases)))
    light = fit(cases, together(turned, 0.001 * len(cases)))
    assert heavy["doubt"] > light["doubt"]
    assert abs(sum(one.weight for one in together(turned, 30.0)) - 30.0) < 1e-9

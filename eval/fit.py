"""Fit the answerability model on the dev split: `python -m eval fit` prints the weights of rag/answer/confidence.py.

Logistic regression on the features that the reader itself computes; the threshold is where the false-refusal rate over
all answerable dev cases reaches the wanted rate. Only dev cases are looked at.
"""

from __future__ import annotations

from dataclasses import astuple, fields
from pathlib import Path

import numpy as np

from eval.cases import load_cases
from rag.answer.confidence import Features
from rag.chain import QAChain
from rag.search.followup import stand_alone
from rag.types import Question, Turn

FALSE_REFUSALS = 0.07


def fit(chain: QAChain, wanted: float = FALSE_REFUSALS) -> dict[str, float]:
    """Weights by name, bias and threshold included, from the dev cases."""
    from sklearn.linear_model import LogisticRegression

    rows: list[tuple[float, ...]] = []
    answerable: list[bool] = []
    for case in load_cases(split="dev"):
        history = tuple(Turn(turn.question, turn.answer) for turn in case.history)
        asked = stand_alone(Question(case.question, history))
        evidence = chain.read(asked)
        if evidence.features is not None:
            rows.append(astuple(evidence.features))
            answerable.append(case.answerable)
    known, truth = np.array(rows), np.array(answerable)
    model = LogisticRegression(C=1.0, class_weight="balanced").fit(known, truth)
    sure = model.predict_proba(known)[:, 1]
    names = [field.name for field in fields(Features)]
    weights = {name: round(float(value), 2) for name, value in zip(names, model.coef_[0], strict=True)}
    return {
        "bias": round(float(model.intercept_[0]), 2),
        **weights,
        "threshold": round(float(np.quantile(sure[truth], wanted)), 3),
    }


def main(index: Path | None = None) -> None:
    """Print the fitted weights."""
    from rich.console import Console

    from rag.chain import open_chain
    from rag.settings import load_settings

    Console().print(fit(open_chain(load_settings(index=index))))

"""Fit the answerability model: `python -m eval fit --data ../shared/data` prints weights of rag/answer/confidence.py.

Logistic regression on the features that the reader itself computes, over three kinds of questions: the dev cases; the
validation questions of the public sets (of articles that the reader model never saw), each asked with the paragraph
that answers it and with that paragraph gone; and the same questions asked of the seeds, which answer none of them.
A few cases written by one hand say too little about other people's documents, and thousands of easy ones would drown
them: together the public ones weigh ``PUBLIC`` of what the cases weigh, the misplaced ones ``MISPLACED``.
The bias is moved so that the threshold of ``Weights`` refuses the wanted share of the answerable dev cases. Nobody's
test split is looked at.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass, fields, replace
from math import log
from pathlib import Path

import numpy as np
import numpy.typing as npt
from rich.console import Console
from rich.progress import track

from eval.cases import load_cases
from rag.answer.confidence import Features, Weights
from rag.answer.question import analyse
from rag.chain import QAChain, open_chain
from rag.corpus.fold import to_simplified
from rag.models.reader.data import Collection, read_collection
from rag.search.followup import stand_alone
from rag.settings import load_settings
from rag.types import Question, Turn

FALSE_REFUSALS = 0.05
PUBLIC, MISPLACED = 0.5, 0.1
"""Dev, cross-validated: refusal recall 0.86 at 0.05 false refusals, AUROC 0.920 (dev cases alone 0.911); the threshold
then refuses 92 of 100 misplaced questions (dev cases alone: 50) and 40 of 100 whose paragraph is gone (29)."""
KEPT = Path("build/fit")
"""Where the index over the public sets' paragraphs is kept."""
_STRIDE = 2
"""Every second validation question is asked of the seeds."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What was seen of one question, whether it could be answered, and what it weighs."""

    features: Features
    answerable: bool
    weight: float = 1.0


def fit(cases: Sequence[Judged], others: Sequence[Judged], wanted: float = FALSE_REFUSALS) -> dict[str, float]:
    """Weights by name, bias included; ``wanted`` is the share of the answerable ``cases`` that is refused."""
    from sklearn.linear_model import LogisticRegression

    everything = [*cases, *others]
    rows, truth = _rows(everything), np.array([one.answerable for one in everything])
    heavy = np.array([one.weight for one in everything])
    model = LogisticRegression(C=1.0, class_weight="balanced", max_iter=1000).fit(rows, truth, sample_weight=heavy)
    answered = _rows([one for one in cases if one.answerable])
    least = float(np.quantile(model.decision_function(answered), wanted))
    threshold = Weights().threshold
    bias = float(model.intercept_[0]) + log(threshold / (1 - threshold)) - least
    names = [field.name for field in fields(Features)]
    return {
        "bias": round(bias, 2),
        **{name: round(float(value), 2) for name, value in zip(names, model.coef_[0], strict=True)},
    }


def together(judged: Sequence[Judged], weight: float) -> list[Judged]:
    """The same, weighing ``weight`` together."""
    return [replace(one, weight=weight / len(judged)) for one in judged]


def judge_cases(chain: QAChain) -> Iterator[Judged]:
    """The dev cases that no rule decides."""
    for case in track(load_cases(split="dev"), "dev", transient=True):
        history = tuple(Turn(turn.question, turn.answer) for turn in case.history)
        evidence = chain.read(stand_alone(Question(case.question, history)))
        if evidence.features is not None:
            yield Judged(evidence.features, case.answerable)


def judge_public(collection: Collection, chain: QAChain) -> Iterator[Judged]:
    """Validation questions with their paragraph and without; ``chain`` is over all paragraphs of the collection.

    Where another paragraph holds an accepted answer, the question is not unanswerable and left out.
    """
    for question in track(collection.validation, "公开数据 public sets", transient=True):
        asked = question.texts[question.script]
        found = chain.search(asked)
        for gone in ("", str(question.passage)):
            left = [hit for hit in found if hit.passage.source_id != gone]
            texts = [to_simplified(hit.passage.text) for hit in left]
            holding = any(answer in text for text in texts for answer in question.answers)
            looked = chain.rerank(asked, left)
            evidence = chain.reader.read(asked, analyse(asked), looked.hits, looked.readings)
            if evidence.features is not None and holding is not bool(gone):
                yield Judged(evidence.features, not gone)


def judge_misplaced(collection: Collection, chain: QAChain) -> Iterator[Judged]:
    """Questions of the public sets asked of the seeds, where nothing answers them."""
    for question in track(collection.validation[::_STRIDE], "问错了文献 misplaced", transient=True):
        evidence = chain.read(question.texts[question.script])
        if evidence.features is not None:
            yield Judged(evidence.features, False)


def _rows(judged: Sequence[Judged]) -> npt.NDArray[np.float64]:
    return np.array([astuple(one.features) for one in judged])


def main(index: Path | None, data: Path, reader: str | None) -> None:
    """Print the fitted weights. Raises WenjuError when the public sets are absent."""
    from rag.index.embed import open_encoder
    from rag.models.reader.first_stage import index_passages

    collection = read_collection(data, news=False)
    seeds = open_chain(load_settings(index=index, reader=reader))
    passages = index_passages(collection, KEPT, open_encoder(load_settings()))
    public = open_chain(load_settings(index=passages, reader=reader))
    cases = list(judge_cases(seeds))
    others = [
        *together(list(judge_public(collection, public)), PUBLIC * len(cases)),
        *together(list(judge_misplaced(collection, seeds)), MISPLACED * len(cases)),
    ]
    Console().print(fit(cases, others))

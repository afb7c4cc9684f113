"""Follow-up chains of the eval set: found after rewriting by rules, against the questions written out in full."""

from __future__ import annotations

import pytest

from eval.cases import Case, gold_spans, load_cases, read_seeds
from eval.metrics import marks, recall_at
from rag.chain import open_chain
from rag.search.followup import stand_alone
from rag.search.retrieve import Retriever
from rag.settings import Settings
from rag.types import Question, Turn

MOST_LOST = 0.08


@pytest.fixture(scope="module")
def retriever(seed_settings: Settings) -> Retriever:
    return open_chain(seed_settings).retriever


def rewritten(case: Case) -> str:
    turns = tuple(Turn(turn.question, turn.answer) for turn in case.history)
    return stand_alone(Question(case.question, turns))


@pytest.mark.parametrize("split", ["dev", "test"])
def test_rewriting_by_rules_loses_little(retriever: Retriever, split: str) -> None:
    seeds = read_seeds()
    cases = [c for c in load_cases(split=split) if c.kind == "followup" and c.answerable]

    def recall(case: Case, question: str) -> float:
        golds = [[marks(gold.source, [span]) for span in gold_spans(gold, seeds)] for gold in case.gold]
        hits = retriever.search(question, k=5)
        return recall_at(golds, [marks(h.passage.source_id, h.passage.spans) for h in hits], 5)

    full = sum(recall(c, c.standalone) for c in cases) / len(cases)
    ours = sum(recall(c, rewritten(c)) for c in cases) / len(cases)
    bare = sum(recall(c, c.question) for c in cases) / len(cases)
    print(f"{split}: full {full:.3f}, rewritten {ours:.3f}, bare {bare:.3f}, {len(cases)} cases")  # noqa: T201
    assert ours >= full - MOST_LOST

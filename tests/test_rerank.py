"""Reordering hits and reading spans off logits: pure parts, with a scripted model."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.search.reader import LONGEST, Reading
from rag.search.rerank import Budget, open_reranker, rerank
from rag.settings import Settings
from rag.types import Hit, Passage, Span, WenjuError


class Scripted:
    """Gives each text the probability written in it, and remembers how many it was shown at a time."""

    def __init__(self) -> None:
        self.batches: list[int] = []

    def relevance(self, question: str, texts: Sequence[str]) -> list[float]:
        self.batches.append(len(texts))
        return [float(text) for text in texts]


def hits(*relevances: float) -> list[Hit]:
    """Hits in this order, first scores falling from 1, each holding its relevance as text."""
    return [
        Hit(Passage(f"p{n}", "a", "s", n, str(value), (Span(0, 1),)), 1 - n / 100, {"dense": n + 1})
        for n, value in enumerate(relevances)
    ]


def ids(found: Sequence[Hit]) -> list[str]:
    return [hit.passage.id for hit in found]


def test_the_relevant_passage_comes_first_and_says_why() -> None:
    looked = rerank("问", hits(0.1, 0.9, 0.2), Scripted(), Budget(first=3, share=0.5))
    assert ids(looked.hits) == ["p1", "p2", "p0"]
    assert looked.hits[0].ranks == {"dense": 2, "reader": 1}
    assert looked.hits[0].score == pytest.approx(0.5 * 0.99 + 0.5 * 0.9)
    assert looked.readings == {}


def test_more_is_read_only_while_unsure() -> None:
    sure, unsure = Scripted(), Scripted()
    rerank("问", hits(0.1, 0.8, 0.1, 0.1, 0.1), sure, Budget(first=2, most=5, sure=0.5))
    rerank("问", hits(0.1, 0.2, 0.1, 0.1, 0.1), unsure, Budget(first=2, most=4, sure=0.5))
    assert sure.batches == [2]
    assert unsure.batches == [2, 2]


def test_what_was_not_read_follows_in_its_old_order() -> None:
    looked = rerank("问", hits(0.1, 0.9, 0.9, 0.9), Scripted(), Budget(first=2, most=2))
    assert ids(looked.hits) == ["p1", "p0", "p2", "p3"]
    assert "reader" not in looked.hits[2].ranks


def test_nothing_found_is_nothing_read() -> None:
    model = Scripted()
    assert rerank("问", [], model).hits == () and model.batches == []


def test_equal_scores_keep_their_order() -> None:
    same = [Hit(hit.passage, 0.5) for hit in hits(0.3, 0.3, 0.3)]
    assert ids(rerank("问", same, Scripted()).hits) == ["p0", "p1", "p2"]


def reading(start: Sequence[float], end: Sequence[float], width: int = 2) -> Reading:
    """A reading whose tokens are ``width`` characters each and are not trimmed."""
    offsets = tuple((n * width, (n + 1) * width) for n in range(len(start)))
    none = np.zeros(len(start), np.int64)
    return Reading(0.5, offsets, np.array(start, np.float32), np.array(end, np.float32), (none, none))


def test_the_likeliest_span_and_its_logit() -> None:
    assert reading([0, 5, 0, 0], [0, 0, 4, 9]).best_span() == (2, 8, 14.0)
    assert reading([0, 0, 5, 0], [9, 0, 0, 1]).best_span() == (0, 2, 9.0)  # an end before its start does not count


def test_only_tokens_inside_the_range_count() -> None:
    assert reading([9, 1, 0], [9, 1, 0]).best_span(2, 4) == (2, 4, 2.0)
    assert reading([9, 1, 0], [9, 1, 0]).best_span(3, 4) is None
    assert reading([], []).best_span() is None


def test_trims_cut_characters_off_the_ends_and_never_everything() -> None:
    one = reading([5], [5], width=3)
    cut = Reading(0.5, one.offsets, one.start, one.end, (np.array([1]), np.array([1])))
    all_of_it = Reading(0.5, one.offsets, one.start, one.end, (np.array([2]), np.array([1])))
    assert cut.best_span() == (1, 2, 10.0)
    assert all_of_it.best_span() == (0, 3, 10.0)


@given(st.lists(st.tuples(st.floats(-9, 9, width=16), st.floats(-9, 9, width=16)), min_size=1, max_size=70))
def test_no_other_span_is_likelier(logits: list[tuple[float, float]]) -> None:
    start, end = zip(*logits, strict=True)
    found = reading(start, end).best_span()
    assert found is not None
    best = max(start[i] + end[j] for i in range(len(start)) for j in range(i, min(len(end), i + LONGEST)))
    assert found[2] == pytest.approx(best, abs=1e-3)


def test_off_is_nothing_and_an_unknown_model_is_named() -> None:
    assert open_reranker(Settings(reader="off")) is None
    with pytest.raises(WenjuError, match="WENJU_READER"):
        open_reranker(Settings(reader="no/such-model"))

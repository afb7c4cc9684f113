"""What is measured, as pure functions over character positions of the originals, each with a hand-worked test.

Positions are pairs (source, offset in the decoded original), so that evidence from two documents is one set.
A hit or a quote *counts* for a gold quote when it covers at least half of the gold quote's characters. A gold quote
that stands in its original more than once is a target of several places; any one of them will do.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

import ir_measures
from ir_measures import RR, nDCG

from rag.answer import markers
from rag.types import Span

Marks = frozenset[tuple[str, int]]
"""A set of characters of the originals."""

Target = tuple[Marks, ...]
"""One gold quote: the places where it stands."""

ENOUGH = 0.5
DEPTH = 10
_WORD = re.compile(r"\w")


def marks(source: str, spans: Iterable[Span]) -> Marks:
    """The characters at ``spans`` of ``source``."""
    return frozenset((source, offset) for span in spans for offset in range(span.start, span.end))


def coverage(gold: Marks, found: Marks) -> float:
    """The share of the gold characters that ``found`` holds. Raises ValueError for empty gold."""
    if not gold:
        raise ValueError("gold without characters")
    return len(gold & found) / len(gold)


def counts(gold: Target, found: Marks) -> bool:
    """Whether ``found`` covers at least half of ``gold`` at one of its places."""
    return any(coverage(place, found) >= ENOUGH for place in gold)


def recall_at(golds: Sequence[Target], hits: Sequence[Marks], k: int) -> float:
    """The share of gold quotes that one of the first ``k`` hits covers."""
    return sum(any(counts(gold, hit) for hit in hits[:k]) for gold in golds) / len(golds)


def success_at(golds: Sequence[Target], hits: Sequence[Marks], k: int) -> float:
    """1.0 when one of the first ``k`` hits covers a gold quote: the evidence was at least begun to be found."""
    return float(any(counts(gold, hit) for gold in golds for hit in hits[:k]))


Judged = dict[str, int]
Ranked = dict[str, float]


def judged(golds: Sequence[Target], hits: Sequence[Marks]) -> tuple[Judged, Ranked]:
    """One case as ir-measures wants it: which documents are relevant, and the ranking with its scores.

    A hit that covers gold quotes not covered by an earlier hit is one relevant document, however many it covers: two
    gold quotes of one paragraph need one paragraph. A hit that only repeats them is irrelevant. Each gold quote that
    no hit covers is a relevant document that was not found.
    """
    relevant: Judged = {}
    ranking: Ranked = {}
    missing = set(range(len(golds)))
    for rank, hit in enumerate(hits[:DEPTH]):
        new = {index for index in missing if counts(golds[index], hit)}
        name = f"hit{rank}"
        ranking[name] = float(DEPTH - rank)
        if new:
            relevant[name] = 1
            missing -= new
    relevant.update((f"missing{index}", 1) for index in missing)
    return relevant, ranking


def ranking_metrics(cases: Mapping[str, tuple[Judged, Ranked]]) -> dict[str, dict[str, float]]:
    """MRR@10 and nDCG@10 per case by ir-measures; a case without any hit gets 0, never nothing."""
    owed = {case: {"mrr@10": 0.0, "ndcg@10": 0.0} for case in cases}
    qrels = {case: relevant for case, (relevant, _) in cases.items()}
    run = {case: ranking for case, (_, ranking) in cases.items()}
    names = {RR @ DEPTH: "mrr@10", nDCG @ DEPTH: "ndcg@10"}
    for metric in ir_measures.iter_calc(list(names), qrels, run) if cases else ():
        owed[metric.query_id][names[metric.measure]] = float(metric.value)
    return owed


def citation_recall(golds: Sequence[Target], quotes: Sequence[Marks]) -> float:
    """The share of gold quotes that the answer's quotes together cover by half."""
    cited = frozenset[tuple[str, int]]().union(*quotes)
    return sum(counts(gold, cited) for gold in golds) / len(golds)


def citation_precision(golds: Sequence[Target], answer: str, quotes: Sequence[Marks]) -> float:
    """The mean over the answer's sentences of how many of their citations are evidence; 0.0 for no answer.

    A sentence is what stands before a run of markers. One without a marker, or with a marker that leads nowhere,
    scores 0 there: it shows no evidence.
    """
    values = []
    for unit in markers.cited_units(answer):
        if not _WORD.search(markers.strip(unit)):
            continue
        cited = markers.numbers(unit)
        good = sum(0 < n <= len(quotes) and supports(golds, quotes[n - 1]) for n in cited)
        values.append(good / len(cited) if cited else 0.0)
    return sum(values) / len(values) if values else 0.0


def supports(golds: Sequence[Target], quote: Marks) -> bool:
    """Whether a quote is evidence: it covers half of a gold quote, or half of it lies in gold (a part of one)."""
    gold = frozenset[tuple[str, int]]().union(*(place for one in golds for place in one))
    return any(counts(one, quote) for one in golds) or (bool(quote) and coverage(quote, gold) >= ENOUGH)


def agreement(one: Marks, other: Marks) -> float:
    """How far two answers show the same evidence: shared over all characters (Jaccard); 1.0 for none at all."""
    together = one | other
    return len(one & other) / len(together) if together else 1.0

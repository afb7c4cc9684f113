"""A case and its record -> every figure that the case owes. A crashed case owes them all and gets the worst of each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from eval import metrics, textual
from eval.cases import Case
from eval.metrics import Marks, Target
from eval.originals import Originals
from eval.records import Cited, Found, Record
from eval.variants import chosen
from rag.answer import markers

Values = dict[str, float]


@dataclass(frozen=True, slots=True)
class Metric:
    """A figure: its name in files, how it is called on screen, and which way is better."""

    name: str
    label: str
    english: str
    better: int = 1
    """1: larger is better; -1: smaller is better."""


METRICS: tuple[Metric, ...] = (
    Metric("passed", "答对率", "cases right: every fact given, or rightly refused"),
    Metric("recall@1", "召回@1", "gold quotes covered by the first hit"),
    Metric("recall@5", "召回@5", "gold quotes covered by the first 5 hits"),
    Metric("recall@10", "召回@10", "gold quotes covered by the first 10 hits"),
    Metric("success@1", "命中@1", "first hit covers a gold quote"),
    Metric("success@5", "命中@5", "one of the first 5 hits covers a gold quote"),
    Metric("mrr@10", "MRR@10", "reciprocal rank of the first good hit"),
    Metric("ndcg@10", "nDCG@10", "normalised discounted cumulative gain"),
    Metric("citation_precision", "引文准确率", "cited sentences that are evidence"),
    Metric("citation_recall", "引文召回率", "gold quotes that the answer cites"),
    Metric("completeness", "要点完整度", "required facts found in the answer"),
    Metric("char_f1", "字 F1", "character F1 against the acceptable answers"),
    Metric("rouge_l", "ROUGE-L", "ROUGE-L against the acceptable answers"),
    Metric("refusal_recall", "拒答召回率", "unanswerable questions that were refused"),
    Metric("refusal_precision", "拒答准确率", "refusals that were right"),
    Metric("false_refusal", "误拒率", "answerable questions that were refused", -1),
    Metric("consistency", "一致性", "same evidence in either script, with and without punctuation"),
    Metric("fidelity", "逐字一致", "quotes that equal the original at their offsets"),
)
BY_NAME: Mapping[str, Metric] = {metric.name: metric for metric in METRICS}

_EVIDENCE = ("recall@1", "recall@5", "recall@10", "success@1", "success@5", "citation_precision", "citation_recall")


def score_all(cases: Sequence[Case], records: Mapping[str, Record], originals: Originals) -> dict[str, Values]:
    """Case id -> its figures. A case without a record counts as crashed."""
    values: dict[str, Values] = {}
    judged: dict[str, tuple[metrics.Judged, metrics.Ranked]] = {}
    for case in cases:
        record = records.get(case.id) or Record(case.id, case.question, "error", error="没有记录")
        values[case.id] = _refusals(case, record)
        if record.cited:
            values[case.id]["fidelity"] = sum(map(originals.verbatim, record.cited)) / len(record.cited)
        if case.answerable:
            evidence = [tuple(map(originals.target, golds)) for golds in case.evidence]
            values[case.id] |= _answer(case, record, evidence, originals)
            hits = _marks(originals, record.hits)
            for number, golds in enumerate(evidence):
                judged[f"{case.id}\t{number}"] = metrics.judged(golds, hits)
    for key, ranking in metrics.ranking_metrics(judged).items():
        mine = values[key.partition("\t")[0]]
        mine.update({name: max(value, mine.get(name, 0.0)) for name, value in ranking.items()})
    return {case: {name: figures[name] for name in BY_NAME if name in figures} for case, figures in values.items()}


def _refusals(case: Case, record: Record) -> Values:
    """A crash is no refusal for an unanswerable question, and as bad as one for an answerable question."""
    values: Values = {}
    if record.refused:
        values["refusal_precision"] = float(not case.answerable)
    if case.answerable:
        values["false_refusal"] = float(not record.answered)
    else:
        values["refusal_recall"] = values["passed"] = float(record.refused)
    return values


def _answer(case: Case, record: Record, evidence: Sequence[tuple[Target, ...]], originals: Originals) -> Values:
    """Figures of an answerable case; of several acceptable sets of evidence the best counts, figure by figure."""
    shown = record.answered
    text = markers.strip(record.answer) if shown else ""
    quotes = record.cited if shown else ()
    hits, cited = _marks(originals, record.hits), _marks(originals, quotes)
    answer = record.answer if quotes else ""
    each = [_against(golds, hits, answer, cited) for golds in evidence]
    values = {name: max(figures[name] for figures in each) for name in _EVIDENCE}
    if case.facts:
        said = "\n".join([text, *(quote.text for quote in quotes)])
        values["completeness"] = textual.completeness(said, case.facts)
        values["passed"] = float(values["completeness"] == 1.0)
    if case.answers:
        values["char_f1"] = max(textual.char_f1(text, answer) for answer in case.answers)
        values["rouge_l"] = max(textual.rouge_l(text, answer) for answer in case.answers)
    if chosen(case):
        values["consistency"] = _consistency(record)
    return values


def _against(golds: Sequence[Target], hits: Sequence[Marks], answer: str, cited: Sequence[Marks]) -> Values:
    return {
        **{f"recall@{k}": metrics.recall_at(golds, hits, k) for k in (1, 5, 10)},
        **{f"success@{k}": metrics.success_at(golds, hits, k) for k in (1, 5)},
        "citation_precision": metrics.citation_precision(golds, answer, cited),
        "citation_recall": metrics.citation_recall(golds, cited),
    }


def _consistency(record: Record) -> float:
    """Mean agreement of the evidence with that of each variant; 0.0 for a crash."""
    if record.error or not record.variants:
        return 0.0
    own = _union(record.cited)
    agreements = [
        metrics.agreement(own, _union(variant.cited)) if variant.status == record.status else 0.0
        for variant in record.variants
    ]
    return sum(agreements) / len(agreements)


def _marks(originals: Originals, items: Iterable[Found | Cited]) -> list[Marks]:
    return [originals.marks(item.source, item.spans) for item in items]


def _union(items: Iterable[Cited]) -> Marks:
    return frozenset[tuple[str, int]]().union(*(metrics.marks(item.source, item.spans) for item in items))

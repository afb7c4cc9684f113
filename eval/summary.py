"""A run folder -> figures with intervals, overall, by kind and by document; the refusal curve; what changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from eval.cases import SEEDS_DIR, Case, load_cases
from eval.originals import Originals, read_originals
from eval.records import Record, read_records
from eval.run import RunInfo, digest, read_info
from eval.scores import BY_NAME, METRICS, Values, score_all
from eval.stats import Estimate, estimate, percentile
from rag.types import WenjuError

KINDS: Mapping[str, str] = {
    "fact": "事实",
    "who": "人物",
    "list": "列举",
    "why": "缘由与含义",
    "paraphrase": "换词",
    "cross": "跨段跨篇",
    "comparison": "比较",
    "traditional": "繁体问",
    "english": "英文问",
    "typo": "错别字",
    "misquote": "记错的话",
    "followup": "追问",
    "near_miss": "似是而非",
    "unexplained": "提到未释",
    "offtopic": "题外",
    "injection": "指令注入",
}
"""How kinds are called on screen, in the order in which they are shown; another kind comes last, by its own name."""

NOWHERE = "（无出处）"
"""The document of a question that no document answers."""


@dataclass(frozen=True, slots=True)
class Run:
    """A finished run, scored."""

    name: str
    info: RunInfo
    cases: tuple[Case, ...]
    records: Mapping[str, Record]
    values: Mapping[str, Values]

    def record(self, case: Case) -> Record:
        """The case's record; one that says so when there is none."""
        return self.records.get(case.id) or Record(case.id, case.question, "error", error="没有记录")


@dataclass(frozen=True, slots=True)
class Latency:
    """Milliseconds a question, crashed cases left out."""

    p50: float
    p95: float
    n: int


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """What a threshold would do: shares of answerable questions refused and of unanswerable questions answered."""

    threshold: float
    false_refusals: float
    wrong_answers: float


@dataclass(frozen=True, slots=True)
class Moves:
    """Case ids by what happened to them since another run."""

    fixed: tuple[str, ...]
    broken: tuple[str, ...]
    moved: tuple[str, ...]
    """Still right, or still wrong, but another answer."""


def load_run(folder: Path, documents: Path = SEEDS_DIR, cases: Sequence[Case] | None = None) -> Run:
    """Read and score a run. Raises WenjuError when the cases are no longer those that were asked."""
    info = read_info(folder)
    asked = load_cases(split=info.split) if cases is None else list(cases)
    if digest(asked) != info.cases:
        raise WenjuError(f"{folder} 问的是另一批题目（题库后来改过）。请重新运行 python -m eval run。")
    path = folder / "records.jsonl"
    records = {record.case_id: record for record in read_records(path)} if path.exists() else {}
    values = score_all(asked, records, Originals(read_originals(documents)))
    return Run(folder.name, info, tuple(asked), records, values)


def figures(values: Mapping[str, Values], cases: Iterable[Case]) -> dict[str, Estimate]:
    """Metric -> mean over those of ``cases`` that owe it; metrics that none owes are left out."""
    mine = [values[case.id] for case in cases]
    columns = {metric.name: [row[metric.name] for row in mine if metric.name in row] for metric in METRICS}
    return {name: estimate(column) for name, column in columns.items() if column}


def by_kind(run: Run) -> dict[str, list[Case]]:
    """Kind as it is shown -> its cases, in the order of ``KINDS``."""
    order = [*KINDS, *sorted({case.kind for case in run.cases} - KINDS.keys())]
    groups = _grouped((case.kind, case) for case in run.cases)
    return {KINDS.get(kind, kind): groups[kind] for kind in order if kind in groups}


def by_document(run: Run) -> dict[str, list[Case]]:
    """Source -> cases with gold in it; a case over two documents stands under both."""
    pairs = [(source, case) for case in run.cases for source in documents_of(case)]
    return dict(sorted(_grouped(pairs).items()))


def documents_of(case: Case) -> list[str]:
    """The sources that hold the case's gold, sorted."""
    return sorted({gold.source for gold in case.gold}) or [NOWHERE]


def latency(run: Run) -> Latency:
    """p50 and p95 of the wall time of a question."""
    times = [record.milliseconds for record in run.records.values() if not record.error]
    return Latency(percentile(times, 0.5), percentile(times, 0.95), len(times))


def curve(run: Run) -> list[CurvePoint]:
    """The refusal trade-off over every confidence that occurs, smallest threshold first.

    A question is answered when its confidence is at least the threshold. A crashed question counts as answerable
    but refused, or as unanswerable but answered, at every threshold.
    """
    answerable = [_confidence(run.record(case), float("-inf")) for case in run.cases if case.answerable]
    unanswerable = [_confidence(run.record(case), float("inf")) for case in run.cases if not case.answerable]
    finite = {c for c in answerable + unanswerable if abs(c) != float("inf")}
    thresholds = sorted(finite | {0.0, 1.0} | ({run.info.threshold} if run.info.threshold is not None else set()))
    return [CurvePoint(t, _share(c < t for c in answerable), _share(c >= t for c in unanswerable)) for t in thresholds]


def moves(run: Run, before: Run) -> Moves:
    """What changed between two runs, over the cases that both asked."""
    fixed, broken, moved = [], [], []
    for case in run.cases:
        if case.id not in before.values or "passed" not in run.values[case.id]:
            continue
        now, then = run.values[case.id]["passed"], before.values[case.id].get("passed", 0.0)
        if now > then:
            fixed.append(case.id)
        elif now < then:
            broken.append(case.id)
        elif _shown(run.record(case)) != _shown(before.record(case)):
            moved.append(case.id)
    return Moves(tuple(fixed), tuple(broken), tuple(moved))


def worst(run: Run, at_most: int) -> list[Case]:
    """Cases that went wrong, worst first: crashes, then the smallest sum of figures; ties by id."""
    wrong = [case for case in run.cases if run.values[case.id].get("passed", 0.0) < 1.0]

    def badness(case: Case) -> tuple[bool, float, str]:
        record, values = run.record(case), run.values[case.id]
        kept = ("completeness", "citation_recall", "recall@10", "recall@5")
        return (not record.error, sum(values.get(name, 0.0) for name in kept), case.id)

    return sorted(wrong, key=badness)[:at_most]


def label(name: str) -> str:
    """How a metric is called on screen."""
    return BY_NAME[name].label


def kind_name(kind: str) -> str:
    """How a kind is called on screen."""
    return KINDS.get(kind, kind)


def _shown(record: Record) -> tuple[str, str]:
    return record.status, record.answer


def _confidence(record: Record, when_crashed: float) -> float:
    return when_crashed if record.error else record.confidence


def _share(flags: Iterable[bool]) -> float:
    seen = list(flags)
    return sum(seen) / len(seen) if seen else 0.0


def _grouped(pairs: Iterable[tuple[str, Case]]) -> dict[str, list[Case]]:
    groups: dict[str, list[Case]] = {}
    for name, case in pairs:
        groups.setdefault(name, []).append(case)
    return groups

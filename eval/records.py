"""One line of a run: what the system did with one case, as plain values that go to JSON and back.

A record keeps everything that the metrics need, so that a run can be scored again without the system.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from rag.types import Answer, Hit, Quote, Span, Status, WenjuError

HITS_KEPT = 10
"""Ranking metrics look no deeper than ten."""


@dataclass(frozen=True, slots=True)
class Found:
    """A passage that was found: where it stands in which original, its score (larger is better) and its ranks."""

    passage_id: str
    source: str
    text: str
    spans: tuple[Span, ...]
    score: float
    ranks: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Cited:
    """A quotation of the answer: marker [n] of the answer text is the n-th of them."""

    passage_id: str
    source: str
    text: str
    spans: tuple[Span, ...]
    score: float
    focus: str = ""


@dataclass(frozen=True, slots=True)
class Variant:
    """The same question written otherwise, and the evidence it led to."""

    name: str
    question: str
    status: str
    cited: tuple[Cited, ...]


@dataclass(frozen=True, slots=True)
class Record:
    """What the system did with one case. ``status`` is a Status value, or "error" when the case crashed."""

    case_id: str
    question: str
    status: str
    answer: str = ""
    reason: str = ""
    cited: tuple[Cited, ...] = ()
    hits: tuple[Found, ...] = ()
    confidence: float = 0.0
    """The score that the threshold curve moves over: the best quote's, else the best hit's."""
    milliseconds: float = 0.0
    """Wall time of the whole question, as the runner measured it."""
    steps: dict[str, float] = field(default_factory=dict)
    """Milliseconds per step as the system reports them."""
    standalone: str = ""
    engine: str = ""
    error: str = ""
    variants: tuple[Variant, ...] = ()

    @property
    def refused(self) -> bool:
        """True when the user was told that there is no answer. A crash is not a refusal."""
        return self.status in (Status.NO_EVIDENCE, Status.FAILED_CHECK)

    @property
    def answered(self) -> bool:
        """True when an answer was shown."""
        return self.status == Status.ANSWERED


def found(hit: Hit) -> Found:
    """Keep of a hit what the metrics and the report need."""
    passage = hit.passage
    return Found(passage.id, passage.source_id, passage.text, passage.spans, float(hit.score), dict(hit.ranks))


def cited(quote: Quote) -> Cited:
    """Keep of a quote what the metrics and the report need."""
    passage = quote.passage
    return Cited(passage.id, passage.source_id, quote.text, quote.spans, float(quote.score), quote.focus)


def record_of(case_id: str, answer: Answer, milliseconds: float, variants: tuple[Variant, ...] = ()) -> Record:
    """The record of an answer that came back whole."""
    scores = [quote.score for quote in answer.quotes] or [hit.score for hit in answer.hits]
    steps = {name: getattr(answer.timings, name) for name in ("search", "rerank", "read", "total")}
    return Record(
        case_id=case_id,
        question=answer.question,
        status=str(answer.status),
        answer=answer.text,
        reason=answer.reason,
        cited=tuple(map(cited, answer.quotes)),
        hits=tuple(map(found, answer.hits[:HITS_KEPT])),
        confidence=float(max(scores, default=0.0)),
        milliseconds=milliseconds,
        steps=steps,
        standalone=answer.standalone,
        engine=answer.engine,
        variants=variants,
    )


def to_line(record: Record) -> str:
    """One JSON line, without a line break; spans are [start, end] pairs."""
    return json.dumps(asdict(record, dict_factory=_plain), ensure_ascii=False, sort_keys=True)


def from_line(line: str) -> Record:
    """The record of one JSON line. Raises ValueError, KeyError or TypeError on anything else."""
    fields: dict[str, Any] = json.loads(line)
    fields["cited"] = tuple(map(_cited, fields["cited"]))
    fields["hits"] = tuple(Found(**{**hit, "spans": _spans(hit["spans"])}) for hit in fields["hits"])
    fields["variants"] = tuple(
        Variant(**{**variant, "cited": tuple(map(_cited, variant["cited"]))}) for variant in fields["variants"]
    )
    return Record(**fields)


def read_records(path: Path) -> Iterator[Record]:
    """The records of a run file. A torn last line (an interruption) is left out; any other bad line is an error."""
    lines = path.read_text(encoding="utf-8").split("\n")
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            yield from_line(line)
        except (ValueError, KeyError, TypeError) as error:
            if number == len(lines):
                return
            raise WenjuError(
                f"{path} 第 {number} 行不是评测记录：{error}。请删去这一行或换一个 --out 目录。"
            ) from error


def _plain(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    return {name: _pairs(value) if name == "spans" else value for name, value in pairs}


def _pairs(spans: Any) -> list[list[int]]:
    """Spans as [start, end] pairs, whether ``asdict`` has already turned them into dictionaries or not."""
    return [[span["start"], span["end"]] if isinstance(span, dict) else [span.start, span.end] for span in spans]


def _spans(pairs: list[list[int]]) -> tuple[Span, ...]:
    return tuple(Span(start, end) for start, end in pairs)


def _cited(fields: dict[str, Any]) -> Cited:
    return Cited(**{**fields, "spans": _spans(fields["spans"])})

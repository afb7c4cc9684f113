"""A turn of a conversation as the browser keeps it, and the way back to a checked ``Answer``.

The browser's storage is not trusted: titles, authors and dates are looked up again by passage id, and every
quotation is compared with the library anew. What no longer stands there is taken out and counted.
"""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import BaseModel, ConfigDict, Field

from rag.answer.cite import CitationError, verify
from rag.answer.markers import cited_units, numbers, renumber
from rag.types import Answer, Filters, Hit, Quote, Sentence, Span, Status, Timings, Turn, Verdict
from ui.library import Documents
from ui.reference import BODY

NEAREST = 3
"""How many nearest passages a refusal shows."""

Id = Field(max_length=200)


class QuoteRecord(BaseModel):
    """Where a quotation stands and what it says."""

    model_config = ConfigDict(extra="ignore")
    passage: str = Id
    source: str = Id
    text: str = Field(max_length=20_000)
    spans: list[tuple[int, int]] = Field(max_length=50)
    focus: str = Field(default="", max_length=2_000)


class SentenceRecord(BaseModel):
    """What the check found of one sentence of a chat model."""

    model_config = ConfigDict(extra="ignore")
    text: str = Field(max_length=20_000)
    verdict: Verdict
    why: str = Field(default="", max_length=500)


class Record(BaseModel):
    """One question and what came of it."""

    model_config = ConfigDict(extra="ignore")
    id: str = Field(pattern=r"^[A-Za-z0-9_-]{1,40}$")
    question: str = Field(max_length=20_000)
    state: str = Field(default="done", pattern=r"^[a-z]{1,12}$")
    """done, or stopped/cut/error for a turn that did not reach its end."""
    status: Status = Status.ANSWERED
    text: str = Field(default="", max_length=60_000)
    reason: str = Field(default="", max_length=2_000)
    engine: str = Field(default="extractive", max_length=100)
    ms: float = 0.0
    standalone: str = Field(default="", max_length=20_000)
    scope: str = Field(default="", max_length=400)
    quotes: list[QuoteRecord] = Field(default_factory=list, max_length=100)
    near: list[str] = Field(default_factory=list, max_length=20)
    sentences: list[SentenceRecord] = Field(default_factory=list, max_length=500)


class Scope(BaseModel):
    """The filters as the page sends them."""

    model_config = ConfigDict(extra="ignore")
    sources: list[str] = Field(default_factory=list, max_length=1_000)
    publications: list[str] = Field(default_factory=list, max_length=1_000)
    authors: list[str] = Field(default_factory=list, max_length=1_000)
    since: str = Field(default="", max_length=10)
    until: str = Field(default="", max_length=10)

    def filters(self) -> Filters:
        """The same as the chain takes them."""
        return Filters(
            frozenset(self.sources), frozenset(self.publications), frozenset(self.authors), self.since, self.until
        )

    def words(self) -> str:
        """The same for a reader, "" when there is no limit."""
        named = [*self.sources, *self.publications, *self.authors]
        dates = f"{self.since or '…'} 至 {self.until or '…'}" if self.since or self.until else ""
        shown = "、".join(named[:3]) + (f" 等 {len(named)} 项" if len(named) > 3 else "")
        return "，".join(part for part in (shown, dates) if part)


def record_of(turn: str, answer: Answer, *, state: str = "done", scope: str = "") -> Record:
    """What the browser keeps of an answer."""
    quotes = [
        QuoteRecord(
            passage=q.passage.id, source=q.passage.source_id, text=q.text,
            spans=[(s.start, s.end) for s in q.spans], focus=q.focus,
        )
        for q in answer.quotes
    ]  # fmt: skip
    near = [] if answer.status is Status.ANSWERED else [hit.passage.id for hit in nearest(answer)]
    return Record(
        id=turn, question=answer.question, state=state, status=answer.status, text=answer.text, reason=answer.reason,
        engine=answer.engine, ms=answer.timings.total, standalone=answer.standalone, scope=scope, quotes=quotes,
        near=near, sentences=[SentenceRecord(text=s.text, verdict=s.verdict, why=s.why) for s in answer.sentences],
    )  # fmt: skip


def nearest(answer: Answer) -> tuple[Hit, ...]:
    """The best hits to read when there is no answer: paragraphs, since a title says nothing beside its own name."""
    paragraphs = [hit for hit in answer.hits if hit.passage.kind in BODY]
    return tuple((paragraphs or answer.hits)[:NEAREST])


def restore(record: Record, library: Documents) -> tuple[Answer, int]:
    """The answer of a stored turn, and how many of its quotations the library no longer bears out."""
    quotes: list[Quote] = []
    kept: dict[int, int] = {}
    for number, stored in enumerate(record.quotes, 1):
        quote = _quote(stored, library)
        if quote is not None:
            quotes.append(quote)
            kept[number] = len(quotes)
    lost = len(record.quotes) - len(quotes)
    text = _without_lost(record.text, kept) if lost else record.text
    answer = Answer(
        question=record.question, text=text, quotes=tuple(quotes), hits=tuple(_nearest(record, library)),
        status=record.status, reason=record.reason, engine=record.engine, timings=Timings(total=record.ms),
        standalone=record.standalone, sentences=tuple(_sentences(record, kept)),
    )  # fmt: skip
    return answer, lost


def turns(records: list[Record], library: Documents) -> tuple[Turn, ...]:
    """Earlier exchanges as the chain takes them; unfinished ones are left out."""
    answers = [restore(record, library)[0] for record in records if record.state in ("done", "stopped")]
    return tuple(Turn(answer.question, answer.text, answer.quotes) for answer in answers)


def _quote(stored: QuoteRecord, library: Documents) -> Quote | None:
    try:
        passage = library.passage(stored.passage)
        spans = tuple(Span(start, end) for start, end in stored.spans)
        quote = Quote(passage, stored.text, spans, 0.0, stored.focus)
        verify(quote, library.clean(passage.source_id))
    except (KeyError, ValueError, CitationError):
        return None
    return quote


def _sentences(record: Record, kept: dict[int, int]) -> Iterator[Sentence]:
    """The verdicts on what is still shown, under the new numbers; removed sentences cite nothing and stay."""
    for s in record.sentences:
        text = _without_lost(s.text, kept) if s.verdict is not Verdict.REMOVED else s.text
        if text:
            yield Sentence(text, s.verdict, s.why)


def _nearest(record: Record, library: Documents) -> list[Hit]:
    found = []
    for passage_id in record.near:
        try:
            found.append(Hit(library.passage(passage_id), 0.0))
        except KeyError:
            continue
    return found


def _without_lost(text: str, kept: dict[int, int]) -> str:
    """The text without the parts that rest on lost quotations alone."""
    units = [unit for unit in cited_units(text) if not numbers(unit) or any(n in kept for n in numbers(unit))]
    return "".join(renumber(unit, kept) for unit in units).strip()

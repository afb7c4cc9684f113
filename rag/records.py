"""Answers and hits as plain JSON records: the shape that the command line, the API and the eval runner share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rag.types import Answer, Hit, Passage, Quote, Span

SHOWN_HITS = 10
"""Hits in an answer's record; a search's record has all."""


def answer_record(answer: Answer, id: str = "") -> dict[str, Any]:
    """One answer as a JSON object."""
    return {
        "id": id,
        "question": answer.question,
        "standalone": answer.standalone,
        "status": answer.status.value,
        "reason": answer.reason,
        "answer": answer.text,
        "citations": [citation_record(n, quote) for n, quote in enumerate(answer.quotes, 1)],
        "hits": [hit_record(hit) for hit in answer.hits[:SHOWN_HITS]],
        "engine": answer.engine,
        "timings_ms": {
            "search": answer.timings.search,
            "rerank": answer.timings.rerank,
            "read": answer.timings.read,
            "total": answer.timings.total,
        },
    }


def error_record(id: str, question: str, message: str) -> dict[str, Any]:
    """A batch line that could not be answered."""
    return {"id": id, "question": question, "status": "error", "error": message}


def search_record(question: str, hits: Sequence[Hit], milliseconds: float, id: str = "") -> dict[str, Any]:
    """The hits of one search as a JSON object, texts included."""
    return {
        "id": id,
        "question": question,
        "hits": [hit_record(hit) | {"title": hit.passage.title, "text": hit.passage.text} for hit in hits],
        "timings_ms": {"search": milliseconds},
    }


def citation_record(number: int, quote: Quote) -> dict[str, Any]:
    """One citation; ``spans`` are character offsets into the decoded original file."""
    passage = quote.passage
    return {
        "n": number,
        "passage_id": passage.id,
        "source": passage.source_id,
        "title": passage.title,
        "author": passage.author,
        "author_role": passage.author_role,
        "publication": passage.publication,
        "date": passage.date,
        "headings": list(passage.headings),
        "quote": quote.text,
        "spans": _pairs(quote.spans),
        "focus": quote.focus,
        "score": round(quote.score, 4),
        "interrupted": passage.interrupted,
    }


def hit_record(hit: Hit) -> dict[str, Any]:
    """One hit without its text."""
    return {
        "passage_id": hit.passage.id,
        "source": hit.passage.source_id,
        "spans": _pairs(hit.passage.spans),
        "score": round(hit.score, 4),
        "ranks": dict(hit.ranks),
    }


def passage_record(passage: Passage) -> dict[str, Any]:
    """One passage with its text and what is known of it."""
    return {
        "passage_id": passage.id,
        "source": passage.source_id,
        "title": passage.title,
        "author": passage.author,
        "author_role": passage.author_role,
        "publication": passage.publication,
        "date": passage.date,
        "headings": list(passage.headings),
        "kind": passage.kind.value,
        "text": passage.text,
        "spans": _pairs(passage.spans),
        "interrupted": passage.interrupted,
    }


def sentence_records(answer: Answer) -> list[dict[str, str]]:
    """What the check found of each sentence that a chat model wrote; [] for an extractive answer."""
    return [{"text": s.text, "verdict": s.verdict.value, "why": s.why} for s in answer.sentences]


def _pairs(spans: Sequence[Span]) -> list[list[int]]:
    return [[span.start, span.end] for span in spans]

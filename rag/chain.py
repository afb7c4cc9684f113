"""The retrieval chain: one sentence, offered as a LangChain Runnable.

    hits   = retriever.search(question)
    quotes = reader.read(question, hits)
    answer = compose(quotes), every quote verified against the original first
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from time import perf_counter
from typing import Any

from langchain_core.runnables import Runnable, RunnableConfig

from rag.answer.cite import CitationError, verify
from rag.answer.compose import compose, refusal
from rag.answer.question import analyse
from rag.answer.read import Evidence, SentenceReader
from rag.index.embed import open_encoder
from rag.index.library import Library, open_library
from rag.search.followup import stand_alone
from rag.search.retrieve import Retriever
from rag.settings import Settings
from rag.types import Answer, Quote, Question, Status, Timings, WenjuError


class QAChain(Runnable[Question | str, Answer]):
    """Question in, verified Answer out. ``stream`` yields growing Answers: hits first, then sentence by sentence."""

    def __init__(self, library: Library, retriever: Retriever, reader: SentenceReader, settings: Settings) -> None:
        self.library = library
        self.retriever = retriever
        self.reader = reader
        self.settings = settings

    def invoke(self, input: Question | str, config: RunnableConfig | None = None, **kwargs: Any) -> Answer:
        """The whole answer. Raises WenjuError when the question cannot be asked (empty, too long)."""
        *_, answer = self.stream(input, config)
        return answer

    def stream(
        self, input: Question | str, config: RunnableConfig | None = None, **kwargs: Any
    ) -> Iterator[Answer]:
        """Growing answers: the first has the hits and no text, the last is whole."""
        started = perf_counter()
        question = check_question(input, self.settings.max_question)
        asked = stand_alone(question)
        hits = self.retriever.search(asked, question.filters)
        searched = perf_counter()
        answer = Answer(
            question.text, "", (), tuple(hits), Status.NO_EVIDENCE,
            standalone=asked if asked != question.text else "", timings=_timings(started, searched, searched),
        )  # fmt: skip
        yield answer
        evidence = self.reader.read(asked, analyse(asked), hits)
        answer = replace(answer, timings=_timings(started, searched, perf_counter()))
        yield from self._say(answer, evidence)

    def _say(self, answer: Answer, evidence: Evidence) -> Iterator[Answer]:
        quotes = self._verified(evidence.quotes)
        if not evidence.quotes or evidence.confidence < self.reader.weights.threshold:
            yield replace(answer, reason=refusal(answer.hits))
        elif not quotes:
            yield replace(answer, status=Status.FAILED_CHECK, reason="引文未能通过与原文的核对，因此不予显示。")
        else:
            text = ""
            for sentence in compose(quotes):
                text = f"{text}\n{sentence}" if text else sentence
                yield replace(answer, text=text, quotes=quotes, status=Status.ANSWERED, reason=evidence.note)

    def _verified(self, quotes: Sequence[Quote]) -> tuple[Quote, ...]:
        kept: list[Quote] = []
        for quote in quotes:
            try:
                verify(quote, self.library.clean(quote.passage.source_id))
            except CitationError:
                continue  # rule 2: what cannot be verified is not shown
            kept.append(quote)
        return tuple(kept)


def open_chain(settings: Settings, *, allow_stale: bool = False) -> QAChain:
    """The chain over the index of ``settings``. Raises WenjuError when there is none or it must be rebuilt."""
    encoder = open_encoder(settings)
    library = open_library(settings.index, encoder, allow_stale=allow_stale)
    retriever = Retriever(library=library, encoder=encoder)
    return QAChain(library, retriever, SentenceReader(library, encoder), settings)


def check_question(question: Question | str, limit: int) -> Question:
    """The question with blanks and control characters taken off. Raises WenjuError when nothing is left or too much."""
    asked = Question(question) if isinstance(question, str) else question
    text = " ".join("".join(c if c.isprintable() or c.isspace() else " " for c in asked.text).split())
    if not any(c.isalnum() for c in text):
        raise WenjuError("问题是空的，请写下想问的内容。(the question is empty)")
    if len(text) > limit:
        raise WenjuError(f"问题有 {len(text)} 字，最多 {limit} 字，请缩短后再问。(the question is too long)")
    return replace(asked, text=text)


def _timings(started: float, searched: float, now: float) -> Timings:
    return Timings(
        search=round((searched - started) * 1000, 1),
        read=round((now - searched) * 1000, 1),
        total=round((now - started) * 1000, 1),
    )

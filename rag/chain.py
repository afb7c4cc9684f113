"""The retrieval chain: one sentence, offered as a LangChain Runnable.

hits   = retriever.search(question)
hits   = rerank(question, hits)        # when there is a reader model
quotes = reader.read(question, hits)
answer = compose(quotes), every quote verified against the original first; or, when a chat model is set,
         writer.write(question, passages): its prose, every sentence checked before it is shown
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import zip_longest
from time import perf_counter
from typing import Any

from langchain_core.runnables import Runnable, RunnableConfig

from rag.answer.cite import CitationError, verify
from rag.answer.compose import compose, refusal
from rag.answer.generate import Writer
from rag.answer.language import in_script, language_of, say
from rag.answer.question import analyse
from rag.answer.read import Evidence, SentenceReader, side_by_side
from rag.index.embed import open_encoder
from rag.index.lexical import terms
from rag.index.library import Library, open_library
from rag.index.windows import head
from rag.search.english import with_chinese
from rag.search.followup import cued, wordings
from rag.search.rerank import Budget, Reranked, Reranker, open_reranker, rerank
from rag.search.retrieve import Retriever
from rag.search.sides import sides
from rag.search.window import window
from rag.search.wording import content_terms, coverage, plain
from rag.settings import Settings
from rag.types import Answer, Filters, Hit, Passage, Question, Quote, Status, Timings, WenjuError

GIVEN = 8
"""Passages given to a chat model at most."""
SHOWN = 10
"""Hits of an answer."""


TOLD, KNOWN = 5, 0.4
"""Hits in which the words of a short follow-up question are looked for, and the share of them (by rarity) that must be
there: 高血压 after a question about a training course is a new subject."""
SURE = 0.7
"""Confidence that an answer needs to a question that was completed from the conversation, when the question as typed
finds none: a subject that was changed must not be dragged along."""


@dataclass(frozen=True, slots=True)
class Looked:
    """What was asked in the end, what was found for it, what of that answers, and how long it took."""

    asked: str
    hits: tuple[Hit, ...]
    evidence: Evidence
    timings: Timings


class QAChain(Runnable[Question | str, Answer]):
    """Question in, verified Answer out. ``stream`` yields growing Answers: hits first, then sentence by sentence."""

    def __init__(
        self,
        library: Library,
        retriever: Retriever,
        reader: SentenceReader,
        settings: Settings,
        writer: Writer | None = None,
        reranker: Reranker | None = None,
    ) -> None:
        self.library = library
        self.retriever = retriever
        self.reader = reader
        self.settings = settings
        self.writer = writer
        self.reranker = reranker
        self.budget = Budget()

    def extractive(self) -> QAChain:
        """The same chain without the chat model."""
        return QAChain(self.library, self.retriever, self.reader, self.settings, reranker=self.reranker)

    def invoke(self, input: Question | str, config: RunnableConfig | None = None, **kwargs: Any) -> Answer:
        """The whole answer. Raises WenjuError when the question cannot be asked (empty, too long)."""
        *_, answer = self.stream(input, config)
        return answer

    def stream(self, input: Question | str, config: RunnableConfig | None = None, **kwargs: Any) -> Iterator[Answer]:
        """Growing answers: the first has the hits and no text, the last is whole."""
        started = perf_counter()
        question = check_question(input, self.settings.max_question)
        looked = self._look(question)
        answer = Answer(
            question.text, "", (), looked.hits, Status.NO_EVIDENCE,
            standalone=looked.asked if looked.asked != question.text else "", timings=looked.timings,
        )  # fmt: skip
        yield answer
        with closing(self._say(answer, looked.asked, looked.evidence)) as said:
            for answer in said:
                yield replace(answer, timings=replace(answer.timings, total=_since(started)))

    def find(self, question: str, filters: Filters = Filters(), k: int = SHOWN) -> list[Hit]:  # noqa: B008
        """The best ``k`` passages for a question as it was typed, in any language; nothing is read."""
        return self.retriever.search(with_chinese(question, self.library), filters, k)

    def search(self, asked: str, filters: Filters = Filters()) -> list[Hit]:  # noqa: B008
        """What is found for a question that stands alone: enough for the reranker to choose from."""
        return self.retriever.search(asked, filters, max(SHOWN, self.budget.most) if self.reranker else SHOWN)

    def rerank(self, asked: str, found: Sequence[Hit]) -> Reranked:
        """The hits in the reranker's order, with what it made of them; as they are without a reranker."""
        if self.reranker is None:
            return Reranked(tuple(found), {})
        return rerank(asked, found, self.reranker, self.budget, self._windows(asked, found[: self.budget.most]))

    def _windows(self, asked: str, found: Sequence[Hit]) -> dict[str, tuple[int, int]]:
        vector = self.retriever.encoder.encode_queries([plain(asked)])[0]
        passages = [hit.passage for hit in found]
        return {p.id: window(p.text, (self.library.vectors(p.id) @ vector)[1:].tolist()) for p in passages}

    def read(self, asked: str) -> Evidence:
        """The evidence for a question that stands alone, whatever its confidence."""
        return self._read(asked, Filters()).evidence

    def _look(self, question: Question) -> Looked:
        """What is found: for the question as it was typed, or as the conversation completes it where only that is sure.

        Nothing of an earlier subject is carried into a question that has its own answer, or none at all.
        """
        if self.writer:
            return self._read(self.writer.stand_alone(question), question.filters)
        typed, *fuller = wordings(question)
        first = self._read(typed, question.filters)
        if typed != question.text and not (cued(question.text) or self._told(question, first)):
            return self._read(question.text, question.filters)
        if not fuller or first.evidence.confidence >= self.reader.weights.threshold:
            return first
        again = self._read(fuller[0], question.filters)
        return again if again.evidence.confidence >= SURE and self._told(question, again) else first

    def _told(self, question: Question, looked: Looked) -> bool:
        """Whether what was found knows the words that were typed: those of the conversation alone prove nothing."""
        texts = " ".join(f"{head(hit.passage)} {hit.passage.text}" for hit in looked.hits[:TOLD])
        return coverage(content_terms(question.text), terms(texts), self.library.lexical.idf) >= KNOWN

    def _read(self, asked: str, filters: Filters) -> Looked:
        looked = self._one(asked, filters)
        sides_ = [self._one(side, filters) for side in sides(asked)]
        joined = side_by_side([side.evidence for side in sides_], self.reader.weights.threshold)
        if joined is None:
            return looked
        both = {hit.passage.id: hit for pair in zip_longest(*(side.hits for side in sides_)) for hit in pair if hit}
        return replace(looked, hits=tuple(both.values())[:SHOWN], evidence=joined)

    def _one(self, asked: str, filters: Filters) -> Looked:
        """search → rerank → read, once."""
        started = perf_counter()
        sought = with_chinese(asked, self.library)
        found = self.search(sought, filters)
        searched = perf_counter()
        looked = self.rerank(sought, found)
        ranked = perf_counter()
        hits = looked.hits[:SHOWN]
        evidence = self.reader.read(sought, analyse(asked), hits, looked.readings)
        return Looked(asked, hits, evidence, _timings(started, searched, ranked, perf_counter()))

    def _say(self, answer: Answer, asked: str, evidence: Evidence) -> Generator[Answer]:
        language = language_of(answer.question)
        quotes = self._verified(evidence.quotes)
        if not evidence.quotes or evidence.confidence < self.reader.weights.threshold:
            yield replace(answer, reason=in_script(evidence.note, language) + refusal(answer.hits, language))
        elif not quotes:
            yield replace(answer, status=Status.FAILED_CHECK, reason=say("unverified", language))
        else:
            quoted = replace(answer, quotes=quotes, status=Status.ANSWERED, reason=in_script(evidence.note, language))
            if self.writer is None:
                yield from _quoted(quoted)
            else:
                yield from self.writer.write(answer, asked, _passages(quoted), lambda: _quoted(quoted))

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
    with ThreadPoolExecutor(1) as beside:  # the two models open at the same time
        reranker = beside.submit(open_reranker, settings)
        encoder = open_encoder(settings)
        library = open_library(settings.index, encoder, allow_stale=allow_stale)
    retriever = Retriever(library=library, encoder=encoder)
    writer = Writer(settings, library, encoder) if settings.model and settings.engine != "extractive" else None
    return QAChain(library, retriever, SentenceReader(library, encoder), settings, writer, reranker.result())


def _quoted(answer: Answer) -> Iterator[Answer]:
    """The extractive answer, one quotation more each time."""
    text = ""
    for sentence in compose(answer.quotes, language_of(answer.question)):
        text = f"{text}\n{sentence}" if text else sentence
        yield replace(answer, text=text)


def _passages(answer: Answer) -> list[Passage]:
    """What a chat model is given to read: the passages that hold the quotations, then the other hits."""
    found = [quote.passage for quote in answer.quotes] + [hit.passage for hit in answer.hits]
    return list({passage.id: passage for passage in found}.values())[:GIVEN]


def check_question(question: Question | str, limit: int) -> Question:
    """The question with blanks and control characters taken off. Raises WenjuError when nothing is left or too much."""
    asked = Question(question) if isinstance(question, str) else question
    text = " ".join("".join(c if c.isprintable() or c.isspace() else " " for c in asked.text).split())
    if not any(c.isalnum() for c in text):
        raise WenjuError("问题是空的，请写下想问的内容。(the question is empty)")
    if len(text) > limit:
        raise WenjuError(f"问题有 {len(text)} 字，最多 {limit} 字，请缩短后再问。(the question is too long)")
    return replace(asked, text=text)


def _timings(started: float, searched: float, ranked: float, now: float) -> Timings:
    return Timings(
        search=round((searched - started) * 1000, 1),
        rerank=round((ranked - searched) * 1000, 1),
        read=round((now - ranked) * 1000, 1),
        total=round((now - started) * 1000, 1),
    )


def _since(started: float) -> float:
    return round((perf_counter() - started) * 1000, 1)

"""The sentences that could answer: every sentence of the best hits, with how near it is in meaning and in wording."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rag.corpus.fold import fold
from rag.corpus.numerals import find_numbers
from rag.corpus.sentences import sentences
from rag.index.embed import Encoder
from rag.index.lexical import terms
from rag.index.windows import head
from rag.search.wording import content_terms, coverage
from rag.types import Hit, Passage


@dataclass(frozen=True, slots=True)
class Candidate:
    """Sentence ``[start, end)`` of a hit's passage text; larger is better in each measure."""

    hit: Hit
    start: int
    end: int
    text: str
    cosine: float
    """Of sentence and question."""
    coverage: float
    """Share of the question's rare wording that the sentence holds."""
    context: float
    """The same share for the whole passage with its title and headings."""


def candidates(
    question: str, hits: Sequence[Hit], encoder: Encoder, weight: Callable[[str], float]
) -> list[Candidate]:
    """All sentences of ``hits`` in order, measured against ``question``; ``weight`` is a term's rarity (idf)."""
    cut = [(hit, start, end) for hit in hits for start, end in sentences(hit.passage.text)]
    if not cut:
        return []
    wanted = content_terms(question)
    texts = [hit.passage.text[start:end] for hit, start, end in cut]
    cosines = encoder.encode_passages(texts) @ encoder.encode_queries([question])[0]
    context = {
        hit.passage.id: coverage(wanted, terms(f"{head(hit.passage)}\n{hit.passage.text}"), weight) for hit in hits
    }
    return [
        Candidate(hit, start, end, text, float(cosine), coverage(wanted, terms(text), weight), context[hit.passage.id])
        for (hit, start, end), text, cosine in zip(cut, texts, cosines, strict=True)
    ]


def missing_numbers(question: str, passage: Passage) -> list[str]:
    """Numbers of the question that stand nowhere in the passage or its date: a sign that it is about something else."""
    folded = fold(question)
    known = fold(" ".join((passage.text, passage.title, passage.date, *passage.headings)))
    values = {number.value for number in find_numbers(known, claims_only=False)}
    return [folded[n.start : n.end] for n in find_numbers(folded) if n.value not in values]

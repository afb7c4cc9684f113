"""Hits → candidate sentences with what speaks for each: the part that knows nothing about answers yet."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from rag.corpus.fold import fold
from rag.corpus.numerals import find_numbers
from rag.corpus.sentences import sentences
from rag.index.embed import Encoder
from rag.index.lexical import terms
from rag.index.windows import head
from rag.search.wording import content_terms, coverage
from rag.types import Hit, Passage, PassageKind

LONG = 150
"""A sentence longer than this is offered clause by clause (cut at ；)."""
EMBEDDED = 24
"""Sentences that are embedded for a question; the rest have too little in common with it in words and rank."""
_TEXTUAL = (PassageKind.PARAGRAPH, PassageKind.LIST, PassageKind.CAPTION)
_CLAUSE = re.compile(r"[^；;]+[；;]?")


@dataclass(frozen=True, slots=True)
class Candidate:
    """Characters ``start:end`` of a passage's text and what speaks for them (each 0 to 1, cosine -1 to 1)."""

    hit: Hit
    start: int
    end: int
    coverage: float
    """Share of the question's rare wording in the sentence itself."""
    context: float
    """The same, with the passage and its title and headings counted too."""
    cosine: float = 0.0

    @property
    def text(self) -> str:
        """The sentence."""
        return self.hit.passage.text[self.start : self.end]


def candidates(
    question: str, hits: Sequence[Hit], encoder: Encoder, weight: Callable[[str], float]
) -> list[Candidate]:
    """The sentences of ``hits`` worth considering, in hit order; ``weight`` is a term's rarity (idf)."""
    wanted = content_terms(question)
    found: list[Candidate] = []
    for hit in hits:
        if hit.passage.kind not in _TEXTUAL:
            continue
        context = coverage(wanted, terms(f"{head(hit.passage)}\n{hit.passage.text}"), weight)
        for start, end in units(hit.passage.text):
            words = terms(hit.passage.text[start:end])
            found.append(Candidate(hit, start, end, coverage(wanted, words, weight), context))
    return _with_cosines(question, found, encoder)


def units(text: str) -> list[tuple[int, int]]:
    """Sentences of a passage; long ones as their clauses. Offsets into ``text``, blanks at the ends left out."""
    found: list[tuple[int, int]] = []
    for start, end in sentences(text):
        if end - start > LONG:
            found.extend((start + m.start(), start + m.end()) for m in _CLAUSE.finditer(text[start:end]))
        else:
            found.append((start, end))
    trimmed = [_trim(text, start, end) for start, end in found]
    return [(start, end) for start, end in trimmed if end - start >= 2]


def missing_numbers(question: str, passage: Passage) -> list[str]:
    """Numbers that the question names and that stand nowhere in the passage, its titles or its date."""
    facts = fold(" ".join((head(passage), passage.publication, passage.date, passage.text)))
    known = {number.value for number in find_numbers(facts, claims_only=False)}
    folded = fold(question)
    return [folded[n.start : n.end] for n in find_numbers(folded) if n.value not in known]


def _with_cosines(question: str, found: list[Candidate], encoder: Encoder) -> list[Candidate]:
    def promise(index: int) -> tuple[float, int]:
        return (-(found[index].coverage + found[index].hit.score), index)

    chosen = [found[i] for i in sorted(sorted(range(len(found)), key=promise)[:EMBEDDED])]
    if not chosen:
        return []
    scores = encoder.encode_passages([c.text for c in chosen]) @ encoder.encode_queries([question])[0]
    return [replace(c, cosine=float(score)) for c, score in zip(chosen, scores, strict=True)]


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end

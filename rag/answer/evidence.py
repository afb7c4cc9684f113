"""Hits → candidate sentences with what speaks for each: the part that knows nothing about answers yet."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.corpus.clauses import pieces, units
from rag.corpus.fold import fold
from rag.corpus.mentions import CITIES
from rag.corpus.numerals import find_numbers
from rag.index.embed import Encoder
from rag.index.lexical import terms
from rag.index.library import Library
from rag.index.windows import head
from rag.search.english import unknown_names
from rag.search.wording import content_terms, coverage, is_english, plain
from rag.types import Hit, Passage, PassageKind

_ASKED_NUMBER = re.compile(r"(?:哪|这|那|各|分|分成|分为|前|后|最后|上述|以下)$")
_TITLE = re.compile(r"《([^》]{2,40})》")
_TEXTUAL = (PassageKind.PARAGRAPH, PassageKind.LIST, PassageKind.CAPTION)


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
    cosine: float
    """Of the question and the nearest piece of the sentence."""

    @property
    def text(self) -> str:
        """The sentence."""
        return self.hit.passage.text[self.start : self.end]


def candidates(question: str, hits: Sequence[Hit], library: Library, encoder: Encoder) -> list[Candidate]:
    """The sentences of ``hits``, in hit order, with their scores; nothing is embedded but the question."""
    wanted = content_terms(question)
    vector = encoder.encode_queries([plain(question)])[0]
    rarity = library.lexical.idf
    found: list[Candidate] = []
    for hit in hits:
        passage = hit.passage
        if passage.kind not in _TEXTUAL:
            continue
        context = coverage(wanted, terms(f"{head(passage)}\n{passage.text}"), rarity)
        # The first vector is that of the passage's beginning; the others belong to its pieces, in order.
        cosines = iter((library.vectors(passage.id) @ vector)[1:].tolist())
        for start, end in units(passage.text):
            cosine = max(next(cosines) for _ in pieces(passage.text, start, end))
            covered = coverage(wanted, terms(passage.text[start:end]), rarity)
            found.append(Candidate(hit, start, end, covered, context, cosine))
    return found


def missing_facts(question: str, hits: Sequence[Hit], library: Library) -> list[str]:
    """Numbers of the question that the first hit's article lacks; cities, 《titles》 and English names that none has.

    A question about 广州 or 2026 is not answered by an article that never mentions it, however near it is otherwise.
    The number of things that are asked for (哪四个) is no such fact.
    """
    folded = fold(question)
    articles = [_article_text(hit.passage, library) for hit in hits]
    known = {number.value for number in find_numbers(articles[0], claims_only=False)}
    numbers = [
        folded[n.start : n.end]
        for n in find_numbers(folded)
        if n.value not in known and not _ASKED_NUMBER.search(folded[: n.start])
    ]
    named = [m.group() for m in CITIES.finditer(folded)] + [m.group(1) for m in _TITLE.finditer(folded)]
    everything = "".join("".join(articles).split())
    missing = numbers + [name for name in named if "".join(name.split()) not in everything]
    if not missing and is_english(question):
        return unknown_names(question, everything, library.lexical.frequency)
    return missing


def _article_text(passage: Passage, library: Library) -> str:
    texts = (p.text for p in library.passages(passage.source_id) if p.article_id == passage.article_id)
    return fold(" ".join((head(passage), passage.publication, passage.date, *texts)))

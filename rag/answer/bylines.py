"""Questions about who wrote what: answered from titles, bylines and role notes, which are quotable lines."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rag.answer.question import Analysis, Asked
from rag.answer.quoting import make_quote
from rag.corpus.fold import fold
from rag.index.lexical import terms
from rag.index.library import Library
from rag.search.wording import content_terms, coverage
from rag.types import Hit, Passage, PassageKind, Quote

_LINES = (PassageKind.BYLINE, PassageKind.ROLE)


def byline_quotes(question: str, analysis: Analysis, hits: Sequence[Hit], library: Library) -> tuple[Quote, ...]:
    """Byline and role of the article asked about, or the titles that a named author wrote; () when neither applies."""
    if analysis.asked is Asked.AUTHOR:
        return _author_of(question, hits, library)
    if analysis.asked is Asked.WORKS:
        return _works_of(question, library)
    return ()


def names_in(question: str, authors: Iterable[str]) -> list[str]:
    """Authors of the library that the question names."""
    folded = fold(question).replace(" ", "")
    names = {name for line in authors for name in line.split("、") if len(name) >= 2}
    return sorted(name for name in names if fold(name) in folded)


def _author_of(question: str, hits: Sequence[Hit], library: Library) -> tuple[Quote, ...]:
    """Lines of the article whose title, headings and best passage hold most of the question's wording."""
    wanted = content_terms(question)
    best: dict[str, float] = {}
    for rank, hit in enumerate(hits):
        passage = hit.passage
        top = terms(f"{passage.title} {' '.join(passage.headings)} {passage.author}")
        share = coverage(wanted, top, library.lexical.idf)
        inside = coverage(wanted, terms(passage.text), library.lexical.idf)
        score = share + 0.5 * inside + 0.3 * hit.score - 0.001 * rank
        best[passage.article_id] = max(best.get(passage.article_id, 0.0), score)
    if not best:
        return ()
    article = max(best, key=lambda key: (best[key], key))
    source = next(hit.passage.source_id for hit in hits if hit.passage.article_id == article)
    lines = [p for p in library.passages(source) if p.article_id == article and p.kind in _LINES]
    return tuple(_whole(line, library) for line in lines)


def _works_of(question: str, library: Library) -> tuple[Quote, ...]:
    names = names_in(question, library.authors())
    if not names:
        return ()
    lines = [
        passage
        for passage in library.passages()
        if passage.kind is PassageKind.TITLE and set(names) & set(passage.author.split("、"))
    ]
    return tuple(_whole(line, library) for line in lines)


def _whole(passage: Passage, library: Library) -> Quote:
    return make_quote(passage, library.clean(passage.source_id), 0, len(passage.text), 1.0)

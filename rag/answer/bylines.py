"""Questions about who wrote what: answered from titles, bylines and role notes, which are quotable lines."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.answer.question import Analysis, Asked
from rag.answer.quoting import make_quote
from rag.corpus.fold import fold
from rag.index.lexical import terms
from rag.index.library import Library
from rag.search.wording import content, content_terms, coverage, names_in, without_credit
from rag.types import Hit, Passage, PassageKind, Quote

_OFFICE = re.compile(
    r"职务|职位|头衔|担任|任职|身份|什么人|哪(?:个|里的?)单位|在哪(?:里|儿|个单位)?(?:工作|任职|供职)|"
    r"单位是|是谁|what position|who is"
)
_DATELINE = re.compile(r"[0-9]{4}[年.-][0-9]{1,2}[月.-]|来源")
_ITSELF = re.compile(
    r"[这那本该上]?(?:一)?[篇则条](?:文章|报道|讲话|稿子?|新闻)?|[本该此]文|文章|报道|新闻|稿子?|是|的|都|叫|名字"
)
"""An article spoken of without saying which."""
MOSTLY = 0.3
_LINES = (PassageKind.BYLINE, PassageKind.ROLE)


def byline_quotes(question: str, analysis: Analysis, hits: Sequence[Hit], library: Library) -> tuple[Quote, ...]:
    """Byline and role of the article asked about, its dateline, or the titles that a named author wrote; else ()."""
    names = names_in(question, library.authors())
    if names and _OFFICE.search(fold(question)):
        return _office_of(names, library)
    if analysis.asked is Asked.AUTHOR:
        return _author_of(question, hits, library)
    if analysis.asked is Asked.PUBLISHED:
        return tuple(quote for quote in _author_of(question, hits, library) if _DATELINE.search(fold(quote.text)))
    if analysis.asked is Asked.WORKS:
        return _works_of(question, library)
    return ()


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
    if not _about(question, [hit.passage for hit in hits if hit.passage.article_id == article], library):
        return ()
    source = next(hit.passage.source_id for hit in hits if hit.passage.article_id == article)
    lines = [p for p in library.passages(source) if p.article_id == article and p.kind in _LINES]
    return tuple(_whole(line, library) for line in lines)


def _about(question: str, passages: Sequence[Passage], library: Library) -> bool:
    """Whether what the question says of the article stands in its title or headings, or mostly in what was found of it.

    红楼梦的作者 is nobody here. A question that says nothing of it (这篇文章是谁写的) means the one it was asked of.
    """
    said = _ITSELF.sub(" ", without_credit(question))
    if not any(c.isalnum() for c in content(said)):
        return True
    wanted = content_terms(said)
    tops = terms(" ".join(f"{p.title} {' '.join(p.headings)} {p.author}" for p in passages))
    texts = terms(" ".join(p.text for p in passages))
    return coverage(wanted, tops, library.lexical.idf) > 0 or coverage(wanted, texts, library.lexical.idf) >= MOSTLY


def _office_of(names: Sequence[str], library: Library) -> tuple[Quote, ...]:
    """Byline and role note of the articles that one of ``names`` signed; () when none of them has a role note."""
    signed = [p for p in library.lines() if set(names) & set(p.author.split("、"))]
    roles = [p for p in signed if p.kind is PassageKind.ROLE]
    homes = {p.article_id for p in roles}
    first: dict[str, Passage] = {}
    for line in (p for p in signed if p.kind in _LINES and p.article_id in homes):
        first.setdefault(fold(line.text), line)  # the same note under two articles is one answer
    return tuple(_whole(line, library) for line in first.values())


def _works_of(question: str, library: Library) -> tuple[Quote, ...]:
    names = names_in(question, library.authors())
    if not names:
        return ()
    lines = [
        passage
        for passage in library.lines()
        if passage.kind is PassageKind.TITLE and set(names) & set(passage.author.split("、"))
    ]
    return tuple(_whole(line, library) for line in lines)


def _whole(passage: Passage, library: Library) -> Quote:
    return make_quote(passage, library.clean(passage.source_id), 0, len(passage.text), 1.0)

"""Questions to offer that the documents can answer: made of the lists, headings and titles that they hold."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from rag.types import Answer, Article, OutlineItem, Passage, Status
from ui.library import Documents
from ui.reference import named

FOLLOW_UPS = 3
EXAMPLES = 4
_LONGEST = 24
"""A title longer than this makes a question nobody would type."""


def examples(library: Documents) -> list[str]:
    """Questions for the empty page: one kind after the other, from different documents."""
    kinds: list[list[str]] = [[], [], []]
    for source in library.sources():
        articles = list(library.articles(source.id))
        kinds[0].extend(_of_lists(library.outline(source.id)))
        kinds[1].extend(_of_authors(articles))
        kinds[2].extend(_of_titles(articles))
    return _unique(_alternate(kinds), EXAMPLES, ())


def follow_ups(answer: Answer, library: Documents) -> list[str]:
    """Questions about what stands next to the quotations (or nearest passages) of an answer."""
    near = [q.passage for q in answer.quotes] or [hit.passage for hit in answer.hits[:2]]
    if answer.status is not Status.ANSWERED:
        return _unique(_around(near, library, around=False), FOLLOW_UPS - 1, (answer.question,))
    return _unique(_around(near, library, around=True), FOLLOW_UPS, (answer.question, answer.text))


def _around(passages: Sequence[Passage], library: Documents, *, around: bool) -> Iterator[str]:
    for passage in passages:
        articles = {a.id: a for a in library.articles(passage.source_id)}
        outline = [item for item in library.outline(passage.source_id) if item.article_id == passage.article_id]
        yield from _of_lists(outline)
        if around:
            siblings = [p for p in library.passages(passage.source_id) if p.article_id == passage.article_id]
            yield from _of_headings(siblings, passage)
        article = articles.get(passage.article_id)
        if article is not None:
            yield from _of_titles([article])
            yield from _of_authors([article])


def _of_lists(outline: Iterable[OutlineItem]) -> Iterator[str]:
    """``“八个对标”具体指什么？``: a list that the text itself announces is always answerable."""
    for item in outline:
        if item.announced > 1 and 2 <= len(item.announced_as) <= 16:
            yield f"“{item.announced_as}”具体有哪些？"


def _of_headings(siblings: Sequence[Passage], here: Passage) -> Iterator[str]:
    """Section headings next to the one that was quoted."""
    seen = dict.fromkeys(h for p in siblings for h in p.headings[-1:] if h not in here.headings)
    for heading in seen:
        words = heading.lstrip("一二三四五六七八九十、（）()第，。 　").strip("—- 　")
        if 4 <= len(words) <= _LONGEST:
            yield f"文中怎样谈“{words}”？"


def _of_authors(articles: Iterable[Article]) -> Iterator[str]:
    for article in articles:
        if article.author and article.title and "、" not in article.author and len(article.title) <= _LONGEST:
            yield f"{article.author}在{named(article.title, '')}中提出了什么？"


def _of_titles(articles: Iterable[Article]) -> Iterator[str]:
    for article in articles:
        if 4 <= len(article.title) <= _LONGEST:
            yield f"{named(article.title, '')}的主要观点是什么？"


def _alternate(kinds: Sequence[Sequence[str]]) -> Iterator[str]:
    for row in range(max((len(kind) for kind in kinds), default=0)):
        yield from (kind[row] for kind in kinds if row < len(kind))


def _unique(questions: Iterable[str], most: int, asked: Sequence[str]) -> list[str]:
    """The first ``most`` different ones that were not just asked."""
    found: dict[str, None] = {}
    for question in questions:
        core = question.split("”")[0].lstrip("“文中怎样谈《")
        if not any(question == a or (len(core) > 3 and core in a and "“" in question) for a in asked[:1]):
            found[question] = None
        if len(found) == most:
            break
    return list(found)

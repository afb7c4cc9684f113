"""Questions to offer that the documents can answer: made of their lists, headings and titles, then tried out.

A question is offered only if the chain answers it out of the article it was made from. What was tried is remembered,
and nothing is tried while somebody is waiting for an answer.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from rag.answer.language import to_traditional
from rag.corpus.fold import is_traditional, to_simplified
from rag.types import Answer, Article, OutlineItem, Passage, Question, Status, WenjuError
from ui.engine import Engine
from ui.library import Chain, Documents
from ui.reference import BODY, named

log = logging.getLogger("wenju.ui")

FOLLOW_UPS = 3
EXAMPLES = 4
TRIED = 6
"""Candidates tried out for one answer."""
_LONGEST = 26
"""A title longer than this makes a question nobody would type."""
_COMMON = {"主要举措", "主要措施及成效", "问题与探讨", "总体目标", "工作研究", "热点思考", "前沿观察"}
"""Headings that name no subject of their own."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A question and the article that should answer it."""

    question: str
    article_id: str


class Suggestions:
    """Questions that were tried out on the chain; ``busy`` says when not to try more."""

    def __init__(self, engine: Engine, busy: Callable[[], bool], *, try_out: bool = True) -> None:
        self.engine, self.busy, self.try_out = engine, busy, try_out
        self._tried_on: Chain | None = None
        self._known: dict[Candidate, bool] = {}

    def examples(self, *, traditional: bool = False) -> list[str]:
        """For the empty page: from different documents, in the script of the page."""
        library = self.engine.chain.library
        per_document = [list(_of_document(library, source.id)) for source in library.sources()]
        return _written(self._good(_alternate(per_document), EXAMPLES, 3 * EXAMPLES), traditional=traditional)

    def follow_ups(self, answer: Answer) -> list[str]:
        """What stands next to the quotations, or to the nearest passages of a refusal."""
        near = [q.passage for q in answer.quotes] or [hit.passage for hit in answer.hits[:2]]
        wanted = FOLLOW_UPS if answer.status is Status.ANSWERED else FOLLOW_UPS - 1
        fresh = (c for c in _around(near, self.engine.chain.library) if not _asked(c.question, answer.question))
        return _written(self._good(fresh, wanted, TRIED), traditional=any(map(is_traditional, answer.question)))

    def _good(self, candidates: Iterable[Candidate], wanted: int, tries: int) -> list[str]:
        chain = self.engine.chain
        if chain is not self._tried_on:  # the documents changed
            self._tried_on, self._known = chain, {}
        found: dict[str, None] = {}
        for candidate in dict.fromkeys(candidates):
            if candidate not in self._known and self.try_out:
                if tries <= 0 or self.busy():
                    continue
                tries -= 1
                self._known[candidate] = _answers(chain, candidate)
            if self._known.get(candidate, not self.try_out):
                found[candidate.question] = None
            if len(found) == wanted:
                break
        return list(found)


def _written(questions: Sequence[str], *, traditional: bool) -> list[str]:
    """All in one script: a heading keeps its document's script, the words around it do not know of it."""
    return [to_traditional(q) if traditional else to_simplified(q) for q in questions]


def _answers(chain: Chain, candidate: Candidate) -> bool:
    """Whether the chain answers it, and mostly out of the right article."""
    try:
        answers = list(chain.stream(Question(candidate.question)))
    except WenjuError:
        return False
    except Exception as error:  # a suggestion is never worth an error
        log.warning("trying out a suggestion failed: %r", error)
        return False
    if not answers or answers[-1].status is not Status.ANSWERED:
        return False
    quotes = answers[-1].quotes
    return 2 * sum(q.passage.article_id == candidate.article_id for q in quotes) >= len(quotes)


def _of_document(library: Documents, source_id: str) -> Iterator[Candidate]:
    passages = list(library.passages(source_id))
    outline = list(library.outline(source_id))
    for article in sorted(library.articles(source_id), key=lambda a: not a.author):
        yield from _of_article(article, [p for p in passages if p.article_id == article.id], outline, set())


def _around(near: Sequence[Passage], library: Documents) -> Iterator[Candidate]:
    for passage in dict.fromkeys(near):
        article = next((a for a in library.articles(passage.source_id) if a.id == passage.article_id), None)
        if article is not None:
            siblings = [p for p in library.passages(passage.source_id) if p.article_id == article.id]
            yield from _of_article(article, siblings, library.outline(passage.source_id), set(passage.headings))


def _of_article(
    article: Article, siblings: Sequence[Passage], outline: Iterable[OutlineItem], here: set[str]
) -> Iterator[Candidate]:
    """What one article can be asked: its announced lists, its headings, the article itself."""
    if not any(p.kind in BODY for p in siblings):
        return  # a picture with its caption
    for item in outline:
        if item.article_id == article.id and item.announced > 1 and 2 <= len(item.announced_as) <= 16:
            yield Candidate(f"“{item.announced_as}”具体有哪些？", article.id)
    for heading in dict.fromkeys(h for p in siblings for h in p.headings[-1:] if h not in here | {*article.headings}):
        words = heading.lstrip("一二三四五六七八九十、（）()第，。, 　").strip("—- 　")
        plain = not any(c in words for c in "“，,；;")  # a slogan of two clauses makes no question
        if 5 <= len(words) <= _LONGEST and words not in _COMMON and words != article.title and plain:
            how = words[0] in "推加强提深完健落"
            yield Candidate(f"怎样{words}？" if how else f"关于“{words}”，文中怎么说？", article.id)
    if article.title and len(article.title) <= _LONGEST:
        who = article.author if article.author and "、" not in article.author else ""
        text = named(article.title, "")
        yield Candidate(f"{who}在{text}中谈了什么？" if who else f"{text}讲了什么？", article.id)


def _asked(question: str, before: str) -> bool:
    """Whether this was just asked, in these or nearly these words."""
    return question == before or len(set(question) & set(before)) > 0.85 * len(set(question))


def _alternate(kinds: Sequence[Sequence[Candidate]]) -> Iterator[Candidate]:
    for row in range(max((len(kind) for kind in kinds), default=0)):
        yield from (kind[row] for kind in kinds if row < len(kind))

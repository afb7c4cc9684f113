"""What the page is told about the documents: one passage in place, the list, a whole document, what can be filtered."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from typing import TypedDict

from rag.corpus.spans import read_spans
from rag.types import Article, Passage, PassageKind, Source, Span
from ui.library import Documents
from ui.reference import BODY, byline, gbt7714, named, paragraph_number, signed
from ui.source_view import Marked, article_view, document_view, raw_view

PAGE = 300
"""Passages of a document sent at a time."""
ITEM = 30
"""Characters of an item in an outline."""


class Place(TypedDict):
    """One passage as the source panel shows it."""

    id: str
    source: str
    title: str
    byline: str
    publication: str
    date: str
    page: str
    paragraph: int
    reference: str
    pieces: int
    joined: bool
    matches: bool
    html: str
    raw: str


def place_of(library: Documents, passage_id: str, spans: Sequence[Span], text: str, focus: str) -> Place:
    """The passage in its article and in the file, with ``spans`` marked if they still read ``text``.

    Without spans nothing is marked (a link to a passage). Raises KeyError when the passage is gone.
    """
    passage = library.passage(passage_id)
    clean = library.clean(passage.source_id)
    home = tuple(spans) or passage.spans
    matches = _reads(library, passage, spans, text) if spans else True
    marked = Marked(passage.id, home if matches else (), focus)
    siblings = [p for p in library.passages(passage.source_id) if p.article_id == passage.article_id]
    article = _article(library, passage)
    title = passage.title or clean.source.title or signed(passage.author) or passage.source_id
    return Place(
        id=passage.id, source=passage.source_id, title=title, byline=byline(passage),
        publication=passage.publication or clean.source.publication, date=passage.date or clean.source.date,
        page=clean.source.page, paragraph=paragraph_number(passage, siblings),
        reference=gbt7714(clean.source, article), pieces=len(passage.spans), joined=len(passage.spans) > 1,
        matches=matches, html=article_view(siblings, clean, marked), raw=raw_view(clean, passage, marked),
    )  # fmt: skip


class Row(TypedDict):
    """One document in the list."""

    id: str
    title: str
    label: str
    publication: str
    date: str
    page: str
    articles: int
    passages: int
    authors: list[str]
    titles: list[str]


def rows(library: Documents) -> list[Row]:
    """All documents for the list and for the filters, newest order untouched."""
    return [_row(library, source) for source in library.sources()]


class Reading(TypedDict):
    """A stretch of a document to read."""

    id: str
    label: str
    publication: str
    date: str
    outline: list[dict[str, str | int]]
    html: str
    next: int


def reading(library: Documents, source_id: str, offset: int = 0) -> Reading:
    """Passages of a document from ``offset`` on, and with the first stretch its outline."""
    clean = library.clean(source_id)
    source = clean.source
    passages = list(library.passages(source_id))
    stretch = passages[offset : offset + PAGE]
    following = offset + PAGE if offset + PAGE < len(passages) else 0
    return Reading(
        id=source.id, label=_label(source, list(library.articles(source_id))),
        publication=source.publication, date=source.date,
        outline=_outline(library, source_id, passages) if offset == 0 else [],
        html=document_view(stretch, clean), next=following,
    )  # fmt: skip


def _reads(library: Documents, passage: Passage, spans: Sequence[Span], text: str) -> bool:
    """Whether the original at ``spans`` lies in the passage and still says ``text``."""
    inside = all(any(h.start <= s.start and s.end <= h.end for h in passage.spans) for s in spans)
    return inside and read_spans(library.clean(passage.source_id), tuple(spans)) == text


def _label(source: Source, articles: Sequence[Article]) -> str:
    only = articles[0].author if len(articles) == 1 else ""
    return named(source.title, signed(only) or source.id)


def _article(library: Documents, passage: Passage) -> Article | None:
    return next((a for a in library.articles(passage.source_id) if a.id == passage.article_id), None)


def _row(library: Documents, source: Source) -> Row:
    articles = list(library.articles(source.id))
    passages = sum(1 for p in library.passages(source.id) if p.kind in BODY)
    authors = dict.fromkeys(name for a in articles for name in a.author.split("、") if name)
    return Row(
        id=source.id, title=source.title, label=_label(source, articles), publication=source.publication,
        date=source.date, page=source.page, articles=len(articles), passages=passages, authors=list(authors),
        titles=[a.title for a in articles if a.title],
    )  # fmt: skip


def _outline(library: Documents, source_id: str, passages: Sequence[Passage]) -> list[dict[str, str | int]]:
    """Articles and their numbered items, each with the passage where it begins."""
    items: list[tuple[int, int, str, str]] = []
    first: dict[str, Passage] = {}
    for passage in passages:
        first.setdefault(passage.article_id, passage)
    for article in library.articles(source_id):
        at = first.get(article.id)
        if at is not None and article.title:
            items.append((min(s.start for s in at.spans), 0, article.title, at.id))
    clean = library.clean(source_id)
    for item in islice((i for i in library.outline(source_id) if i.marker and i.spans), 200):
        start = min(s.start for s in item.spans)
        home = next((p for p in passages if any(s.start <= start < s.end for s in p.spans)), None)
        if home is not None and home.kind is not PassageKind.TITLE:
            words = read_spans(clean, item.spans[:1]).strip()[:200]
            items.append((start, 1, _begun(words.split("。")[0].split("\n")[0]), home.id))
    return [{"level": level, "text": text, "id": pid} for _, level, text, pid in sorted(items)]


def _begun(words: str) -> str:
    """The beginning of an item, cut after a clause where one ends in time."""
    if len(words) <= ITEM:
        return words
    stop = max(words.rfind(c, ITEM // 2, ITEM) for c in "，,；;：:、")
    return words[: stop if stop > 0 else ITEM - 1] + "…"

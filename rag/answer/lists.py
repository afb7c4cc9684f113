"""Questions that ask for a list get the whole list: every item of the outline, in order, each with its citation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rag.answer.evidence import Candidate
from rag.answer.question import Analysis, Asked
from rag.answer.quoting import make_quote
from rag.corpus.fold import fold
from rag.corpus.sentences import sentences
from rag.index.lexical import terms
from rag.index.library import Library
from rag.search.wording import content_terms, coverage
from rag.types import OutlineItem, Passage, Quote

ITEM_LENGTH = 120
"""Characters of an item that are quoted at least by whole sentences; the rest is one click away."""
LEAST = 0.5
"""Share of the question's rare wording that a list's surroundings must hold for it to be the list asked for."""


@dataclass(frozen=True, slots=True)
class WholeList:
    """The items of one list as quotes, and a caveat when the announced and the found number differ."""

    quotes: tuple[Quote, ...]
    confidence: float
    note: str


def list_quotes(
    question: str, analysis: Analysis, found: Sequence[Candidate], library: Library
) -> WholeList | None:
    """The list that ``question`` asks for, or None when it asks for none or none fits."""
    if analysis.asked is not Asked.LIST:
        return None
    best: tuple[float, OutlineItem, list[OutlineItem]] | None = None
    for source in dict.fromkeys(c.hit.passage.source_id for c in found):
        passages = list(library.passages(source))
        outline = library.outline(source)
        near = {c.hit.passage.id: c.hit.score for c in found if c.hit.passage.source_id == source}
        for parent in outline:
            items = [item for item in outline if item.parent_id == parent.id]
            if len(items) < 2:
                continue
            score = _fit(question, parent, items, passages, near, library)
            if score >= LEAST and (best is None or score > best[0]):
                best = (score, parent, items)
    if best is None:
        return None
    score, parent, items = best
    return _whole_list(score, parent, items, library)


def _fit(
    question: str,
    parent: OutlineItem,
    items: Sequence[OutlineItem],
    passages: Sequence[Passage],
    near: dict[str, float],
    library: Library,
) -> float:
    """How well a list fits: wording of its introduction and title, an announced name in the question, nearness."""
    home = [p for p in passages if _overlaps(parent, p)]
    if not home:
        return 0.0
    intro = f"{home[0].title} {' '.join(home[0].headings)} " + " ".join(_text_of(parent, p) for p in home)
    covered = coverage(content_terms(question), terms(intro), library.lexical.idf)
    named = 0.4 if parent.announced_as and fold(parent.announced_as) in fold(question) else 0.0
    inside = [near[p.id] for p in passages if p.id in near and any(_overlaps(i, p) for i in (parent, *items))]
    return covered + named + 0.3 * max(inside, default=-1.0)


def _whole_list(
    score: float, parent: OutlineItem, items: Sequence[OutlineItem], library: Library
) -> WholeList | None:
    source = next(iter({p.source_id for p in _all_passages(parent, library)}), "")
    passages = list(library.passages(source))
    quotes = [quote for item in items if (quote := _item_quote(item, passages, library, score)) is not None]
    if len(quotes) < 2:
        return None
    note = ""
    if parent.announced and parent.announced != len(quotes):
        note = f"文中称“{parent.announced_as}”，原文列出 {len(quotes)} 项。"
    return WholeList(tuple(quotes), min(1.0, score), note)


def _all_passages(item: OutlineItem, library: Library) -> list[Passage]:
    return [
        p for source in library.sources() for p in library.passages(source.id) if p.article_id == item.article_id
    ]


def _item_quote(item: OutlineItem, passages: Sequence[Passage], library: Library, score: float) -> Quote | None:
    """The first sentences of an item, as they stand in its first passage."""
    for passage in passages:
        if passage.article_id == item.article_id and _overlaps(item, passage):
            clean = library.clean(passage.source_id)
            start, end = _range_in(item, passage, clean.origins, clean.text)
            if end > start:
                return make_quote(passage, clean, start, _cut(passage.text, start, end), score)
    return None


def _cut(text: str, start: int, end: int) -> int:
    """End of the whole sentences of ``text[start:end]`` that reach ITEM_LENGTH."""
    for _, stop in sentences(text[start:end]):
        if stop >= ITEM_LENGTH:
            return start + stop
    return end


def _overlaps(item: OutlineItem, passage: Passage) -> bool:
    return any(a.start < b.end and b.start < a.end for a in item.spans for b in passage.spans)


def _text_of(item: OutlineItem, passage: Passage) -> str:
    return passage.text if _overlaps(item, passage) else ""


def _range_in(item: OutlineItem, passage: Passage, origins: Sequence[int], text: str) -> tuple[int, int]:
    raise NotImplementedError

"""Questions that ask for a list get the whole list: every item of the outline, in order, each with its citation.

A list that the text announces and never gives ("五个坚决") is said to be so instead of being guessed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import inf

from rag.answer.question import Analysis, Asked
from rag.answer.quoting import make_quote, place_in
from rag.corpus.fold import fold
from rag.corpus.numerals import find_numbers
from rag.corpus.sentences import sentences
from rag.corpus.spans import read_spans
from rag.index.lexical import terms
from rag.index.library import Library
from rag.search.wording import content_terms, coverage
from rag.types import Hit, OutlineItem, Passage, Quote

LEAST = 0.62
"""Fit (see ``_fit``) that a list needs to be taken for the one asked for; set on the dev split."""
LEAST_FOREIGN = 0.5
"""The same for an English question, some of whose Chinese words are not those of the text."""
HEADING = 14
"""A first line of a list no longer than this is its heading: 主要举措."""
ITEM_START = 60
"""Characters of an item's text that count as what the list is about."""
FULL = 160
"""Longest sentence that is quoted whole from an item when semicolons divide it."""
_KIND = re.compile(r"[二三四五六七八九十两几\d]+(?:个|大|项|种|类|方面的?) ?([一-鿿]{2})")
_STRUCTURE = re.compile(
    r"(?:文章|一文|讲话|演讲|报告|全文|那篇|这篇|通篇|体会)[^，。？]{0,10}"
    r"(?:分|由|有|包括|写了|讲了)[^，。？]{0,4}(?:哪|几|[二三四五六七八九十两\d])[^，。？]{0,3}(?:部分|大块|层)|小标题"
)
"""Asks how a text is divided."""
_QUOTED = re.compile(r"“([^”]{2,20})”")
_INNER = re.compile(r"[“”\"「」]")


@dataclass(frozen=True, slots=True)
class WholeList:
    """The items of one list as quotes, how well it fits, and a caveat when counts differ or no item is given."""

    quotes: tuple[Quote, ...]
    fit: float
    note: str = ""


def find_list(question: str, analysis: Analysis, hits: Sequence[Hit], library: Library) -> WholeList | None:
    """The list that ``question`` asks for; without quotes when announced and nowhere given; None when no list fits."""
    if analysis.asked is not Asked.LIST:
        return None
    known = [_Outline.of(source, library) for source in dict.fromkeys(hit.passage.source_id for hit in hits)]
    named = _named_only(question, known)
    if named is not None:
        return WholeList((), 1.0, f"文中提到“{named}”，但没有逐一列出。")
    wanted = content_terms(question)
    best = max(
        ((_fit(question, wanted, parent, outline, hits, library), outline, parent) for outline in known
         for parent in outline.parents()),
        key=lambda found: found[0],
        default=None,
    )  # fmt: skip
    if best is None or best[0] < (LEAST if analysis.language == "zh" else LEAST_FOREIGN):
        return None
    return best[1].whole(best[2], best[0])


@dataclass(frozen=True, slots=True)
class _Outline:
    """The outline of one source with what is needed to quote from it."""

    source: str
    items: tuple[OutlineItem, ...]
    passages: tuple[Passage, ...]
    library: Library

    @classmethod
    def of(cls, source: str, library: Library) -> _Outline:
        return cls(source, tuple(library.outline(source)), tuple(library.passages(source)), library)

    def below(self, parent: OutlineItem) -> list[OutlineItem]:
        """The items of one list that are printed in the text."""
        return [item for item in self.items if item.parent_id == parent.id and not _only_named(item, self.items)]

    def parents(self) -> Iterable[OutlineItem]:
        return (parent for parent in self.items if len(self.below(parent)) >= 2)

    def divides(self, parent: OutlineItem) -> bool:
        """Whether the items are the first division (一、二、) of their article, all marked alike."""
        article = [item for item in self.items if item.article_id == parent.article_id and item.marker]
        return bool(article) and article[0].parent_id == parent.id

    def text(self, item: OutlineItem) -> str:
        return read_spans(self.library.clean(self.source), item.spans)

    def whole(self, parent: OutlineItem, fit: float) -> WholeList | None:
        """All items of ``parent`` as quotes; one quote when the items are words of one sentence."""
        items = self.below(parent)
        quotes = [quote for item in items if (quote := self._quote(item, fit)) is not None]
        sentence = self._sentence(items, fit) if _inline(items) else None
        if sentence is not None:
            quotes = [sentence]
        note = ""
        if parent.announced and parent.announced != len(items):
            note = f"文中称“{parent.announced_as}”，原文列出 {len(items)} 项。"
        return WholeList(tuple(quotes), fit, note) if quotes else None

    def _quote(self, item: OutlineItem, fit: float) -> Quote | None:
        """The beginning of an item: its heading, or its first whole sentence."""
        clean = self.library.clean(self.source)
        for passage in self.passages:
            place = place_in(passage, clean, item.spans) if passage.article_id == item.article_id else None
            if place is not None:
                start, end = place
                stop = start + _first_sentence(passage.text[start:end])
                while stop > start and passage.text[stop - 1].isspace():
                    stop -= 1
                return make_quote(passage, clean, start, stop, fit) if stop > start else None
        return None

    def _sentence(self, items: Sequence[OutlineItem], fit: float) -> Quote | None:
        """The one sentence that holds all items, or None when they stand in several."""
        clean = self.library.clean(self.source)
        for passage in self.passages:
            places = [place_in(passage, clean, item.spans) for item in items]
            found = [place for place in places if place is not None]
            if len(found) == len(items):
                first, last = min(p[0] for p in found), max(p[1] for p in found)
                for start, end in sentences(passage.text):
                    if start <= first and last <= end:
                        return make_quote(passage, clean, start, end, fit)
        return None


def _first_sentence(text: str) -> int:
    """Where the first sentence of an item ends: at a full stop, since after a semicolon the item still goes on."""
    ends = [end for _, end in sentences(text) if end <= FULL]
    return next((end for end in ends if text[:end].rstrip()[-1:] not in (";", "；")), 0) or sentences(text)[0][1]


def _fit(
    question: str,
    wanted: Sequence[str],
    parent: OutlineItem,
    outline: _Outline,
    hits: Sequence[Hit],
    library: Library,
) -> float:
    """How well a list answers: the question's rare wording in its introduction, a named count, the kind of
    thing counted in every item (计划), the parts of a text where its division is asked for, nearness to the hits."""
    items = outline.below(parent)
    if any(not _about(term, parent, items, outline) for term in _QUOTED.findall(fold(question))):
        return 0.0  # another list than the one named
    home = next((p for p in outline.passages if p.article_id == parent.article_id), None)
    top = f"{home.title} {home.author} " if home is not None else ""
    ancestors = " ".join(outline.text(item)[:ITEM_START] for item in _above(parent, outline.items))
    intro = f"{top}{ancestors} {outline.text(parent)[:200]} " + " ".join(outline.text(i)[:ITEM_START] for i in items)
    covered = coverage(wanted, terms(intro), library.lexical.idf)
    heading = outline.text(parent).partition("\n")[0].strip()
    names = [_bare(name) for name in (parent.announced_as, heading if len(heading) <= HEADING else "") if name]
    named = 0.3 if any(len(name) >= 3 and name in _bare(question) for name in names) else 0.0
    counts = {number.value for number in find_numbers(fold(question))} & set(range(2, 30))
    counted = 0.0 if not counts else 0.15 if counts & {len(items), parent.announced} else -0.2
    kinds = _KIND.findall(fold(question))
    alike = 0.15 if any(all(kind in fold(outline.text(i)[:ITEM_START]) for i in items) for kind in kinds) else 0.0
    divided = bool(_STRUCTURE.search(fold(question))) and outline.divides(parent)
    close = (
        rank
        for rank, hit in enumerate(hits, 1)
        if (divided and hit.passage.article_id == parent.article_id) or _touches(hit.passage, (parent, *items))
    )
    near = 1.0 / next(close, inf)
    return 0.6 * covered + named + counted + alike + 0.25 * divided + 0.25 * near


def _about(term: str, parent: OutlineItem, items: Sequence[OutlineItem], outline: _Outline) -> bool:
    """Whether a list is about ``term``: its introduction or more than one item says it; in passing is not enough."""
    texts = [fold(outline.text(item)) for item in items]
    intro = fold(outline.text(parent)).partition(texts[0])[0] + fold(parent.announced_as)
    return term in intro or sum(term in text[:ITEM_START] for text in texts) > 1


def _named_only(question: str, known: Sequence[_Outline]) -> str | None:
    """A list named in the question that every document only names: "五个坚决"."""
    asked = _bare(question)
    names: dict[str, bool] = {}
    for outline in known:
        for item in outline.items:
            name = _bare(item.announced_as)
            if name and len(name) >= 3 and name in asked:
                given = any(below.parent_id == item.id for below in outline.items)
                names[name] = names.get(name, False) or given
    return next((name for name, given in names.items() if not given), None) if not any(names.values()) else None


def _only_named(item: OutlineItem, items: Sequence[OutlineItem]) -> bool:
    """Whether an item is just the mention of a count ("两个维护"), not an item of a list."""
    return bool(item.announced_as) and not item.marker and all(below.parent_id != item.id for below in items)


def _above(item: OutlineItem, items: Sequence[OutlineItem]) -> list[OutlineItem]:
    by_id = {other.id: other for other in items}
    chain: list[OutlineItem] = []
    while item.parent_id in by_id:
        item = by_id[item.parent_id]
        chain.append(item)
    return chain


def _inline(items: Sequence[OutlineItem]) -> bool:
    """Whether the items are unmarked words rather than sentences of their own."""
    return all(not item.marker and sum(map(len, item.spans)) <= 40 for item in items)


def _bare(text: str) -> str:
    return _INNER.sub("", fold(text))


def _touches(passage: Passage, items: Iterable[OutlineItem]) -> bool:
    return any(
        a.start < b.end and b.start < a.end for item in items for a in item.spans for b in passage.spans
        if item.article_id == passage.article_id
    )  # fmt: skip

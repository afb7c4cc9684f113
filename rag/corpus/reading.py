"""One source read as a person reads it: clean → blocks → fragments → articles → passages → outline. Nothing else."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Protocol

from rag.corpus.articles import Layout, articles, with_displaced
from rag.corpus.blocks import Block, BlockKind, blocks
from rag.corpus.clean import clean
from rag.corpus.context import in_context
from rag.corpus.fragments import fragments
from rag.corpus.headlines import Head, heads
from rag.corpus.outline import outline
from rag.corpus.split import passages, units
from rag.corpus.statutes import lines_of, read_statute, statute
from rag.corpus.stitch import as_text, breaks, displaced, late_stitches, stitches
from rag.types import Article, CleanText, OutlineItem, Passage, Reading, Repair, Source, Span

_BLANKS = re.compile(r"\s+")


def read_source(source: Source) -> Reading:
    """Everything that can be understood of ``source`` alone. Deterministic; time is linear in its length."""
    text = clean(source)
    if (code := statute(text)) is not None:
        return read_statute(text, code, block_extents(text, lines_of(text.text)))
    page = in_context(blocks(text))
    uses = heads(page)
    joins = stitches(page, uses)
    if joins:
        page = as_text(page, joins)
        uses = heads(page)
    several = sum(use is Head.TITLE for use in uses.values()) > 1
    parts = fragments(page, uses, breaks(page, joins, several))
    uses = with_displaced(uses, parts, displaced(page, joins))
    layouts = articles(page, uses, parts, joins)
    if several:
        joins |= late_stitches(page, [layout.blocks for layout in layouts], joins)
    extents = block_extents(text, page)
    seen: Counter[str] = Counter()
    found: list[Article] = []
    read: list[Passage] = []
    items: list[OutlineItem] = []
    for number, layout in enumerate(layouts):
        article = _article(text, page, uses, layout, extents, number)
        found.append(article)
        read += passages(text, article, layout, list(units(page, uses, layout, joins)), len(read), seen)
        items += outline(text, page, uses, layout.blocks, joins, article.id, len(items))
    furniture = _furniture(source, page, uses, extents)
    return Reading(text, tuple(found), tuple(read), tuple(items), _repairs(text, page, joins), furniture)


class Placed(Protocol):
    """Characters ``start:end`` of the clean text."""

    @property
    def start(self) -> int:
        """The first."""

    @property
    def end(self) -> int:
        """Just past the last."""


def block_extents(text: CleanText, page: Sequence[Placed]) -> list[Span]:
    """The raw extent of each block: its characters and the marks of its own line that cleaning took away."""
    raw = text.source.raw
    extents: list[Span] = []
    for at, block in enumerate(page):
        begin = extents[-1].end if extents else 0
        first, last = text.origins[block.start], text.origins[block.end - 1] + 1
        lead = raw[begin:first].replace("\r", "\n").rpartition("\n")[2]
        limit = text.origins[page[at + 1].start] if at + 1 < len(page) else len(raw)
        tail = raw[last:limit].replace("\r", "\n").partition("\n")[0]
        if at + 1 < len(page) and last + len(tail) == limit:  # the next block stands in the same line
            tail = ""
        extents.append(Span(first - len(lead.lstrip()), last + len(tail.rstrip())))
    return extents


def _article(
    text: CleanText, page: Sequence[Block], uses: dict[int, Head], layout: Layout, extents: list[Span], number: int
) -> Article:
    merged: list[Span] = []
    before = -2
    for n in layout.blocks:
        if is_furniture(page[n], uses.get(n)):
            continue
        if n == before + 1:
            merged[-1] = Span(merged[-1].start, extents[n].end)
        else:
            merged.append(extents[n])
        before = n
    key = f"{text.source.id}\n{layout.title}\n{number}"
    return Article(
        id=hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:12],
        source_id=text.source.id,
        title=layout.title,
        author="、".join(layout.authors),
        author_role=layout.role,
        headings=layout.kickers,
        spans=tuple(merged),
    )


def is_furniture(block: Block, use: Head | None) -> bool:
    """Whether a block belongs to the page and not to an article: jump marks and column names."""
    return block.kind is BlockKind.MARK or use is Head.COLUMN


def _repairs(text: CleanText, page: Sequence[Block], joins: Mapping[int, int]) -> tuple[Repair, ...]:
    """What cleaning put right, and each seam: the blanks after its left half, and where the text goes on."""
    found = list(text.repairs)
    raw = text.source.raw
    for left, right in joins.items():
        end = text.origins[page[left].end - 1] + 1
        blank = _BLANKS.match(raw, end)
        span = Span(end, blank.end()) if blank else Span(end - 1, end)
        shown = "" if blank else raw[end - 1]
        found.append(Repair(span, shown, f"段落被版面断开，下文接第 {text.origins[page[right].start]} 字处"))
    return tuple(sorted(found, key=lambda repair: (repair.span.start, repair.span.end)))


def _furniture(source: Source, page: Sequence[Block], uses: dict[int, Head], extents: list[Span]) -> tuple[Span, ...]:
    """Jump marks, column names, and lines of which cleaning left nothing (rules)."""
    spans = [extents[n] for n, block in enumerate(page) if is_furniture(block, uses.get(n))]
    at = 0
    for extent in [*extents, None]:
        end = extent.start if extent else len(source.raw)
        gap = source.raw[at:end]
        if gap.strip():
            spans.append(Span(at + len(gap) - len(gap.lstrip()), at + len(gap.rstrip())))
        at = extent.end if extent else at
    return tuple(sorted(spans))

"""Article → Passages: paragraphs under their headings, bylines and titles of their own; long ones cut at 。；."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from rag.corpus.articles import Layout
from rag.corpus.blocks import Block, BlockKind
from rag.corpus.headlines import Head
from rag.corpus.sentences import sentences
from rag.corpus.spans import Range, clean_spans, cut_ranges
from rag.types import Article, CleanText, Passage, PassageKind

LONGEST = 400
"""Characters of a passage; a paragraph up to a quarter longer stays whole."""

_KINDS = {
    BlockKind.HEADING: PassageKind.TITLE,
    BlockKind.SUBTITLE: PassageKind.TITLE,
    BlockKind.LABEL: PassageKind.TITLE,
    BlockKind.BYLINE: PassageKind.BYLINE,
    BlockKind.DATELINE: PassageKind.BYLINE,
    BlockKind.ROLE: PassageKind.ROLE,
    BlockKind.CREDIT: PassageKind.CAPTION,
    BlockKind.CAPTION: PassageKind.CAPTION,
    BlockKind.BULLET: PassageKind.LIST,
    BlockKind.PARAGRAPH: PassageKind.PARAGRAPH,
}


@dataclass(frozen=True, slots=True)
class Unit:
    """Clean ranges that are read as one text, what they are, the headings above, and whether the text breaks off."""

    ranges: tuple[Range, ...]
    kind: PassageKind
    headings: tuple[str, ...]
    interrupted: bool = False


def units(page: Sequence[Block], uses: Mapping[int, Head], layout: Layout, joins: Mapping[int, int]) -> Iterator[Unit]:
    """The article's texts in reading order: joined paragraphs as one, neighbouring short bullets as one."""
    path: list[tuple[int, str]] = []
    done: set[int] = set()
    places = {n: at for at, n in enumerate(layout.blocks)}
    for at, n in enumerate(layout.blocks):
        block = page[n]
        if n in done or block.kind is BlockKind.MARK or uses.get(n) is Head.COLUMN:
            continue
        if uses.get(n) is Head.SECTION:
            path = _under(path, block)
        headings = (*layout.kickers, *(text for _, text in path))
        if block.kind is BlockKind.PARAGRAPH:
            chain = _chain(n, joins)
            done.update(chain)
            ranges = tuple((page[m].start, page[m].end) for m in chain)
            yield Unit(ranges, PassageKind.PARAGRAPH, headings, breaks_off(page, layout.blocks, places[chain[-1]]))
        elif block.kind is BlockKind.BULLET:
            run = _bullets(page, layout.blocks, at)
            done.update(run)
            yield Unit(((page[run[0]].start, page[run[-1]].end),), PassageKind.LIST, headings)
        else:
            own = headings[:-1] if uses.get(n) is Head.SECTION else headings
            yield Unit(((block.start, block.end),), _KINDS[block.kind], own)


def _under(path: list[tuple[int, str]], block: Block) -> list[tuple[int, str]]:
    """The section headings above what follows ``block``."""
    from rag.corpus.ordinals import RANK, marker_at

    marker = marker_at(block.text)
    depth = block.level * 100 if block.level else 0
    depth += 1 + RANK[marker.style] if marker else 0
    return [(own, text) for own, text in path if own < depth] + [(depth, block.text)]


def breaks_off(page: Sequence[Block], blocks: Sequence[int], place: int) -> bool:
    """Whether the text at ``place`` of the reading order stops in mid-sentence and nothing says that it was meant to.

    A line above a heading or a list (in a graphic, say) may end without a stop.
    """
    below = page[blocks[place + 1]].kind if place + 1 < len(blocks) else None
    return page[blocks[place]].is_open and below not in (BlockKind.HEADING, BlockKind.BULLET, BlockKind.SUBTITLE)


def _chain(start: int, joins: Mapping[int, int]) -> list[int]:
    chain = [start]
    while (following := joins.get(chain[-1])) is not None and following not in chain:
        chain.append(following)
    return chain


def _bullets(page: Sequence[Block], blocks: Sequence[int], at: int) -> list[int]:
    """Bullets from ``blocks[at]`` on that stand under each other and fit into one passage."""
    run = [blocks[at]]
    for n in blocks[at + 1 :]:
        if page[n].kind is not BlockKind.BULLET or n != run[-1] + 1 or page[n].end - page[run[0]].start > LONGEST:
            break
        run.append(n)
    return run


def pieces(text: str) -> list[Range]:
    """``text`` cut into ranges of at most about LONGEST characters, after whole sentences where there are any."""
    if len(text) <= LONGEST * 5 // 4:
        return [(0, len(text))]
    cuts: list[Range] = []
    start = end = 0
    for _, stop in _short_sentences(text):
        if stop - start > LONGEST and end > start:
            cuts.append((start, end))
            start = end
        end = stop
    if cuts and end - start < LONGEST // 8:  # a crumb of a last piece reads better with the one before
        start = cuts.pop()[0]
    cuts.append((start, end))
    return cuts


def _short_sentences(text: str) -> Iterator[Range]:
    """Sentences; one that is too long is cut at commas, and without any, anywhere."""
    for start, end in sentences(text):
        while end - start > LONGEST:
            at = max(text.rfind(mark, start + LONGEST // 2, start + LONGEST) for mark in "，,、 \u3000")
            cut = at + 1 if at >= 0 else start + LONGEST
            yield start, cut
            start = cut
        if start < end:
            yield start, end


def passages(
    clean: CleanText, article: Article, layout: Layout, own: Sequence[Unit], first: int, seen: Counter[str]
) -> list[Passage]:
    """The passages of one article; ``first`` is the ordinal of the first, ``seen`` counts equal texts so far."""
    found: list[Passage] = []
    for unit in own:
        text = "".join(clean.text[start:end] for start, end in unit.ranges)
        cuts = pieces(text)
        for start, end in cuts:
            part = text[start:end]
            seen[part] += 1
            found.append(
                Passage(
                    id=passage_id(part, seen[part]),
                    article_id=article.id,
                    source_id=article.source_id,
                    ordinal=first + len(found),
                    text=part,
                    spans=clean_spans(clean, cut_ranges(unit.ranges, start, end)),
                    title=article.title,
                    author=article.author,
                    author_role=article.author_role,
                    headings=unit.headings,
                    publication=clean.source.publication or layout.publication,
                    date=clean.source.date or layout.date,
                    kind=unit.kind,
                    interrupted=unit.interrupted and (start, end) == cuts[-1],
                )
            )
    return found


def passage_id(text: str, occurrence: int) -> str:
    """Twelve hexadecimal digits from the text and which of several equal texts it is: no position, no file name."""
    return hashlib.sha256(f"{occurrence}\n{text}".encode("utf-8", "surrogatepass")).hexdigest()[:12]

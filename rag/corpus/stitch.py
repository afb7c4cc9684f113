"""Paragraphs that the layout cut, joined again: which piece continues which, anywhere on the page.

A piece that stops in mid-sentence may be continued by any other piece. All pairs are scored (``seams``) and decided
together by the best matching, so that a piece goes where the whole page is served best. Below the bar nothing is
joined: the passage is then marked as interrupted.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from math import log

from rag.corpus.blocks import Block, BlockKind
from rag.corpus.headlines import HEADS, Head
from rag.corpus.matching import best_matching
from rag.corpus.ordinals import Style, marker_at

NEXT_BAR = 0.3
"""Least log odds to join two pieces that nothing stands between."""
FAR_BAR = -0.4
"""Least log odds to join pieces that something else stands between."""
LATE_BAR = -1.2
"""Least log odds to join pieces that follow each other in the reading order of an article found otherwise."""
SURE = 2.0
"""Log odds from which a seam tells something about its page."""
MOST_HABIT = 1.5
MOST_OPEN = 60
"""With more open pieces than this a file is no single page: then only neighbours are considered, and when most of its
lines are open nothing is (verse, lists, subtitles)."""
LARGEST = 60_000
"""Characters of the largest page whose pieces are compared with each other; a newspaper page has about 8,000."""
REACH = 60
"""Pieces further apart are never joined."""
SHORTEST = 8
"""Characters of the shortest piece that can be continued; shorter lines are labels."""
_DOUBTFUL = 25
"""A line without a comma that is shorter is a heading and no stray piece of text."""
_COMMA = re.compile("[,，、]")
_BLANK = re.compile(r"\s")


def stitches(page: Sequence[Block], uses: Mapping[int, Head]) -> dict[int, int]:
    """Block → the block that continues it."""
    texts = [n for n in range(len(page)) if _may_be_text(page, uses, n)]
    lefts = [at for at, n in enumerate(texts) if _stops_short(page[n])]
    if not lefts or len(texts) < 2 or (len(lefts) > MOST_OPEN and 2 * len(lefts) > len(texts)):
        return {}
    from rag.corpus.seams import Page  # numpy and the table of counts: only for a page that is torn

    far = len(lefts) <= MOST_OPEN
    known = far and len(texts) <= 4 * REACH and sum(len(page[n].text) for n in texts) <= LARGEST
    pieces = Page([page[n].text for n in texts], texts, compare=known)
    gains: dict[tuple[int, int], float] = {}
    for left in lefts:
        reach = range(max(0, left - REACH), min(len(texts), left + REACH + 1)) if far else range(left + 1, left + 2)
        for right in reach:
            if right != left and right < len(texts) and _may_follow(page[texts[right]]):
                gains[left, right] = pieces.score(left, right)
    habit = _habit(page, texts, gains)
    gains = {pair: gain - (NEXT_BAR - habit if pieces.is_next(*pair) else FAR_BAR) for pair, gain in gains.items()}
    chosen = best_matching(gains)
    return {texts[left]: texts[right] for left, right in _without_rings(chosen, gains).items()}


def late_stitches(page: Sequence[Block], orders: Sequence[Sequence[int]], joins: Mapping[int, int]) -> dict[int, int]:
    """Seams that only the reading order of a found article shows: a piece that breaks off, and what follows it there.

    The two belong to one article and nothing of it stands between them, so that less evidence at the seam will do.
    """
    taken = set(joins.values())
    found: dict[int, int] = {}
    for order in orders:
        for left, right in pairwise(order):
            free = left not in joins and right not in taken and right != left + 1
            if free and page[left].is_open and page[right].kind is BlockKind.PARAGRAPH and _may_follow(page[right]):
                from rag.corpus.seams import Page

                if Page([page[left].text, page[right].text]).score(0, 1) > LATE_BAR:
                    found[left] = right
    return found


def _habit(page: Sequence[Block], texts: Sequence[int], scores: Mapping[tuple[int, int], float]) -> float:
    """How much this page's sure seams favour the next piece over one further off, as log odds.

    Most pages break a paragraph only from one column to the next; a riffled page does it everywhere.
    """
    sure = [_only_heads(page, texts[left], texts[right]) for (left, right), score in scores.items() if score > SURE]
    return max(0.0, min(MOST_HABIT, log((sum(sure) + 1) / (len(sure) - sum(sure) + 1))))


def _may_be_text(page: Sequence[Block], uses: Mapping[int, Head], at: int) -> bool:
    """Running text, or a line that looks like a heading but may be a stray piece of text."""
    block = page[at]
    if block.kind is BlockKind.PARAGRAPH:
        return True
    if block.kind is not BlockKind.HEADING or block.level or marker_at(block.text):
        return False
    if not (_COMMA.search(block.text) or (len(block.text) >= _DOUBTFUL and not _BLANK.search(block.text))):
        return False
    below = page[at + 1].kind if at + 1 < len(page) else BlockKind.PARAGRAPH
    return uses.get(at) is Head.SECTION or (uses.get(at) is Head.TITLE and below is BlockKind.PARAGRAPH)


def _stops_short(block: Block) -> bool:
    return block.open_ended and len(block.text) >= SHORTEST


def _may_follow(block: Block) -> bool:
    """An item that begins with its ordinal continues nothing."""
    marker = marker_at(block.text)
    return marker is None or marker.style is Style.DIGIT


def as_text(page: Sequence[Block], joins: Mapping[int, int]) -> list[Block]:
    """The page with every joined line taken for what it then is: running text."""
    joined = set(joins) | set(joins.values())
    return [replace(block, kind=BlockKind.PARAGRAPH) if n in joined else block for n, block in enumerate(page)]


def displaced(page: Sequence[Block], joins: Mapping[int, int]) -> frozenset[int]:
    """Headings that stand inside a sentence, where no heading can be: headlines that the layout moved."""
    return frozenset(
        n for left, right in joins.items() if _only_heads(page, left, right) for n in range(left + 1, right)
    )


def breaks(page: Sequence[Block], joins: Mapping[int, int], several: bool) -> frozenset[int]:
    """Blocks before which a fragment ends: where a far continuation begins and after what goes on elsewhere.

    With ``several`` articles on the page, text after a piece that breaks off for good may be another article's, too.
    """
    found: set[int] = set()
    for left, right in joins.items():
        if not _only_heads(page, left, right):
            found |= {right, left + 1}
    if several:
        found |= {n + 1 for n, block in enumerate(page) if block.is_open and n not in joins}
    return frozenset(n for n in found if n < len(page) and page[n].kind is BlockKind.PARAGRAPH)


def _only_heads(page: Sequence[Block], left: int, right: int) -> bool:
    """Whether nothing but headings (moved there by the layout) stands between two joined pieces."""
    return left < right and all(page[n].kind in HEADS for n in range(left + 1, right))


def _without_rings(chosen: dict[int, int], gains: Mapping[tuple[int, int], float]) -> dict[int, int]:
    """The matching without its weakest link wherever pieces would continue each other in a ring."""
    kept = dict(chosen)
    for start in chosen:
        ring, at = [start], kept.get(start)
        while at is not None and at not in ring:
            ring.append(at)
            at = kept.get(at)
        if at is not None:
            ring = ring[ring.index(at) :]
            kept.pop(min(ring, key=lambda left: gains[left, chosen[left]]))
    return kept

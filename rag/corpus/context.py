"""Blocks beside each other: the few kinds that a line alone does not show, and the margins of the page taken away."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from rag.corpus.blocks import LONGEST_CAPTION, Block, BlockKind
from rag.corpus.fold import fold
from rag.corpus.lines import LONGEST_HEADING
from rag.corpus.names import bare_names
from rag.corpus.ordinals import marker_at

EDGE = 6
"""Lines from the top or bottom of a file in which a date stands for the page and not for a text."""
_FIGURE = re.compile(r"[\d\s/\-—–]+")
_DAY = re.compile("[年周]|星期")
_OPENING = frozenset({BlockKind.HEADING, BlockKind.SUBTITLE, BlockKind.LABEL})
_PICTURED = re.compile(r"图为|[(（][左右中前后上下][一二三四]?(?:图)?[)）]|正在|^[▲▼▶◀△▽]")


def in_context(found: Sequence[Block]) -> list[Block]:
    """``found`` with the kinds that only show beside their neighbours put right, without the page's margins."""
    page = _without_margins(found)
    return [_settled(page, at) for at in range(len(page))]


def _without_margins(found: Sequence[Block]) -> list[Block]:
    """The page without running heads; what only looks like one in the middle of a text stays a heading or a line."""
    margins = _margins(found)
    kept: list[Block] = []
    for at, block in enumerate(found):
        if block.kind is not BlockKind.RUNNING_HEAD:
            kept.append(block)
        elif _FIGURE.fullmatch(block.text) and not {at - 1, at + 1} & margins:
            kept.append(replace(block, kind=BlockKind.PARAGRAPH))
        elif not _FIGURE.fullmatch(block.text) and at not in margins:
            kept.append(replace(block, kind=BlockKind.HEADING))
    return kept


def _margins(found: Sequence[Block]) -> set[int]:
    """Running heads that are sure: no mere figure, and no day but the page's own (a diary has many)."""
    heads = [n for n, block in enumerate(found) if block.kind is BlockKind.RUNNING_HEAD]
    often = Counter(found[n].text for n in heads)
    days = sum(_DAY.search(text) is not None for text in often)
    return {
        n
        for n in heads
        if not _FIGURE.fullmatch(found[n].text)
        and (
            not _DAY.search(found[n].text)
            or often[found[n].text] > 1
            or (days <= 2 and min(n, len(found) - 1 - n) < EDGE)
        )
    }


def _settled(found: Sequence[Block], at: int) -> Block:
    """Block ``at`` as its neighbours show it."""
    block = found[at]
    above = found[at - 1] if at else None
    below = found[at + 1] if at + 1 < len(found) else None
    if block.kind is BlockKind.HEADING and not block.level:
        if below is None and above is not None and above.kind is BlockKind.PARAGRAPH and len(block.text) > 4:
            return replace(block, kind=BlockKind.PARAGRAPH)  # a last line is no heading: there is nothing below it
        if _counts_with(block, above) or _counts_with(block, below):
            return replace(block, kind=BlockKind.BULLET)
    if block.kind is BlockKind.PARAGRAPH and _is_ordinal_heading(block, below):
        return replace(block, kind=BlockKind.HEADING)
    if block.kind is BlockKind.BYLINE and not block.inline and bare_names(block.text) and _in_list(above, below):
        return replace(block, kind=BlockKind.PARAGRAPH)
    if block.kind is BlockKind.BYLINE and block.role and not _is_post(above, below):
        return replace(block, kind=BlockKind.PARAGRAPH)
    if block.kind is BlockKind.BYLINE and block.closes and not block.inline and above and above.kind in _OPENING:
        return replace(block, closes=False)  # (张三) right under a headline opens the article
    if block.kind is BlockKind.PARAGRAPH and _is_caption(block, above, below):
        return replace(block, kind=BlockKind.CAPTION)
    return block


def _is_ordinal_heading(block: Block, below: Block | None) -> bool:
    """One sentence with an ordinal before it and running text without one below: "第二,人民至上是…职责。"."""
    marker = marker_at(block.text)
    if marker is None or len(block.text) > LONGEST_HEADING or below is None or below.kind is not BlockKind.PARAGRAPH:
        return False
    if block.text[-1] in "；;，,、：:" or sum(block.text.count(char) for char in "。！？；;") > 1:
        return False
    return marker_at(below.text) is None and len(below.text) > len(block.text)


def _counts_with(block: Block, other: Block | None) -> bool:
    """Whether two neighbouring short lines are items of one list ("1. 苹果" over "2. 香蕉") and no headings."""
    if other is None or other.kind is not BlockKind.HEADING or other.level:
        return False
    one, two = marker_at(block.text), marker_at(other.text)
    return one is not None and two is not None and one.style is two.style and abs(one.number - two.number) == 1


def _in_list(above: Block | None, below: Block | None) -> bool:
    """Whether names stand among names, as in a list of winners, and so sign nothing."""
    return all(other is not None and other.kind is BlockKind.BYLINE and not other.inline for other in (above, below))


def _is_post(above: Block | None, below: Block | None) -> bool:
    """Whether a name beside a post signs: under a headline or its date, above text, and not in a list of such lines."""
    if any(other is not None and other.kind is BlockKind.BYLINE and other.role for other in (above, below)):
        return False
    return above is not None and above.kind in (*_OPENING, BlockKind.DATELINE, BlockKind.BYLINE)


def _is_caption(block: Block, above: Block | None, below: Block | None) -> bool:
    """Whether a paragraph tells what a picture shows: a photo credit below, and words that point at the picture or
    nothing else under its headline."""
    if below is None or below.kind is not BlockKind.CREDIT or below.inline or len(block.text) > LONGEST_CAPTION:
        return False
    alone = above is not None and above.kind in _OPENING
    return "摄" in fold(below.text) and (alone or _PICTURED.search(fold(block.text)) is not None)

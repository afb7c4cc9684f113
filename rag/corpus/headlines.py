"""Which headings are headlines, kickers and column names, and which only divide an article.

A run of headings is a headline when a newspaper would read it so: it opens the file, a byline or another column
follows, the article above has just been signed off, or kicker and title stand one under the other. Everything else is
a section heading; a Markdown document with twenty ``##`` is one article with twenty sections.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from rag.corpus.blocks import Block, BlockKind
from rag.corpus.fold import fold
from rag.corpus.ordinals import marker_at

HEADS = frozenset({BlockKind.HEADING, BlockKind.SUBTITLE, BlockKind.LABEL})
_BOXES = frozenset(
    ["观点", "核心观点", "核心提示", "核心阅读", "阅读提示", "内容提要", "内容摘要", "摘要", "提要", "导读", "导语", "编者按", "编前", "编前语", "要点"]
)
_SIGNED = frozenset({BlockKind.BYLINE, BlockKind.ROLE, BlockKind.MARK, BlockKind.CREDIT})

MOST_HEADS = 5
"""Lines of the longest headline, kickers and column name included."""


class Head(StrEnum):
    """What a heading is for."""

    SERIES = "series"
    """Stands over several articles."""
    KICKER = "kicker"
    TITLE = "title"
    SUBTITLE = "subtitle"
    COLUMN = "column"
    BOX = "box"
    """The name of a box that quotes the gist of its article."""
    SECTION = "section"


def heads(page: Sequence[Block]) -> dict[int, Head]:
    """The use of every heading, label and subtitle, by block number."""
    signed = any(block.kind in _SIGNED for block in page)
    uses: dict[int, Head] = {}
    at = 0
    while at < len(page):
        if page[at].kind not in HEADS:
            at += 1
            continue
        end = at
        while end < len(page) and page[end].kind in HEADS:
            end += 1
        uses.update(_run(page, at, end, signed))
        at = end
    return uses


def _run(page: Sequence[Block], start: int, end: int, signed: bool) -> dict[int, Head]:
    """The uses of one run of headings."""
    plain = [n for n in range(start, end) if page[n].kind is BlockKind.HEADING and marker_at(page[n].text) is None]
    sections = {n: _under(page[n]) for n in range(start, end)}
    if len(plain) > MOST_HEADS:  # a table of contents
        return sections | ({plain[0]: Head.TITLE} if start == 0 else {})
    if not plain or not _is_headline(page, start, end, plain, signed):
        return sections
    title = _title(page, start, end, plain)
    may_head = frozenset(plain)
    uses: dict[int, Head] = {}
    for n in range(start, end):
        kind = page[n].kind
        if n == title:
            uses[n] = Head.TITLE
        elif kind is BlockKind.LABEL:
            uses[n] = Head.COLUMN if n < title and not is_box_name(page[n]) else _under(page[n])
        elif kind is BlockKind.SUBTITLE:
            uses[n] = Head.SUBTITLE
        elif n > title or n not in may_head:
            uses[n] = Head.SECTION
        else:
            higher = 0 < page[n].level < page[title].level
            uses[n] = Head.SERIES if higher else Head.KICKER
    return uses


def _under(block: Block) -> Head:
    if block.kind is BlockKind.LABEL:
        return Head.BOX if is_box_name(block) else Head.COLUMN
    return Head.SECTION if block.kind is BlockKind.HEADING else Head.SUBTITLE


def is_box_name(block: Block) -> bool:
    """Whether a label names a box (观点, 核心提示) and not a column (新闻特写)."""
    return fold(block.text).strip("·|【】[]■□●◆ ") in _BOXES


def _is_headline(page: Sequence[Block], start: int, end: int, plain: list[int], signed: bool) -> bool:
    above = page[start - 1] if start else None
    below = page[end] if end < len(page) else None
    if above is None or all(block.kind in (BlockKind.DATELINE, BlockKind.MARK) for block in page[:start]):
        return True
    if below is not None and below.kind is BlockKind.BYLINE:
        return True
    if above.kind is BlockKind.ROLE or (above.kind is BlockKind.BYLINE and above.inline):
        return True
    if not signed:
        return False
    if any(page[n].kind is BlockKind.LABEL and n < plain[-1] and not is_box_name(page[n]) for n in range(start, end)):
        return True
    levels = [page[n].level for n in plain]
    if any(levels):
        return any(left > right for left, right in zip(levels, levels[1:], strict=False))
    return len(plain) > 1 and len(plain) == end - start and max(len(page[n].text) for n in plain) >= 10


def _title(page: Sequence[Block], start: int, end: int, plain: list[int]) -> int:
    """Which heading of a headline is the title: the last, unless Markdown says that the last is only a section."""
    below = page[end] if end < len(page) else None
    levels = [page[n].level for n in plain]
    signed_below = below is not None and below.kind in (BlockKind.BYLINE, BlockKind.CAPTION)
    if all(levels) and not signed_below and levels == sorted(set(levels)):
        return plain[0]
    return plain[-1]

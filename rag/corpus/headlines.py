"""Which headings are headlines, kickers and column names, and which only divide an article.

A run of headings is a headline when a newspaper would read it so: it opens the file, a byline or another column
follows, the article above has just been signed off, or kicker and title stand one under the other. Everything else is
a section heading; a Markdown document with twenty ``##`` is one article with twenty sections.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from itertools import pairwise

from rag.corpus.blocks import Block, BlockKind
from rag.corpus.lines import ASIDES, BOX_NAMES, label_name
from rag.corpus.ordinals import marker_at

HEADS = frozenset({BlockKind.HEADING, BlockKind.SUBTITLE, BlockKind.LABEL})
_SIGNED = frozenset({BlockKind.BYLINE, BlockKind.ROLE, BlockKind.MARK, BlockKind.CREDIT})

MOST_HEADS = 5
"""Lines of the longest headline, kickers and column name included."""
LONGEST_TITLE = 70
"""Characters of the longest headline over several lines."""
LONGEST_COLUMN = 5
"""Characters of the longest column name that is told from a kicker by its length alone."""


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
    level = 0  # Markdown level of the last title that a byline follows: no section of its article stands as high
    at = 0
    while at < len(page):
        if page[at].kind not in HEADS:
            at += 1
            continue
        end = at
        while end < len(page) and page[end].kind in HEADS:
            end += 1
        own = _run(page, at, end, signed)
        level = _signed_level(page, own, end) or level
        first = next((n for n in own if own[n] is Head.SECTION and marker_at(page[n].text) is None), at)
        if own.get(first) is Head.SECTION and Head.TITLE not in own.values() and 0 < page[first].level <= level:
            own[first] = Head.TITLE
        uses.update(own)
        at = end
    return uses


def _signed_level(page: Sequence[Block], uses: dict[int, Head], end: int) -> int:
    """The Markdown level of the title in ``uses`` when a byline stands below; 0 otherwise."""
    if end >= len(page) or page[end].kind is not BlockKind.BYLINE:
        return 0
    return next((page[n].level for n, use in uses.items() if use is Head.TITLE), 0)


def _run(page: Sequence[Block], start: int, end: int, signed: bool) -> dict[int, Head]:
    """The uses of one run of headings."""
    plain = [n for n in range(start, end) if page[n].kind is BlockKind.HEADING and marker_at(page[n].text) is None]
    sections = {n: _under(page[n]) for n in range(start, end)}
    if len(plain) > MOST_HEADS:  # a table of contents
        return sections | ({plain[0]: Head.TITLE} if start == 0 else {})
    if not plain or not _is_headline(page, start, end, plain, signed):
        return sections
    title = _title(page, start, end, plain)
    lines = _title_lines(page, plain, title)
    may_head = frozenset(plain)
    uses: dict[int, Head] = {}
    for n in range(start, end):
        kind = page[n].kind
        if n in lines:
            uses[n] = Head.TITLE
        elif kind is BlockKind.LABEL:
            uses[n] = Head.COLUMN if n < title and not is_box_name(page[n]) else _under(page[n])
        elif kind is BlockKind.SUBTITLE:
            uses[n] = Head.SUBTITLE
        elif n > title or n not in may_head:
            uses[n] = Head.SECTION
        elif 0 < page[n].level < page[title].level:
            uses[n] = Head.SERIES
        else:
            uses[n] = Head.COLUMN if _is_column(page[n]) else Head.KICKER
    return uses


def _is_column(block: Block) -> bool:
    """Whether a line over a title only names the column: a few characters, no blank and no sign."""
    return len(block.text) <= LONGEST_COLUMN and block.text.isalnum()


def _under(block: Block) -> Head:
    if block.kind is BlockKind.LABEL:
        if is_box_name(block):
            return Head.BOX
        return Head.SECTION if label_name(block.text) in ASIDES else Head.COLUMN
    return Head.SECTION if block.kind is BlockKind.HEADING else Head.SUBTITLE


def is_box_name(block: Block) -> bool:
    """Whether a label names a box (观点, 核心提示) and not a column (新闻特写)."""
    return label_name(block.text) in BOX_NAMES


def _is_headline(page: Sequence[Block], start: int, end: int, plain: list[int], signed: bool) -> bool:
    above = page[start - 1] if start else None
    below = page[end] if end < len(page) else None
    if above is None or all(block.kind in (BlockKind.DATELINE, BlockKind.MARK) for block in page[:start]):
        return True
    if below is None:  # the last line of a file stands over nothing
        return False
    if below is not None and below.kind is BlockKind.BYLINE:
        return True
    if above.kind is BlockKind.ROLE or (above.kind is BlockKind.BYLINE and above.closes):
        return True
    if not signed:
        return False
    if any(page[n].kind is BlockKind.LABEL and n < plain[-1] and not is_box_name(page[n]) for n in range(start, end)):
        return True
    levels = [page[n].level for n in plain]
    if any(levels):
        return any(left > right for left, right in pairwise(levels))
    return len(plain) > 1 and len(plain) == end - start and max(len(page[n].text) for n in plain) >= 10


def _title(page: Sequence[Block], start: int, end: int, plain: list[int]) -> int:
    """Which heading of a headline is the title: the last, unless Markdown says that the last is only a section."""
    below = page[end] if end < len(page) else None
    levels = [page[n].level for n in plain]
    signed_below = below is not None and below.kind in (BlockKind.BYLINE, BlockKind.CAPTION)
    if all(levels) and not signed_below and levels == sorted(set(levels)):
        return plain[0]
    return plain[-1]


def _title_lines(page: Sequence[Block], plain: Sequence[int], title: int) -> frozenset[int]:
    """The lines of a headline that runs over several: set alike, one directly under the other."""
    lines = [title]
    while (above := lines[-1] - 1) in plain and sum(len(page[n].text) for n in [*lines, above]) <= LONGEST_TITLE:
        alike = page[above].level == page[lines[-1]].level
        if not alike or not (page[above].level or page[lines[-1]].tight):
            break
        lines.append(above)
    return frozenset(lines)

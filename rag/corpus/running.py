"""An article's headline, headings, paragraphs and bullets as one running text, each character still placed."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from rag.corpus.blocks import Block, BlockKind
from rag.corpus.headlines import Head
from rag.corpus.lists import Line
from rag.corpus.spans import Range, cut_ranges
from rag.types import CleanText


@dataclass(frozen=True, slots=True)
class Running:
    """The lines of an article in reading order, and where each comes from."""

    lines: list[Line]
    ranges: list[Range]
    """The clean ranges it is made of, one after the other."""
    begins: list[int] = field(default_factory=list)
    """Where each of ``ranges`` begins in the running text."""

    def ranges_of(self, start: int, end: int) -> list[Range]:
        """The clean ranges of running characters ``start:end``."""
        first = max(0, bisect_right(self.begins, start) - 1)
        last = bisect_right(self.begins, end - 1)
        shift = self.begins[first]
        return cut_ranges(self.ranges[first:last], start - shift, end - shift)


def running_text(
    page: Sequence[Block], uses: Mapping[int, Head], order: Sequence[int], joins: Mapping[int, int]
) -> Running:
    """The running text of the article whose blocks are ``order``; joined pieces are one line."""
    text = Running([], [])
    done: set[int] = set()
    at = 0
    for n in order:
        block = page[n]
        section, title = uses.get(n) is Head.SECTION, uses.get(n) is Head.TITLE
        if n in done or not (section or title or block.kind in (BlockKind.PARAGRAPH, BlockKind.BULLET)):
            continue
        chain = [n]
        while (following := joins.get(chain[-1])) is not None and following not in done and following not in chain:
            chain.append(following)
        done.update(chain)
        words = "".join(page[m].text for m in chain)
        text.lines.append(Line(at, words, section, block.kind is BlockKind.BULLET, block.level, title))
        for m in chain:
            text.ranges.append((page[m].start, page[m].end))
            text.begins.append(at)
            at += page[m].end - page[m].start
    return text


def over_breaks(clean: CleanText, ranges: Sequence[Range]) -> list[Range]:
    """Ranges with neighbours joined that only a line break keeps apart."""
    joined: list[Range] = []
    for start, end in ranges:
        if joined and 0 <= start - joined[-1][1] <= 2 and not clean.text[joined[-1][1] : start].strip():
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return joined

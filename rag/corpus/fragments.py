"""Blocks → Fragments: stretches of a page that nothing interrupts and that belong to one article."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rag.corpus.blocks import Block, BlockKind
from rag.corpus.fold import fold
from rag.corpus.headlines import Head

TITLED = frozenset({Head.TITLE, Head.KICKER, Head.SERIES, Head.COLUMN})
_RUNNING = frozenset({BlockKind.PARAGRAPH, BlockKind.BULLET})


@dataclass(frozen=True, slots=True)
class Fragment:
    """Numbers of its blocks, in the order of the file."""

    blocks: tuple[int, ...]


@dataclass(slots=True)
class _Growing:
    """The fragment being gathered, and what it holds so far."""

    blocks: list[int]
    titled: bool = False
    signed: bool = False
    texts: int = 0
    first_text: int = -1

    def add(self, page: Sequence[Block], uses: Mapping[int, Head], at: int) -> None:
        self.blocks.append(at)
        self.titled |= uses.get(at) is Head.TITLE
        self.signed |= page[at].kind is BlockKind.BYLINE
        if is_text(page, uses, at):
            self.texts += 1
            self.first_text = at if self.texts == 1 else self.first_text

    def is_lead(self, page: Sequence[Block]) -> bool:
        """Whether it is a headline and one lead paragraph, still waiting for its byline."""
        if self.texts != 1 or not self.titled:
            return False
        return len(page[self.first_text].text) <= 160 and not page[self.first_text].is_open


def fragments(page: Sequence[Block], uses: Mapping[int, Head], breaks: frozenset[int] = frozenset()) -> list[Fragment]:
    """The page cut before each headline, jump mark (上接…), stray byline, after each role note, and at ``breaks``."""
    found: list[_Growing] = []
    for at in range(len(page)):
        if not found or (at in breaks and found[-1].texts) or _begins(page, uses, found[-1], at):
            found.append(_Growing([]))
        found[-1].add(page, uses, at)
    return [Fragment(tuple(growing.blocks)) for growing in found]


def _begins(page: Sequence[Block], uses: Mapping[int, Head], current: _Growing, at: int) -> bool:
    """Whether block ``at`` begins a fragment, given the current one."""
    block, last = page[at], current.blocks[-1]
    if page[last].kind is BlockKind.ROLE or _signs_off(page, last):
        return block.kind not in (BlockKind.ROLE, BlockKind.CREDIT, BlockKind.BYLINE) or _opens_text(page, at)
    if uses.get(at) in TITLED:
        opened = last in uses and uses[last] in TITLED
        return not opened and (current.texts > 0 or current.titled or _is_caption(page, last))
    if not current.texts:
        return False
    if block.kind is BlockKind.MARK:
        return not _leaves(block)
    if page[last].kind is BlockKind.MARK and _leaves(page[last]):  # its article goes on elsewhere
        return True
    if uses.get(at) is Head.BOX:
        return _box_before_byline(page, at)
    if opens_report(block):
        return current.signed
    if block.kind is BlockKind.BYLINE and not block.inline and _signs_below(page, uses, at):
        return True
    if block.kind is BlockKind.BYLINE and not block.inline:
        return _opens_text(page, at) and (current.signed or not current.is_lead(page))
    return False


def opens_report(block: Block) -> bool:
    """Whether a reporters' line stands before the first words of a report ("本报讯(记者…)…")."""
    return block.kind is BlockKind.BYLINE and block.inline and not block.closes


def _signs_off(page: Sequence[Block], at: int) -> bool:
    """Whether block ``at`` is a reporters' line at the end of a report."""
    return page[at].kind is BlockKind.BYLINE and page[at].closes


def _opens_text(page: Sequence[Block], at: int) -> bool:
    return at + 1 < len(page) and page[at + 1].kind in (BlockKind.PARAGRAPH, BlockKind.BYLINE, BlockKind.BULLET)


def _signs_below(page: Sequence[Block], uses: Mapping[int, Head], at: int) -> bool:
    """Whether the byline at ``at`` signs the headline below it: that one has no other, and the text above has one."""
    below = at + 1
    while uses.get(below) in TITLED:
        below += 1
    if below == at + 1 or (below < len(page) and page[below].kind is BlockKind.BYLINE):
        return False
    for n in range(at - 1, -1, -1):
        if page[n].kind is BlockKind.BYLINE:
            return True
        if uses.get(n) is Head.TITLE:
            return False
    return False


def _leaves(block: Block) -> bool:
    return "转" in fold(block.text)


def _is_caption(page: Sequence[Block], at: int) -> bool:
    return page[at].kind in (BlockKind.CAPTION, BlockKind.CREDIT)


def is_text(page: Sequence[Block], uses: Mapping[int, Head], at: int) -> bool:
    """Whether block ``at`` is running text of an article (not of a box)."""
    return page[at].kind in _RUNNING and not is_boxed(page, uses, at)


def is_boxed(page: Sequence[Block], uses: Mapping[int, Head], at: int) -> bool:
    """Whether paragraph ``at`` is the text of a box: one short whole paragraph under the box's name."""
    return (
        at > 0
        and uses.get(at - 1) is Head.BOX
        and page[at].kind is BlockKind.PARAGRAPH
        and len(page[at].text) <= 200
        and not page[at].is_open
    )


def _box_before_byline(page: Sequence[Block], at: int) -> bool:
    """Whether a box stands above a byline that opens a text, and so belongs below and not above."""
    return at + 2 < len(page) and page[at + 2].kind is BlockKind.BYLINE and not page[at + 2].inline

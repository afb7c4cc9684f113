"""CleanText → Blocks: what each line of a page is, judged by the line itself and its nearest neighbours."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from rag.corpus.credits import closing_credit, credit
from rag.corpus.lines import LABELS, is_dateline, is_running_head, label_name, looks_like_heading
from rag.corpus.names import (
    bare_names,
    byline,
    closing_byline,
    inline_byline,
    labelled_names,
    role_note,
)
from rag.corpus.offices import office, post
from rag.types import CleanText


class BlockKind(StrEnum):
    """What a block is on its page."""

    HEADING = "heading"
    """A headline, kicker or section heading; which of them is decided in ``articles``."""
    SUBTITLE = "subtitle"
    """A line under a headline that begins with a dash."""
    LABEL = "label"
    """A column name: 观点, 新闻特写."""
    BYLINE = "byline"
    ROLE = "role"
    MARK = "mark"
    """(上接第1版), (下转第4版)."""
    CREDIT = "credit"
    CAPTION = "caption"
    DATELINE = "dateline"
    RUNNING_HEAD = "running head"
    """What the page prints in its margins: date, page number, editors of the page. No part of the page's text."""
    BULLET = "bullet"
    PARAGRAPH = "paragraph"


@dataclass(frozen=True, slots=True)
class Block:
    """Clean characters ``start:end`` and what they are; ``text`` is those characters."""

    kind: BlockKind
    start: int
    end: int
    text: str
    level: int = 0
    """Markdown heading level, 0 without # marks."""
    names: tuple[str, ...] = ()
    """The names that a byline, role note or credit gives."""
    role: str = ""
    inline: bool = False
    """Stands in one line with the paragraph that follows (byline, mark) or precedes (role) it."""
    closes: bool = False
    """Stands at the end of that line."""
    tight: bool = False
    """Stands directly below the line above, in a file that sets blank lines between its blocks."""

    @property
    def open_ended(self) -> bool:
        """Whether its last character ends no sentence."""
        return not _ENDED.search(self.text)

    @property
    def is_open(self) -> bool:
        """Whether it is running text that stops in mid-sentence."""
        return self.kind is BlockKind.PARAGRAPH and self.open_ended


_ENDED = re.compile(r"[。．！!？?…；;：:.][”’」』》〉）)】〕\]\"'*]*$|^[^\u3400-\u9fff]*$")
_DASHES = ("——", "--", "―", "──")
LONGEST_CAPTION = 400
_PAGE = r"(?:第|今日)?[A-Za-z]{0,2}[0-9一二三四五六七八九十〇零\-]{1,4}(?:版|页)|头版"
_MARK_LEAD = re.compile(
    rf"[(（【▲△►→]*\s*(?:紧接|上接|续接|接|下转|转)\s*(?:本报|本版)?(?:{_PAGE})[^()（）]{{0,20}}?[)）】▲▼]+"
)
_MARK_LINE = re.compile(rf"[▲△►→▼]?\s*(?:紧接|上接|续接|下转)\s*(?:{_PAGE})\S{{0,12}}$")
_MARK_TAIL = re.compile(rf"[(（▲▼]\s*(?:下转|转)\s*(?:{_PAGE})[^()（）]{{0,20}}[)）▲▼]?$")
_CAPTION = re.compile(
    r"(?:图为|图[一二三四五六七八九十①-⑳0-9]{1,2}[:：为 ]|[上下左右]图|题图|资料图|↑|[▲▼]图|[▲▼◀►]\S{4,})"
)


def blocks(clean: CleanText) -> list[Block]:
    """The blocks of the page in the order of the file, each judged by itself (``context`` looks at neighbours).

    Together they hold every non-blank clean character.
    """
    found: list[Block] = []
    start = 0
    for line in clean.text.split("\n"):
        if line:
            level, bullet = _marks(clean, start)
            first, *rest = _parts(line, start, level, bullet)
            found += [replace(first, tight=_is_tight(clean, start)), *rest]
        start += len(line) + 1
    if all(block.tight for block in found if block.start):  # a file without blank lines: they tell nothing
        return [replace(block, tight=False) for block in found]
    return found


def _is_tight(clean: CleanText, start: int) -> bool:
    """Whether the line at ``start`` stands directly below the one above, without a blank line."""
    between = clean.source.raw[clean.origins[start - 2] + 1 : clean.origins[start]] if start > 1 else ""
    return 0 < len(between.replace("\r\n", "\n").splitlines()) <= 2 and between.count("\n") < 2


def _marks(clean: CleanText, start: int) -> tuple[int, bool]:
    """Markdown level and bullet that cleaning took from the beginning of the line at ``start``."""
    raw = clean.source.raw
    end = clean.origins[start]
    begin = clean.origins[start - 1] + 1 if start else 0
    lead = raw[begin:end].replace("\r", "\n").rpartition("\n")[2].strip("\u200b\ufeff \t\u3000\xa0>")
    if lead and set(lead) == {"#"}:
        return len(lead), False
    return 0, lead[:1] in "-*+•●▪■◆·" and bool(lead)


def _parts(line: str, start: int, level: int, bullet: bool) -> Iterator[Block]:
    """A line as one block, or as a mark, reporters' line, text and role note that were set in one line."""
    if level:
        yield _marked_block(line, start, level)
        return
    if bullet:
        yield _block(BlockKind.BULLET, line, start)
        return
    left, right = 0, len(line)
    if mark := _MARK_LEAD.match(line):
        left = _past_blank(line, mark.end())
        yield _block(BlockKind.MARK, line[: mark.end()], start, inline=left < right)
    if left < right and (signed := inline_byline(line[left:])):
        yield _block(BlockKind.BYLINE, line[left : left + signed.end], start + left, names=signed.names, inline=True)
        left = _past_blank(line, left + signed.end)
    tail: list[Block] = []
    if mark := _MARK_TAIL.search(line, max(left, right - 40), right):
        tail.append(_block(BlockKind.MARK, line[mark.start() : right], start + mark.start(), inline=True))
        right = len(line[: mark.start()].rstrip())
    if left < right and (note := role_note(line[left:right]) or closing_byline(line[left:right])):
        at = left + note.start
        kind = BlockKind.ROLE if note.role else BlockKind.BYLINE
        inline = bool(line[left:at].strip())
        signed_off = _block(kind, line[at:right], start + at, names=note.names, role=note.role, inline=inline)
        tail.insert(0, replace(signed_off, closes=True))
        right = left + len(line[left:at].rstrip())
    if left < right and right - left <= LONGEST_CAPTION and (seen := closing_credit(line[left:right])):
        at = left + seen.start
        tail.insert(0, _block(BlockKind.CREDIT, line[at:right], start + at, names=seen.names, inline=True))
        right = left + len(line[left:at].rstrip())
        yield _block(BlockKind.CAPTION, line[left:right], start + left)
    elif left < right:
        yield _line_block(line[left:right], start + left)
    yield from tail


def _marked_block(line: str, start: int, level: int) -> Block:
    """A line with # marks: a heading, unless it plainly signs or only goes on (——) a headline."""
    if len(line) <= 80 and not bare_names(line) and (signed := byline(line) or office(line)):
        return _block(BlockKind.BYLINE, line, start, names=signed.names)
    kind = BlockKind.SUBTITLE if line.startswith(_DASHES) else BlockKind.HEADING
    return _block(kind, line, start, level=level)


def _past_blank(line: str, at: int) -> int:
    return len(line) - len(line[at:].lstrip())


def _block(
    kind: BlockKind,
    text: str,
    start: int,
    *,
    level: int = 0,
    names: tuple[str, ...] = (),
    role: str = "",
    inline: bool = False,
) -> Block:
    return Block(kind, start, start + len(text), text, level, names, role, inline)


def _line_block(text: str, start: int) -> Block:
    """What a line without inline parts is."""
    if len(text) <= 80:
        if kind := _of_the_page(text):
            return _block(kind, text, start, names=labelled_names(text) if kind is BlockKind.DATELINE else ())
        if signed := credit(text):
            return _block(BlockKind.CREDIT, text, start, names=signed.names)
        if signed := byline(text) or office(text) or post(text):
            return _block(BlockKind.BYLINE, text, start, names=signed.names, role=signed.role)
        if label_name(text) in LABELS:
            return _block(BlockKind.LABEL, text, start)
        if text.startswith(_DASHES) and not _ENDED.search(text):
            return _block(BlockKind.SUBTITLE, text, start)
        if looks_like_heading(text):
            return _block(BlockKind.HEADING, text, start)
    if _CAPTION.match(text):
        return _block(BlockKind.CAPTION, text, start)
    return _block(BlockKind.PARAGRAPH, text, start)


def _of_the_page(text: str) -> BlockKind | None:
    """The kind of a line that the page prints about itself or about an article's place and time."""
    if is_running_head(text):
        return BlockKind.RUNNING_HEAD
    if _MARK_LINE.match(text):
        return BlockKind.MARK
    return BlockKind.DATELINE if is_dateline(text) else None

"""CleanText → Blocks: what each line of a page is, judged by the line itself and its nearest neighbours."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from rag.corpus.lines import LABELS, LONGEST_HEADING, is_dateline, label_name, looks_like_heading
from rag.corpus.names import bare_names, byline, closing_byline, credit, inline_byline, labelled_names, role_note
from rag.corpus.ordinals import marker_at
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

    @property
    def open_ended(self) -> bool:
        """Whether its last character ends no sentence."""
        return not _ENDED.search(self.text)

    @property
    def is_open(self) -> bool:
        """Whether it is running text that stops in mid-sentence."""
        return self.kind is BlockKind.PARAGRAPH and self.open_ended


_ENDED = re.compile(r"[。．！!？?…；;：:.][”’」』》〉）)】〕\]\"'*]*$|^[^\u3400-\u9fff]*$")
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
    """The blocks of the page in the order of the file; together they hold every non-blank clean character."""
    found = list(_lines(clean))
    return [_in_context(found, at) for at in range(len(found))]


def _lines(clean: CleanText) -> Iterator[Block]:
    start = 0
    for line in clean.text.split("\n"):
        if line:
            level, bullet = _marks(clean, start)
            yield from _parts(line, start, level, bullet)
        start += len(line) + 1


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
        yield _block(BlockKind.HEADING, line, start, level=level)
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
    if left < right:
        yield _line_block(line[left:right], start + left)
    yield from tail


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
        if _MARK_LINE.match(text):
            return _block(BlockKind.MARK, text, start)
        if is_dateline(text):
            return _block(BlockKind.DATELINE, text, start, names=labelled_names(text))
        if signed := credit(text):
            return _block(BlockKind.CREDIT, text, start, names=signed.names)
        if signed := byline(text):
            return _block(BlockKind.BYLINE, text, start, names=signed.names)
        if label_name(text) in LABELS:
            return _block(BlockKind.LABEL, text, start)
        if text.startswith(("——", "--", "―")) and not _ENDED.search(text):
            return _block(BlockKind.SUBTITLE, text, start)
        if looks_like_heading(text):
            return _block(BlockKind.HEADING, text, start)
    if _CAPTION.match(text):
        return _block(BlockKind.CAPTION, text, start)
    return _block(BlockKind.PARAGRAPH, text, start)


def _in_context(found: list[Block], at: int) -> Block:
    """A few kinds only show beside their neighbours."""
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

"""Source → CleanText: one line a block (paragraph, headline, byline …), no layout marks, every character still placed.

What goes: Markdown marks, blanks at line ends and in runs, zero-width and control characters, empty lines, line breaks
inside a hard-wrapped paragraph, and the damage that ``damage.py`` knows for certain. Nothing is ever invented; a
character that differs from the original carries a Repair.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain, pairwise

from rag.corpus.damage import damage_edits
from rag.corpus.edits import Edit, apply_edits
from rag.corpus.wrap import Line, wrapped_after
from rag.types import CleanText, Source

_BLANK = r"[^\S\r\n\x0b\x0c\x85\u2028\u2029]"
_UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffc]+"
)
_RUN = re.compile(f"(?<={_BLANK}){_BLANK}+")
_BREAK = re.compile(r"\r\n|[\n\r\x0b\x0c\x85\u2028\u2029]")
_EDGE_BLANK = " \t\u3000\u00a0\u200b\ufeff\u2000\u2001\u2002\u2003\u2009"
_MARK = re.compile(r"(?:>[ \t]?)*(?:#{1,6}(?:[ \t\u3000]+|$)|[-*+•●▪■◆·][ \t\u3000\u00a0]+(?=\S))?")
_TAIL = re.compile(r"[ \t]+#+$")
_RULE = re.compile(r"(?:[-*_=—─━~～][ \t]*){3,}$")
_STRONG = re.compile(r"(\*\*|__)(?=\S)([^*_\r\n]{1,400}?)(?<=\S)\1")
_LINK = re.compile(r"!?\[([^\[\]\r\n]{1,200})\](\([^()\s]{1,500}\))")
_PICTURE = re.compile(r"!\[\s*\]\([^()\s]{1,500}\)")
_TAG = re.compile(r"</?(?:br|p|b|i|u|em|strong|span|div|sup|sub|font|center)(?:\s[^<>\r\n]{0,200})?/?>", re.IGNORECASE)


_VOID = re.compile(f"(?:[{_EDGE_BLANK}]|{_UNSEEN.pattern}|{_TAG.pattern}|{_PICTURE.pattern})+", re.IGNORECASE)


def clean(source: Source) -> CleanText:
    """The readable text of ``source`` with the original place of each character."""
    raw = source.raw
    lines = list(_lines(raw))
    return apply_edits(
        source, chain(_layout_edits(raw, lines), _inline_edits(raw), _break_edits(raw, lines), damage_edits(raw))
    )


def _lines(raw: str) -> Iterator[Line]:
    """The physical lines, each without the blanks around it."""
    at = 0
    for stop in chain((m.span() for m in _BREAK.finditer(raw)), ((len(raw), len(raw)),)):
        end = stop[0]
        text = raw[at:end]
        lead = _VOID.match(text)
        left = lead.end() if lead else 0
        body = text[left:].rstrip(_EDGE_BLANK)
        mark = _MARK.match(body)
        width = mark.end() if mark else 0
        if body and (_RULE.match(body) or _VOID.fullmatch(body, width)):
            width = len(body)
        yield Line(at, end, at + left, at + left + len(body), at + left + width, stop[1])
        at = stop[1]


def _layout_edits(raw: str, lines: list[Line]) -> Iterator[Edit]:
    """Blanks around each line, its Markdown mark, a rule as a whole, and closing # marks."""
    for line in lines:
        yield Edit(line.start, line.text)
        yield Edit(line.body_end, line.end)
        if raw.startswith("#", line.body) and (tail := _TAIL.search(raw, line.text, line.body_end)):
            yield Edit(tail.start(), line.end)


def _inline_edits(raw: str) -> Iterator[Edit]:
    for found in _UNSEEN.finditer(raw):
        yield Edit(found.start(), found.end())
    for found in _RUN.finditer(raw):
        yield Edit(found.start(), found.end())
    if "**" in raw or "__" in raw:
        for found in _STRONG.finditer(raw):
            yield Edit(found.start(), found.start(2))
            yield Edit(found.end(2), found.end())
    if "](" in raw:
        for found in _PICTURE.finditer(raw):
            yield Edit(found.start(), found.end())
        for found in _LINK.finditer(raw):
            yield Edit(found.start(), found.start(1))
            yield Edit(found.end(1), found.end(2))
    if "<" in raw:
        for found in _TAG.finditer(raw):
            yield Edit(found.start(), found.end())


def _break_edits(raw: str, lines: list[Line]) -> Iterator[Edit]:
    """One line break between blocks, none inside a wrapped paragraph, none before the first and after the last."""
    wrapped = wrapped_after(raw, lines)
    full = [at for at, line in enumerate(lines) if line.text < line.body_end]
    if not full:
        yield Edit(0, len(raw))
        return
    yield Edit(0, lines[full[0]].start)
    for this, following in pairwise(full):
        start, end = lines[this].end, lines[following].start
        if this in wrapped:
            latin = raw[lines[this].body_end - 1].isascii() and raw[lines[following].text].isascii()
            yield Edit(start, end, " " if latin else "", "连接被换行断开的一段")
        elif raw[start] == "\n":
            yield Edit(start + 1, end)
        else:
            at = raw.find("\n", start, end)
            if at >= 0:
                yield Edit(start, at)
                yield Edit(at + 1, end)
            else:
                yield Edit(start, end, "\n", "换行符统一")
    yield Edit(lines[full[-1]].end, len(raw))

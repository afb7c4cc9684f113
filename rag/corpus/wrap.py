"""Which line breaks only wrap a paragraph: told by the width of the lines, as a person sees it."""

from __future__ import annotations

import re
from dataclasses import dataclass

_FINAL = frozenset("。！？!?：:；;…”’》）)】」』")
_START = re.compile(
    r"[\u3000 ]{2}|[-*+•●▪■◆◇□○·>#|]|[（(]?[一二三四五六七八九十百0-9０-９]{1,4}[)）、.．]"
    r"|第[一二三四五六七八九十百0-9]+[章节節条條，、,：: ]|[①-⑳]"
)
_LATIN_SLACK = 16
_HAN_SLACK = 4


@dataclass(frozen=True, slots=True)
class Line:
    """One physical line, in raw offsets."""

    start: int
    end: int
    """Where its line break begins."""
    body: int
    """First non-blank character."""
    body_end: int
    text: int
    """First character after a Markdown mark; equal to ``body_end`` when nothing readable is left."""
    following: int
    """Where the next line begins."""


def wrapped_after(raw: str, lines: list[Line]) -> frozenset[int]:
    """Numbers of the lines whose line break stands inside a paragraph.

    In hard-wrapped text most lines that have a neighbour below are equally wide. Where that is not so, every line
    break is the author's and none is removed.
    """
    pairs = [n for n in range(len(lines) - 1) if _may_wrap(raw, lines[n], lines[n + 1])]
    if sum(_is_indented(raw, line) for line in lines) > 2:  # then the last line of a paragraph shows, and tells nothing
        pairs = [n for n in pairs if not _is_indented(raw, lines[n + 1])]
    if len(pairs) < 2:
        return frozenset()
    widths = {n: _width(raw, lines[n]) for n in pairs}
    ordered = sorted(widths.values())
    usual = ordered[int(0.8 * (len(ordered) - 1))]
    if not 16 <= usual <= 200:
        return frozenset()
    full = {n for n in pairs if _is_full(raw, lines[n], widths[n], usual)}
    # A page of verse or of short items has many widths; wrapped prose has one, and last lines of paragraphs.
    if len(full) < 2 or len(full) < 0.6 * len(pairs) or max(ordered) > usual + _LATIN_SLACK:
        return frozenset()
    return frozenset(n for n in full if _continues(raw, lines[n], lines[n + 1], usual))


def _may_wrap(raw: str, line: Line, below: Line) -> bool:
    """Two neighbouring lines of text, the upper one not a heading and without Markdown's hard break."""
    if line.text >= line.body_end or below.text >= below.body_end:
        return False
    return line.text == line.body and below.text == below.body and not raw.endswith("  ", line.start, line.end)


def _is_indented(raw: str, line: Line) -> bool:
    return raw.startswith("\u3000\u3000", line.start) or raw.startswith("    ", line.start)


def _is_full(raw: str, line: Line, width: int, usual: int) -> bool:
    slack = _LATIN_SLACK if raw[line.body_end - 1].isascii() and raw[line.body_end - 1].isalnum() else _HAN_SLACK
    return usual - slack <= width <= usual + _HAN_SLACK


def _continues(raw: str, line: Line, below: Line, usual: int) -> bool:
    """Whether the text runs on below: the next line does not look like the start of something."""
    if _START.match(raw, below.start, below.end) or _START.match(raw, below.body, below.end):
        return False
    return raw[line.body_end - 1] not in _FINAL or _width(raw, below) >= usual - _LATIN_SLACK


def _width(raw: str, line: Line) -> int:
    """Columns that a line takes: two for Chinese, one for ASCII."""
    text = raw[line.start : line.body_end]
    return len(text) + sum(char > "\u2e7f" or char in "“”‘’—…·" for char in text) if not text.isascii() else len(text)

"""Where the sentences of a text begin and end. Every character belongs to exactly one sentence; time is linear."""

from __future__ import annotations

import re

_ENDS = frozenset("。！？；!?;\n")
_STRONG = frozenset("。！？!?…")
_OPEN = {"“": "”", "《": "》", "「": "」", "『": "』", "（": "）", "(": ")", "‘": "’", "【": "】", "〈": "〉"}
_CLOSE = frozenset(_OPEN.values())
_BLANK = frozenset(" \t\u3000\u00a0")
_NOTABLE = re.compile("[。！？；!?;\n….“《「『（(‘【〈]")
SHORT = 40
"""Characters of a quotation or bracket up to which it is never cut inside."""


def sentences(text: str) -> list[tuple[int, int]]:
    """Half-open ranges of the sentences of ``text``, in order, covering all of it.

    A sentence ends after 。！？；!?; … or a line break, with the closing quotes and brackets that follow it. Inside a
    short “…”, 《…》 or (…) nothing ends.

    >>> [("他说：“去吧！”然后走了。好"[a:b]) for a, b in sentences("他说：“去吧！”然后走了。好")]
    ['他说：“去吧！”然后走了。', '好']
    """
    if not text:
        return []
    ranges: list[tuple[int, int]] = []
    start = at = 0
    size = len(text)
    while (found := _NOTABLE.search(text, at)) is not None:
        at, char = found.start(), found.group()
        if char in _OPEN:
            at = _past_short(text, at)
            continue
        at += 1
        if char in _ENDS or (char in "…." and _stops(text, at)):
            at = _past_tail(text, at)
            ranges.append((start, at))
            start = at
    if start < size:
        ranges.append((start, size))
    return ranges


def _past_short(text: str, at: int) -> int:
    """Past the quotation or bracket that opens at ``at`` when it closes within SHORT characters, else past the mark.

    A short quotation that ends its sentence inside (“…！”) and is followed by no further words leaves the mark to the
    caller: the closing mark is then taken with the sentence end before it.
    """
    close = text.find(_OPEN[text[at]], at + 1, at + 2 + SHORT)
    if close < 0 or "\n" in text[at:close]:
        return at + 1
    if text[close - 1] in _STRONG and _ends_here(text, close + 1):
        return close - 1
    return close + 1


def _ends_here(text: str, at: int) -> bool:
    """Whether what follows a closed quotation starts anew: the end, a line break, or another quotation."""
    while at < len(text) and (text[at] in _CLOSE or text[at] in _BLANK):
        at += 1
    return at >= len(text) or text[at] in _OPEN or text[at] == "\n"


def _stops(text: str, at: int) -> bool:
    """Whether the dots before ``at`` end a sentence: “……” before a new start, an English full stop before a blank."""
    if text[at - 1] == ".":
        return at < len(text) and text[at] in " \n" and text[at - 2 : at - 1].isalpha() and text[at - 2].isascii()
    return at < len(text) and text[at] != "…" and _ends_here(text, at)


def _past_tail(text: str, at: int) -> int:
    """Past further end marks, closing marks and blanks that belong to a sentence that has just ended."""
    while at < len(text) and (text[at] in _CLOSE or text[at] in _ENDS or text[at] in _BLANK):
        at += 1
    return at

"""Citation markers in text: [1], 【2】, [1, 3], [2-4]. Reading, removing and renumbering them; nothing else.

>>> numbers("产改举措有13条[1][3]。")
(1, 3)
>>> strip("产改举措有13条[1][3]。")
'产改举措有13条。'
>>> renumber("甲[2]。乙[9]。", {2: 1})
'甲[1]。乙。'
"""

from __future__ import annotations

import re
from collections.abc import Mapping

_LIST = r"\^?\d{1,3}(?:\s*[,，、\-–—~]\s*\^?\d{1,3})*"
MARKER = re.compile(rf"\s*[\[【［]\s*({_LIST})\s*[\]】］]")
"""One marker with the blanks before it; group 1 is the list of numbers inside."""

WIDEST_RANGE = 20
"""[1-999] is an accident, not a citation: a wider range than this counts as its two ends."""


def numbers(text: str) -> tuple[int, ...]:
    """The numbers cited in ``text``, in order of first appearance, each once."""
    found: dict[int, None] = {}
    for match in MARKER.finditer(text):
        found.update(dict.fromkeys(_expand(match.group(1))))
    return tuple(found)


def strip(text: str) -> str:
    """``text`` without its markers."""
    return MARKER.sub("", text)


def renumber(text: str, new: Mapping[int, int]) -> str:
    """Replace every number by ``new[number]``; numbers without an entry disappear with their marker."""

    def rewrite(match: re.Match[str]) -> str:
        kept = dict.fromkeys(new[n] for n in _expand(match.group(1)) if n in new)
        return "".join(f"[{n}]" for n in kept)

    return MARKER.sub(rewrite, text)


def cited_units(text: str) -> list[str]:
    """Cut ``text`` after every run of markers and the stop that follows it; the pieces join up to ``text``."""
    pieces, start = [], 0
    for match in re.finditer(rf"(?:{MARKER.pattern})+[。！？!?；;.]?[”’」』）)]?\s*", text):
        pieces.append(text[start : match.end()])
        start = match.end()
    return [*pieces, text[start:]] if start < len(text) else pieces


def _expand(listed: str) -> list[int]:
    found: list[int] = []
    for part in re.split(r"[,，、]", listed):
        ends = [int(n) for n in re.findall(r"\d+", part)]
        narrow = len(ends) == 2 and 0 < ends[1] - ends[0] <= WIDEST_RANGE
        found.extend(range(ends[0], ends[1] + 1) if narrow else ends)
    return found

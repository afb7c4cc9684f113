"""Markers → lists: which ordinals of an article count one thing after the other.

A list is at least two markers of one style whose numbers go up. Skipped and repeated numbers are kept as printed; a
lone 第一 or 首先 is no list. A list may begin with 二 when its beginning stands on another page.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from rag.corpus.ordinals import RANK, Marker, Style, marker_at, markers

_GAP = {Style.SHOUXIAN: 600}
_WIDEST_GAP = 6000
"""Characters between two items beyond which they are no neighbours."""
_LINE_ONLY = frozenset({Style.ARTICLE, Style.CHAPTER})


@dataclass(frozen=True, slots=True)
class Line:
    """One heading, paragraph or bullet of an article; ``start`` is its place in the article's running text."""

    start: int
    text: str
    heading: bool = False
    bullet: bool = False
    level: int = 0
    title: bool = False
    """The article's headline: it may introduce a list and is no part of one."""

    @property
    def end(self) -> int:
        """Just past its last character."""
        return self.start + len(self.text)


@dataclass(frozen=True, slots=True)
class Item:
    """A marker at its place in the article's running text."""

    start: int
    line: int
    marker: Marker
    heading: bool
    leads: bool
    """Stands at the beginning of its line."""


@dataclass(slots=True)
class _Open:
    """A list that may still go on."""

    items: list[Item] = field(default_factory=list)

    @property
    def last(self) -> Item:
        return self.items[-1]


def lists(lines: Sequence[Line]) -> list[tuple[Item, ...]]:
    """The lists of an article in the order of their first items."""
    found: list[_Open] = []
    going: dict[tuple[Style, bool], _Open] = {}
    for item in _items(lines):
        if item.heading and not item.leads:
            continue
        key = (item.marker.style, item.heading)
        current = going.get(key)
        if current is not None and _goes_on(current.last, item):
            for other, inner in list(going.items()):  # lists inside the item before end with it
                if inner is not current and inner.items[0].start > current.last.start:
                    del going[other]
            current.items.append(item)
            continue
        if item.heading:
            rank = RANK[item.marker.style]
            going = {other: one for other, one in going.items() if other[1] and RANK[other[0]] < rank}
        going[key] = _Open([item])
        found.append(going[key])
    return [tuple(one.items) for one in found if _is_list(one.items)]


def _items(lines: Sequence[Line]) -> Iterator[Item]:
    for number, line in enumerate(lines):
        if line.title:
            continue
        if line.bullet and marker_at(line.text) is None:
            yield Item(line.start, number, Marker(0, 0, Style.BULLET, 0, "-"), False, True)
            continue
        indent = len(line.text) - len(line.text.lstrip())
        for marker in markers(line.text):
            leads = marker.start <= indent
            if leads or (marker.style not in _LINE_ONLY and not line.heading):
                yield Item(line.start + marker.start, number, marker, line.heading, leads)


def _goes_on(before: Item, item: Item) -> bool:
    """Whether ``item`` is the next one after ``before`` of the same style."""
    if item.marker.style is Style.BULLET:
        return item.line == before.line + 1
    if item.start - before.start > _GAP.get(item.marker.style, _WIDEST_GAP) and not item.heading:
        return False
    step = item.marker.number - before.marker.number
    if item.marker.style is Style.SHOUXIAN:
        return step > 0
    return 1 <= step <= 2 or (step == 0 and item.marker.number > 1)


def _is_list(items: Sequence[Item]) -> bool:
    """Whether a run of markers counts: two or more, and inside a line only from 一 or 首先 on."""
    if len(items) < 2:
        return False
    first = items[0]
    if first.marker.style is Style.SHOUXIAN:
        return first.marker.number == 1
    return first.leads or first.marker.number <= 1

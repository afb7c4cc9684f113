"""The outline of an article: section headings, ordinal lists and announced counts as one tree.

Every list hangs below something: the marked item or heading it stands under, or the sentence that introduces it.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from rag.corpus.blocks import Block
from rag.corpus.counts import Count, announced, announced_before, enumerations, points_on
from rag.corpus.headlines import Head
from rag.corpus.lists import Item, Line, lists
from rag.corpus.ordinals import RANK, Style, marker_at
from rag.corpus.running import over_breaks, running_text
from rag.corpus.spans import clean_spans
from rag.types import CleanText, OutlineItem

_INTRO = 200
"""Characters before a list in which its introduction is looked for."""


@dataclass(slots=True, eq=False)
class _Node:
    """An item to be: place in the article's running text, and what hangs below."""

    start: int
    end: int
    marker: str = ""
    number: int = 0
    count: int = 0
    words: str = ""
    parent: _Node | None = None
    holds: bool = False
    """A list hangs below it."""


def outline(
    clean: CleanText,
    page: Sequence[Block],
    uses: Mapping[int, Head],
    order: Sequence[int],
    joins: Mapping[int, int],
    article_id: str,
    first: int,
) -> list[OutlineItem]:
    """The items of one article in reading order; ``first`` is the ordinal of the first."""
    text = running_text(page, uses, order, joins)
    nodes = sorted(_nodes(text.lines), key=lambda node: (node.start, -node.end, bool(node.marker)))
    items: list[OutlineItem] = []
    ids: dict[_Node, str] = {}
    seen: Counter[str] = Counter()
    for node in nodes:
        ranges = text.ranges_of(node.start, node.end)
        words = "".join(clean.text[a:b] for a, b in ranges)
        key = f"{article_id}\n{node.marker}\n{words}"
        seen[key] += 1
        ids[node] = hashlib.sha256(f"{seen[key]}\n{key}".encode("utf-8", "surrogatepass")).hexdigest()[:12]
        items.append(
            OutlineItem(
                id=ids[node],
                article_id=article_id,
                parent_id=ids.get(node.parent, "") if node.parent else "",
                ordinal=first + len(items),
                marker=node.marker,
                number=node.number,
                spans=clean_spans(clean, over_breaks(clean, ranges)),
                announced=node.count,
                announced_as=node.words,
            )
        )
    return items


def _nodes(lines: Sequence[Line]) -> list[_Node]:
    """Headings, lists and counts, each with its parent."""
    found = lists(lines)
    marked = {item.start for items in found for item in items}
    sections = _section_ends(lines)
    headings = [
        _Node(line.start, sections[n]) for n, line in enumerate(lines) if line.heading and line.start not in marked
    ]
    plain = [node.start for node in headings]
    groups = [_list_nodes(lines, items, sections, plain) for items in found]
    _take_in(lines, found, groups)
    counts = list(_counts(lines))
    listed = [node for group in groups for node in group]
    holder = _containers([*headings, *listed], [*headings, *(group[0] for group in groups), *(n for n, _ in counts)])
    for node in headings:
        node.parent = holder[node]
    intros = [intro for items, group in zip(found, groups, strict=True)
              for intro in _hang(lines, items, group, holder[group[0]])]  # fmt: skip
    told = {node.words for node in [*headings, *listed, *intros] if node.words}
    return [*headings, *listed, *intros, *_counted(counts, holder, told)]


def _section_ends(lines: Sequence[Line]) -> dict[int, int]:
    """Where the section under each heading ends: before the next heading that is not deeper."""
    ends: dict[int, int] = {}
    going: list[int] = []
    for n, line in enumerate(lines):
        if line.heading:
            while going and not _is_deeper(line, lines[going[-1]]):
                ends[going.pop()] = line.start
            going.append(n)
    return ends | dict.fromkeys(going, lines[-1].end if lines else 0)


def _is_deeper(line: Line, above: Line) -> bool:
    """Whether one heading stands below another: by its Markdown level, or by its ordinal ((一) below 一、)."""
    if line.level:
        return line.level > above.level
    own, other = marker_at(line.text), marker_at(above.text)
    return own is not None and other is not None and RANK[own.style] > RANK[other.style]


def _list_nodes(
    lines: Sequence[Line], items: Sequence[Item], sections: Mapping[int, int], plain: Sequence[int]
) -> list[_Node]:
    """One node an item, up to the next item; the last one to the end of its line, or of its section.

    Nothing runs over a plain heading (``plain``: where these stand).
    """
    nodes: list[_Node] = []
    for n, item in enumerate(items):
        if n + 1 < len(items):
            end = items[n + 1].start
        else:
            end = sections[item.line] if item.heading else lines[item.line].end
        barrier = bisect_right(plain, item.start)
        if barrier < len(plain) and (n + 1 == len(items) or not item.heading):
            end = min(end, max(plain[barrier], item.start + 1))
        number = min(item.marker.number, n + 1) if item.marker.style is Style.SHOUXIAN else item.marker.number
        nodes.append(_Node(item.start, end, item.marker.printed.strip(), number))
    return nodes


def _take_in(lines: Sequence[Line], found: Sequence[tuple[Item, ...]], groups: Sequence[list[_Node]]) -> None:
    """Let the last item of a list hold a list of lower rank that begins on the line below it (第二条 …：, (一) …)."""
    below = {items[0].line: (items, group) for items, group in zip(found, groups, strict=True) if items[0].leads}
    for items, group in sorted(zip(found, groups, strict=True), key=lambda pair: -pair[0][-1].line):
        last = items[-1]
        lower, nodes = below.get(last.line + 1, (None, []))
        if lower is not None and not last.heading and RANK[lower[0].marker.style] > RANK[last.marker.style]:
            group[-1].end = max(group[-1].end, nodes[-1].end)


def _containers(nodes: Iterable[_Node], asked: Iterable[_Node]) -> dict[_Node, _Node | None]:
    """For each node asked about, the smallest of ``nodes`` that holds it and more."""
    found: dict[_Node, _Node | None] = {}
    events = sorted(
        [(node.start, -node.end, 0, n, node) for n, node in enumerate(nodes)]
        + [(node.start, -node.end, 1, n, node) for n, node in enumerate(asked)],
        key=lambda event: event[:4],
    )
    around: list[_Node] = []
    for start, minus_end, question, _, node in events:
        while around and around[-1].end <= start:
            around.pop()
        if question:
            size = -minus_end - start
            wider = (one for one in reversed(around) if one.end >= -minus_end and one.end - one.start > size)
            found[node] = next(wider, None)
        else:
            around.append(node)
    return found


def _hang(lines: Sequence[Line], items: Sequence[Item], group: list[_Node], holder: _Node | None) -> Iterator[_Node]:
    """Hang the list below what holds it, with the count announced for it; yields its introduction where that is it."""
    start, intro = _introduction(lines, items[0], holder)
    count = announced(intro, len(group))
    if count is None and points_on(intro):
        line = lines[items[0].line]
        before = line.text[: max(0, start - line.start)][-_INTRO:]
        count = announced_before(before, len(group))
        if count is not None:
            intro = before[count.start :] + intro
            start -= len(before) - count.start
    if intro and (holder is None or holder.holds):
        holder = _Node(start, start + len(intro), parent=holder)
        yield holder
    if holder is not None:
        holder.holds = True
        if count is not None and not holder.count:
            holder.count, holder.words = count.number, count.words
    for node in group:
        node.parent = holder


def _introduction(lines: Sequence[Line], item: Item, holder: _Node | None) -> tuple[int, str]:
    """The last sentence before the first item, in its line or in the line above."""
    line = lines[item.line]
    before = line.text[max(0, item.start - line.start - _INTRO) : item.start - line.start]
    start = item.start - len(before)
    if not before.strip():
        if not item.line or (holder is not None and lines[item.line - 1].start < holder.start):
            return item.start, ""
        above = lines[item.line - 1]
        before = above.text[-_INTRO:]
        start = above.end - len(before)
    body = before.rstrip("。！？；;”’ ")
    left = max(body.rfind(mark) for mark in "。！？；;") + 1
    left += len(body[left:]) - len(body[left:].lstrip("”’ "))
    return (start + left, before[left:]) if body[left:] else (item.start, "")


def _counts(lines: Sequence[Line]) -> Iterator[tuple[_Node, Count]]:
    """A node for each announced count, and for each the things it counts as ranges of its line."""
    for line in lines:
        for count in enumerations(line.text) if not (line.bullet or line.title) else ():
            start = min([count.start, *(a for a, _ in count.items)])
            end = max([count.end, *(b for _, b in count.items)])
            moved = Count(line.start, line.start, count.number, count.words, count.items)
            yield _Node(line.start + start, line.start + end, count=count.number, words=count.words), moved


def _counted(
    counts: Sequence[tuple[_Node, Count]], holder: Mapping[_Node, _Node | None], told: set[str]
) -> Iterator[_Node]:
    """Counts announced for things without markers, each once, and those things where they stand in a row."""
    for node, count in counts:
        if count.words in told:
            continue
        told.add(count.words)
        node.parent = holder[node]
        yield node
        for number, (left, right) in enumerate(count.items, 1):
            yield _Node(count.start + left, count.start + right, number=number, parent=node)

"""The outline of an article: section headings, ordinal lists and announced counts as one tree.

Every list hangs below something: the marked item or heading it stands under, or the sentence that introduces it.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from rag.corpus.blocks import Block, BlockKind
from rag.corpus.counts import Count, announced, enumerations
from rag.corpus.headlines import Head
from rag.corpus.lists import Item, Line, lists
from rag.corpus.spans import Range, clean_spans, cut_ranges
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


@dataclass(frozen=True, slots=True)
class _Text:
    """An article's headings, paragraphs and bullets as one running text."""

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
    text = _running(page, uses, order, joins)
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
                spans=clean_spans(clean, _over_breaks(clean, ranges)),
                announced=node.count,
                announced_as=node.words,
            )
        )
    return items


def _running(
    page: Sequence[Block], uses: Mapping[int, Head], order: Sequence[int], joins: Mapping[int, int]
) -> _Text:
    text = _Text([], [])
    done: set[int] = set()
    at = 0
    for n in order:
        block = page[n]
        section = uses.get(n) is Head.SECTION
        if n in done or not (section or block.kind in (BlockKind.PARAGRAPH, BlockKind.BULLET)):
            continue
        chain = [n]
        while (following := joins.get(chain[-1])) is not None and following not in done and following not in chain:
            chain.append(following)
        done.update(chain)
        words = "".join(page[m].text for m in chain)
        text.lines.append(Line(at, words, section, block.kind is BlockKind.BULLET, block.level))
        for m in chain:
            text.ranges.append((page[m].start, page[m].end))
            text.begins.append(at)
            at += page[m].end - page[m].start
    return text


def _over_breaks(clean: CleanText, ranges: Sequence[Range]) -> list[Range]:
    """Ranges with neighbours joined that only a line break keeps apart."""
    joined: list[Range] = []
    for start, end in ranges:
        if joined and 0 <= start - joined[-1][1] <= 2 and not clean.text[joined[-1][1] : start].strip():
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return joined


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
            while going and (line.level <= lines[going[-1]].level or not line.level):
                ends[going.pop()] = line.start
            going.append(n)
    return ends | dict.fromkeys(going, lines[-1].end if lines else 0)


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
        nodes.append(_Node(item.start, end, item.marker.printed.strip(), item.marker.number))
    return nodes


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
            found[node] = next(
                (one for one in reversed(around) if one.end >= -minus_end and (one.start, -one.end) != (start, minus_end)),
                None,
            )
        else:
            around.append(node)
    return found


def _hang(
    lines: Sequence[Line], items: Sequence[Item], group: list[_Node], holder: _Node | None
) -> Iterator[_Node]:
    """Hang the list below what holds it, with the count announced for it; yields its introduction where that is it."""
    start, intro = _introduction(lines, items[0], holder)
    count = announced(intro, len(group))
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
        for count in enumerations(line.text) if not line.bullet else ():
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

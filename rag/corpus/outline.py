"""The outline of an article: section headings, ordinal lists and announced counts as one tree.

Every list hangs below something: the marked item or heading it stands under, or the sentence that introduces it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from rag.corpus.blocks import Block, BlockKind
from rag.corpus.counts import Count, announced, enumerations
from rag.corpus.headlines import Head
from rag.corpus.lists import Item, Line, lists
from rag.corpus.sentences import sentences
from rag.corpus.spans import Range, clean_spans, cut_ranges
from rag.types import CleanText, OutlineItem

_INTRO = 160


@dataclass(slots=True, eq=False)
class _Node:
    """An item to be: place in the article's running text, and what hangs below."""

    start: int
    end: int
    marker: str = ""
    number: int = 0
    count: int = 0
    words: str = ""
    heading: bool = False
    parent: _Node | None = None
    below: list[_Node] = field(default_factory=list)


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
    lines, ranges = _running(page, uses, order, joins)
    nodes = sorted(_nodes(lines), key=lambda node: (node.start, -node.end, bool(node.marker)))
    items: list[OutlineItem] = []
    ids: dict[int, str] = {}
    seen: dict[str, int] = {}
    for node in nodes:
        text = "".join(clean.text[a:b] for a, b in cut_ranges(ranges, node.start, node.end))
        key = f"{article_id}\n{node.marker}\n{text}"
        seen[key] = seen.get(key, 0) + 1
        ids[id(node)] = hashlib.sha256(f"{seen[key]}\n{key}".encode("utf-8", "surrogatepass")).hexdigest()[:12]
        items.append(
            OutlineItem(
                id=ids[id(node)],
                article_id=article_id,
                parent_id=ids.get(id(node.parent), "") if node.parent else "",
                ordinal=first + len(items),
                marker=node.marker,
                number=node.number,
                spans=clean_spans(clean, _over_breaks(clean, cut_ranges(ranges, node.start, node.end))),
                announced=node.count,
                announced_as=node.words,
            )
        )
    return items


def _running(
    page: Sequence[Block], uses: Mapping[int, Head], order: Sequence[int], joins: Mapping[int, int]
) -> tuple[list[Line], list[Range]]:
    """The article's headings, paragraphs and bullets as lines of one running text, and the clean ranges it is made of."""
    lines: list[Line] = []
    ranges: list[Range] = []
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
        text = "".join(page[m].text for m in chain)
        lines.append(Line(at, text, section, block.kind is BlockKind.BULLET, block.level))
        ranges += [(page[m].start, page[m].end) for m in chain]
        at += len(text)
    return lines, ranges


def _over_breaks(clean: CleanText, ranges: Sequence[Range]) -> list[Range]:
    """Ranges with neighbours joined that only a line break keeps apart."""
    joined: list[Range] = []
    for start, end in ranges:
        if joined and not clean.text[joined[-1][1] : start].strip() and joined[-1][1] <= start:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return joined


def _nodes(lines: Sequence[Line]) -> Iterator[_Node]:
    """Headings, lists and counts, each with its parent."""
    found = lists(lines)
    marked = {item.start for items in found for item in items}
    headings = [_Node(line.start, _section_end(lines, n), heading=True)
                for n, line in enumerate(lines) if line.heading and line.start not in marked]  # fmt: skip
    groups = [_list_nodes(lines, items, {node.start for node in headings}) for items in found]
    everything = headings + [node for group in groups for node in group]
    for node in headings:
        node.parent = _container(everything, node.start, node.end, {id(node)})
    yield from headings
    for items, group in zip(found, groups, strict=True):
        yield from _hang(lines, items, group, everything)
    yield from _counted(lines, [node for group in groups for node in group], everything)


def _section_end(lines: Sequence[Line], at: int) -> int:
    """Where the section under heading ``at`` ends: before the next heading that is not deeper."""
    for line in lines[at + 1 :]:
        if line.heading and (line.level <= lines[at].level or not line.level):
            return line.start
    return lines[-1].end


def _list_nodes(lines: Sequence[Line], items: Sequence[Item], headings: set[int]) -> list[_Node]:
    """One node an item, up to the next item; the last one to the end of its line, or of its section."""
    nodes: list[_Node] = []
    for n, item in enumerate(items):
        if n + 1 < len(items):
            end = items[n + 1].start
            between = [line.start for line in lines[item.line + 1 :] if line.start < end and line.heading]
            if between and not item.heading:
                end = between[0]
        else:
            end = _section_end(lines, item.line) if item.heading else lines[item.line].end
            if item.heading:
                end = next((line.start for line in lines[item.line + 1 :] if line.start in headings), end)
        nodes.append(_Node(item.start, end, item.marker.printed.strip(), item.marker.number, heading=item.heading))
    return nodes


def _container(nodes: Sequence[_Node], start: int, end: int, without: set[int]) -> _Node | None:
    """The smallest node around ``start:end``."""
    around = [n for n in nodes if n.start <= start and end <= n.end and id(n) not in without and (n.start, n.end) != (start, end)]
    return min(around, key=lambda node: node.end - node.start, default=None)


def _hang(lines: Sequence[Line], items: Sequence[Item], group: list[_Node], everything: Sequence[_Node]) -> Iterator[_Node]:
    """The list's nodes below what holds them, with the count that is announced for them."""
    holder = _container(everything, group[0].start, group[0].end, {id(node) for node in group})
    start, intro = _introduction(lines, items[0], holder)
    count = announced(intro, len(group))
    if holder is None or holder.below:
        above = _Node(start, start + len(intro), parent=holder) if intro else holder
        if above is not None and above is not holder:
            yield above
        holder = above
    if holder is not None and count is not None and not holder.count:
        holder.count, holder.words = count.number, count.words
    for node in group:
        node.parent = holder
        if holder is not None:
            holder.below.append(node)
        yield node


def _introduction(lines: Sequence[Line], item: Item, holder: _Node | None) -> tuple[int, str]:
    """The last sentence before the first item, in its line or in the line above."""
    line = lines[item.line]
    before = line.text[: item.start - line.start]
    start = line.start
    if not before.strip():
        if not item.line:
            return item.start, ""
        above = lines[item.line - 1]
        if holder is not None and above.start < holder.start:
            return item.start, ""
        before, start = above.text, above.start
    left, right = sentences(before)[-1]
    if not before[left:right].strip(" 。"):
        return item.start, ""
    return start + left, before[left:right]


def _counted(lines: Sequence[Line], listed: Sequence[_Node], everything: Sequence[_Node]) -> Iterator[_Node]:
    """Counts announced for things without markers, and those things where they stand in a row."""
    told = {node.words for node in everything if node.words} | {
        node.parent.words for node in listed if node.parent is not None and node.parent.words
    }
    for line in lines:
        if line.bullet:
            continue
        for count in enumerations(line.text):
            if any(count.words in words or words in count.words for words in told):
                continue
            told.add(count.words)
            yield from _count_nodes(line, count, everything)


def _count_nodes(line: Line, count: Count, everything: Sequence[_Node]) -> Iterator[_Node]:
    start = min([count.start, *(a for a, _ in count.items)])
    end = max([count.end, *(b for _, b in count.items)])
    node = _Node(line.start + start, line.start + end, count=count.number, words=count.words)
    node.parent = _container(everything, node.start, node.end, set())
    yield node
    for number, (left, right) in enumerate(count.items, 1):
        yield _Node(line.start + left, line.start + right, number=number, parent=node)

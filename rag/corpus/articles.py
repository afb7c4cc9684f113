"""Fragments → Articles: which fragment belongs to which article, who wrote it, and the order to read it in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from rag.corpus.attach import homes
from rag.corpus.blocks import Block, BlockKind
from rag.corpus.fragments import Fragment, is_boxed
from rag.corpus.headlines import Head
from rag.corpus.lines import printed_date, printed_source
from rag.corpus.ordinals import marker_at, markers

MOST_STRETCHES = 40
"""More stretches of one article than any page has: a file of another kind, left in its own order."""


@dataclass(frozen=True, slots=True)
class Layout:
    """An article as block numbers in reading order, with what its head and signatures say."""

    blocks: tuple[int, ...]
    title: str
    kickers: tuple[str, ...]
    authors: tuple[str, ...]
    role: str
    date: str = ""
    publication: str = ""


def articles(
    page: Sequence[Block], uses: Mapping[int, Head], parts: Sequence[Fragment], joins: Mapping[int, int]
) -> list[Layout]:
    """The articles of the page in the order of their heads; ``joins`` maps a block to the one that continues it."""
    groups = homes(page, uses, parts, joins)
    layouts = [_layout(page, uses, [parts[n] for n in group], joins) for group in groups]
    return _with_series(page, uses, sorted(layouts, key=lambda one: one.blocks[0]))


def with_displaced(uses: Mapping[int, Head], parts: Sequence[Fragment], moved: frozenset[int]) -> dict[int, Head]:
    """``uses`` with each moved headline as the title of its fragment, if that has none."""
    result = dict(uses)
    for part in parts:
        titled = any(uses.get(n) is Head.TITLE for n in part.blocks)
        for n in moved.intersection(part.blocks):
            result[n] = Head.SUBTITLE if titled else Head.TITLE
    return result


def _layout(page: Sequence[Block], uses: Mapping[int, Head], own: list[Fragment], joins: Mapping[int, int]) -> Layout:
    blocks = reading_order(page, uses, own, joins)
    title = " ".join(page[n].text for n in blocks if uses.get(n) is Head.TITLE)
    date, publication = _printed(page, blocks)
    kickers = tuple(page[n].text for n in blocks if uses.get(n) in (Head.SERIES, Head.COLUMN, Head.KICKER))
    return Layout(blocks, title, kickers, _authors(page, blocks), _role(page, blocks), date, publication)


def _authors(page: Sequence[Block], blocks: Sequence[int]) -> tuple[str, ...]:
    signed = [name for n in blocks if page[n].kind in (BlockKind.BYLINE, BlockKind.DATELINE) for name in page[n].names]
    noted = [name for n in blocks if page[n].kind is BlockKind.ROLE for name in page[n].names]
    credited = [name for n in blocks if page[n].kind is BlockKind.CREDIT for name in page[n].names]
    text = any(page[n].kind is BlockKind.PARAGRAPH for n in blocks)
    return tuple(dict.fromkeys(signed or noted or ([] if text else credited)))


def _printed(page: Sequence[Block], blocks: Sequence[int]) -> tuple[str, str]:
    """Date (ISO) and publication as the article's own date line gives them."""
    lines = [page[n].text for n in blocks if page[n].kind is BlockKind.DATELINE]
    date = next((found for line in lines if (found := printed_date(line))), "")
    return date, next((found for line in lines if (found := printed_source(line))), "")


def _role(page: Sequence[Block], blocks: Sequence[int]) -> str:
    noted = dict.fromkeys(page[n].role for n in blocks if page[n].kind is BlockKind.ROLE)
    beside = dict.fromkeys(page[n].role for n in blocks if page[n].kind is BlockKind.BYLINE and page[n].role)
    return "；".join(noted or beside)


def reading_order(
    page: Sequence[Block], uses: Mapping[int, Head], own: Sequence[Fragment], joins: Mapping[int, int]
) -> tuple[int, ...]:
    """Heads and boxes first, then the fragments: those that another one continues before it, a role note last."""
    if len(own) == 1:
        return own[0].blocks
    head: list[int] = []
    bodies: list[list[int]] = []
    for part in sorted(own, key=lambda part: (not _has_title(uses, part), part.blocks[0])):
        split = _head_length(page, uses, part)
        head += part.blocks[:split]
        bodies.append(list(part.blocks[split:]))
    ordered = _ordered(page, [body for body in bodies if body], joins)
    return tuple(head + [n for body in ordered for n in body])


def _has_title(uses: Mapping[int, Head], part: Fragment) -> bool:
    return any(uses.get(n) is Head.TITLE for n in part.blocks)


def _head_length(page: Sequence[Block], uses: Mapping[int, Head], part: Fragment) -> int:
    """How many blocks at the beginning of a fragment are headline, column name or box."""
    length = 0
    for n in part.blocks:
        if not (uses.get(n, Head.SECTION) is not Head.SECTION or is_boxed(page, uses, n)):
            break
        length += 1
    return length


def _ordered(page: Sequence[Block], bodies: list[list[int]], joins: Mapping[int, int]) -> list[list[int]]:
    """Bodies so that joined pairs stand together and items in order; else byline or jump mark first, role note last."""
    owner = {n: at for at, body in enumerate(bodies) for n in body}
    follows = {
        owner[n]: owner[joins[n]]
        for body in bodies
        for n in body
        if joins.get(n) in owner and owner[n] != owner[joins[n]]
    }
    chains = _chains(len(bodies), follows)
    chains.sort(key=lambda chain: (_rank(page, [bodies[n] for n in chain]), bodies[chain[0]][0]))
    return _in_sequence(page, [[n for one in chain for n in bodies[one]] for chain in chains])


def _in_sequence(page: Sequence[Block], stretches: list[list[int]]) -> list[list[int]]:
    """Stretches with one that begins with 其三 moved before the 其四 of another that has 其二 and no 其三."""
    ordered = list(stretches)
    for stretch in stretches if len(stretches) <= MOST_STRETCHES else ():
        marker = marker_at(page[stretch[0]].text)
        if marker is None or marker.number < 2:
            continue
        for at, other in enumerate(ordered):
            counts = {one.number: n for n in other for one in markers(page[n].text) if one.style is marker.style}
            gap = other.index(counts[marker.number + 1]) if marker.number + 1 in counts else 0
            if other is stretch or not gap or marker.number in counts or marker.number - 1 not in counts:
                continue
            if marker_at(page[other[gap]].text) is not None:  # it begins a paragraph: there is room before it
                ordered[at : at + 1] = [other[:gap] + stretch + other[gap:]]
                ordered.remove(stretch)
                break
    return ordered


def _chains(count: int, follows: Mapping[int, int]) -> list[list[int]]:
    """0 … count - 1 as chains of what follows what."""
    targets = set(follows.values())
    waiting = set(range(count))
    chains: list[list[int]] = []
    for first in [*(n for n in range(count) if n not in targets), *range(count)]:
        chain: list[int] = []
        at: int | None = first
        while at is not None and at in waiting:
            waiting.discard(at)
            chain.append(at)
            at = follows.get(at)
        if chain:
            chains.append(chain)
    return chains


def _rank(page: Sequence[Block], bodies: list[list[int]]) -> int:
    """0 for what begins an article (a byline, a jump mark), 2 for what ends it (a role note), else 1."""
    if page[bodies[0][0]].kind in (BlockKind.BYLINE, BlockKind.MARK):
        return 0
    return 2 if any(page[n].kind is BlockKind.ROLE for n in bodies[-1]) else 1


def _with_series(page: Sequence[Block], uses: Mapping[int, Head], layouts: list[Layout]) -> list[Layout]:
    """A series heading also stands over the following articles whose headlines are of the same Markdown level."""
    series: tuple[str, ...] = ()
    level = 0
    result = []
    for layout in layouts:
        own = tuple(page[n].text for n in layout.blocks if uses.get(n) is Head.SERIES)
        title_level = next((page[n].level for n in layout.blocks if uses.get(n) is Head.TITLE), 0)
        if own:
            series, level = own, title_level
        elif series and title_level == level and not layout.kickers:
            layout = replace(layout, kickers=(*series, *layout.kickers))
        else:
            series = ()
        result.append(layout)
    return result

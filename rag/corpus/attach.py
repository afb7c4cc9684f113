"""Where fragments without a headline belong: by a seam, by ordinals that go on, by what they talk about.

A fragment with a title, a jump mark (上接…) or a reporters' line is an anchor: an article of its own. Every other
fragment joins the anchor that speaks for it most; two role notes or two bylines never meet in one article.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import log, sqrt

from rag.corpus.blocks import Block, BlockKind
from rag.corpus.fold import fold
from rag.corpus.fragments import Fragment, opens_report
from rag.corpus.headlines import Head
from rag.corpus.ordinals import Marker, marker_at

MOST_GROUPS = 80
"""More stretches of text than any newspaper page has: then each simply belongs to the article above it."""
_NEIGHBOUR = 0.15
"""What standing directly below an article speaks for belonging to it, as a cosine."""
_SEQUENCE = 0.5
"""What an ordinal that goes on (二要 … 三要) speaks for it."""
_UNSIGNED = 0.1
"""What a role note speaks for an article that has none and breaks off."""
_LEFT = 0.3
"""What speaks against an article that goes on on another page (下转第4版)."""
_COMPLETE = 0.1
"""What speaks against an article that has both byline and role note: it waits for nothing."""


@dataclass(slots=True)
class _Group:
    """Fragments of one article so far."""

    parts: list[int]
    blocks: list[int]


def homes(
    page: Sequence[Block], uses: Mapping[int, Head], parts: Sequence[Fragment], joins: Mapping[int, int]
) -> list[list[int]]:
    """Groups of fragment numbers, one group an article, in the order of the file."""
    if not parts:
        return []
    groups = _sewn(parts, joins)
    anchors = [group for group in groups if _is_anchor(page, uses, group)]
    loose = [group for group in groups if not _is_anchor(page, uses, group)]
    if not anchors:
        return [list(range(len(parts)))]
    if len(anchors) == 1:
        return [list(range(len(parts)))]
    if len(groups) <= MOST_GROUPS:
        _attach(page, anchors, loose)
    else:
        _append(anchors, loose)
    return [sorted(group.parts) for group in sorted(anchors, key=lambda group: min(group.blocks))]


def _sewn(parts: Sequence[Fragment], joins: Mapping[int, int]) -> list[_Group]:
    """Fragments that a seam holds together."""
    owner = {n: number for number, part in enumerate(parts) for n in part.blocks}
    home = list(range(len(parts)))

    def root(number: int) -> int:
        while home[number] != number:
            number = home[number]
        return number

    for left, right in joins.items():
        low, high = sorted((root(owner[left]), root(owner[right])))
        home[high] = low
    groups: dict[int, _Group] = {}
    for number, part in enumerate(parts):
        group = groups.setdefault(root(number), _Group([], []))
        group.parts.append(number)
        group.blocks.extend(part.blocks)
    return list(groups.values())


def _is_anchor(page: Sequence[Block], uses: Mapping[int, Head], group: _Group) -> bool:
    if any(uses.get(n) is Head.TITLE or opens_report(page[n]) for n in group.blocks):
        return True
    return any(page[n].kind is BlockKind.MARK and "接" in page[n].text for n in group.blocks)


def _attach(page: Sequence[Block], anchors: list[_Group], loose: list[_Group]) -> None:
    """Give each loose group to an anchor, the surest first; what a group brings counts for those after it."""
    while loose:
        alike = _likeness(page, [*anchors, *loose])
        best = max(
            ((_claim(page, anchor, group, alike[a][len(anchors) + g]), -g, -a) for g, group in enumerate(loose)
             for a, anchor in enumerate(anchors)),
        )  # fmt: skip
        group = loose.pop(-best[1])
        if best[0] < 0:  # it is signed, and so are all others
            anchors.append(group)
            continue
        anchors[-best[2]].parts += group.parts
        anchors[-best[2]].blocks += group.blocks


def _append(anchors: list[_Group], loose: list[_Group]) -> None:
    """Give each loose group to the anchor above it."""
    heads = sorted(anchors, key=lambda group: min(group.blocks))
    firsts = [min(group.blocks) for group in heads]
    for group in loose:
        home = heads[max(0, bisect_right(firsts, min(group.blocks)) - 1)]
        home.parts += group.parts
        home.blocks += group.blocks


def _claim(page: Sequence[Block], anchor: _Group, group: _Group, alike: float) -> float:
    """How much speaks for ``group`` being part of the article of ``anchor``."""
    if _signatures(page, anchor) & _signatures(page, group):
        return -1.0
    claim = alike
    above = min(group.blocks) - 1
    if above in anchor.blocks and page[above].kind is not BlockKind.ROLE:  # a role note ends its article
        claim += _NEIGHBOUR
    if _goes_on(page, anchor.blocks, group.blocks):
        claim += _SEQUENCE
    if _has(page, anchor, BlockKind.ROLE) and _has(page, anchor, BlockKind.BYLINE):
        claim -= _COMPLETE
    if any(page[n].kind is BlockKind.MARK and "转" in fold(page[n].text) for n in anchor.blocks):
        claim -= _LEFT
    if _has(page, group, BlockKind.ROLE) and any(page[n].is_open for n in anchor.blocks[-1:]):
        claim += _UNSIGNED
    return claim


def _signatures(page: Sequence[Block], group: _Group) -> set[tuple[BlockKind, bool]]:
    """Which of its signatures a group has: byline at the top, byline at the end, role note."""
    signed = (page[n] for n in group.blocks if page[n].kind in (BlockKind.ROLE, BlockKind.BYLINE))
    return {(block.kind, block.closes and block.kind is BlockKind.BYLINE) for block in signed}


def _has(page: Sequence[Block], group: _Group, kind: BlockKind) -> bool:
    return any(page[n].kind is kind for n in group.blocks)


def _goes_on(page: Sequence[Block], before: Iterable[int], after: Iterable[int]) -> bool:
    """Whether an ordinal in ``after`` is the next one after the last of its style in ``before``, which lacks it."""
    earlier = _opening_markers(page, before)
    later = _opening_markers(page, after)
    return any((one.style, one.number + 1) == (two.style, two.number) for one in earlier for two in later) and not any(
        (one.style, one.number) == (two.style, two.number) for one in earlier for two in later
    )


def _opening_markers(page: Sequence[Block], blocks: Iterable[int]) -> list[Marker]:
    return [marker for n in blocks if (marker := marker_at(page[n].text)) is not None]


def _likeness(page: Sequence[Block], groups: Sequence[_Group]) -> list[list[float]]:
    """How much of the wording of two groups is theirs alone, as a cosine: strings of two and three characters, those
    of few groups counting most, because a page on one subject shares most of its words."""
    texts = ("".join(page[n].text for n in one.blocks if page[n].kind is not BlockKind.ROLE) for one in groups)
    own = [_strings(text) for text in texts]
    spread = Counter(gram for grams in own for gram in grams)
    vectors = [{gram: sqrt(n) * log((len(groups) + 1) / spread[gram]) for gram, n in grams.items()} for grams in own]
    sizes = [sqrt(sum(value * value for value in vector.values())) or 1.0 for vector in vectors]
    return [
        [sum(value * other.get(gram, 0.0) for gram, value in one.items()) / (sizes[a] * sizes[b])
         for b, other in enumerate(vectors)]
        for a, one in enumerate(vectors)
    ]  # fmt: skip


def _strings(text: str) -> Counter[str]:
    folded = fold(text)
    return Counter(folded[at : at + size] for size in (2, 3) for at in range(len(folded) - size + 1))

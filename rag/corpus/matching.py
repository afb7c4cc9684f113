"""The best one-to-one matching of left things to right things, each pair with a gain; leaving one alone gains nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

Pair = tuple[int, int]


def best_matching(gains: Mapping[Pair, float]) -> dict[int, int]:
    """Left → right so that the sum of gains is largest; only pairs with a positive gain are ever matched.

    >>> best_matching({(0, 5): 2.0, (0, 6): 1.9, (1, 5): 1.5})    # greedy would take (0, 5) and leave 1 alone
    {0: 6, 1: 5}
    """
    useful = {pair: gain for pair, gain in gains.items() if gain > 0}
    chosen: dict[int, int] = {}
    for lefts, rights in _islands(useful):
        chosen.update(_assign(sorted(lefts), sorted(rights), useful))
    return dict(sorted(chosen.items()))


def _islands(gains: Mapping[Pair, float]) -> list[tuple[set[int], set[int]]]:
    """Lefts and rights that are connected by any pair, island by island; most have one or two members."""
    rights_of: defaultdict[int, set[int]] = defaultdict(set)
    lefts_of: defaultdict[int, set[int]] = defaultdict(set)
    for left, right in gains:
        rights_of[left].add(right)
        lefts_of[right].add(left)
    islands: list[tuple[set[int], set[int]]] = []
    done: set[int] = set()
    for first in sorted(rights_of):
        if first in done:
            continue
        lefts, rights, edge = set[int](), set[int](), {first}
        while edge:
            lefts |= edge
            fresh = {right for left in edge for right in rights_of[left]} - rights
            rights |= fresh
            edge = {left for right in fresh for left in lefts_of[right]} - lefts
        done |= lefts
        islands.append((lefts, rights))
    return islands


def _assign(lefts: list[int], rights: list[int], gains: Mapping[Pair, float]) -> dict[int, int]:
    """The Hungarian method with potentials, O(n²m); each left also has a column of its own that means "alone"."""
    columns = [*rights, *(-1 - n for n in range(len(lefts)))]
    height, width = len(lefts), len(columns)

    def cost(row: int, column: int) -> float:
        return -max(0.0, gains.get((lefts[row], columns[column]), 0.0))

    row_price, column_price = [0.0] * (height + 1), [0.0] * (width + 1)
    owner = [0] * (width + 1)  # 1-based row that holds each 1-based column; column 0 is where a row starts
    for row in range(1, height + 1):
        owner[0] = row
        least, came, used = [float("inf")] * (width + 1), [0] * (width + 1), [False] * (width + 1)
        at = 0
        while owner[at]:
            used[at] = True
            step, following = float("inf"), 0
            for column in range(1, width + 1):
                if used[column]:
                    continue
                reduced = cost(owner[at] - 1, column - 1) - row_price[owner[at]] - column_price[column]
                if reduced < least[column]:
                    least[column], came[column] = reduced, at
                if least[column] < step:
                    step, following = least[column], column
            for column in range(width + 1):
                if used[column]:
                    row_price[owner[column]] += step
                    column_price[column] -= step
                else:
                    least[column] -= step
            at = following
        while at:
            owner[at], at = owner[came[at]], came[at]
    pairs = ((lefts[owner[n] - 1], columns[n - 1]) for n in range(1, width + 1) if owner[n])
    return {left: right for left, right in pairs if gains.get((left, right), 0.0) > 0}

"""The best one-to-one matching of left things to right things, each pair with a gain; being alone gains nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from math import inf

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
    """The Hungarian method with prices, O(n²m). Each left also has a column of its own that means "alone"."""
    columns = [*rights, *(-1 - n for n in range(len(lefts)))]
    table = [[-max(0.0, gains.get((left, column), 0.0)) for column in columns] for left in lefts]
    row_price, column_price = [0.0] * len(lefts), [0.0] * len(columns)
    owner = [-1] * len(columns)
    for row in range(len(lefts)):
        _place(row, table, owner, row_price, column_price)
    pairs = ((lefts[row], columns[column]) for column, row in enumerate(owner) if row >= 0)
    return {left: right for left, right in pairs if (left, right) in gains}


def _place(
    row: int, table: list[list[float]], owner: list[int], row_price: list[float], column_price: list[float]
) -> None:
    """Give ``row`` a column, moving earlier rows along the cheapest path (Kuhn 1955; Jonker and Volgenant 1987)."""
    least, came = [inf] * len(owner), [-1] * len(owner)
    used: list[int] = []
    free = set(range(len(owner)))
    at, current = -1, row
    while current >= 0:
        for column in free:
            reduced = table[current][column] - row_price[current] - column_price[column]
            if reduced < least[column]:
                least[column], came[column] = reduced, at
        at = min(free, key=lambda column: (least[column], column))
        step = least[at]
        row_price[row] += step
        for column in used:
            row_price[owner[column]] += step
            column_price[column] -= step
        for column in free:
            least[column] -= step
        free.discard(at)
        used.append(at)
        current = owner[at]
    while at >= 0:
        owner[at] = owner[came[at]] if came[at] >= 0 else row
        at = came[at]

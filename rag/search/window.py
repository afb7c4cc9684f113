"""The part of a passage that the reader model is given: whole sentences around the place nearest to the question."""

from __future__ import annotations

from collections.abc import Sequence

from rag.corpus.clauses import Range, pieces, units

WINDOW = 120
"""Characters of a passage that are read at most, a longer sentence excepted. Dev Recall@1 with 8 passages: whole
passages 0.655, windows of 240 characters 0.661, 160 0.663; with 4 passages: 160 0.656, 120 0.657, 100 0.646."""

READ_WHOLE, SHARED = 300, 60
"""Characters of a window when a text is read whole, and those that it shares with the one before."""


def window(text: str, cosines: Sequence[float], longest: int = WINDOW) -> Range:
    """Half-open range of ``text``: the unit that holds its best piece, and neighbours as long as all is short enough.

    ``cosines`` of the question with the pieces of the text, in order, as the index has them.
    """
    if len(text) <= longest:
        return 0, len(text)
    found = units(text)
    homes = [number for number, (start, end) in enumerate(found) for _ in pieces(text, start, end)]
    if not homes or len(homes) != len(cosines):
        return 0, longest
    first = last = homes[max(range(len(homes)), key=lambda n: (cosines[n], -n))]
    while True:
        after = last + 1 < len(found) and found[last + 1][1] - found[first][0] <= longest
        before = first > 0 and found[last][1] - found[first - 1][0] <= longest
        if not (after or before):
            return found[first][0], found[last][1]
        # The sentence that follows more often explains than the one before.
        first, last = (first, last + 1) if after else (first - 1, last)


def windows(text: str, longest: int = READ_WHOLE, shared: int = SHARED) -> list[Range]:
    """The whole of ``text`` in runs of sentences of about ``longest`` characters; each shares about ``shared`` with the
    one before, so that no answer is cut at a border."""
    found = units(text)
    cut: list[Range] = []
    first = 0
    while first < len(found):
        last = first
        while last + 1 < len(found) and found[last + 1][1] - found[first][0] <= longest:
            last += 1
        cut.append((found[first][0], found[last][1]))
        if last + 1 == len(found):
            break
        back = last + 1
        while back - 1 > first and found[last][1] - found[back - 1][0] <= shared:
            back -= 1
        first = back
    return cut

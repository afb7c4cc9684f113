"""How well one piece of text is continued by another: the evidence at a seam, as numbers, and their weighted sum.

The weights (``rag/models/seams/weights.json``) are a logistic regression fitted on torn news pages by
``rag.models.build_seams``; the score is a log odds, larger is better.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import log, sqrt
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rag.corpus.ngrams import START, TABLE, Ngrams, ngrams, plain

WEIGHTS = TABLE.parent / "weights.json"
FEATURES = (
    "continues",  # log odds of the first two characters after the left half against after a full stop
    "bound",  # log odds of the first two characters after the left half against anywhere
    "pair",  # log of how much oftener than by chance the two characters at the seam stand together
    "opens",  # the page begins other sentences with the right half's first words
    "seen",  # square root of how many characters of the page's own wording the seam restores
    "alike",  # cosine of the two halves' character pairs
    "nearer",  # how much less alike the pieces between them are to the left half
    "next",  # the right half is the next piece of the page
    "backward",  # the right half stands above
    "distance",  # logarithm of the number of pieces from one to the other
    "closes",  # a quotation or bracket opens in the left half and closes in the right one
    "unclosed",  # one opens in the left half and nothing closes in the right one
    "unopened",  # one closes in the right half and nothing was open
    "headless",  # the right half begins with a sign that no text begins with
)
_OPEN = "“《（(「『【‘〈"
_CLOSE = "”》）)」』】’〉"
_PARTNER = dict(zip(_CLOSE, _OPEN, strict=True)) | {"(": "(", "（": "("} | {")": "(", "）": "("}
_HEADLESS = frozenset("，。、；：！？,.;:!?”》）)’」』〉】%％")
_HAN = re.compile("[\u3400-\u9fff]")
_MATCH = 4
_EDGE = 400
"""Characters at the seam within which an open quotation still counts."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece of running text, ready to be compared."""

    plain: str
    opens: str
    """The innermost mark that is open at its end, "" when none is."""
    closes: str
    """The opening mark that its first unopened closing mark asks for, "" when there is none."""


def piece(text: str) -> Piece:
    """``text`` prepared."""
    return Piece(plain(text), _open_at_end(text[-_EDGE:]), _closed_first(text[:_EDGE]))


def _open_at_end(text: str) -> str:
    waiting: list[str] = []
    for char in text:
        if char in _OPEN:
            waiting.append(_PARTNER.get(char, char))
        elif char in _CLOSE and _PARTNER[char] in waiting:
            while waiting.pop() != _PARTNER[char]:
                pass
    return waiting[-1] if waiting else ""


def _closed_first(text: str) -> str:
    depth = 0
    for char in text:
        if char in _OPEN:
            depth += 1
        elif char in _CLOSE:
            if not depth:
                return _PARTNER[char]
            depth -= 1
    return ""


class Page:
    """The pieces of a page and what they have in common; scores any pair of them."""

    def __init__(self, texts: Sequence[str], places: Sequence[int] | None = None, compare: bool = True) -> None:
        """``places`` are the pieces' line numbers on the page (0, 1, 2 … by default); without ``compare`` nothing is
        known of what the pieces talk about."""
        self.table = ngrams()
        self.pieces = [piece(text) for text in texts]
        self.wording = "\n".join(one.plain for one in self.pieces) if compare else ""
        self.places = list(range(len(texts))) if places is None else list(places)
        self.alike = likeness(self.pieces, self.table) if compare else None

    def score(self, left: int, right: int) -> float:
        """Log odds that piece ``right`` continues piece ``left``."""
        weights, bias = _weights()
        return bias + sum(weight * value for weight, value in zip(weights, self.features(left, right), strict=True))

    def features(self, left: int, right: int) -> tuple[float, ...]:
        """The evidence for one pair, in the order of FEATURES."""
        ahead, behind = self.pieces[left], self.pieces[right]
        after, start, free = self._chances(ahead.plain[-2:], behind.plain[:2])
        alike, nearer = self._likeness(left, right)
        return (
            max(-12.0, min(12.0, after - start)),
            max(-10.0, min(12.0, after - free)),
            self._pair(ahead.plain[-1:], behind.plain[:1]),
            float(self._opens(behind.plain)),
            sqrt(max(0, self._seen(ahead.plain, behind.plain) - 1)),
            alike,
            nearer,
            float(self.is_next(left, right)),
            float(right < left),
            log(abs(self.places[right] - self.places[left])),
            float(ahead.opens != "" and ahead.opens == behind.closes),
            float(ahead.opens != "" and behind.closes == ""),
            float(behind.closes != "" and ahead.opens == ""),
            float(behind.plain[:1] in _HEADLESS),
        )

    def _likeness(self, left: int, right: int) -> tuple[float, float]:
        if self.alike is None:
            return 0.0, 0.0
        alike = float(self.alike[left, right])
        return alike, alike - float(self.alike[left, left + 1 : right].max(initial=0.0))

    def is_next(self, left: int, right: int) -> bool:
        """Whether nothing stands between the two."""
        return self.places[right] == self.places[left] + 1

    def _chances(self, before: str, first: str) -> tuple[float, float, float]:
        """Log probability of ``first`` after ``before``, after a full stop, and anywhere."""
        table = self.table
        context, fresh = before, START
        after = start = free = 0.0
        for number, char in enumerate(first):
            after += table.follows(context, char)
            start += table.follows(fresh, char)
            free += table.follows(first[:number], char)
            context, fresh = context + char, fresh + char
        return after, start, free

    def _pair(self, left: str, right: str) -> float:
        table = self.table
        by_chance = table.count(left) * table.count(right) / table.total
        return max(-4.0, min(6.0, log((table.count(left + right) + 0.5) / (by_chance + 0.5))))

    def _opens(self, right: str) -> bool:
        head = right[:_MATCH]
        return len(head) == _MATCH and any(mark + head in self.wording for mark in "。；！？")

    def _seen(self, left: str, right: str) -> int:
        """The longest string across the seam, at most four characters from each side, that the page has elsewhere."""
        best = 0
        for ahead in range(1, _MATCH + 1):
            for behind in range(1, _MATCH + 1):
                if ahead + behind <= best or len(left) < ahead or len(right) < behind:
                    continue
                tail, head = left[-ahead:], right[:behind]
                if _HAN.search(tail) and _HAN.search(head) and tail + head in self.wording:
                    best = ahead + behind
        return best


def likeness(pieces: Sequence[Piece], table: Ngrams) -> NDArray[np.float64]:
    """Cosines between the pieces over the Chinese character pairs that two or more share, rare pairs counting most."""
    if not pieces:
        return np.zeros((0, 0))
    keys, counts = zip(*(table.pairs(one.plain) for one in pieces), strict=True)
    vocabulary, column = np.unique(np.concatenate(keys), return_inverse=True)
    seen = np.zeros(len(vocabulary))
    seen[column] = np.concatenate(counts)
    rarity = np.log(table.total / (seen + 20)) ** 2 * 1e-3
    matrix = np.zeros((len(pieces), len(vocabulary)))
    start = 0
    for row, own in enumerate(keys):
        np.add.at(matrix[row], column[start : start + len(own)], 1)
        start += len(own)
    spread = (matrix > 0).sum(axis=0)
    weighted = np.where(matrix > 0, (1 + np.log(np.maximum(matrix, 1))) * rarity, 0)
    norms = np.maximum(np.sqrt((weighted**2).sum(axis=1)), 1e-9)
    shared = weighted[:, (spread > 1) & (spread < max(3, len(pieces)))] / norms[:, None]
    return np.asarray(shared @ shared.T)


@lru_cache(maxsize=1)
def _weights() -> tuple[tuple[float, ...], float]:
    table: Mapping[str, float] = json.loads(Path(WEIGHTS).read_text(encoding="utf-8"))
    return tuple(table[name] for name in FEATURES), table["bias"]

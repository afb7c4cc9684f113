"""Sentences, crops and scripts of training texts. Crops are plain slices, so offsets hold by subtraction."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

import numpy as np
import opencc

_SENTENCE = re.compile(r"[^。！？!?；;\n]*(?:[。！？!?；;\n]+[」』”’）)]*|$)")

Range = tuple[int, int]
"""Half-open range of characters."""


@cache
def _converter(name: str) -> opencc.OpenCC:
    return opencc.OpenCC(name)


def convert(text: str, name: str) -> str:
    """``text`` in the other script, always as long as it was: by phrases where lengths agree, else by characters.

    >>> convert("銀川推出13條", "t2s")
    '银川推出13条'
    """
    whole: str = _converter(name).convert(text)
    if len(whole) == len(text):
        return whole
    single = [_converter(name).convert(character) for character in text]
    return "".join(new if len(new) == 1 else old for old, new in zip(text, single, strict=True))


def sentences(text: str) -> list[Range]:
    """The sentences of ``text``, end marks and closing quotes included; together they are the text.

    >>> sentences("他來了。她走了！好")
    [(0, 4), (4, 8), (8, 9)]
    """
    return [match.span() for match in _SENTENCE.finditer(text) if match.end() > match.start()]


def crop(text: str, inner: Range, length: int, random: np.random.Generator) -> Range:
    """Whole sentences around ``inner``, grown at random to either side while they stay within ``length`` characters.

    The sentences that hold ``inner`` are always there, however long they are.
    """
    parts = sentences(text)
    first = next(i for i, (_, end) in enumerate(parts) if end > inner[0])
    last = next(i for i in range(len(parts) - 1, -1, -1) if parts[i][0] < max(inner[1], inner[0] + 1))
    while True:
        left = first > 0 and parts[last][1] - parts[first - 1][0] <= length
        right = last + 1 < len(parts) and parts[last + 1][1] - parts[first][0] <= length
        if left and (not right or random.random() < 0.5):
            first -= 1
        elif right:
            last += 1
        else:
            return parts[first][0], parts[last][1]


def without(text: str, answer: str) -> str:
    """``text`` without the sentences that hold ``answer``."""
    return "".join(text[start:end] for start, end in sentences(text) if answer not in text[start:end])


def bigrams(text: str) -> list[str]:
    """Overlapping pairs of characters."""
    return [text[i : i + 2] for i in range(len(text) - 1)]


def likeliest(text: str, answer: str, question: str, around: int = 40) -> int:
    """Where the answer stands that the question means: of its places, the one with most of the question's bigrams near.

    Data sets that give the answer's words only leave this open. Raises ValueError when it is nowhere.
    """
    places = [match.start() for match in re.finditer(re.escape(answer), text)]
    if not places:
        raise ValueError(f"{answer!r} is not in the passage")
    asked = set(bigrams(question))
    nearby = (set(bigrams(text[max(0, at - around) : at + len(answer) + around])) for at in places)
    counts = [len(asked & words) for words in nearby]
    return places[counts.index(max(counts))]


def overlap(text: str, question: str) -> Sequence[int]:
    """For each sentence of ``text``, how many of the question's bigrams it has."""
    asked = set(bigrams(question))
    return [len(asked & set(bigrams(text[start:end]))) for start, end in sentences(text)]

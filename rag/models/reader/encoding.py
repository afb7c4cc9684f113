"""Question and passage -> token ids and labels, and back from labels to characters.

``<s> question </s></s> passage </s>``: question and passage are cut into pieces separately, the question keeps its
first 64 pieces and the passage what then fits into 400.
"""

from __future__ import annotations

from dataclasses import dataclass

from tokenizers import Tokenizer

MAX_TOKENS = 400
MAX_QUESTION_TOKENS = 64
TRIMS = 4
"""0..3 characters may be cut from the first piece of an answer and from its last."""


@dataclass(frozen=True, slots=True)
class Encoded:
    """One input of the network."""

    ids: tuple[int, ...]
    first: int
    """Index of the passage's first token; its last is the one before the final ``</s>``."""
    offsets: tuple[tuple[int, int], ...]
    """Characters of the passage that each of its tokens covers."""
    label: Label | None = None
    parts: tuple[Part, ...] = ()
    """The sentences of the passage, in order; none where nobody asks which of them answer."""


@dataclass(frozen=True, slots=True)
class Part:
    """One sentence: token indices into ``ids``, half-open, and whether it is part of the answer."""

    start: int
    end: int
    answers: bool


@dataclass(frozen=True, slots=True)
class Label:
    """Where the answer is: token indices into ``ids`` and the characters to cut from either end."""

    start: int
    end: int
    trim_start: int
    trim_end: int


class Encoder:
    """Makes inputs with the tokenizer of the embedded model."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        self._tokenizer = tokenizer
        tokenizer.no_truncation()
        begin, end = (tokenizer.token_to_id(piece) for piece in ("<s>", "</s>"))
        if begin is None or end is None:
            raise ValueError("the tokenizer has no <s> or </s>")
        self._begin, self._end = begin, end

    def __call__(self, question: str, passage: str, answer: tuple[int, int] | None = None) -> Encoded:
        """Encode; an answer that truncation cut off leaves the label None."""
        asked = self._tokenizer.encode(question, add_special_tokens=False).ids[:MAX_QUESTION_TOKENS]
        told = self._tokenizer.encode(passage, add_special_tokens=False)
        room = MAX_TOKENS - len(asked) - 4
        offsets = tuple(told.offsets[:room])
        ids = (self._begin, *asked, self._end, self._end, *told.ids[:room], self._end)
        first = len(asked) + 3
        return Encoded(ids, first, offsets, find_label(first, offsets, answer) if answer else None)


def find_label(first: int, offsets: tuple[tuple[int, int], ...], answer: tuple[int, int]) -> Label | None:
    """The tokens that cover the answer and what hangs over; None when they do not reach its end or it is empty."""
    begin, end = answer
    covering = [i for i, (left, right) in enumerate(offsets) if right > begin and left < end]
    if not covering or offsets[covering[-1]][1] < end:
        return None
    start, stop = covering[0], covering[-1]
    cut = (begin - offsets[start][0], offsets[stop][1] - end)
    if min(cut) < 0 or max(cut) >= TRIMS:
        cut = (min(max(cut[0], 0), TRIMS - 1), min(max(cut[1], 0), TRIMS - 1))
    return Label(first + start, first + stop, *cut)


def find_range(encoded: Encoded, label: Label) -> tuple[int, int]:
    """Label -> characters of the passage, the inverse of ``find_label``; trims that leave nothing are not applied."""
    left = encoded.offsets[label.start - encoded.first][0]
    right = encoded.offsets[label.end - encoded.first][1]
    begin, end = left + label.trim_start, right - label.trim_end
    return (begin, end) if begin < end else (left, right)

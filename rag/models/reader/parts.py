"""Which sentences of a passage are part of the answer: the labels of the reader's ``part`` head."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rag.models.reader.encoding import Encoded, Part
from rag.models.reader.text import Range, sentences

COVERED = 6
"""Characters of a sentence that longer evidence covers before the sentence counts, or half of a shorter one."""


def with_parts(encoded: Encoded, passage: str, evidence: Sequence[Range]) -> Encoded:
    """``encoded`` with the sentences of ``passage`` as runs of tokens; those that ``evidence`` covers answer."""
    found: list[Part] = []
    for begin, end in sentences(passage):
        inside = [i for i, (left, right) in enumerate(encoded.offsets) if begin <= left < end and right > left]
        if inside:
            covered = sum(max(0, min(end, stop) - max(begin, start)) for start, stop in evidence)
            within = any(begin <= start and stop <= end for start, stop in evidence)
            answers = within or covered >= min(COVERED, (end - begin) / 2)
            found.append(Part(encoded.first + inside[0], encoded.first + inside[-1] + 1, answers))
    return replace(encoded, parts=tuple(found))

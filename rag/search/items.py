"""The items of a list that was shown: 第三点 leads to the words of the third one. Pure."""

from __future__ import annotations

import re

from rag.corpus.fold import fold
from rag.corpus.numerals import chinese_value
from rag.search.cues import LIST_MARK
from rag.types import Quote

CARRIED = 60
"""Characters of a list item that are carried at most."""


def list_item(quotes: tuple[Quote, ...], number: int) -> str:
    """The words of item ``number`` (-1: the last): of a list given as quotes, or standing in the quoted passages."""
    if not quotes or number == 0 or number < -1:
        return ""
    listed = [_listed(quote.text)[:1] for quote in quotes]
    items = [item for quote in quotes for item in _listed(quote.passage.text)]
    marked = [entry[0] for entry in listed if entry]
    chosen = [text for n, text in (marked if len(marked) > 1 else items) if n == number]
    if not chosen and number == -1 and items:
        chosen = [items[-1][1]]
    if not chosen and len(quotes) > 1 and number <= len(quotes):
        chosen = [quotes[number - 1 if number > 0 else -1].text]
    return re.split("[。；;！？\n]", chosen[0].strip())[0][:CARRIED] if chosen else ""


def _listed(text: str) -> list[tuple[int, str]]:
    marks = list(LIST_MARK.finditer(fold(text)))
    ends = [match.start() for match in marks[1:]] + [len(text)]
    return [
        (read_number(next(group for group in match.groups() if group)), text[match.start() : end])
        for match, end in zip(marks, ends, strict=False)
    ]


def read_number(numeral: str) -> int:
    """3 of "3" or "三"."""
    return int(numeral) if numeral.isdigit() else int(chinese_value(numeral.replace("两", "二")))

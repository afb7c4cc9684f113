"""Ordinal markers: 一、 (一) 第一 一是 其一 首先 1. (1) ① and their Traditional forms."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

_DIGITS = {char: value for value, char in enumerate("〇一二三四五六七八九")} | {"零": 0, "两": 2, "兩": 2}
_NUM = "[一二三四五六七八九十]{1,3}"


class Style(StrEnum):
    """How a marker is printed; one list keeps one style."""

    HAN_COMMA = "一、"
    HAN_BRACKET = "(一)"
    CHAPTER = "第一章"
    ARTICLE = "第一条"
    DI = "第一"
    SHI = "一是"
    YAO = "一要"
    QI = "其一"
    SHOUXIAN = "首先"
    DIGIT = "1."
    DIGIT_BRACKET = "(1)"
    CIRCLE = "①"
    BULLET = "•"


RANK = {style: rank for rank, style in enumerate(
    (Style.CHAPTER, Style.ARTICLE, Style.HAN_COMMA, Style.HAN_BRACKET, Style.DI, Style.DIGIT, Style.DIGIT_BRACKET,
     Style.CIRCLE, Style.SHOUXIAN, Style.QI, Style.SHI, Style.YAO, Style.BULLET)
)}  # fmt: skip
"""How high a style usually stands; what is above may hold what is below."""


@dataclass(frozen=True, slots=True)
class Marker:
    """A marker at ``start:end`` of a text, as printed without the comma after it, and its number."""

    start: int
    end: int
    style: Style
    number: int
    printed: str


_SHAPES: tuple[tuple[Style, str], ...] = (
    (Style.CHAPTER, r"第({num})[章节節编編部]"),
    (Style.ARTICLE, r"第({num}|\d{{1,3}})[条條款](?=[\s:：　])"),
    (Style.HAN_COMMA, r"({num})、"),
    (Style.HAN_BRACKET, r"[(（]({num})[)）]、?"),
    (Style.DI, r"第({num})(?:[,，:：]|是(?=[^否])|、)"),
    (Style.SHI, r"({num})(?:是|为(?=了))(?=[^否])"),
    (Style.YAO, r"({num})[要则靠抓看](?=[^是])"),
    (Style.QI, r"其({num})[,，:：]?(?:是)?"),
    (Style.SHOUXIAN, r"(首先|其次|再次|再者|最后|最後)[,，]?"),
    (Style.DIGIT, r"(\d{{1,2}})(?:[.．](?!\d)|、)"),
    (Style.DIGIT_BRACKET, r"[(（](\d{{1,2}})[)）]、?"),
    (Style.CIRCLE, r"([①-⑳])"),
)
_PATTERNS = tuple((style, re.compile(shape.format(num=_NUM))) for style, shape in _SHAPES)
_ANY = re.compile(
    r"(?:^|(?<=[。；;：:！？\n]))[ \u3000]*"
    rf"(?=第?{_NUM}|[(（]|其[一二三四五六七八九十]|首先|其次|再次|再者|最后|最後|\d|[①-⑳])"
)
_FIRST = frozenset("第一二三四五六七八九十(（其首再最0123456789①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳")
_WORDS = {"首先": 1, "其次": 2, "再次": 3, "再者": 3, "最后": 99, "最後": 99}


def number_of(printed: str) -> int:
    """The value of 一, 十二, 12, ③, 其次; 0 when it is none.

    >>> [number_of(word) for word in ("一", "十", "十二", "二十", "12", "③")]
    [1, 10, 12, 20, 12, 3]
    """
    if printed in _WORDS:
        return _WORDS[printed]
    if printed.isdigit() and printed.isascii():
        return int(printed)
    if len(printed) == 1 and "①" <= printed <= "⑳":
        return ord(printed) - ord("①") + 1
    tens, ten, ones = printed.rpartition("十")
    if ten:
        if any(char not in _DIGITS for char in tens + ones) or len(tens) > 1 or len(ones) > 1:
            return 0
        return 10 * (_DIGITS[tens] if tens else 1) + (_DIGITS[ones] if ones else 0)
    return _DIGITS.get(printed, 0) if len(printed) == 1 else 0


def marker_at(text: str, start: int = 0) -> Marker | None:
    """The ordinal marker that begins at ``start`` of ``text``, or None."""
    if text[start : start + 1] not in _FIRST:
        return None
    for style, pattern in _PATTERNS:
        found = pattern.match(text, start)
        if found:
            number = number_of(found.group(1))
            if number:
                return Marker(start, found.end(), style, number, found.group().rstrip(",，:："))
    return None


def markers(text: str) -> Iterator[Marker]:
    """Markers at the beginning of ``text`` and after a stop inside it ("…;二是…")."""
    for place in _ANY.finditer(text):
        found = marker_at(text, place.end())
        if found:
            yield found

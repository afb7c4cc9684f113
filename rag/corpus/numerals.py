"""Numbers in Chinese text, Arabic and Chinese numerals alike, as (value, unit): 7万余场, 七万场 and 70,000场 are one.

Text must be folded (Simplified, half width) first. Not understood: fractions other than 百分之…, ranges as a whole
(their two ends are read), and formal numerals (壹贰叁).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

DIGITS = {
    "〇": 0,
    "零": 0,
    "○": 0,
    "一": 1,
    "二": 2,
    "两": 2,
    "三": 3,
    "四": 4,
    "五": 5,
    "六": 6,
    "七": 7,
    "八": 8,
    "九": 9,
}
POWERS = {"十": 10, "百": 100, "千": 1000, "万": 10_000, "亿": 100_000_000}
VAGUE = "多余几来数约近"
COUNTED = frozenset(
    "个项条大名人次场届年月日号位家种类部章节点级步期批倍成元块岁周天时分秒%公里米吨单本件篇份支只座所层度省市区县"
    "户组对双艘辆架台套株棵头匹斤寸尺丈亩顷册页字句遍趟顿幅张根片颗粒杯瓶箱盒袋桶间栋幢扇列班队排团群股派样款宗例票笔升克度"
)
"""Characters that make a single Chinese numeral a count: 三项, 六大平台, 八个对标."""

_CHINESE = "〇零○一二两三四五六七八九十百千万亿"
_NUMBER = re.compile(
    rf"(?P<percent>百分之)?(?:(?P<arabic>\d+(?:,\d{{3}})*(?:\.\d+)?)|(?P<chinese>[{_CHINESE}]+))"
    rf"[{VAGUE}]?(?P<power>[百千]?[万亿]|[百千])?(?P<vague>[{VAGUE}]?)"
)
_IDIOMS = re.compile(
    "十分|万一|千万别|千万要|一一|千方百计|五湖四海|四面八方|三心二意|一五一十|七上八下|百姓|万物|百花齐放|"
    "千家万户|万众一心|一心一意|百折不挠|独一无二|一二三线|亿万|千千万万|百炼成钢|一举两得|三三两两|九牛二虎"
)


@dataclass(frozen=True, slots=True)
class Number:
    """``value`` with the character counted after it ("" at the end or before punctuation), at ``[start, end)``."""

    value: float
    unit: str
    start: int
    end: int


def chinese_value(numeral: str) -> float:
    """Value of a Chinese numeral.

    >>> chinese_value("三百零五"), chinese_value("二〇二四"), chinese_value("九千六百万")
    (305, 2024, 96000000)
    """
    if not any(c in POWERS for c in numeral):
        return int("".join(str(DIGITS[c]) for c in numeral))
    total, section, digit = 0, 0, 0
    for c in numeral:
        if c in DIGITS:
            digit = DIGITS[c]
        elif POWERS[c] < 10_000:
            section += (digit or (1 if not section else 0)) * POWERS[c]
            digit = 0
        else:
            total = (total + section + digit or 1) * POWERS[c]
            section = digit = 0
    return total + section + digit


def find_numbers(folded: str, *, claims_only: bool = True) -> Iterator[Number]:
    """Numbers of ``folded`` in order.

    With ``claims_only`` a Chinese numeral counts only where it plainly counts something (a unit follows, or 第
    precedes, or it has two characters and is no idiom); 一 alone is an article, not a claim. Without it every
    numeral is read: what a passage may be said to contain.
    """
    idioms = [m.span() for m in _IDIOMS.finditer(folded)]
    for match in _NUMBER.finditer(folded):
        start, end = match.span()
        if any(a <= start < b for a, b in idioms):
            continue
        unit = _unit(folded, end)
        if claims_only and not _is_claim(match, folded, unit):
            continue
        value = _value(match)
        if match["percent"]:
            unit = "%"
        yield Number(value, unit, start, end)


def _value(match: re.Match[str]) -> float:
    power = 1
    for c in match["power"] or "":
        power *= POWERS[c]
    base = float(match["arabic"].replace(",", "")) if match["arabic"] else chinese_value(match["chinese"])
    return base * power


def _unit(folded: str, end: int) -> str:
    following = folded[end : end + 1]
    return following if following == "%" or following.isalpha() else ""


def _is_claim(match: re.Match[str], folded: str, unit: str) -> bool:
    numeral = match["chinese"]
    if not numeral or match["percent"]:
        return True
    counted = bool(unit) and unit in COUNTED
    if folded[match.start() - 1 : match.start()] == "第" and counted:
        return True
    if len(numeral) == 1 and not match["power"]:
        return counted and numeral in "二两三四五六七八九十百"
    return counted or (len(numeral) > 1 and not (match["vague"] or unit) and numeral.strip("百千万亿十") != "")

"""Counts that a text announces: "八个对标", "六大平台", "五个方面的重点任务", "13条举措"; and the things they count."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from rag.corpus.fold import fold
from rag.corpus.ordinals import number_of

_NUM = r"(?P<num>十[一二三四五六七八九]?|[二三四五六七八九两]|\d{1,2})"
_NOT_AFTER = r"(?<![第\d〇零一二三四五六七八九十百千万亿年.,:近约超逾达前后上下每近])"
_STOP = "的了和与等是在中为有，。；：、,;:!?！？“”《》（）() "
_ANNOUNCE = re.compile(
    rf"{_NOT_AFTER}{_NUM}(?P<unit>个方面|方面|大|项|条|个|点|种|类|层|步|件|道|份|套|支|对|招)(?P<noun>[\u3400-\u9fff]{{0,8}})"
)
_FIRM = re.compile(
    rf"{_NOT_AFTER}{_NUM}(?P<unit>个方面|大|项|条|个)(?:的)?"
    r"(?P<noun>重点任务|主要任务|具体举措|主要举措|平台|举措|措施|任务|机制|工程|行动|计划|体系|制度|内容|要求|原则|目标|重点|抓手|环节|坚持|对标|提升|维护|方向|领域|"
    r"关系|问题|建议|意见|特点|特征|优势|作用|职能|能力|意识|自信|关键|阶段|步骤|标准|理念|战略|清单)"
)
_NAMED = re.compile(
    r"(?<=[“、])(?P<num>[二两三四五六七八九十])(?P<noun>(?![一二三四五六七八九十]*十|[一二三四五六七八九]+[”、])[\u3400-\u9fff]{2,4})(?=[”、])"
)
"""Names of lists in quotation marks: “四个意识”, “五员四方”; but “二十大” and “十四五” are numbers."""
_THINGS = re.compile("的|工作|任务|内容|问题|要求|举措|措施|经验|建议|意见|特点")
_POINTER = re.compile(
    "(?:其中|这些|上述|《?意见》?|《?方案》?|内容|举措|措施|主要|具体|重点|分别|大致)*(?:包括|包含|涵盖|有|是|为|如下|来说)+[:：,，]?"
)
_UNITS_OF_MEASURE = re.compile("^(?:月|多月|小时|百分点|人|省|市|县|区|国家|亿|万|工作日|航次|台|星期|季度|年)")
_CLAUSE_MARKS = "，。；：,;:!?！？“‘「『（(\n"
_LEAD = re.compile("搭建|包括|聚焦|围绕|即|分为|突出|抓好|推进|实施|建立|健全|落实|坚持|打造|为|在|由|有|是")
_ITEM = r"[^，。；：、,;:!?！？“”（）()\n]{2,14}"


@dataclass(frozen=True, slots=True)
class Count:
    """An announced count at ``start:end`` of a text; ``items`` are the ranges of the things it counts, when found."""

    start: int
    end: int
    number: int
    words: str
    items: tuple[tuple[int, int], ...] = ()


def announced(intro: str, listed: int) -> Count | None:
    """The count that ``intro`` announces for a list of ``listed`` items after it.

    A count that agrees wins; else the last one, if the introduction ends with it: it may be wrong, worth saying.
    """
    found = [count for match in _ANNOUNCE.finditer(fold(intro)) if (count := _count(intro, match)) is not None]
    agreeing = [count for count in found if count.number == listed]
    if agreeing:
        return agreeing[-1]
    if found and len(intro[found[-1].end :].strip(" ”」』：:。，,、进行完善下功夫")) == 0:
        return found[-1]
    return None


def announced_before(text: str, listed: int) -> Count | None:
    """The count that ``text`` announces when only a pointer ("主要包括:") stands between it and the list.

    The nearest one that agrees with the ``listed`` items, else the nearest: it may be wrong, worth saying.
    """
    found = []
    for match in _FIRM.finditer(fold(text)):
        number = number_of(match["num"].replace("两", "二"))
        if number >= 2:
            found.append(Count(match.start(), match.end(), number, text[match.start() : match.end()]))
    return next((count for count in reversed(found) if count.number == listed), found[-1] if found else None)


def points_on(intro: str) -> bool:
    """Whether an introduction only points at the list below: "主要包括:", "具体如下:"."""
    return _POINTER.fullmatch(fold(intro).strip()) is not None


def _count(text: str, match: re.Match[str]) -> Count | None:
    number = number_of(match["num"].replace("两", "二"))
    noun = re.split(f"[{_STOP}]", match["noun"])[0] if not match["noun"].startswith("的") else match["noun"]
    if match["unit"].endswith("方面") and not _THINGS.match(noun):
        noun = ""  # 三个方面着手: what follows is no noun that is counted
    if number < 2 or _UNITS_OF_MEASURE.match(match["noun"]) or (match["unit"] == "个" and not noun):
        return None
    end = match.start("noun") + len(noun)
    return Count(match.start(), end, number, text[match.start() : end])


def enumerations(text: str) -> Iterator[Count]:
    """Announced counts of things that carry no marker: "职业教育、新型学徒、…成长成才六大平台", "四同步…,即…".

    The things are given when exactly as many stand in a row before or after the announcement.
    """
    folded = fold(text)
    taken = 0
    for match in sorted([*_FIRM.finditer(folded), *_NAMED.finditer(folded)], key=lambda one: one.start()):
        number = number_of(match["num"].replace("两", "二"))
        if match.start() < taken or number < 2:
            continue
        taken = end = match.end()
        items = _before(text, match.start(), number) or _after(text, end, number, match["noun"])
        yield Count(match.start(), end, number, text[match.start() : end], items)


def _before(text: str, at: int, number: int) -> tuple[tuple[int, int], ...]:
    """Exactly ``number`` things in a row that ends at ``at``, perhaps in quotation marks or with 和 before the last."""
    begin = max(0, at - 24 * number)
    head = text[begin:at].rstrip("等这様样”」』 ")
    left = max(head.rfind(mark) for mark in _CLAUSE_MARKS) + 1
    if not left and begin:
        return ()
    items = [(begin + left + m.start(), begin + left + m.end()) for m in re.finditer("[^、]+", head[left:])]
    last = head[items[-1][0] - begin :] if items else ""
    if len(items) == number - 1 and (found := re.search(".*([和及与])(?=..)", last)):
        start, end = items.pop()
        items += [(start, start + found.start(1)), (start + found.end(1), end)]
    if len(items) != number or any(end - start > 24 for start, end in items[1:]):
        return ()
    usual = sorted(end - start for start, end in items[1:])[(number - 1) // 2]
    start, end = items[0]
    cuts = [start, *(start + m.end() for m in _LEAD.finditer(text[start:end]) if start + m.end() < end - 1)]
    items[0] = (min(cuts, key=lambda cut: abs(end - cut - usual)), end)
    return tuple(items)


def _after(text: str, at: int, number: int, noun: str) -> tuple[tuple[int, int], ...]:
    """Exactly ``number`` things in a row after 即, :, —— or 分别是, or all of them holding ``noun``."""
    tail = text[at : at + 30 * number + 60]
    for row in re.finditer(rf"(?:{_ITEM}、)+{_ITEM}", tail):
        items = [(m.start(), m.end()) for m in re.finditer(_ITEM, row.group())]
        words = [row.group()[start:end] for start, end in items]
        if len(items) != number:
            continue
        lead = tail[: row.start()]
        if all(noun in word for word in words) or re.search("[”」]?(?:，|,)?(?:即|：|:|——|分别是|包括)$", lead):
            first = re.match("即|包括|分别是", words[0])
            shift = at + row.start()
            starts = [(items[0][0] + (first.end() if first else 0), items[0][1]), *items[1:]]
            return tuple((start + shift, end + shift) for start, end in starts)
    return ()

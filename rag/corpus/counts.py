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
    rf"{_NOT_AFTER}{_NUM}(?P<unit>个方面|方面|大|项|条|个|点|种|类|层|步|件|道|份|套)(?P<noun>[\u3400-\u9fff]{{0,8}})"
)
_FIRM = re.compile(
    rf"{_NOT_AFTER}{_NUM}(?P<unit>个方面|大|项|条|个)(?:的)?"
    r"(?P<noun>平台|举措|措施|任务|机制|工程|行动|计划|体系|制度|内容|要求|原则|目标|重点|抓手|环节|坚持|对标|提升|维护|方向|领域|"
    r"关系|问题|建议|意见|特点|特征|优势|作用|职能|能力|意识|自信|关键|阶段|步骤|标准|理念|战略|清单|重点任务|主要任务|具体举措|主要举措)"
)
_NAMED = re.compile(r"(?<=[“、])(?P<num>[二两三四五六七八九十])(?P<noun>[\u3400-\u9fff]{2,4})(?=[”、])")
_UNITS_OF_MEASURE = re.compile("^(?:月|多月|小时|百分点|人|省|市|县|区|国家|亿|万|工作日|航次|台|星期|季度|年)")
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

    A count that agrees wins; else the last one, if the introduction ends with it (perhaps wrong, which is worth saying).
    """
    found = [count for match in _ANNOUNCE.finditer(fold(intro)) if (count := _count(intro, match)) is not None]
    agreeing = [count for count in found if count.number == listed]
    if agreeing:
        return agreeing[-1]
    if found and len(intro[found[-1].end :].strip(" ”」』：:。，,、进行完善下功夫")) == 0:
        return found[-1]
    return None


def _count(text: str, match: re.Match[str]) -> Count | None:
    number = number_of(match["num"].replace("两", "二"))
    noun = re.split(f"[{_STOP}]", match["noun"])[0] if not match["noun"].startswith("的") else match["noun"]
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
    """Exactly ``number`` things in a row just before ``at``, perhaps in quotation marks or before 等."""
    head = text[max(0, at - 20 * number) : at]
    shift = at - len(head)
    row = re.search(rf"(?:{_ITEM}[、，,和])*{_ITEM}(?:等)?[”」]?(?:这|等|这样)?$", head)
    if row is None:
        return ()
    items = [(m.start() + shift + row.start(), m.end() + shift + row.start()) for m in re.finditer(_ITEM, row.group())]
    items = [(start, end) for start, end in items if text[start:end] not in ("等", "这")]
    if len(items) < number or (len(items) > number and "，" not in head and "," not in head):
        return ()
    items = items[-number:]
    start, end = items[0]
    lead = re.match("(?:.*?(?:搭建|包括|聚焦|围绕|即|分为|突出|抓好|推进|实施|建立|健全|落实|坚持|为))", text[start:end])
    if lead and end - start - lead.end() >= 2:
        items[0] = (start + lead.end(), end)
    separators = [text[a[1] : b[0]] for a, b in zip(items, items[1:], strict=False)]
    return tuple(items) if all(mark in ("、", "和") for mark in separators) else ()


def _after(text: str, at: int, number: int, noun: str) -> tuple[tuple[int, int], ...]:
    """Exactly ``number`` things in a row after 即, :, —— or 分别是, all of them holding ``noun`` when it is named."""
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

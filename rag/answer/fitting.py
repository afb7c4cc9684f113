"""Does a sentence hold the kind of thing that was asked for? A number of the right unit, a year, a person, a place;
what a name in quotation marks stands for."""

from __future__ import annotations

import re
from functools import lru_cache

from rag.answer.question import Analysis, Asked
from rag.corpus.fold import fold
from rag.corpus.mentions import find_names
from rag.corpus.numerals import find_numbers

_UNITS = (
    "名人位员口", "个项条种大点类方面款件组", "场次届回期轮", "家所间户", "元块", "年", "岁", "天日", "月",
    "里米", "吨斤克", "本册部卷", "单笔", "篇", "支", "份张", "%", "倍", "亩", "分秒", "度",
)  # fmt: skip
"""Classifiers that may stand for one another in an answer."""
_HOW_MANY = re.compile(r"(?:多少|几)(?:多|余|来)?[万亿千百]?(人次|平方米|公里|小时|分钟|个月|[一-鿿%])([一-鿿]{2})?")
_YEAR = re.compile(r"[0-9]{4}年|[〇零一二三四五六七八九]{4}年|今年|去年|前年|明年|年[初底末]")
_TIME = re.compile(
    r"[0-9一二三四五六七八九十]+(?:年|月|日|天|个月|小时|点|世纪)|今年|去年|近年|近日|日前|昨|今日|当前|当时|以来|期间|前夕|之后|之前|初|底|时候"
)
_PLACE = re.compile(
    r"[一-鿿]{2,}(?:省|市|区|县|镇|乡|村|州|国|港|岛|山|河)|(?:大学|公司|集团|中心|广场|馆|园|厂|车间|学院|党校)"
)
FEW = 3
_COUNTED = re.compile(
    r"哪(?:[二三四五六七八九十两]+|[0-9]+)(?!个?字)|(?:[二三四五六七八九十两]+|[0-9]+)(?=[一-鿿“”\"]{1,12}(?:分别|各是|是哪|指哪|有哪))"
)
_CLAUSE = re.compile(r"[。；;！？!?:：]")
_LAST = re.compile(r"[和与及]")
_MARKED = re.compile(
    r"[一二三四五六七八九十]是|第[一二三四五六七八九十]|其[一二三四五六七八九十]|[（(][一二三四五六七八九十][）)]|[①-⑩]"
)
_ASKS_YEAR = re.compile(r"哪(?:一)?年|year")
_ASKS_CITY = re.compile(r"哪(?:一)?[座个](?:城市|省|市|县|国)|什么城市|which (?:city|province|country)")
_CITY = re.compile(r"[一-鿿]{2,}(?:省|市|县|州|国)")
_ASKS_PERSON = re.compile(r"谁(?!家)|哪(?:一)?位|哪个人")
_BODIES = (
    *("出版社", "大学", "学院", "公司", "集团", "工厂", "医院", "学校", "银行", "法院", "报社", "团队"),
    *("学历", "专业", "奖项", "称号", "品牌"),
)
"""Kinds of thing that a sentence would name with this very word."""
_SAME_BODY = {
    "大学": ("大学", "学院", "交大"),
    "学校": ("学校", "大学", "学院", "中学", "小学", "高校", "交大"),
    "公司": ("公司", "集团"),
}
_NAMED_KIND = re.compile(rf"(?:哪(?:一)?[家所个支项]|什么)({'|'.join(_BODIES)})")
_ASKS_MEANING = re.compile(
    r"[“\"「『]([^”\"」』]{2,16})[”\"」』](?:[^,;?!。]{0,20}?(?:含义|意思|内涵|内容|代表|意味着)|"
    r"(?:[^,;?!。]{0,12}[里中上])?(?:各|分别)?(?:是|指)(?:的是)?(?:什么|啥))"
)
"""“八八战略”的具体内容是什么: what a name in quotation marks stands for."""
_EXPLAINS = re.compile(
    r"[”\"」』]?(?:[^,;。]{0,4}(?:是(?!否)|即|指|为|叫)|[(:]|——|[^;。]*(?:,即|是指|指的是|就是|意味着|表现为|体现在|表达|包括|包含|分别))"
)
"""After the name, within its clause: what says what it is."""


def tells_kind(question: str, analysis: Analysis) -> bool:
    """Whether a sentence can be checked for the kind of thing asked for: a number, a time, a place, a person, what a
    name stands for."""
    if analysis.asked is Asked.LIST:
        return _members(fold(question)) > 1
    if analysis.asked is Asked.WHO:
        return bool(_ASKS_PERSON.search(fold(question)))
    if analysis.asked in (Asked.HOW_MANY, Asked.WHEN, Asked.WHERE):
        return True
    return bool(_ASKS_MEANING.search(fold(question)))


def fits(question: str, analysis: Analysis, sentence: str) -> bool:
    """Whether ``sentence`` holds something of the kind asked for; always True where the kind cannot be told."""
    asked, folded, text = analysis.asked, fold(question), fold(sentence)
    if asked is Asked.HOW_MANY:
        return _has_count(folded, text)
    if asked is Asked.WHEN:
        return bool((_YEAR if _ASKS_YEAR.search(folded) else _TIME).search(text))
    if asked is Asked.WHERE:
        return _has_place(folded, text)
    if asked is Asked.LIST:
        return _listed(text, _members(folded)) >= _members(folded)
    if asked is Asked.WHO and _ASKS_PERSON.search(folded):
        return bool(set(_people(text)) - set(_people(folded)))
    if meant := _ASKS_MEANING.search(folded):
        return _explains(text, meant[1])
    named = _NAMED_KIND.search(folded)
    return named is None or any(word in text for word in _SAME_BODY.get(named[1], (named[1],)))


def _has_count(question: str, text: str) -> bool:
    wanted = _HOW_MANY.search(question)
    units = next((group for group in _UNITS if wanted and wanted[1] in group), "")
    if wanted and len(wanted[1]) > 1 and wanted[1] in text:
        return True
    if wanted and wanted[2] and re.search(rf"[0-9一二三四五六七八九十百千万亿]+{wanted[2]}", text):
        return True  # 多少个部门 → 8部门
    named = {number.value for number in find_numbers(question)}
    found = [number for number in find_numbers(text, claims_only=False) if number.value not in named]
    if not units:
        return bool(found)
    return any(number.unit and number.unit in units for number in found)


def _members(question: str) -> int:
    """How many things a question says that the list has: 哪四个 → 4; 1 when it does not say."""
    asked = _COUNTED.search(question)
    numbers = find_numbers(asked.group(), claims_only=False) if asked else []
    return next((int(n.value) for n in numbers if 2 <= n.value <= 30), 1)


def _listed(text: str, wanted: int) -> int:
    """Members of the longest enumeration of ``text``: between 、 within a clause, or marked 一是……二是.

    Commas count where few are ``wanted``: they stand in every longer sentence.
    """
    if wanted <= FEW:
        text = text.replace(",", "、")
    runs = (run.count("、") + 1 + bool(_LAST.search(run.rpartition("、")[2])) for run in _CLAUSE.split(text))
    return max(*runs, len(_MARKED.findall(text)), text.count(";") + 1, text.count("“"))


def _explains(text: str, name: str) -> bool:
    """Whether ``text`` says what ``name`` is, and does not only use it."""
    return any(_EXPLAINS.match(text, match.end()) for match in re.finditer(re.escape(name), text))


def _has_place(question: str, text: str) -> bool:
    pattern = _CITY if _ASKS_CITY.search(question) else _PLACE
    return any(match.group() not in question for match in pattern.finditer(text))


@lru_cache(maxsize=4096)
def _people(text: str) -> tuple[str, ...]:
    return find_names(text).people

"""What a short line of a page may be: a label, a line of date and source, a heading. Judged by the line alone."""

from __future__ import annotations

import re

from rag.corpus.fold import fold
from rag.corpus.ordinals import marker_at

LONGEST_HEADING = 50
_QUESTION = re.compile("(?:问|問)[:：]|(?:记者|記者|主持人)[:：].*[？?]$")
_HAN = re.compile("[\u3400-\u9fff]")
_DATE = re.compile(r"(?P<date>(?:19|20)\d\d[年/.\-]\d{1,2}[月/.\-]\d{1,2}日?)(?:\s*\d{1,2}[:：]\d\d(?:[:：]\d\d)?)?")
_SOURCE = re.compile(r"(?:来源|稿源|出处|原载|原标题|责任编辑|编辑|作者|发布时间|发布日期|日期)\s*[:：]")
_PUBLICATION = re.compile(r"(?:来源|稿源|出处|原载)\s*[:：]\s*《?(?P<name>[^\s《》:：]{2,20})》?")
_AUTHOR = re.compile(r"作者\s*[:：]\s*[^:：]*$")
_FOLIO = (
    r"(?:第?\s*[A-Za-z]?\d{1,3}\s*[版页]?|第[一二三四五六七八九十〇]{1,4}版|[-—–]\s*\d{1,4}\s*[-—–]"
    r"|Page\s*\d{1,4}|\d{1,4}\s*/\s*\d{1,4})"
)
_PAPER_DAY = (
    r"(?:\S{0,14}\s+)?(?:19|20)\d\d\s*年\s*\d{1,2}\s*月\s*\d{1,2}\s*日[\s,，]*"
    r"(?:[(（]?(?:农历|癸|甲|乙|丙|丁|戊|己|庚|辛|壬)\S{1,12}[)）]?\s*)?(?:星期|周)[一二三四五六日天]"
)
_RUNNING_HEAD = re.compile(
    rf"(?:{_FOLIO}|{_FOLIO}?\s*(?:\S{{1,12}}\s+)?{_PAPER_DAY}(?:\s+\S{{1,12}})?(?:\s*{_FOLIO})?"
    r"|(?:责任编辑|责编|编辑|本版编辑|本版责编|主编|值班主任|值班总编)[:：\s].{2,16}"
    r"(?:版式|美编|校对|审读|图编|组版|视觉|制图|检校)[:：\s].{2,40}"
    r"|本版(?:责任编辑|责编|编辑|美编|主编|校对|图片|组稿|策划)\S{0,4}[:：\s].{2,50}"
    r"|(?:[一-鿿\w]{2,12}\s*(?:>{1,2}|»|/|＞)\s*){1,5}(?:正文|详情|内容)|分享(?:让更多人看到|到[:：].{0,40})|(?:打印本页|关闭窗口|返回顶部)+"
    r"|(?:新闻热线|报料热线|投稿邮箱|本版邮箱|邮箱|E-?mail|电子信箱|联系电话)[:：]\s*[\w@.()（）\-—\s]{5,60})",
    re.IGNORECASE,
)


def _words(*lines: str) -> frozenset[str]:
    return frozenset(" ".join(lines).split())


_EDITORS = re.compile(
    r"[(（\[【]?(?:责任编辑|责编|编辑|编审|审核|实习生|本文来源)[:：]\s*[一-鿿、,，·\s]{2,30}[)）\]】]?"
)
_PRINTED_IN = re.compile(
    r"[(（]?(?:原载|刊于|摘自|来源[:：])?《\s*(?P<paper>[^《》]{2,14}?)\s*》\s*[(（]?\s*(?:19|20)\d\d\s*年\s*\d{1,2}\s*月\s*\d{1,2}\s*日"
    r"[\s,，]*(?:第?\s*[A-Za-z]?\d{1,3}\s*版)?\s*[)）]*"
)
BOX_NAMES = _words(
    "观点 核心观点 核心提示 核心阅读 阅读提示 内容提要 内容摘要 摘要 提要 导读 导语 编者按 编前 编前语 要点"
)
"""Names of a box that quotes the gist of its article or introduces it."""
ASIDES = _words(
    "编后 编后语 编辑手记 记者手记 短评 微评 快评 链接 相关链接 新闻链接 延伸阅读",
    "背景 新闻背景 声音 采访手记 点评 专家点评",
)
"""Names of a part of an article that stands beside or behind its text."""
LABELS = (BOX_NAMES | ASIDES) | _words(
    "时评 锐评 评论 言论 社论 关注 聚焦 综合 要闻 简讯 短讯 快讯 图片新闻 图说",
    "特稿 专题 专栏 通讯 特写 理论 调查 观察 视点 焦点 话题 访谈 对话",
)
"""Names that stand alone above or beside an article and belong to the page."""


def label_name(text: str) -> str:
    """A label without the signs around it: "【短评】" → "短评"."""
    return fold(text).strip("·|【】[]■□●◆ ")


def is_dateline(text: str) -> bool:
    """A web page's line of date and source: "2024年11月09日09:21 来源:《工人日报》"."""
    folded = fold(text).strip()
    if len(folded) > 80 or "。" in folded:
        return False
    if _EDITORS.fullmatch(folded) or _PRINTED_IN.fullmatch(folded):
        return True
    date = _DATE.search(folded)
    if date is None:
        return bool(_SOURCE.match(folded)) and len(folded) <= 30 and not _AUTHOR.match(folded)
    rest = folded[: date.start()] + folded[date.end() :]
    return not _HAN.search(rest) or (bool(_SOURCE.search(rest)) and len(rest) <= 50)


def is_running_head(text: str) -> bool:
    """What a newspaper prints in its margins: "2023年6月8日 星期四", "第3版", "05", "责编:吴晓 版式:林楠"."""
    return len(text) <= 70 and _RUNNING_HEAD.fullmatch(fold(text)) is not None


def printed_date(line: str) -> str:
    """The date in a line, as ISO: "2024年11月09日09:21 …" → "2024-11-09"; "" without one."""
    found = _DATE.search(fold(line))
    return "-".join(f"{int(part):02}" for part in re.findall(r"\d+", found["date"])) if found else ""


def printed_source(line: str) -> str:
    """The publication after 来源: in a line, without its brackets; "" without one."""
    folded = fold(line)
    if (printed := _PRINTED_IN.search(folded)) is not None:
        return line[printed.start("paper") : printed.end("paper")]
    found = _PUBLICATION.search(folded)
    return line[found.start("name") : found.end("name")] if found else ""


def looks_like_heading(text: str) -> bool:
    """A short line that is no sentence: no final stop, at most one comma, Chinese or words in it."""
    if len(text) > LONGEST_HEADING or not (_HAN.search(text) or any(map(str.isalpha, text))):
        return False
    if _QUESTION.match(text):
        return text[-1] not in "；;，,、：:"
    if text[-1] in "。．；;，,、：:…—" or "。" in text or "；" in text or ";" in text:
        return False
    if marker_at(text):
        return True
    commas = sum(text.count(char) for char in ",，")
    return commas == 0 or (commas == 1 and len(text) <= 36 and text[-1] not in "）)")

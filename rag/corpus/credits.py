"""Who took the picture or drew the chart: lines of credit, and the photographer named at the end of a caption."""

from __future__ import annotations

import re

from rag.corpus.fold import fold
from rag.corpus.names import Signed, bare_names, credited

_WORK = (
    r"(?:策划|制图|制表|绘图|图表|摄影|图片|图|供图|漫画|绘画|编绘|美编|设计|版式"
    r"|责任编辑|责编|编辑|校对|审核|监制|统筹|视觉)"
)
_CREDIT = re.compile(rf"^{_WORK}(?:[\s/／、·和与]+{_WORK})*(?P<gap>\s*[:：]\s*|\s+)(?P<who>\S.{{0,40}})$")
_APART = re.compile(r"[\s(（]|记者|通讯员")
_CREDIT_TAIL = re.compile(
    r"^(?:[(（]?)(?:新华社发|人民视觉|视觉中国|中新社发)?[\s(（]*(?:本报|新华社|中新社)?(?:首席|特约|见习|实习)*(?:记者|通讯员)?\s*"
    r"(?P<who>[一-鿿·\s、]{2,24}?)\s*(?:摄影报道|摄影|摄|供图|图片|绘|制图|作图)(?:[/／][一-鿿\w]{2,12}|[(（][一-鿿]{2,10}[)）])?[)）]?$"
)


def credit(line: str) -> Signed | None:
    """A credit: "程依宝摄/中新社", "策划/制图:张菁", "制图 李梦瑶"."""
    if not 2 < len(line) <= 50 or "。" in line:
        return None
    folded = fold(line)
    if (made := _CREDIT.match(folded)) is not None:
        who = line[made.start("who") : made.end("who")]
        return Signed(0, len(line), credited(who)) if made["gap"].strip() or bare_names(who) else None
    found = _CREDIT_TAIL.match(folded)
    return Signed(0, len(line), credited(line[found.start("who") : found.end("who")])) if found else None


def closing_credit(text: str) -> Signed | None:
    """The photographer named after the last sentence of a caption: "…开展春播。本报通讯员 马晓春 摄"."""
    ends = [text.rfind(mark, -60, len(text) - 1) for mark in "。！？!?"]
    at = max(ends) + 1
    if not at:
        return None
    at += len(text[at:]) - len(text[at:].lstrip("”’」』 \u3000"))
    tail = fold(text[at:])
    if not (tail.endswith("摄") or _APART.search(tail)):
        return None
    found = credit(text[at:])
    return Signed(at, len(text), found.names) if found and found.names else None

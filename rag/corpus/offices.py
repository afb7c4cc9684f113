"""Who signs with an office: bodies that write (本报评论员, …课题组), and names beside a post (市长 郑海涛)."""

from __future__ import annotations

import re

from rag.corpus.fold import fold
from rag.corpus.names import Signed, bare_names

_HAN = "[一-鿿]"
_BULLET = re.compile(r"^[□■◎●◆▲△○★☆※◇▪•]\s*(?=\S)")
_WRITERS = "(?:评论员|编辑部|课题组|调研组|编写组|写作组|报道组|采访组|研究组|编辑组)"
_HOUSE = re.compile(rf"(?:本报|本刊|本网|本台|{_HAN}{{2,6}}[报社网刊台])(?:特约|首席)?{_WRITERS}(?:文章)?")
_GROUP = re.compile(rf"[一-鿿“”·\d]{{2,26}}{_WRITERS}")
_DEEDS = re.compile("成立|组建|走进|深入|派出|召开|开展|举行|组织|接受|获|赴|到|在")
_BODY = re.compile(
    rf"(?:[一-鿿“”·\d]{{2,30}})(?:{_WRITERS}|[部局委院所厅室社会处署办]|委员会|党校|大学|学院|学校|中心|公司|集团|支队|党组|工会|党委)"
)
_POST = re.compile(
    rf"(?P<post>{_HAN}[一-鿿、，,·\s]{{0,60}}?"
    r"(?:长|主席|书记|主任|委员|总理|教授|研究员|代表|董事|总监|经理|裁|专员|劳模|工匠|师|院士|博士|议员|官))"
    r"[\s\u3000]+(?P<name>\S.{1,8})"
)
_BESIDE = re.compile(rf"(?P<name>{_HAN}{{2,4}}|{_HAN} {_HAN})[\s\u3000]+(?P<post>{_HAN}[一-鿿、，,·“”]{{3,40}})")
_BRACKETED = re.compile(rf"(?P<name>{_HAN}{{2,4}}|{_HAN} {_HAN})\s*[(（](?P<post>{_HAN}[^()（）]{{2,40}})[)）]")
_ENDS = re.compile(
    r"(?:[部局委院所厅室社会处署办]|委员会|党校|大学|学院|学校|中心|公司|集团|党组"
    r"|长|主席|书记|主任|委员|教授|研究员|代表|董事|总监|经理|院士|博士|议员)$"
)


def office(line: str) -> Signed | None:
    """A line that only says which body wrote: "本报评论员", "□ 中共某市委宣传部", "某大学数字经济课题组"."""
    if not 3 < len(line) <= 40:
        return None
    body = _BULLET.sub("", line).strip()
    folded = fold(body)
    led = body != line.strip()
    if _HOUSE.fullmatch(folded) or (led and _BODY.fullmatch(folded)) or _is_group(folded):
        return Signed(0, len(line), (body,))
    return None


def _is_group(line: str) -> bool:
    return _GROUP.fullmatch(line) is not None and not _DEEDS.search(line)


def post(line: str) -> Signed | None:
    """One person's name beside a post or house: "市长 郑海涛", "王敏 中共济南市委党校", "陳建宏(國中教師)"."""
    body = _BULLET.sub("", line).strip()
    if not 5 < len(body) <= 70:
        return None
    folded = fold(body)
    found = _POST.fullmatch(folded) or _BRACKETED.fullmatch(folded)
    if found is None:
        found = _BESIDE.fullmatch(folded)
        if found is None or not _ENDS.search(found["post"]):
            return None
    names = bare_names(body[found.start("name") : found.end("name")])
    role = body[found.start("post") : found.end("post")].strip()
    return Signed(0, len(line), names, role) if len(names) == 1 else None

"""Clauses turned into their opposite: 不 put in or left out, 必须 for 不必, 提高 for 降低.

Works on clauses that are nearly the same but for the turn; a free paraphrase of the opposite is not seen.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from rag.answer.prepared import Clause, coverage, tokens

NEUTRAL = re.compile(
    "不断|不仅|不但|不少|不同|不论|不管|不懈|不忘|不朽|不息|不足|不久|不可或缺|不可分割|必不可少|不得不|无不|莫不|不辱|不负|不愧|不禁|不过|不由|"
    "不已|不妨|不如|不惜|不屈|不挠|不移|不渝|不怠|无论|无私|无限|无穷|无比|无疑|无愧|无产|非常|非凡|非公|是非|除非|未来|未必|否则|是否|能否|"
    r"不良|不一而足|(.)不\1"
)
"""Words whose 不, 无, 非, 未 does not turn the clause, or is part of one notion. Kept as they are on both sides."""
NEGATION = re.compile("不必|不|没有|没|未|无|并非|而非|非|勿|莫|禁止|拒绝|反对|否认|缺乏|停止")
OPPOSITES = (
    ("提高", "降低"), ("提升", "降低"), ("增加", "减少"), ("扩大", "缩小"), ("加强", "削弱"), ("增强", "减弱"),
    ("上升", "下降"), ("增长", "下降"), ("支持", "反对"), ("坚持", "放弃"), ("鼓励", "限制"), ("加大", "减小"),
    ("加快", "放缓"), ("强化", "弱化"), ("允许", "禁止"), ("同意", "拒绝"), ("促进", "阻碍"), ("推动", "阻止"),
    ("维护", "损害"), ("成功", "失败"), ("开始", "结束"), ("以上", "以下"), ("超过", "不足"), ("深化", "停止"),
    ("完善", "取消"), ("健全", "取消"), ("必须", "不必"), ("积极", "消极"), ("团结", "分裂"), ("最大", "最小"),
    ("最高", "最低"), ("最早", "最晚"), ("之前", "之后"), ("以前", "以后"), ("高于", "低于"), ("多于", "少于"),
)  # fmt: skip
_TURNING = re.compile("|".join([NEGATION.pattern, *(word for pair in OPPOSITES for word in pair)]))
ALIKE = 0.6
"""Share of a clause's tokens (the turning words aside) that must come from one clause of the passage."""
AKIN = 0.4
"""The same when that clause of the passage comes back whole."""
FEW = 4
"""A clause of the passage with fewer tokens is not looked for in longer ones."""


def turned(clause: Clause, pool: Sequence[Clause]) -> str:
    """What makes ``clause`` the opposite of the clause of ``pool`` it resembles most; "" when nothing does."""
    scored = [(_resemblance(clause.text, c.text), c) for c in pool]
    best = max((score for score, _ in scored), default=0.0)
    twins = [c for score, c in scored if score == best]
    if best < ALIKE or any(_agree(clause.text, twin.text) for twin in twins):
        return ""
    return f"“{clause.text[:20]}”与原文“{twins[0].text[:20]}”意思相反"


def _resemblance(mine: str, theirs: str) -> float:
    """Share of the tokens of ``mine`` in ``theirs``, once without negations, once without any turning word.

    1 when ``theirs`` comes back nearly whole in a longer clause.
    """
    return max(_share(a, b) for a, b in zip(_cuts(mine), _cuts(theirs), strict=True))


@lru_cache(maxsize=4096)
def _cuts(text: str) -> tuple[frozenset[str], frozenset[str]]:
    return tokens(NEGATION.sub("", text)), tokens(_TURNING.sub("", text))


def _share(mine: frozenset[str], theirs: frozenset[str]) -> float:
    if len(mine) < 2:
        return 0.0
    part = coverage(mine, theirs)
    whole = len(theirs) >= FEW and part >= AKIN and coverage(theirs, mine) >= 0.9
    return 1.0 if whole else part + 0.01 * coverage(theirs, mine)


def _agree(mine: str, theirs: str) -> bool:
    if _negations(mine) % 2 != _negations(theirs) % 2:
        return False
    for a, b in OPPOSITES:
        for x, y in ((a, b), (b, a)):
            if x in mine and y in theirs and y not in mine and x not in theirs:
                return False
    return True


def _negations(text: str) -> int:
    return len(NEGATION.findall(NEUTRAL.sub("", text)))

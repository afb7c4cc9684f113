"""Sentences such as a chat model writes about the seeds: faithful ones, and the same with one falsehood planted.

Seeded, so that every run makes the same ones. The names, titles and rewriting rules are written out here by hand and
share nothing with the check that they test.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from rag.types import Passage

PEOPLE = re.findall(
    r"\S+",
    """马璐 张茂华 邹震 金善文 徐留平 魏晋 朱兴才 张黎博 李欣娜 宋馨 迟文道 尹红侠 刘忻 王晖平 俞燕 张慧 甘卫斌 闻效仪
    葛国耀 桑维亮 向忠雄 马学礼 刘斌 杨明清 宋佳 程依宝 陈俊宇 朱欣""",
)
STRANGERS = ["王建国", "李晓梅", "欧阳志远", "陈立新", "赵敏", "孙志刚", "周文静", "吴大伟", "郑海涛", "冯丽"]
PLACES = re.findall("..", "银川青岛贵州重庆四川浙江义乌深圳绍兴威海芜湖莱西诸暨山东宁夏安徽广东")
ELSEWHERE = re.findall("..", "西宁大连海南武汉厦门昆明拉萨吉林包头江西")
TITLES = [
    "习近平关于工人阶级和工会工作论述摘编",
    "论述摘编",
    "意见",
    "妇女权益保障法",
    "如何培养孩子的受挫力",
    "关于充分发挥国有企业推进产业工人队伍建设改革中带动作用的意见",
    "深圳市打造金牌劳动关系调解组织实施方案",
    "中国工会章程",
    "劳动合同法",
    "工人日报",
    "关于加强新时代工会工作的决定",
    "职工之家建设指南",
]
SAME = (
    ("指出", "提出"), ("强调", "指出"), ("推动", "推进"), ("进一步", "更"), ("广大", ""), ("不断", "持续"),
    ("加强", "强化"), ("我们要", "要"), ("积极", ""), ("充分", ""), ("介绍", "说"), ("努力", ""), ("通过", "借助"),
    ("开展", "举办"),
)  # fmt: skip
LEADS = ("", "", "据介绍，", "文中提到，", "具体来说，", "此外，", "文章指出，")
DIGITS = "一二三四五六七八九"


@dataclass(frozen=True, slots=True)
class Trial:
    """A sentence with five passages before it, the one it cites, and the one it was made from (both from 0)."""

    kind: str
    text: str
    passages: tuple[Passage, ...]
    cited: int
    origin: int
    was: str = ""


def faithful(passages: Sequence[Passage], count: int, seed: int) -> list[Trial]:
    """``count`` sentences that their passage bears out: a third word for word, the rest rewritten by rules."""
    return _take(_settings(passages, seed), count, lambda rng, s: ("faithful", _rewrite(rng, s)))


def planted(
    passages: Sequence[Passage], seed: int, numbers: int, names: int, titles: int, negations: int, documents: int
) -> list[Trial]:
    """Sentences with exactly one falsehood each."""
    makers: list[tuple[int, Callable[[random.Random, str], tuple[str, str]]]] = [
        (numbers, lambda rng, s: ("number", change_number(rng, _rewrite(rng, s)))),
        (names, lambda rng, s: ("name", change_name(rng, _rewrite(rng, s)))),
        (titles, lambda rng, s: ("title", change_title(rng, _rewrite(rng, s)))),
        (negations, lambda rng, s: ("negation", negate(rng, _rewrite(rng, s)))),
    ]
    made = [t for i, (n, make) in enumerate(makers) for t in _take(_settings(passages, seed + 10 + i), n, make)]
    moved = _take(_settings(passages, seed + 20), documents, lambda rng, s: ("document", _rewrite(rng, s)))
    return made + [Trial(t.kind, t.text, t.passages, (t.origin + 1) % len(t.passages), t.origin) for t in moved]


def _take(settings: Iterator[tuple[random.Random, str, tuple[Passage, ...], int]], count: int,
          make: Callable[[random.Random, str], tuple[str, str]]) -> list[Trial]:  # fmt: skip
    found: list[Trial] = []
    seen: set[str] = set()
    for tries, (rng, sentence, five, at) in enumerate(settings):
        if len(found) == count:
            return found
        if tries > 60_000:
            raise ValueError(f"only {len(found)} of {count}")
        kind, text = make(rng, sentence)
        if text and text not in seen:
            seen.add(text)
            found.append(Trial(kind, text, five, at, at, sentence))
    return found


def _settings(passages: Sequence[Passage], seed: int) -> Iterator[tuple[random.Random, str, tuple[Passage, ...], int]]:
    rng = random.Random(seed)
    while True:
        home = rng.choice(passages)
        cut = [s for s in re.findall(r"[^。！？]+[。！？][”」]?", home.text) if 14 <= len(s) <= 110 and _whole(s)]
        others = [p for p in rng.sample(list(passages), 6) if p.id != home.id][:4]
        if cut and len(others) == 4:
            at = rng.randrange(5)
            yield rng, rng.choice(cut).strip(), (*others[:at], home, *others[at:]), at


def _whole(sentence: str) -> bool:
    paired = all(sentence.count(left) == sentence.count(right) for left, right in ("“”", "《》"))
    return paired and "\n" not in sentence


def _rewrite(rng: random.Random, sentence: str) -> str:
    """Word for word once in three; else some synonyms, fewer adverbs, perhaps a lead or other numerals."""
    if rng.random() < 0.34:
        return sentence
    text = sentence
    parts = re.split("(“[^”]*”|《[^》]*》)", text)
    for old, new in rng.sample(SAME, 6):
        parts = [p if p[:1] in "“《" else p.replace(old, new, 1) for p in parts if p]
    text = "".join(parts)
    if rng.random() < 0.3:
        text = re.sub(r"(\d+)(?=条|个|名|项)", lambda m: _spoken(int(m[1])), text)
    lead = rng.choice(LEADS)
    return lead + text if not re.match("[（(“一二三四五]|第", text) else text


def _spoken(n: int) -> str:
    if n >= 100 or n == 0:
        return str(n)
    tens, ones = divmod(n, 10)
    return ("" if tens == 0 else "十" if tens == 1 else DIGITS[tens - 1] + "十") + (DIGITS[ones - 1] if ones else "")


def change_number(rng: random.Random, text: str) -> str:
    """Another value in the same form, or "" when there is no number."""
    ordinal = "(?<=第)[一二三四五六七八九十]+(?=[届批次])"
    counted = "[二三四五六七八九十]{1,3}(?=[个项大条届种次年类家])"
    found = list(re.finditer(rf"\d+(?:\.\d+)?|{ordinal}|{counted}", text))
    found = [m for m in found if not re.search("“[^”]*$|《[^》]*$", text[: m.start()])]
    if not found:
        return ""
    chosen = rng.choice(found)
    old = chosen.group()
    if old.isdigit():
        value = int(old)
        others = (value + 1, value + 7, value * 2 + 1, max(2, value - 3))
        new = str(rng.choice([n for n in others if n != value]))
    else:
        new = rng.choice([d for d in (*"二三四五六七八九", "十一", "十四", "二十一") if d != old])
    return text[: chosen.start()] + new + text[chosen.end() :]


def change_name(rng: random.Random, text: str) -> str:
    """Another person or place, or "" when none is named."""
    here = [n for n in (*PEOPLE, *PLACES) if n in text]
    if not here:
        return ""
    old = rng.choice(here)
    pool = [*PEOPLE, *STRANGERS] if old in PEOPLE else [*PLACES, *ELSEWHERE]
    return text.replace(old, rng.choice([n for n in pool if n not in text]))


def change_title(rng: random.Random, text: str) -> str:
    """Another title in 《》, or "" when there is none."""
    found = re.findall("《([^《》]+)》", text)
    if not found:
        return ""
    old = rng.choice(found)
    pool = [t for t in TITLES if t not in old and old not in t and not (t == "意见" and old.endswith("意見"))]
    return text.replace(f"《{old}》", f"《{rng.choice(pool)}》")


def negate(rng: random.Random, text: str) -> str:
    """One word turned into its opposite, or "" when none can be."""
    turns = [
        ("必须", "不必"), ("能够", "不能够"), ("取得", "没有取得"), ("坚持", "不坚持"), ("要", "不要"),
        ("加强", "削弱"), ("提高", "降低"), ("提升", "降低"), ("不断增强", "不断减弱"), ("可以", "不可以"),
        ("需要", "不需要"), ("明确", "没有明确"), ("支持", "反对"), ("有利于", "不利于"), ("是", "不是"),
        ("实现", "没有实现"), ("推动", "不推动"),
    ]  # fmt: skip
    rng.shuffle(turns)
    for old, new in turns:
        outside = re.sub("“[^”]*”|《[^》]*》", lambda m: "□" * len(m.group()), text)
        at = outside.find(old)
        part_of_word = old in ("要", "是") and re.search("[只还就重主需不但总于凡而的]$", outside[: max(at, 0)])
        if at < 0 or part_of_word or (old == "要" and re.match("要求|要义|要素", outside[at:])):
            continue
        return text[:at] + new + text[at + len(old) :]
    return ""

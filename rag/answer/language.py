"""The language and script of a question, and our own words in it. Quotations are never converted."""

from __future__ import annotations

import re
from enum import StrEnum
from functools import lru_cache
from typing import Any

from rag.corpus.fold import is_traditional, to_simplified

_QUOTED = re.compile(r"“[^”]*”|「[^」]*」|『[^』]*』|《[^》]*》")
_LATIN = re.compile(r"[A-Za-z]+")
_HAN = re.compile(r"[\u3400-\u9fff]")


class Language(StrEnum):
    """What an answer is written in."""

    SIMPLIFIED = "zh-Hans"
    TRADITIONAL = "zh-Hant"
    ENGLISH = "en"


NAMES = {Language.SIMPLIFIED: "简体中文", Language.TRADITIONAL: "繁體中文", Language.ENGLISH: "English"}
"""How a language is named to a chat model."""


def language_of(question: str) -> Language:
    """The language of a question; what it quotes does not count.

    >>> language_of("工會的“八个对标”是哪些？").value, language_of("Who wrote 《意见》?").value
    ('zh-Hant', 'en')
    """
    own = _QUOTED.sub("", question)
    han = len(_HAN.findall(own))
    if len(_LATIN.findall(own)) > han:
        return Language.ENGLISH
    traditional = sum(map(is_traditional, own))
    if not traditional:
        return Language.SIMPLIFIED  # without opening the converter
    # 著, 乾, 於 stand in both scripts: one of them must not outvote 谁 or 这
    simplified = sum(a != b for a, b in zip(own, to_traditional("\n".join(own)).split("\n"), strict=True)) if own else 0
    return Language.TRADITIONAL if traditional > simplified else Language.SIMPLIFIED


def in_script(text: str, language: Language) -> str:
    """``text`` in the script of ``language``, quotations and titles in it untouched; English changes nothing."""
    if language is Language.ENGLISH:
        return text
    convert = to_traditional if language is Language.TRADITIONAL else to_simplified
    parts = re.split(f"({_QUOTED.pattern})", text)
    return "".join(part if i % 2 else convert(part) for i, part in enumerate(parts))


def to_traditional(text: str) -> str:
    """Taiwan's forms, phrase by phrase (皇后 stays, 以后 becomes 以後); the length may change."""
    return str(_converter().convert(text))


@lru_cache(maxsize=1)
def _converter() -> Any:
    import opencc

    return opencc.OpenCC("s2tw")


_SAY: dict[str, tuple[str, str]] = {
    "lead": ("", "The documents say:"),
    "refusal": (
        "现有文件中没有找到能回答这个问题的原文。",
        "Nothing was found in these documents that answers this question.",
    ),
    "nearest": (
        "最接近的段落在{titles}，但不足以回答。",
        "The nearest passages are in {titles}, but they do not answer it.",
    ),
    "none": ("没有找到相关段落。", "No related passage was found."),
    "unverified": (
        "引文未能通过与原文的核对，因此不予显示。",
        "The quotations did not pass the comparison with the originals and are not shown.",
    ),
    "fallback": ("{problem} 以下改为原文摘录。", "{problem} Quotations from the documents are shown instead."),
    "interrupted": (
        "{problem} 以上是中断前已通过核对的部分，未写完的一句没有显示。",
        "{problem} Above is what had passed the check; the unfinished sentence is not shown.",
    ),
    "removed": (
        "模型写的 {count} 句在所引原文中得不到支持，已移除。",
        "{count} sentence(s) written by the model were not borne out by the passages and have been removed.",
    ),
    "nothing_left": (
        "模型写的 {count} 句都得不到原文支持，已全部移除；请直接查看找到的段落。",
        "None of the {count} sentence(s) written by the model was borne out by the passages; please read the passages.",
    ),
    "empty": ("模型没有写出任何内容。", "The model wrote nothing."),
    "declined": ("模型认为找到的段落没有回答这个问题。", "The model finds no answer in the passages found."),
    "dropped": (
        "受上下文长度（{tokens} 词元）所限，排在后面的 {count} 段没有交给模型。",
        "Because of the context window ({tokens} tokens), the last {count} passage(s) were not given to the model.",
    ),
    "too_long": ("模型的回答过长，已在此停止。", "The model's answer was too long and was stopped here."),
    "meaning_only": (
        "英文句子只核对了数字、引语和大意。",
        "Of English sentences only numbers, quotations and the general meaning were checked.",
    ),
}


def say(key: str, language: Language, **values: object) -> str:
    """One of our own sentences in the question's language."""
    chinese, english = _SAY[key]
    if language is Language.ENGLISH:
        return english.format(**values)
    text = chinese.format(**values)
    return in_script(text, language)

"""The words of a question: which carry its content, and how much of their rarity a text matches."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from rag.corpus.fold import fold, to_simplified
from rag.index.lexical import terms

_ASKING = re.compile(
    r"请问|请介绍|请说明|请列出|请告诉我|告诉我|列出|介绍一下|说明一下|谈谈|"
    r"为什么|为何|凭什么|什么时候|什么时间|什么|哪些|哪几个|哪几|哪个|哪位|哪里|哪儿|哪年|哪一年|哪一|哪|谁|"
    r"多少|几个|几项|几条|几点|几|怎么样|怎么|怎样|如何|是否|能否|有没有|是不是|吗|呢|吧|啊|"
    r"分别|都有|具体|一下|关于|这个|那个|我们|我想知道|想知道|"
    r"\b(?:what|which|who|when|where|why|how|many|much|does|did|do|is|are|was|were|the|an?|of|in|on|to|for|and|"
    r"by|that|according|please|tell|me|list)\b"
)
"""Words that ask. They are rare in documents, so they would drown the content in any weighing by rarity."""
_CREDIT = re.compile(
    r"作者|谁写|谁的(?:文章|报道|讲话|稿)|出自谁|由谁|采写|撰写|撰文|执笔|署名|记者|通讯员|职务|职位|头衔|担任|任职|身份|什么人|哪(?:个|里的?)单位|"
    r"在哪(?:里|儿|个单位)?(?:工作|任职|供职)|单位是|谁(?:拍|摄)|摄影|拍摄|制图|策划|写了|写过|文章是|"
    r"哪篇|who wrote|author|byline|written by|position|title of"
)
"""Asking about a byline, a credit or an author's office rather than about what an article says."""
_LATIN = re.compile(r"[A-Za-z]")
_HAN = re.compile(r"[㐀-鿿]")
_COUNT = re.compile(r"[两三四五六七八九十]个")
_END = "?？。.!！~～… \n"
_FUNCTION = re.compile(r"[的了和与及在是有对于把被将要为其]")


def is_english(question: str) -> bool:
    """Whether a question is written in English (or another Latin script), names and quotations in Chinese aside.

    >>> is_english("Who wrote 《意见》?"), is_english("APP是什么？")
    (True, False)
    """
    return len(_LATIN.findall(question)) > 2 * len(_HAN.findall(question))


def plain(question: str) -> str:
    """The question as the models are given it: in one script and with one question mark, however it was typed.

    >>> plain("誰來負責"), plain("谁来负责？？")
    ('谁来负责？', '谁来负责？')
    """
    return to_simplified(question).rstrip(_END) + ("?" if is_english(question) else "？")


def content(question: str) -> str:
    """The folded question without the words that only ask.

    >>> content("银川市推出了多少条产改举措？")
    '银川市推出了 条产改举措？'
    """
    return _ASKING.sub(" ", fold(question)).strip()


def content_terms(question: str) -> list[str]:
    """Different terms of the question's content; all its terms when nothing but asking words is left.

    Pairs made of function characters (的了和 ...) on both sides or with one of them are kept out when others remain.
    """
    found = list(dict.fromkeys(terms(content(question))))
    if is_english(question):  # its Chinese words, when it has been given any: no English word stands in the documents
        own = [term for term in found if (not term.isascii() or term.isdigit()) and not _COUNT.fullmatch(term)]
        found = own or found
    strong = [term for term in found if not _FUNCTION.search(term)]
    return strong or found or list(dict.fromkeys(terms(question)))


def without_credit(question: str) -> str:
    """The folded question without what asks for a byline, a credit or an office."""
    return _CREDIT.sub(" ", fold(question))


def asks_for_credit(question: str) -> bool:
    """Whether the answer may be a title, a byline or a role note.

    >>> asks_for_credit("这篇报道是谁采写的？"), asks_for_credit("工会要做什么？")
    (True, False)
    """
    return bool(_CREDIT.search(fold(question)))


def names_in(question: str, authors: Iterable[str]) -> list[str]:
    """The names in ``authors`` (lines of names joined by 、) that the question mentions, sorted."""
    folded = fold(question).replace(" ", "")
    names = {name for line in authors for name in line.split("、") if len(name) >= 2}
    return sorted(name for name in names if fold(name) in folded)


def coverage(wanted: Iterable[str], text_terms: Iterable[str], weight: Callable[[str], float]) -> float:
    """The share (0 to 1) of the wanted terms' weight that ``text_terms`` hold."""
    have = set(text_terms)
    total = matched = 0.0
    for term in wanted:
        value = weight(term)
        total += value
        matched += value if term in have else 0.0
    return matched / total if total else 0.0

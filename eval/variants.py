"""The same question written otherwise: in the other script, and with or without punctuation."""

from __future__ import annotations

import re
from functools import cache
from hashlib import sha256

from eval.cases import Case
from rag.corpus.fold import fold

_MARKS = re.compile(r"[^\w\s.%-]")
_HAN = re.compile(r"[㐀-鿿]")


def chosen(case: Case) -> bool:
    """Whether a case owes consistency: every third answerable Chinese one without history, by id hash.

    A third, because every variant costs a whole question and the full run has to stay under two minutes.
    """
    if not case.answerable or case.history or not _HAN.search(case.question):
        return False
    return int(sha256(f"variant {case.id}".encode()).hexdigest(), 16) % 3 == 0


def variants(question: str) -> dict[str, str]:
    """Name -> wording: "script" is the other script, "marks" adds or removes punctuation.

    >>> variants("谁来负责？")["marks"]
    '谁来负责'
    """
    without = _MARKS.sub("", question)
    changed = {"script": _other_script(question), "marks": without if without != question else f"{question}？"}
    return {name: wording for name, wording in changed.items() if wording != question}


def _other_script(question: str) -> str:
    simplified = fold(question)
    if _HAN.findall(simplified) != _HAN.findall(question):
        return simplified
    return _to_traditional(question)


def _to_traditional(text: str) -> str:
    return str(_converter().convert(text))


@cache
def _converter():  # noqa: ANN202 - opencc ships no types
    from opencc import OpenCC

    return OpenCC("s2t")

"""Comparing texts: facts found, character F1, ROUGE-L, and the CMRC 2018 exact match and F1. Pure functions.

Texts are compared after ``rag.corpus.fold.fold`` (Traditional to Simplified, width, case), without blanks, because an
answer is as good in either script.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from difflib import SequenceMatcher

from rag.corpus.fold import fold

_BLANK = re.compile(r"\s+")
_PUNCTUATION = frozenset("-:_*^/\\~`+=，。：？！“”；’‘《》…·、「」（）－～『』—()[]{}<>,.?!;'\"#$%&@|【】〈〉")
"""CMRC's list, with the marks that it forgets."""
_TOKEN = re.compile(r"[㐀-䶿一-鿿豈-﫿]|[^\W_]+|[^\w\s]|_")


def squash(text: str) -> str:
    """``text`` folded and without blanks: the form in which texts are compared.

    >>> squash("產業 工人２０")
    '产业工人20'
    """
    return _BLANK.sub("", fold(text))


def bare(text: str) -> str:
    """``squash`` without punctuation."""
    return "".join(char for char in squash(text) if char not in _PUNCTUATION)


def completeness(text: str, facts: Sequence[Sequence[str]]) -> float:
    """The share of required facts that ``text`` holds. A fact is a list of wordings, any of which will do.

    Punctuation is dropped on both sides, so that 《意见》 is found as 意见. Raises ValueError when there is no fact.
    """
    if not facts:
        raise ValueError("completeness needs at least one fact")
    held = bare(text)
    return sum(any(bare(wording) in held for wording in fact) for fact in facts) / len(facts)


def char_f1(answer: str, reference: str) -> float:
    """F1 of the two bags of characters, punctuation dropped; 0.0 when either is empty (SQuAD's F1 on characters)."""
    ours, theirs = Counter(bare(answer)), Counter(bare(reference))
    return _f1(sum((ours & theirs).values()), ours.total(), theirs.total())


def rouge_l(answer: str, reference: str) -> float:
    """ROUGE-L F1: longest common subsequence of characters, punctuation dropped (Lin 2004, with beta = 1)."""
    ours, theirs = bare(answer), bare(reference)
    return _f1(_subsequence(ours, theirs), len(ours), len(theirs))


def cmrc_exact(prediction: str, answers: Sequence[str]) -> float:
    """1.0 when the prediction is one of the answers, case and punctuation dropped, as CMRC 2018's script has it."""
    return float(any(_cmrc_plain(prediction) == _cmrc_plain(answer) for answer in answers))


def cmrc_f1(prediction: str, answers: Sequence[str]) -> float:
    """CMRC 2018's F1: longest common *substring* of the two token sequences, best over the answers.

    Tokens are single Han characters and whole runs of letters or digits, punctuation dropped. The official script cuts
    the runs with nltk's tokenizer; runs are the same there except for contractions and such, which are rare in it.
    """
    return max((_cmrc_f1_one(_cmrc_tokens(prediction), _cmrc_tokens(answer)) for answer in answers), default=0.0)


def _cmrc_f1_one(ours: list[str], theirs: list[str]) -> float:
    matcher = SequenceMatcher(None, ours, theirs, autojunk=False)
    return _f1(matcher.find_longest_match().size, len(ours), len(theirs))


def _cmrc_plain(text: str) -> str:
    """The official script drops no blanks here, only case, outer blanks and punctuation."""
    return "".join(char for char in text.lower().strip() if char not in _PUNCTUATION)


def _cmrc_tokens(text: str) -> list[str]:
    return [token for token in _TOKEN.findall(text.lower().strip()) if token not in _PUNCTUATION]


def _subsequence(a: str, b: str) -> int:
    """Length of the longest common subsequence; one row of the usual table at a time."""
    row = [0] * (len(b) + 1)
    for char in a:
        before = 0
        for j, other in enumerate(b, start=1):
            before, row[j] = row[j], before + 1 if char == other else max(row[j], row[j - 1])
    return row[-1]


def _f1(common: int, ours: int, theirs: int) -> float:
    return 2 * common / (ours + theirs) if common else 0.0

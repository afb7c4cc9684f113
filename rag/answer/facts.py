"""What a sentence states that can be looked up (numbers, names, titles, quotations, yes or no) against passages.

Each check returns what is wrong, in words for the reader, or "". ``missing_*``: it stands nowhere. ``mixed_*`` and
``turned``: the passages say something else in the same place.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rag.answer import opposites
from rag.answer.markers import strip
from rag.answer.prepared import Evidence, clauses, counted_numbers, coverage, squeeze, surroundings, tokens
from rag.corpus.mentions import Names, find_names
from rag.corpus.numerals import Number, find_numbers

RIVAL = 0.25
"""How much better the surroundings of another number must fit before two numbers count as swapped."""
HOME = 0.6
"""Share of the words around a number or name that make a sentence of the passages the one it is taken from."""
ITEMS = frozenset("个项条点种类方件")
"""Units in which a sentence sums up its own list."""

_TITLE = re.compile("《([^《》]{1,60})》")
_QUOTED = re.compile("“([^“”]{1,400})”")
_PREFIX = re.compile(
    r"^\s*(?:[-*•·#>]+\s*|\(?\d{1,2}[.、)]\s*|\([一二三四五六七八九十]{1,3}\)|[一二三四五六七八九十]{1,3}、)+"
)
_PUNCTUATION = re.compile(r"[^\w\u3400-\u9fff]+")
_HAN = re.compile(r"[\u3400-\u9fff]")


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence prepared for judging: squeezed, also without any punctuation, and its tokens."""

    text: str
    bare: str
    tokens: frozenset[str]
    names: Names


def read_claim(sentence: str) -> Claim:
    """Squeeze a sentence, without its markers and list mark."""
    text = _PREFIX.sub("", squeeze(strip(sentence)))
    text = re.sub(r"\*\*|__", "", text)
    return Claim(text, _PUNCTUATION.sub("", text), tokens(text), find_names(text))


def is_english(text: str) -> bool:
    """Whether Latin letters outweigh Han characters."""
    return 2 * len(_HAN.findall(text)) < len(re.findall("[a-z]", text))


def missing_words(claim: Claim, evidence: Sequence[Evidence]) -> str:
    """A title or quotation that stands in none of the passages."""
    for title in _TITLE.findall(claim.text):
        if not any(title in e.text or title in e.facts for e in evidence):
            return f"《{title}》不见于所引原文"
    for quoted in _QUOTED.findall(claim.text):
        parts = [p for p in (_PUNCTUATION.sub("", part) for part in re.split("…+|\\.{3,}", quoted)) if p]
        if not any(all(p in without_punctuation(e.text) for p in parts) for e in evidence):
            return f"引语“{quoted[:24]}”不见于所引原文"
    return ""


def missing_numbers(claim: Claim, evidence: Sequence[Evidence]) -> str:
    """A number that stands in none of the passages."""
    known = {c.number.value for e in evidence for c in e.numbers}
    for counted in counted_numbers(claim.text):
        if counted.number.value not in known and not _counts_items(counted.number, claim):
            return f"数字“{claim.text[counted.number.start : counted.number.end]}”不见于所引原文"
    return ""


def _counts_items(number: Number, claim: Claim) -> bool:
    """Whether the number sums up a list that stands right before or after it: 甲、乙和丙三项, 三项：甲、乙和丙."""
    before = re.split("[。；;,，:：]", claim.text[: number.start])[-1]
    after = re.split("[。；;]", claim.text[number.end :].partition(":")[2])[0]
    lists = [1 + len(re.findall("[、,，]|和|与|以及", listed)) for listed in (before, after) if "、" in listed]
    return number.value >= 3 and number.unit in ITEMS and number.value in lists


def mixed_numbers(claim: Claim, evidence: Sequence[Evidence]) -> str:
    """A number whose surroundings are those of another number of the same unit in the passages."""
    for counted in counted_numbers(claim.text):
        number = counted.number
        home = _home(counted.around, claim, evidence)
        there = list(find_numbers(home, claims_only=False))
        if (
            not there
            or _counts_items(number, claim)
            or any(n.value == number.value and number.unit in (n.unit, "") for n in there)
        ):
            continue
        mine = {n.value for n in find_numbers(claim.text) if n.unit == number.unit}
        if any(n.unit == number.unit and n.value not in mine for n in there):
            return f"数字“{claim.text[number.start : number.end]}”与原文所述不符"
    return _swapped_numbers(claim, evidence)


def _swapped_numbers(claim: Claim, evidence: Sequence[Evidence]) -> str:
    """Two numbers of one sentence that have changed places."""
    stated = [c for e in evidence for c in e.numbers if c.around]
    for counted in counted_numbers(claim.text):
        number = counted.number
        same = [c for c in stated if c.number.value == number.value]
        rivals = [c for c in stated if c.number.unit == number.unit and c.number.value != number.value]
        if not (counted.around and same and rivals):
            continue
        own = max(_fit(counted.around, c.around) for c in same)
        if max(_fit(counted.around, c.around) for c in rivals) > own + RIVAL:
            return f"数字“{claim.text[number.start : number.end]}”与原文所述不符"
    return ""


def missing_names(claim: Claim, evidence: Sequence[Evidence]) -> str:
    """A person or place that stands in none of the passages."""
    names = claim.names
    for kind, listed in (("人名", names.people), ("地名", names.places)):
        for name in listed:
            if not any(name in e.text or name in e.facts for e in evidence):
                return f"{kind}“{name}”不见于所引原文"
    return ""


def mixed_titles(claim: Claim, evidence: Sequence[Evidence]) -> str:
    """A title that stands where the passages have another one."""
    return _mixed(claim, _TITLE.findall(claim.text), evidence, _TITLE.findall)


def mixed_names(claim: Claim, evidence: Sequence[Evidence]) -> str:
    """A person or place that stands where the passages have another one."""
    return _mixed(claim, claim.names.people, evidence, lambda text: find_names(text).people) or _mixed(
        claim, claim.names.places, evidence, lambda text: find_names(text).places
    )


def _mixed(
    claim: Claim, names: Sequence[str], evidence: Sequence[Evidence], find: Callable[[str], Sequence[str]]
) -> str:
    """A name that stands where the passages, in the same surroundings, have another one of its kind."""
    for name in names:
        at = claim.text.index(name)
        home = _home(surroundings(claim.text, at, at + len(name)) or claim.tokens, claim, evidence)
        if home and name not in home and (others := [n for n in find(home) if n not in claim.text]):
            return f"原文说的是“{others[0]}”，不是“{name}”"
    return ""


def _home(around: frozenset[str], claim: Claim, evidence: Sequence[Evidence]) -> str:
    """The sentence of the passages that has most of the words ``around`` something; "" when none has most of them."""
    best, home = HOME, ""
    for e in evidence:
        for t, (start, end) in zip(e.sentence_tokens, e.sentences, strict=True):
            score = _fit(around, t) + 0.1 * coverage(claim.tokens, t)
            if score > best:
                best, home = score, squeeze(e.passage.text[start:end])
    return home


def _fit(mine: frozenset[str], theirs: frozenset[str]) -> float:
    return len(mine & theirs) / len(mine) if mine else 0.0


def turned(claim: Claim, evidence: Sequence[Evidence]) -> str:
    """A clause that says the opposite of the clause it is taken from."""
    for clause in clauses(claim.text):
        pool = [c for e in evidence for c in e.clauses]
        if why := opposites.turned(clause, pool):
            return why
    return ""


def states_facts(claim: Claim) -> bool:
    """Whether the sentence states anything that can be looked up: a number, name, title or quotation."""
    named = claim.names.people or claim.names.places or _TITLE.search(claim.text) or _QUOTED.search(claim.text)
    return bool(named) or any(True for _ in find_numbers(claim.text))


def without_punctuation(squeezed: str) -> str:
    """The characters of a squeezed text that are words."""
    return _PUNCTUATION.sub("", squeezed)

"""Is a sentence that a chat model wrote borne out by the passages it cites? Facts first, then wording, then meaning.

A sentence passes when its titles 《》, quotations “”, numbers, people and places stand in the passages, no clause is
turned into its opposite, and its wording is covered (or, in a middle zone, its meaning is near by embedding).
What is not seen: a wrong relation between things that all stand in one passage, unless the words around a number or
name give it away. English sentences are checked for numbers and quotations, and for meaning by embedding only.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations

from rag.answer import opposites
from rag.answer.markers import strip
from rag.answer.prepared import Evidence, clauses, counted_numbers, coverage, squeeze, surroundings, tokens
from rag.corpus.mentions import Names, find_names
from rag.corpus.numerals import Number, find_numbers
from rag.types import Verdict

COVERED = 0.60
"""Share of a sentence's bigrams that, found in the passages, needs no further proof of meaning."""
RELATED = 0.34
"""Below this share of common bigrams no embedding can save a sentence."""
NEAR = 0.93
"""Cosine of multilingual-e5 between sentence and passage sentence that passes in the middle zone."""
NEAR_WITH_FACTS = 0.88
"""The same for a sentence that states numbers, names, titles or quotations, all of which stand in the passages."""
NEAR_ENGLISH = 0.80
BETTER = 0.15
"""Another passage that covers this much more of a sentence is cited instead."""
RIVAL = 0.25
"""How much better the surroundings of another number must fit before two numbers count as swapped."""
HOME = 0.6
"""Share of the words around a number or name that make a sentence of the passages the one it is taken from."""

ITEMS = frozenset("个项条点种类方件")

_TITLE = re.compile("《([^《》]{1,60})》")
_QUOTED = re.compile("“([^“”]{1,400})”")
_PREFIX = re.compile(
    r"^\s*(?:[-*•·#>]+\s*|\(?\d{1,2}[.、)]\s*|\([一二三四五六七八九十]{1,3}\)|[一二三四五六七八九十]{1,3}、)+"
)
_PUNCTUATION = re.compile(r"[^\w\u3400-\u9fff]+")
_HAN = re.compile(r"[\u3400-\u9fff]")

Nearness = Callable[[str, Sequence[str]], float]
"""Largest cosine between a sentence and any of some passage sentences."""


@dataclass(frozen=True, slots=True)
class Cite:
    """Sentence ``[start, end)`` of the text of passage number ``passage`` (from 0)."""

    passage: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Judgement:
    """What became of one sentence; ``why`` is empty unless it was removed or re-cited."""

    verdict: Verdict
    cites: tuple[Cite, ...] = ()
    why: str = ""


def judge(sentence: str, cited: Sequence[int], evidence: Sequence[Evidence], near: Nearness) -> Judgement:
    """Judge one sentence against the passages it cites (numbers from 0; unknown ones already dropped).

    Fails over to the other passages: a sentence that one of them bears out is cited to that one, unless a passage
    that resembles it more contradicts it.
    """
    claim = _claim(sentence)
    if not claim.bare:
        return Judgement(Verdict.REMOVED, why="没有内容")
    verbatim = [i for i, e in enumerate(evidence) if _stands_in(claim.bare, e)]
    if verbatim:
        kept = [i for i in cited if i in verbatim] or verbatim[:1]
        return Judgement(Verdict.VERBATIM, _cites(claim, kept, evidence, near), _moved(cited, kept))
    why = "没有注明出处"
    least = 0.0
    for home in [list(cited)] * bool(cited) + _alternatives(claim, cited, evidence):
        found = _covered(claim, home, evidence)
        if found < least:
            continue
        fault = find_fault(claim, [evidence[i] for i in home], near)
        if fault is None:
            kept = (_better(claim, cited, evidence, near) or home) if home == list(cited) else home
            return Judgement(Verdict.SUPPORTED, _cites(claim, kept, evidence, near), _moved(cited, kept))
        if home == list(cited) or fault.contradicts:
            why = fault.why
        if fault.contradicts:
            least = max(least, found + 0.01)
    return Judgement(Verdict.REMOVED, why=why)


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a claim does not follow; ``contradicts`` when the passages say otherwise, not merely nothing."""

    why: str
    contradicts: bool = False


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence prepared for judging: squeezed, also without any punctuation, and its tokens."""

    text: str
    bare: str
    tokens: frozenset[str]
    names: Names


def _claim(sentence: str) -> Claim:
    text = _PREFIX.sub("", squeeze(strip(sentence)))
    text = re.sub(r"\*\*|__", "", text)
    return Claim(text, _PUNCTUATION.sub("", text), tokens(text), find_names(text))


def find_fault(claim: Claim, evidence: Sequence[Evidence], near: Nearness) -> Fault | None:
    """Why ``claim`` does not follow from ``evidence`` taken together; None when it does."""
    missing: tuple[Callable[[Claim, Sequence[Evidence]], str], ...] = (_missing_words, _missing_numbers)
    against: tuple[Callable[[Claim, Sequence[Evidence]], str], ...] = ()
    if not _is_english(claim.text):
        missing = (*missing, _missing_names)
        against = (_mixed_numbers, _mixed_titles, _mixed_names, _turned)
    for check in against:
        if why := check(claim, evidence):
            return Fault(why, contradicts=True)
    for check in missing:
        if why := check(claim, evidence):
            return Fault(why)
    return Fault(why) if (why := _unrelated(claim, evidence, near)) else None


def _is_english(text: str) -> bool:
    return 2 * len(_HAN.findall(text)) < len(re.findall("[a-z]", text))


def _missing_words(claim: Claim, evidence: Sequence[Evidence]) -> str:
    for title in _TITLE.findall(claim.text):
        if not any(title in e.text or title in e.facts for e in evidence):
            return f"《{title}》不见于所引原文"
    for quoted in _QUOTED.findall(claim.text):
        parts = [p for p in (_PUNCTUATION.sub("", part) for part in re.split("…+|\\.{3,}", quoted)) if p]
        if not any(all(p in _bare(e) for p in parts) for e in evidence):
            return f"引语“{quoted[:24]}”不见于所引原文"
    return ""


def _missing_numbers(claim: Claim, evidence: Sequence[Evidence]) -> str:
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


def _mixed_numbers(claim: Claim, evidence: Sequence[Evidence]) -> str:
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


def _fit(mine: frozenset[str], theirs: frozenset[str]) -> float:
    return len(mine & theirs) / len(mine) if mine else 0.0


def _missing_names(claim: Claim, evidence: Sequence[Evidence]) -> str:
    names = claim.names
    for kind, listed in (("人名", names.people), ("地名", names.places)):
        for name in listed:
            if not any(name in e.text or name in e.facts for e in evidence):
                return f"{kind}“{name}”不见于所引原文"
    return ""


def _mixed_titles(claim: Claim, evidence: Sequence[Evidence]) -> str:
    return _mixed(claim, _TITLE.findall(claim.text), evidence, _TITLE.findall)


def _mixed_names(claim: Claim, evidence: Sequence[Evidence]) -> str:
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


def _turned(claim: Claim, evidence: Sequence[Evidence]) -> str:
    """A clause that says the opposite of the clause it is taken from."""
    for clause in clauses(claim.text):
        pool = [c for e in evidence for c in e.clauses]
        if why := opposites.turned(clause, pool):
            return why
    return ""


def _unrelated(claim: Claim, evidence: Sequence[Evidence], near: Nearness) -> str:
    if _is_english(claim.text):
        passages = [e.passage.text[a:b] for e in evidence for a, b in e.sentences]
        return "" if near(claim.text, passages) >= NEAR_ENGLISH else "与所引原文的意思不符"
    found = coverage(claim.tokens, frozenset().union(*(e.tokens for e in evidence)))
    if found >= COVERED:
        return ""
    if found < RELATED:
        return "所引原文没有这样说"
    ranked = sorted(
        (
            (coverage(claim.tokens, t), e.passage.text[a:b])
            for e in evidence
            for t, (a, b) in zip(e.sentence_tokens, e.sentences, strict=True)
        ),
        reverse=True,
    )
    least = NEAR_WITH_FACTS if _states_facts(claim) else NEAR
    return "" if near(claim.text, [text for _, text in ranked[:2]]) >= least else "与所引原文的意思不符"


def _states_facts(claim: Claim) -> bool:
    named = claim.names.people or claim.names.places or _TITLE.search(claim.text) or _QUOTED.search(claim.text)
    return bool(named) or any(True for _ in find_numbers(claim.text))


def _covered(claim: Claim, passages: Sequence[int], evidence: Sequence[Evidence]) -> float:
    return coverage(claim.tokens, frozenset().union(*(evidence[i].tokens for i in passages)))


def _better(claim: Claim, cited: Sequence[int], evidence: Sequence[Evidence], near: Nearness) -> list[int]:
    """A passage that bears the claim out much better than those cited; [] when there is none."""
    rows = [(_covered(claim, [i], evidence), -i) for i in range(len(evidence)) if i not in cited]
    score, i = max(rows, default=(0.0, 0))
    far = score >= _covered(claim, cited, evidence) + BETTER
    return [-i] if far and find_fault(claim, [evidence[-i]], near) is None else []


def _alternatives(claim: Claim, cited: Sequence[int], evidence: Sequence[Evidence]) -> list[list[int]]:
    """Other passages, best covering first; then two together when each tells a part that the other does not."""
    order = sorted(range(len(evidence)), key=lambda i: (-coverage(claim.tokens, evidence[i].tokens), i))
    found = [[i] for i in order[:3] if [i] != list(cited)]
    for pair in combinations(order[:3], 2):
        parts = [claim.tokens & evidence[i].tokens for i in pair]
        least = min(len(parts[0] - parts[1]), len(parts[1] - parts[0]))
        if least >= BETTER * len(claim.tokens) and set(pair) != set(cited):
            found.append(list(pair))
    return found


def _cites(claim: Claim, passages: Sequence[int], evidence: Sequence[Evidence], near: Nearness) -> tuple[Cite, ...]:
    """The sentences of the passages that carry the claim: of each passage the best, and up to two that add to it."""
    return tuple(
        Cite(i, *evidence[i].sentences[k]) for i in passages for k in sorted(_carriers(claim, evidence[i], near))
    )


def _carriers(claim: Claim, e: Evidence, near: Nearness) -> list[int]:
    texts = [e.passage.text[start:end] for start, end in e.sentences]
    for k, text in enumerate(texts):
        if claim.bare in _PUNCTUATION.sub("", squeeze(text)):
            return [k]
    chosen: list[int] = []
    left = claim.tokens
    while len(chosen) < 3:
        gain, k = max(((len(left & t), -k) for k, t in enumerate(e.sentence_tokens)), default=(0, 0))
        if gain == 0 or (chosen and gain < 0.2 * len(claim.tokens)):
            break
        chosen.append(-k)
        left = left - e.sentence_tokens[-k]
    if not chosen and texts:  # another language: no common tokens
        chosen.append(max(range(len(texts)), key=lambda k: near(claim.text, [texts[k]])))
    return chosen


def _bare(e: Evidence) -> str:
    return _PUNCTUATION.sub("", e.text)


def _stands_in(bare: str, e: Evidence) -> bool:
    """Whether the words stand in the passage, and not after a 不 that was cut off."""
    text = _bare(e)
    at = text.find(bare) if len(bare) >= 4 else -1
    return at >= 0 and text[max(0, at - 1) : at] not in set("不没未无非")


def _moved(cited: Sequence[int], kept: Sequence[int]) -> str:
    return "" if not cited or set(kept) <= set(cited) else "出处已更正"

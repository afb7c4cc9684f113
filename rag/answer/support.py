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
from rag.types import Verdict

COVERED = 0.60
"""Share of a sentence's bigrams that, found in the passages, needs no further proof of meaning."""
RELATED = 0.34
"""Below this share of common bigrams no embedding can save a sentence."""
NEAR = 0.90
"""Cosine of multilingual-e5 between sentence and passage sentence that passes in the middle zone."""
NEAR_ENGLISH = 0.80
BETTER = 0.15
"""Another passage that covers this much more of a sentence is cited instead."""
RIVAL = 0.25
"""How much better other surroundings must fit before a number or name counts as mixed up."""

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

    Fails over to the other passages: a sentence that one of them bears out is cited to that one.
    """
    claim = _claim(sentence)
    if not claim.tokens and not claim.text:
        return Judgement(Verdict.REMOVED, why="没有内容")
    verbatim = [i for i, e in enumerate(evidence) if _stands_in(claim.bare, e)]
    if verbatim:
        kept = [i for i in cited if i in verbatim] or verbatim[:1]
        return Judgement(Verdict.VERBATIM, _cites(claim, kept, evidence), _moved(cited, kept))
    why = "没有注明出处"
    if cited:
        why = fault(claim, [evidence[i] for i in cited], near)
        if not why and not (better := _better(claim, cited, evidence, near)):
            return Judgement(Verdict.SUPPORTED, _cites(claim, cited, evidence))
        if not why:
            return Judgement(Verdict.SUPPORTED, _cites(claim, better, evidence), _moved(cited, better))
    for others in _alternatives(claim, cited, evidence):
        if not fault(claim, [evidence[i] for i in others], near):
            return Judgement(Verdict.SUPPORTED, _cites(claim, others, evidence), _moved(cited, others))
    return Judgement(Verdict.REMOVED, why=why)


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence prepared for judging: squeezed, also without any punctuation, and its tokens."""

    text: str
    bare: str
    tokens: frozenset[str]


def _claim(sentence: str) -> Claim:
    text = _PREFIX.sub("", squeeze(strip(sentence)))
    text = re.sub(r"\*\*|__", "", text)
    return Claim(text, _PUNCTUATION.sub("", text), tokens(text))


def fault(claim: Claim, evidence: Sequence[Evidence], near: Nearness) -> str:
    """Why ``claim`` does not follow from ``evidence`` taken together; "" when it does."""
    if _is_english(claim.text):
        checks: tuple[Callable[[Claim, Sequence[Evidence]], str], ...] = (_missing_words, _missing_numbers)
    else:
        checks = (_missing_words, _missing_numbers, _mixed_numbers, _mixed_titles, _missing_names, _turned)
    for check in checks:
        if why := check(claim, evidence):
            return why
    return _unrelated(claim, evidence, near)


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
        if counted.number.value not in known:
            return f"数字“{claim.text[counted.number.start : counted.number.end]}”不见于所引原文"
    return ""


def _mixed_numbers(claim: Claim, evidence: Sequence[Evidence]) -> str:
    """A number whose surroundings belong to another number of the same unit in the passages."""
    stated = [c for e in evidence for c in e.numbers]
    for counted in counted_numbers(claim.text):
        number = counted.number
        same = [c for c in stated if c.number.value == number.value and number.unit in (c.number.unit, "")]
        loose = same or [c for c in stated if c.number.value == number.value]
        if any(not c.around for c in loose) or not counted.around:
            continue
        own = max(_fit(counted.around, c.around) for c in loose)
        rivals = [c for c in stated if c.number.unit == number.unit and c.number.value != number.value and c.around]
        best = max((_fit(counted.around, c.around) for c in rivals), default=0.0)
        if best > own + RIVAL:
            return f"数字“{claim.text[number.start : number.end]}”与原文所述不符"
    return ""


def _fit(mine: frozenset[str], theirs: frozenset[str]) -> float:
    return len(mine & theirs) / len(mine)


def _missing_names(claim: Claim, evidence: Sequence[Evidence]) -> str:
    names = find_names(claim.text)
    for kind, listed in (("人名", names.people), ("地名", names.places)):
        for name in listed:
            if not any(name in e.text or name in e.facts for e in evidence):
                return f"{kind}“{name}”不见于所引原文"
    return _mixed_names(claim, names, evidence)


def _mixed_titles(claim: Claim, evidence: Sequence[Evidence]) -> str:
    nearest = _nearest_sentence(claim, evidence)
    return _mixed(claim, nearest, _TITLE.findall(claim.text), _TITLE.findall(nearest))


def _mixed_names(claim: Claim, names: Names, evidence: Sequence[Evidence]) -> str:
    nearest = _nearest_sentence(claim, evidence)
    people = [n for n in names.people if n not in nearest and not _is_fact(n, evidence)]
    places = [n for n in names.places if n not in nearest and not _is_fact(n, evidence)]
    if not (nearest and (people or places)):
        return ""
    there = find_names(nearest)
    return _mixed(claim, nearest, people, there.people) or _mixed(claim, nearest, places, there.places)


def _mixed(claim: Claim, nearest: str, mine: Sequence[str], theirs: Sequence[str]) -> str:
    """A name that stands where the nearest sentence of the passages has another one of its kind."""
    others = [name for name in theirs if name not in claim.text]
    for name in mine if others else ():
        at = claim.text.index(name)
        around = surroundings(claim.text, at, at + len(name)) or claim.tokens
        if name not in nearest and _fit(around, tokens(nearest)) > 0.5:
            return f"原文说的是“{others[0]}”，不是“{name}”"
    return ""


def _is_fact(name: str, evidence: Sequence[Evidence]) -> bool:
    return any(name in e.facts for e in evidence)


def _nearest_sentence(claim: Claim, evidence: Sequence[Evidence]) -> str:
    scored = [
        (coverage(claim.tokens, t), -i, e, r)
        for e in evidence
        for i, (t, r) in enumerate(zip(e.sentence_tokens, e.sentences, strict=True))
    ]
    if not scored:
        return ""
    score, _, e, (start, end) = max(scored, key=lambda row: row[:2])
    return squeeze(e.passage.text[start:end]) if score >= RELATED else ""


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
    return "" if near(claim.text, [text for _, text in ranked[:2]]) >= NEAR else "与所引原文的意思不符"


def _better(claim: Claim, cited: Sequence[int], evidence: Sequence[Evidence], near: Nearness) -> list[int]:
    """A passage that bears the claim out much better than those cited; [] when there is none."""
    own = coverage(claim.tokens, frozenset().union(*(evidence[i].tokens for i in cited)))
    rows = [(coverage(claim.tokens, e.tokens), -i) for i, e in enumerate(evidence) if i not in cited]
    score, i = max(rows, default=(0.0, 0))
    return [-i] if score >= own + BETTER and not fault(claim, [evidence[-i]], near) else []


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


def _cites(claim: Claim, passages: Sequence[int], evidence: Sequence[Evidence]) -> tuple[Cite, ...]:
    """The sentences of the passages that carry the claim: for each passage the best, and up to two that add to it."""
    cites: list[Cite] = []
    for i in passages:
        e, left = evidence[i], claim.tokens
        exact = [
            k
            for k, r in enumerate(e.sentences)
            if claim.bare in _PUNCTUATION.sub("", squeeze(e.passage.text[slice(*r)]))
        ]
        chosen: list[int] = exact[:1]
        while not exact and len(chosen) < 3 and left:
            gains = [(len(left & t), -k) for k, t in enumerate(e.sentence_tokens)]
            gain, k = max(gains, default=(0, 0))
            if gain == 0 or (chosen and gain < 0.2 * len(claim.tokens)):
                break
            chosen.append(-k)
            left = left - e.sentence_tokens[-k]
        cites.extend(Cite(i, *e.sentences[k]) for k in sorted(chosen))
    return tuple(cites)


def _bare(e: Evidence) -> str:
    return _PUNCTUATION.sub("", e.text)


def _stands_in(bare: str, e: Evidence) -> bool:
    """Whether the words stand in the passage, and not after a 不 that was cut off."""
    text = _bare(e)
    at = text.find(bare) if len(bare) >= 4 else -1
    return at >= 0 and text[max(0, at - 1) : at] not in set("不没未无非")


def _moved(cited: Sequence[int], kept: Sequence[int]) -> str:
    return "" if not cited or set(kept) <= set(cited) else "出处已更正"

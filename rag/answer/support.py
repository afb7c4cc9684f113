"""Is a sentence that a chat model wrote borne out by the passages it cites? Facts first, then wording, then meaning.

A sentence passes when its titles 《》, quotations “”, numbers, people and places stand in the passages, no clause is
turned into its opposite, and its wording is covered (or, in a middle zone, its meaning is near by embedding).
What is not seen: a wrong relation between things that all stand in one passage, unless the words around a number or
name give it away. English sentences are checked for numbers and quotations, and for meaning by embedding only.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations

from rag.answer import facts
from rag.answer.facts import Claim, is_english, read_claim, states_facts, without_punctuation
from rag.answer.prepared import Evidence, coverage, squeeze
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
    claim = read_claim(sentence)
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


def find_fault(claim: Claim, evidence: Sequence[Evidence], near: Nearness) -> Fault | None:
    """Why ``claim`` does not follow from ``evidence`` taken together; None when it does."""
    missing: tuple[Callable[[Claim, Sequence[Evidence]], str], ...] = (facts.missing_words, facts.missing_numbers)
    against: tuple[Callable[[Claim, Sequence[Evidence]], str], ...] = ()
    if not is_english(claim.text):
        missing = (*missing, facts.missing_names)
        against = (facts.mixed_numbers, facts.mixed_titles, facts.mixed_names, facts.turned)
    for check in against:
        if why := check(claim, evidence):
            return Fault(why, contradicts=True)
    for check in missing:
        if why := check(claim, evidence):
            return Fault(why)
    return Fault(why) if (why := _unrelated(claim, evidence, near)) else None


def _unrelated(claim: Claim, evidence: Sequence[Evidence], near: Nearness) -> str:
    if is_english(claim.text):
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
    least = NEAR_WITH_FACTS if states_facts(claim) else NEAR
    return "" if near(claim.text, [text for _, text in ranked[:2]]) >= least else "与所引原文的意思不符"


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
        if claim.bare in without_punctuation(squeeze(text)):
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


def _stands_in(bare: str, e: Evidence) -> bool:
    """Whether the words stand in the passage, and not after a 不 that was cut off."""
    text = without_punctuation(e.text)
    at = text.find(bare) if len(bare) >= 4 else -1
    return at >= 0 and text[max(0, at - 1) : at] not in set("不没未无非")


def _moved(cited: Sequence[int], kept: Sequence[int]) -> str:
    return "" if not cited or set(kept) <= set(cited) else "出处已更正"

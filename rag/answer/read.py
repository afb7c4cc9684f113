"""Question and hits → the quotes that answer, best first, and how sure we are of them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rag.answer.bylines import byline_quotes
from rag.answer.confidence import UNREAD, Features, Scored, Weights, confidence, features
from rag.answer.evidence import Candidate, candidates, missing_facts
from rag.answer.fitting import fits
from rag.answer.judge import Judged, judge
from rag.answer.lists import find_list
from rag.answer.question import Analysis, Asked, is_command
from rag.answer.quoting import make_quote
from rag.corpus.clauses import Range, units
from rag.corpus.fold import fold
from rag.corpus.mentions import find_names
from rag.corpus.numerals import find_numbers
from rag.index.embed import Encoder
from rag.index.library import Library
from rag.search.reader import Reading
from rag.search.wording import names_in
from rag.types import Hit, Quote

READ = 8
"""Passages whose sentences are looked at."""
SURE = 0.6
"""Chance from which the reader model chooses the sentences, and that a second passage needs to be quoted as well."""
AT_MOST = 3
"""Quotes in an answer that is not a list."""
CLOSE = 0.86
"""A further sentence is quoted when it scores at least this share of the best."""

_QUOTED = re.compile(r"[“\"「『]([^”\"」』]{2,20})[”\"」』]")
SHORT = 45
"""A quoted sentence below this many characters takes the next one along, except where a short answer was asked for."""

_NUMBER = re.compile(r"[0-9〇一二三四五六七八九十百千万亿两]")
LONGEST_FOCUS = 30
"""An exact answer is a few words; a longer one is no shorter than reading the sentence."""
_EXACT = (Asked.HOW_MANY, Asked.WHEN, Asked.WHO, Asked.WHERE)
"""Kinds of question that a number, a time, a person or a place answers."""

_HINTS: dict[Asked, re.Pattern[str]] = {
    Asked.HOW_MANY: re.compile(
        r"[0-9〇一二三四五六七八九十百千万亿两]+(?:[.,][0-9]+)?(?:多|余)?[万亿]?[个项条点种场人次家名年届天月篇支份元%户级]"
    ),
    Asked.WHEN: re.compile(r"[0-9]{1,4}年|[0-9]{1,2}月|[0-9]{1,2}日|近年|今年|去年|近日|日前|以来|初|底|前夕"),
    Asked.WHERE: re.compile(r"省|市|区|县|镇|州|大学|公司"),
    Asked.WHO: re.compile(r"书记|主席|部长|副|记者|作者|主任|介绍|表示|同志|师傅|说"),
    Asked.WHY: re.compile(r"因为|由于|为了|为|旨在|以便|从而|原因|在于|根本|有利于|所以|因此|导致|使"),
    Asked.MEANING: re.compile(r"即|是指|指的是|意味着|就是|体现|表现为|称为|包括|是"),
}


@dataclass(frozen=True, slots=True)
class Evidence:
    """What reading found: quotes best first, the probability that they answer, and a caveat for the reader."""

    quotes: tuple[Quote, ...]
    confidence: float
    note: str = ""
    features: Features | None = None
    """What the confidence was computed from; None where a rule decided."""


class SentenceReader:
    """Picks whole sentences by wording, meaning and kind of question. Deterministic."""

    def __init__(self, library: Library, encoder: Encoder, weights: Weights = Weights()) -> None:  # noqa: B008
        self._library = library
        self._encoder = encoder
        self.weights = weights

    def read(
        self,
        question: str,
        analysis: Analysis,
        hits: Sequence[Hit],
        readings: Mapping[str, Reading] = {},
    ) -> Evidence:
        """The quotes that answer ``question``, with the probability that they do.

        Where a reader model that was taught which sentences answer is ``SURE``, it chooses them; else those nearest in
        wording and meaning are quoted.

        ``readings`` are what the reader model made of the hits, by passage id; without them wording and meaning decide.
        """
        if is_command(question):
            return Evidence((), 0.0, "这是一项指令或任务，不是可以由文献回答的问题。")
        special = byline_quotes(question, analysis, hits, self._library)
        if special and not _lacking(question, special, hits, self._library):
            return Evidence(special, 1.0)
        if analysis.asked is Asked.PUBLISHED:
            return Evidence((), 0.0, "文中没有印出这篇文章发表的时间和报刊。")
        whole = find_list(question, analysis, hits, self._library)
        if whole is not None:
            return Evidence(whole.quotes, 1.0 if whole.quotes else 0.0, whole.note)
        found = candidates(question, self._own_words(question, hits)[:READ], self._library, self._encoder)
        if not found:
            return Evidence((), 0.0)
        ranked = _ranked(question, analysis, found)
        signs = features(question, analysis, ranked, self._library, readings)
        sure = confidence(signs, self.weights if readings else UNREAD)
        judged = judge(hits, readings, SURE) if any(r.part is not None for r in readings.values()) else []
        if judged and judged[0].chance >= SURE and analysis.language == "zh":
            return Evidence(self._judged(question, analysis, judged, readings), sure, features=signs)
        return Evidence(self._best(question, analysis, ranked, readings), sure, features=signs)

    def _judged(
        self, question: str, analysis: Analysis, found: Sequence[Judged], readings: Mapping[str, Reading]
    ) -> tuple[Quote, ...]:
        """The sentences that the reader model holds to be the answer."""
        return tuple(
            make_quote(
                one.hit.passage,
                self._library.clean(one.hit.passage.source_id),
                one.start,
                one.end,
                one.chance,
                _exact(question, one.hit.passage.text, (one.start, one.end), analysis, readings[one.hit.passage.id]),
            )
            for one in found
        )

    def _own_words(self, question: str, hits: Sequence[Hit]) -> Sequence[Hit]:
        """Only the hits of an author whom the question names, when there are any: nobody else says what 徐留平认为."""
        names = set(names_in(question, self._library.authors()))
        own = [hit for hit in hits if names & set(hit.passage.author.split("、"))]
        return own or hits

    def _best(
        self, question: str, analysis: Analysis, ranked: Sequence[Scored], readings: Mapping[str, Reading]
    ) -> tuple[Quote, ...]:
        least = ranked[0].score * CLOSE
        # What the question puts in quotation marks, the best sentence has or has not; the others must not do worse.
        named = [term for term in _QUOTED.findall(fold(question)) if term in fold(ranked[0].candidate.text)]
        chosen: list[Scored] = []
        for scored in ranked:
            text = fold(scored.candidate.text)
            if not all(term in text for term in named):
                continue
            if scored.score >= least and len(chosen) < AT_MOST and not any(_repeats(scored, c) for c in chosen):
                chosen.append(scored)
        return tuple(
            self._quote(question, scored, analysis, readings.get(scored.candidate.hit.passage.id)) for scored in chosen
        )

    def _quote(self, question: str, scored: Scored, analysis: Analysis, reading: Reading | None) -> Quote:
        candidate = scored.candidate
        passage = candidate.hit.passage
        clean = self._library.clean(passage.source_id)
        start, end = candidate.start, candidate.end
        if end - start < SHORT and analysis.asked not in _EXACT:
            end = _with_next(passage.text, end)
        return make_quote(passage, clean, start, end, scored.score, _focus(question, scored, analysis, reading))


def _lacking(question: str, quotes: Sequence[Quote], hits: Sequence[Hit], library: Library) -> bool:
    """Whether the first quote's article lacks a number, or every article a city or 《title》, of the question."""
    own = [Hit(quote.passage, quote.score, {}) for quote in quotes[:1]]
    return bool(missing_facts(question, [*own, *hits], library))


def side_by_side(found: Sequence[Evidence], threshold: float) -> Evidence | None:
    """The best quote for each of the things compared; None unless each has one of its own and is sure of it."""
    sure = [one for one in found if one.quotes and one.confidence >= threshold]
    quotes = tuple(one.quotes[0] for one in sure)
    if len(sure) < 2 or len(sure) < len(found) or len({quote.text for quote in quotes}) < len(quotes):
        return None
    return Evidence(quotes, min(one.confidence for one in sure))


def _ranked(question: str, analysis: Analysis, found: Sequence[Candidate]) -> list[Scored]:
    """Best first; among equals the order of ``found``."""
    scored = [Scored(c, fit := fits(question, analysis, c.text), _score(c, analysis, fit)) for c in found]
    return sorted(scored, key=lambda s: -s.score)


def _with_next(text: str, end: int) -> int:
    """End of the unit after ``end``: a short sentence names a thing, the next one says what it is."""
    return next((stop for start, stop in units(text) if start >= end), end)


def _score(candidate: Candidate, analysis: Analysis, fit: bool) -> float:
    """Larger is better. The parts are about equally spread over candidates, so plain weights do."""
    hint = _HINTS.get(analysis.asked)
    hinted = 1.0 if hint is None or hint.search(fold(candidate.text)) else 0.0
    meaning = max(0.0, (candidate.cosine - 0.75) / 0.2)
    return (
        0.40 * meaning
        + 0.30 * candidate.coverage
        + 0.12 * candidate.hit.score
        + 0.08 * candidate.context
        + 0.05 * hinted
        + 0.15 * fit
    )


def _repeats(one: Scored, other: Scored) -> bool:
    """Whether two candidates say the same words (the same paragraph printed in two documents)."""
    a, b = fold(one.candidate.text), fold(other.candidate.text)
    return a in b or b in a


def whole_words(text: str, words: str) -> str:
    """``words`` of ``text``, made longer where they cut a person's name or a number: 王晖 → 王晖平, 3条 → 13条."""
    start = text.find(words)
    if start < 0 or not words:
        return words
    end = start + len(words)
    folded = fold(text)
    kept = [(n.start, n.end) for n in find_numbers(folded, claims_only=False)]
    kept += [m.span() for name in find_names(folded).people for m in re.finditer(re.escape(name), folded)]
    for left, right in kept:
        if left < end and start < right:
            start, end = min(start, left), max(end, right)
    return text[start:end]


def _focus(question: str, scored: Scored, analysis: Analysis, reading: Reading | None) -> str:
    """The exact answer in the sentence, where one was asked for: the reader model's words if they are of the kind asked
    for, else the only number (or date) of the sentence; otherwise nothing."""
    if analysis.asked not in _EXACT or not scored.fits:
        return ""
    candidate, text = scored.candidate, scored.candidate.text
    inside = (candidate.start, candidate.end)
    if reading and (words := _exact(question, candidate.hit.passage.text, inside, analysis, reading)):
        return words
    if analysis.asked not in (Asked.HOW_MANY, Asked.WHEN):
        return ""
    found = (m.group() for m in _HINTS[analysis.asked].finditer(text))
    matches = {words for words in found if _NUMBER.search(words) and fits(question, analysis, words)}
    return matches.pop() if len(matches) == 1 else ""


def _exact(question: str, passage: str, inside: Range, analysis: Analysis, reading: Reading) -> str:
    """The reader model's words among the characters ``inside`` of a passage, if they are of the kind asked for."""
    text = passage[slice(*inside)]
    span = reading.best_span(*inside) if analysis.asked in _EXACT else None
    if span is None:
        return ""
    words = whole_words(text, passage[span[0] : span[1]].strip("，。；：、,. \u3000"))
    fit = 0 < len(words) <= LONGEST_FOCUS and words in text and fits(question, analysis, words)
    return words if fit else ""

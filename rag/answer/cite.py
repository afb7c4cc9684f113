"""The check of quotations: a quote is shown only if its words stand in the original, exactly where it says.

There is no fuzzy citation here and no bar to lower: ``verify`` compares characters and raises, ``check`` does so for
every quote of an answer and takes out what fails. Whether a sentence that a chat model wrote is borne out by the
passages it cites is judged in ``rag.answer.support``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from rag.answer.markers import cited_units, numbers, renumber
from rag.corpus.spans import read_spans
from rag.types import Answer, CleanText, Quote, Span, Status, WenjuError


class CitationError(WenjuError):
    """A quotation that is not word for word what its source says at the place it names."""


class Originals(Protocol):
    """Where the cleaned originals come from: the Library."""

    def clean(self, source_id: str) -> CleanText:
        """The cleaned text of one source."""


def verify(quote: Quote, clean: CleanText) -> None:
    """Compare ``quote`` with the cleaned original; return quietly or raise CitationError saying what differs."""
    source = clean.source.id
    if quote.passage.source_id != source:
        raise CitationError(f"引文属于 {quote.passage.source_id}，却拿 {source} 来核对。(wrong source)")
    if not quote.text or not quote.spans:
        raise CitationError(f"{source}：引文为空，没有可核对的原文。(empty quotation)")
    if not _inside(quote.spans, quote.passage.spans):
        raise CitationError(f"{source}：引文的位置 {_places(quote.spans)} 超出了它的段落。(outside its passage)")
    words = read_spans(clean, quote.spans)
    if words != quote.text:
        differ = f"引作“{_short(quote.text)}”，原文为“{_short(words)}”"
        raise CitationError(f"{source}：引文与原文不一致，{differ}。(not verbatim)")
    if quote.focus not in quote.text:
        raise CitationError(f"{source}：要点“{_short(quote.focus)}”不在引文里。(focus not in quotation)")


def check(draft: Answer, library: Originals) -> Answer:
    """The draft with every quote compared with its original.

    A quote that fails goes, with the parts of the text that cite nothing else; markers without a quote go too. What
    was removed is said in ``reason``; when nothing is left the status is FAILED_CHECK.
    """
    faults = {n: fault for n, q in enumerate(draft.quotes, 1) if (fault := _fault(q, library))}
    good = [n for n in range(1, len(draft.quotes) + 1) if n not in faults]
    cited = set(numbers(draft.text))
    if not faults and cited <= set(good):
        return draft
    text = _keep(draft.text, {old: new for new, old in enumerate(good, 1)})
    reason = _join(draft.reason, [f"已移除未通过核对的引文：{fault}" for fault in faults.values()])
    if draft.status is Status.ANSWERED and not (text and good):
        return replace(draft, text="", quotes=(), status=Status.FAILED_CHECK, reason=reason)
    return replace(draft, text=text, quotes=tuple(draft.quotes[n - 1] for n in good), reason=reason)


def _fault(quote: Quote, library: Originals) -> str:
    try:
        verify(quote, library.clean(quote.passage.source_id))
    except CitationError as error:
        return str(error)
    return ""


def _keep(text: str, new: dict[int, int]) -> str:
    """The units of ``text`` that cite nothing or still cite a kept number, renumbered."""
    units = [unit for unit in cited_units(text) if not numbers(unit) or any(n in new for n in numbers(unit))]
    return "".join(renumber(unit, new) for unit in units).strip()


def _join(reason: str, more: Sequence[str]) -> str:
    return "；".join(part for part in (reason, *more) if part)


def _inside(spans: Sequence[Span], home: Sequence[Span]) -> bool:
    return all(any(h.start <= s.start and s.end <= h.end for h in home) for s in spans)


def _places(spans: Sequence[Span]) -> str:
    return "、".join(f"[{s.start}, {s.end})" for s in spans)


def _short(text: str, limit: int = 40) -> str:
    return text if len(text) <= limit else text[: limit - 1] + "…"

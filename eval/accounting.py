"""The books of a reading: every character of the original is somewhere, and every passage shows what stands there."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from rag.types import Reading, Span

INVISIBLE = "\ufeff\u200b\u200c\u200d\u2060\xad"
"""Format characters that show nothing: a reader may drop them without saying so."""


def discrepancies(reading: Reading) -> list[str]:
    """What is wrong with the books, in words; [] when they balance."""
    return [*_text(reading), *_lost(reading), *_passages(reading), *_outline(reading)]


def _text(reading: Reading) -> Iterator[str]:
    clean = reading.clean
    raw = clean.source.raw
    if any(left >= right for left, right in pairwise(clean.origins)):
        yield "origins do not increase"
    if len(clean.origins) != len(clean.text) or (clean.origins and clean.origins[-1] >= len(raw)):
        yield f"{len(clean.text)} clean characters, {len(clean.origins)} origins, {len(raw)} in the original"
        return
    repaired = _repaired(reading)
    changed = [at for at, char in zip(clean.origins, clean.text, strict=True) if raw[at] != char and at not in repaired]
    if changed:
        yield f"{len(changed)} characters changed without a repair: {[raw[at] for at in changed[:5]]}"


def _repaired(reading: Reading) -> set[int]:
    repairs = (*reading.repairs, *reading.clean.repairs)
    return {at for repair in repairs for at in range(repair.span.start, repair.span.end)}


def _lost(reading: Reading) -> Iterator[str]:
    """A character is held by an article, by the furniture, or by the repair that took it out."""
    raw = reading.clean.source.raw
    held = _repaired(reading)
    for spans in (*(article.spans for article in reading.articles), reading.furniture):
        for span in spans:
            if span.end > len(raw):
                yield f"{span} ends behind a text of {len(raw)} characters"
            held.update(range(span.start, span.end))
    lost = [at for at, char in enumerate(raw) if not char.isspace() and char not in INVISIBLE and at not in held]
    if lost:
        yield f"{len(lost)} characters are in no article, furniture or repair: {raw[lost[0] :][:20]!r}"


def shown_at(reading: Reading, spans: tuple[Span, ...]) -> str:
    """The clean characters whose origins lie in ``spans``, in order (by a dictionary: independent of the reader)."""
    return _shown(dict(zip(reading.clean.origins, reading.clean.text, strict=True)), spans)


def _shown(at: dict[int, str], spans: tuple[Span, ...]) -> str:
    return "".join(at[place] for span in spans for place in range(span.start, span.end) if place in at)


def _passages(reading: Reading) -> Iterator[str]:
    at = dict(zip(reading.clean.origins, reading.clean.text, strict=False))
    known = {article.id: article for article in reading.articles}
    if len(known) != len(reading.articles):
        yield "article ids repeat"
    if len({passage.id for passage in reading.passages}) != len(reading.passages):
        yield "passage ids repeat"
    if [passage.ordinal for passage in reading.passages] != list(range(len(reading.passages))):
        yield "passages are not numbered 0, 1, 2 …"
    for passage in reading.passages:
        name = f"passage {passage.ordinal} “{passage.text[:12]}”"
        if not passage.text.strip():
            yield f"{name} says nothing"
        if passage.text != _shown(at, passage.spans):
            yield f"{name} does not show what stands at {passage.spans}"
        if passage.article_id not in known:
            yield f"{name} is of no article"
            continue
        wholes = known[passage.article_id].spans
        if not all(any(whole.start <= s.start and s.end <= whole.end for whole in wholes) for s in passage.spans):
            yield f"{name} lies outside its article"


def _outline(reading: Reading) -> Iterator[str]:
    articles = {article.id for article in reading.articles}
    items = {item.id for item in reading.outline}
    if len(items) != len(reading.outline):
        yield "outline ids repeat"
    for item in reading.outline:
        if item.article_id not in articles or (item.parent_id and item.parent_id not in items):
            yield f"item “{item.marker}” {item.id} has no article or no parent"
        if any(span.end > len(reading.clean.source.raw) for span in item.spans):
            yield f"item “{item.marker}” {item.id} ends behind the text"

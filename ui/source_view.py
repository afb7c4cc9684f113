"""A passage in its document -> HTML: the article in reading order, the original file, the quotation in both.

Nothing is searched for: every character of the cleaned text knows where it stands in the file (``origins``), so
the same characters are marked in both views. A quotation that no longer fits is never marked by guess.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from itertools import groupby
from typing import TypeVar

from rag.corpus.spans import clean_ranges, read_spans
from rag.types import CleanText, Passage, PassageKind, Repair, Span
from ui.reference import BODY
from ui.text import label, named

AROUND = 12
"""Passages of the article shown open on either side of the quotation; the rest is folded."""
RAW_AROUND = 1200
"""Characters of the original file shown on either side."""

Style = TypeVar("Style")


@dataclass(frozen=True, slots=True)
class Marked:
    """What to mark: the quotation and, inside it, the exact answer, as places in the original."""

    passage_id: str
    quote: tuple[Span, ...] = ()
    focus: str = ""


def origins_of(passage: Passage, clean: CleanText) -> list[int]:
    """The place in the original of each character of ``passage.text``; [] when the text no longer stands there."""
    found = [clean.origins[i] for start, end in clean_ranges(clean, passage.spans) for i in range(start, end)]
    return found if read_spans(clean, passage.spans) == passage.text else []


def article_view(passages: Sequence[Passage], clean: CleanText, marked: Marked) -> str:
    """The passages of one article with the quotation marked; far ones folded away."""
    at = next((i for i, p in enumerate(passages) if p.id == marked.passage_id), 0)
    rows = _rows(passages, clean, marked)
    before, after = rows[: max(0, at - AROUND)], rows[at + AROUND + 1 :]
    shown = rows[max(0, at - AROUND) : at + AROUND + 1]
    return _folded("panel.before", before) + "".join(shown) + _folded("panel.after", after)


def document_view(passages: Sequence[Passage], clean: CleanText) -> str:
    """Passages of a document, of one article or of several, without a mark."""
    return "".join(_rows(passages, clean, Marked("")))


def raw_view(clean: CleanText, passage: Passage, marked: Marked) -> str:
    """The original file around the passage, with its own line ends, and the same characters marked."""
    raw = clean.source.raw
    low = max(0, min(s.start for s in passage.spans) - RAW_AROUND)
    high = min(len(raw), max(s.end for s in passage.spans) + RAW_AROUND)
    kept = set(clean.origins[bisect_left(clean.origins, low) : bisect_left(clean.origins, high)])
    styles = []
    for i in range(low, high):
        quoted = _inside(i, marked.quote)
        home = _inside(i, passage.spans)
        styles.append("q" if quoted and i in kept else "d" if home and i not in kept else "h" if home else "")
    opening = {"q": "<mark>", "d": '<span class="gone">', "h": '<span class="home">', "": ""}
    closing = {"q": "</mark>", "d": "</span>", "h": "</span>", "": ""}
    pieces = [opening[style] + escape(text) + closing[style] for style, text in _runs(raw[low:high], styles)]
    return f'<div class="rawtext">{"…" if low else ""}{"".join(pieces)}{"…" if high < len(raw) else ""}</div>'


def _rows(passages: Sequence[Passage], clean: CleanText, marked: Marked) -> list[str]:
    rows: list[str] = []
    heads: tuple[str, ...] = ()
    number: dict[str, int] = {}
    titles = {p.text for p in passages if p.kind is PassageKind.TITLE}
    for passage in passages:
        new = [h for h in passage.headings if h not in heads and h not in titles and h != passage.text]
        heads = passage.headings
        row = "".join(f'<h4 class="sec">{escape(h)}</h4>' for h in new)
        count = 0
        if passage.kind in BODY:
            count = number[passage.article_id] = number.get(passage.article_id, 0) + 1
        rows.append(row + _paragraph(passage, clean, marked, count))
    return rows


def _paragraph(passage: Passage, clean: CleanText, marked: Marked, number: int) -> str:
    here = passage.id == marked.passage_id
    target = ' data-here="1"' if here else ""
    gutter = f'<span class="pn" aria-hidden="true">{number}</span>' if number else ""
    tag = "h3" if passage.kind is PassageKind.TITLE else "p"
    inner = _text(passage, clean, marked if here else Marked(""))
    broken = label("panel.interrupted", attrs='class="broken"') if passage.interrupted and here else ""
    return f'<{tag} class="k-{passage.kind}" data-pid="{escape(passage.id)}"{target}>{gutter}{inner}{broken}</{tag}>'


def _text(passage: Passage, clean: CleanText, marked: Marked) -> str:
    """The passage text: the quotation marked, repairs underlined, the places of a layout cut shown."""
    origins = origins_of(passage, clean)
    if not origins:
        return escape(passage.text)
    quoted = [_inside(o, marked.quote) for o in origins]
    focus = _focus(passage.text, quoted, marked.focus)
    fixes = [_repair_at(o, clean.repairs) for o in origins]
    piece = [_which(o, passage.spans) for o in origins]
    styles = [(piece[i], quoted[i], focus[i], fixes[i]) for i in range(len(origins))]
    out: list[str] = []
    last_piece = 0
    for (part, is_quote, is_focus, fix), text in _runs(passage.text, styles):
        if part != last_piece:
            out.append('<span class="cut" aria-hidden="true"></span>')
            last_piece = part
        html = escape(text)
        if fix >= 0:
            html = f'<span class="fix" {_repair_note(clean, clean.repairs[fix])}>{html}</span>'
        if is_focus:
            html = f'<b class="focus">{html}</b>'
        out.append(f'<mark data-piece="{part}">{html}</mark>' if is_quote else html)
    return "".join(out)


def _focus(text: str, quoted: Sequence[bool], focus: str) -> list[bool]:
    """Which characters are the exact answer: its first occurrence inside the quotation."""
    flags = [False] * len(text)
    start = text.find(focus, quoted.index(True)) if focus and True in quoted else -1
    if start >= 0 and all(quoted[start : start + len(focus)]):
        flags[start : start + len(focus)] = [True] * len(focus)
    return flags


def _repair_note(clean: CleanText, repair: Repair) -> str:
    was = clean.source.raw[repair.span.start : repair.span.end]
    key = ("panel.repair", was) if was.strip() else ("panel.repair.none",)
    return named(*key, attribute="title")


def _repair_at(origin: int, repairs: Sequence[Repair]) -> int:
    return next((i for i, r in enumerate(repairs) if r.span.start <= origin < r.span.end and r.shown), -1)


def _inside(place: int, spans: Iterable[Span]) -> bool:
    return any(s.start <= place < s.end for s in spans)


def _which(place: int, spans: Sequence[Span]) -> int:
    return next((i for i, s in enumerate(spans) if s.start <= place < s.end), 0)


def _runs(text: str, styles: Sequence[Style]) -> list[tuple[Style, str]]:
    """Neighbouring characters of one style together."""
    out, start = [], 0
    for style, group in groupby(styles):
        length = sum(1 for _ in group)
        out.append((style, text[start : start + length]))
        start += length
    return out


def _folded(key: str, rows: list[str]) -> str:
    if not rows:
        return ""
    return f'<details class="fold"><summary>{label(key)} ({len(rows)})</summary>{"".join(rows)}</details>'

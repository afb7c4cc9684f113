"""Edits to a text that keep every remaining character's place: cut a range, or show one character instead of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from rag.types import CleanText, Repair, Source, Span


@dataclass(frozen=True, slots=True, order=True)
class Edit:
    """Raw characters ``start:end`` go; ``shown`` (at most one character) stands at ``start`` instead.

    ``reason`` makes it a Repair that the reader is told about; "" is for layout that nobody misses (blanks, # marks).
    """

    start: int
    end: int
    shown: str = ""
    reason: str = ""


def apply_edits(source: Source, edits: Iterable[Edit]) -> CleanText:
    """``source`` with ``edits`` made. Cuts that overlap add up; what would be shown inside a cut is cut."""
    raw = source.raw
    parts: list[str] = []
    origins: list[int] = []
    repairs: list[Repair] = []
    at = 0
    for edit in sorted(edits):
        if edit.end <= max(at, edit.start):
            continue
        if edit.start >= at:
            parts.append(raw[at : edit.start])
            origins.extend(range(at, edit.start))
            if edit.shown:
                parts.append(edit.shown)
                origins.append(edit.start)
            if edit.reason:
                repairs.append(Repair(Span(edit.start, edit.end), edit.shown, edit.reason))
        at = edit.end
    parts.append(raw[at:])
    origins.extend(range(at, len(raw)))
    return CleanText(source, "".join(parts), tuple(origins), tuple(repairs))

"""What the reader model holds to be the answer: which sentences of which hits, and how sure it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rag.corpus.clauses import Range, units
from rag.search.reader import Reading
from rag.types import Hit

PART = 0.15
"""Probability from which a sentence is held to be part of the answer. Written validation questions, the likeliest
sentence always taken: completeness / share of the chosen that answer 0.89 / 0.25 at 0.02, 0.83 / 0.54 at 0.1, 0.76 /
0.62 at 0.2, 0.67 / 0.71 at 0.5."""
QUOTES = 2
"""Quotations in an answer, unless one passage alone has more runs of sentences that answer."""


@dataclass(frozen=True, slots=True)
class Judged:
    """Characters ``start:end`` of a hit's passage that answer; ``chance`` (0 to 1) that the passage does."""

    hit: Hit
    start: int
    end: int
    chance: float


def judge(hits: Sequence[Hit], readings: Mapping[str, Reading], threshold: float) -> list[Judged]:
    """The runs of sentences that answer, those of the surest passage first; another passage counts from ``threshold``.

    The surest passage always gives something: where no sentence is held to answer, the one with the likeliest words.
    """
    read = [(readings[hit.passage.id], hit) for hit in hits if hit.passage.id in readings]
    found: list[Judged] = []
    for reading, hit in sorted(read, key=lambda one: -one[0].relevance):
        if found and (len(found) >= QUOTES or reading.relevance < threshold):
            break
        runs = answering(hit.passage.text, reading) or ([] if found else _likeliest(hit.passage.text, reading))
        runs.sort(key=lambda run: not _holds(run, reading.best_span()))
        fresh = [run for run in runs if not any(_same(hit, run, other) for other in found)]
        found += [Judged(hit, start, end, reading.relevance) for start, end in fresh]
    return found


def answering(text: str, reading: Reading) -> list[Range]:
    """The sentences of ``text`` that are part of the answer, the likeliest at least; neighbours joined."""
    runs: list[Range] = []
    open_run = False
    chances = {(start, end): reading.part_of_answer(start, end) for start, end in units(text)}
    least = min(PART, max(chances.values(), default=1.0))
    for start, end in chances:
        answers = chances[start, end] >= max(least, 1e-9)
        if answers and open_run:
            runs[-1] = (runs[-1][0], end)
        elif answers:
            runs.append((start, end))
        open_run = answers
    return runs


def _holds(run: Range, span: tuple[int, int, float] | None) -> bool:
    """Whether the likeliest words stand in a run: that run is quoted first."""
    return span is not None and run[0] <= span[0] < run[1]


def _likeliest(text: str, reading: Reading) -> list[Range]:
    span = reading.best_span()
    if span is None:
        return []
    return [(start, end) for start, end in units(text) if start <= span[0] < end][:1]


def _same(hit: Hit, run: Range, other: Judged) -> bool:
    """Whether a run says what was found already: the same paragraph may be printed in two documents."""
    ours, theirs = hit.passage.text[slice(*run)], other.hit.passage.text[other.start : other.end]
    return ours in theirs or theirs in ours

"""``python -m eval judge``: the reader alone on written validation questions: does it know an answer from a near miss?

Every validation unit of ``data/units`` is read in windows for its own questions, and for those of another unit
(misplaced). Nothing is searched for, so this measures the judgement and the choice of sentences alone.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.progress import track

from rag.corpus.clauses import units as sentences_of
from rag.models.reader.measures import auroc, calibration_error, fit_calibration
from rag.models.reader.written import Unit, Written, held_out, read_written
from rag.search.reader import Reader, Reading
from rag.search.window import windows

ANSWERED = 0.93
"""Share of the answerable questions that must be answered; the threshold follows from it."""
COMPLETE = 0.5
"""Share of an evidence quotation's characters that must be quoted."""


@dataclass(frozen=True, slots=True)
class Judged:
    """One question put to one unit: the best chance over its windows, and the characters that would be quoted."""

    kind: str
    logit: float
    quoted: tuple[tuple[int, int], ...]
    evidence: tuple[tuple[int, int], ...]


def judge(reader: Reader, question: str, unit: Unit, part: float = 0.5) -> tuple[float, tuple[tuple[int, int], ...]]:
    """Best relevance logit over the unit's windows, and the sentences of that window that are held to answer."""
    text = unit.texts[0]
    best: tuple[float, Reading] | None = None
    for begin, end in windows(text):
        reading = reader.read(question, [text[begin:end]], unit.titles[:1])[0].moved(begin)
        if best is None or reading.logit > best[0]:
            best = reading.logit, reading
    if best is None:
        return -30.0, ()
    spans = [(a, b) for a, b in sentences_of(text) if best[1].part_of_answer(a, b) >= part]
    return best[0], tuple(spans)


def run(reader: Reader, found: Sequence[Unit], questions: Sequence[Written]) -> list[Judged]:
    """All validation questions on their own unit, and every third of them on another."""
    ours = [one for one in questions if held_out(found[one.unit].id)]
    homes = sorted({one.unit for one in ours})
    judged = []
    for number, one in enumerate(track(ours, "验证题", transient=True)):
        logit, quoted = judge(reader, one.texts[0], found[one.unit])
        judged.append(Judged(one.kind, logit, quoted, one.evidence))
        if number % 3 == 0:
            other = homes[(homes.index(one.unit) + 1 + number % (len(homes) - 1)) % len(homes)]
            if other != one.unit:
                logit, quoted = judge(reader, one.texts[0], found[other])
                judged.append(Judged("misplaced", logit, quoted, ()))
    return judged


def figures(judged: Sequence[Judged]) -> dict[str, float]:
    """AUROC, false answers at ``ANSWERED``, completeness by kind, calibration."""
    by_kind: defaultdict[str, list[Judged]] = defaultdict(list)
    for one in judged:
        by_kind[one.kind].append(one)
    right = [one for one in judged if one.evidence]
    logits = [one.logit for one in right]
    threshold = float(np.quantile(logits, 1 - ANSWERED))
    near, misplaced = ([one.logit for one in by_kind[kind]] for kind in ("near", "misplaced"))
    temperature, bias = fit_calibration(logits, near + misplaced)
    said = {
        "n": float(len(judged)),
        "AUROC, near and misplaced": auroc(logits, near + misplaced),
        "AUROC, near": auroc(logits, near),
        "AUROC, misplaced": auroc(logits, misplaced),
        "near misses answered": float(np.mean([x >= threshold for x in near])),
        "misplaced answered": float(np.mean([x >= threshold for x in misplaced])),
        "temperature": temperature,
        "bias": bias,
        "threshold": float(1 / (1 + np.exp(-(threshold / temperature + bias)))),
        "expected calibration error": calibration_error(
            1 / (1 + np.exp(-(np.array([one.logit for one in judged]) / temperature + bias))),
            np.array([float(bool(one.evidence)) for one in judged]),
        ),
    }
    for kind in ("fact", "long", "everyday", "other"):
        said[f"{kind}: answered"] = float(np.mean([one.logit >= threshold for one in by_kind[kind]]))
        said[f"{kind}: complete"] = float(np.mean([_complete(one) for one in by_kind[kind]]))
    said["characters quoted"] = float(np.mean([sum(b - a for a, b in one.quoted) for one in right]))
    said["quoted that answer"] = _precision(right)
    return said


def _covered(span: tuple[int, int], by: Sequence[tuple[int, int]]) -> int:
    return sum(max(0, min(span[1], b) - max(span[0], a)) for a, b in by)


def _complete(one: Judged) -> float:
    return float(np.mean([_covered(span, one.quoted) >= COMPLETE * (span[1] - span[0]) for span in one.evidence]))


def _precision(right: Sequence[Judged]) -> float:
    spans = [(span, one.evidence) for one in right for span in one.quoted]
    return float(np.mean([_covered(span, evidence) > 0 for span, evidence in spans])) if spans else 0.0


def main(units: Path, questions: Sequence[Path], model: Path, out: Path | None = None) -> None:
    """Print the figures; ``out`` keeps every judgement."""
    found, asked = read_written(units, questions)
    judged = run(Reader(model, 2), found, asked)
    for name, value in figures(judged).items():
        Console().print(f"{name:28} {value:.3f}", highlight=False)
    if out:
        out.write_text(json.dumps([[one.kind, one.logit] for one in judged]), encoding="utf-8")

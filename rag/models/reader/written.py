"""Questions written for this project over pieces of laws, reports and news (``../shared/questions.md``), and the
training pairs made of them: everyday wording, lists, near misses.

Every pair is a question with its unit, cropped or whole, and something that does not answer: another question that the
unit only seems to answer, the unit without the sentences that do, another piece of the same document or any other.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from rag.models.reader.data import both_scripts
from rag.models.reader.encoding import Encoded, Encoder
from rag.models.reader.negatives import Bm25, search
from rag.models.reader.parts import with_parts
from rag.models.reader.sampling import LONGEST, NO_MARK, PLACES, SHORTEST, WHOLE, Pair, Sampler
from rag.models.reader.text import Range, crop, sentences

VALIDATION_PERCENT = 8
TRADITIONAL, TITLED, CROPPED = 0.15, 0.5, 0.7
"""Shares of pairs in Traditional script, of passages that begin with their document's title, of passages cropped."""
NEAR, UNANSWERED, ALIKE = 0.4, 0.52, 0.76
"""Of the wrong ones: below the first a near miss on the same unit; then the unit without its answer; then a piece that
shares the question's words; else any."""
OFF = 0.1
"""Share of wrong ones that are a question about nothing of the kind (``OFFTOPIC``), put to the unit itself."""
OFFTOPIC = Path(__file__).parents[1] / "questions" / "offtopic.txt"
OURS = 11
"""Of the ``PLACES`` of a step, those for the written questions; the others are public ones."""


@dataclass(frozen=True, slots=True)
class Unit:
    """A piece of text in both scripts, and the title of its document ("" where the file has none)."""

    id: str
    titles: tuple[str, str]
    texts: tuple[str, str]


@dataclass(frozen=True, slots=True)
class Written:
    """A question, its unit, and the characters of the unit that answer; none for a near miss."""

    texts: tuple[str, str]
    unit: int
    kind: str
    evidence: tuple[Range, ...]
    short: Range | None


def held_out(unit: str, percent: int = VALIDATION_PERCENT) -> bool:
    """Whether all questions over the unit belong to validation."""
    return int.from_bytes(hashlib.sha256(unit.encode()).digest()[:4], "big") % 100 < percent


def read_written(units: Path, questions: Iterable[Path]) -> tuple[list[Unit], list[Written]]:
    """All units and all questions; lines whose quotations are not in their unit are left out."""
    found: list[Unit] = []
    rows: dict[str, int] = {}
    for record in map(json.loads, units.read_text(encoding="utf-8").splitlines()):
        rows[record["unit"]] = len(found)
        title = record["title"] if record["kind"] != "news" else ""
        found.append(Unit(record["unit"], both_scripts(title, 0), both_scripts(record["text"], 0)))
    asked: list[Written] = []
    for path in questions:
        for line in path.read_text(encoding="utf-8").splitlines():
            if not line.endswith("}"):
                continue  # still being written
            record = json.loads(line)
            row = rows.get(record["unit"])
            if row is None:
                continue
            text = found[row].texts[0]
            places = [(at, at + len(quote)) for quote in record["quotes"] if (at := text.find(quote)) >= 0]
            if bool(places) is (record["type"] == "near") or len(places) < len(record["quotes"]):
                continue
            inside = [(text.find(record["short"], *place), place) for place in places if record["short"]]
            short = next(((at, at + len(record["short"])) for at, _ in inside if at >= 0), None)
            asked.append(
                Written(both_scripts(record["question"], 0), row, record["type"], tuple(sorted(places)), short)
            )
    return found, asked


def alike(units: Sequence[Unit], questions: Sequence[Written], depth: int = 8) -> list[list[int]]:
    """For each question, rows of other units, none held out, that share its character pairs (BM25)."""
    kept = [row for row, unit in enumerate(units) if not held_out(unit.id)]
    found = search(Bm25([units[row].texts[0] for row in kept]), [one.texts[0] for one in questions], depth)
    return [
        [kept[row] for row in rows if kept[row] != one.unit]
        for one, rows in zip(questions, found.tolist(), strict=True)
    ]


class WrittenSampler:
    """Training pairs by step and place: written questions and, on the other places, those of ``public``."""

    def __init__(
        self, units: Sequence[Unit], questions: Sequence[Written], encoder: Encoder, public: Sampler, seed: int
    ) -> None:
        self._units, self._encode, self._public, self._seed = units, encoder, public, seed
        train = [one for one in questions if not held_out(units[one.unit].id)]
        self._answered = [one for one in train if one.evidence]
        self._near: defaultdict[int, list[Written]] = defaultdict(list)
        for one in train:
            if not one.evidence:
                self._near[one.unit].append(one)
        kept = [row for row, unit in enumerate(units) if not held_out(unit.id)]
        self._alike = alike(units, self._answered)
        self._kept = kept
        self._off = [both_scripts(line, 0) for line in OFFTOPIC.read_text(encoding="utf-8").splitlines() if line]
        self._epoch, self._order = -1, np.empty(0, np.int64)

    def step(self, step: int) -> list[Pair]:
        """The pairs of one step, longest first."""
        ours = [self._pair(step, place) for place in range(OURS)]
        others = [self._public.item(step, place) for place in range(OURS, PLACES)]
        return sorted(ours + others, key=len, reverse=True)

    def _pair(self, step: int, place: int) -> Pair:
        random = np.random.default_rng([self._seed, step, place, 77])
        epoch, at = divmod(step * OURS + place, len(self._answered))
        if epoch != self._epoch:
            self._epoch = epoch
            self._order = np.random.default_rng([self._seed, epoch, 78]).permutation(len(self._answered))
        number = int(self._order[at])
        one = self._answered[number]
        script = int(random.random() < TRADITIONAL)
        unit = self._units[one.unit]
        asked = self._asked(one, script, random)
        begin, end = self._cut(unit.texts[script], one.evidence, random)
        head = self._head(unit, script, random)
        text = head + unit.texts[script][begin:end]
        move = len(head) - begin
        inside = [(a + move, b + move) for a, b in one.evidence if begin <= a and b <= end]
        short = one.short or (one.evidence[0] if len(one.evidence) == 1 and len(inside) == 1 else None)
        if short and not (begin <= short[0] and short[1] <= end):
            short = None
        label = (short[0] + move, short[1] + move) if short else None
        right = with_parts(self._encode(asked, text, label), text, inside)
        return Pair(right, self._wrong(number, one, asked, script, end - begin, random))

    def _wrong(
        self, number: int, one: Written, asked: str, script: int, length: int, random: np.random.Generator
    ) -> Encoded:
        unit = self._units[one.unit]
        if random.random() < OFF:
            text = unit.texts[script]
            begin, end = self._anywhere(text, length, random)
            text = self._head(unit, script, random) + text[begin:end]
            return with_parts(self._encode(self._off[int(random.integers(len(self._off)))][script], text), text, [])
        kind = random.random()
        if kind < NEAR and self._near[one.unit]:
            near = self._near[one.unit][int(random.integers(len(self._near[one.unit])))]
            asked = self._asked(near, script, random)
            text = unit.texts[script]
            begin, end = self._anywhere(text, max(length, LONGEST), random)
            text = self._head(unit, script, random) + text[begin:end]
        elif kind < UNANSWERED:
            whole = unit.texts[script]
            text = "".join(
                whole[a:b]
                for a, b in sentences(whole)
                if not any(a < stop and start < b for start, stop in one.evidence)
            )
            begin, end = self._anywhere(text, length, random)
            text = self._head(unit, script, random) + text[begin:end]
        else:
            rows = self._alike[number] if kind < ALIKE and self._alike[number] else self._kept
            row = int(rows[int(random.integers(len(rows)))])
            row = row if row != one.unit else self._kept[0]
            text = self._units[row].texts[script]
            begin, end = self._anywhere(text, length, random)
            text = self._head(self._units[row], script, random) + text[begin:end]
        return with_parts(self._encode(asked, text), text, [])

    def _asked(self, one: Written, script: int, random: np.random.Generator) -> str:
        asked = one.texts[script]
        return asked.rstrip("？?。 ") if random.random() < NO_MARK else asked

    def _head(self, unit: Unit, script: int, random: np.random.Generator) -> str:
        title = unit.titles[script]
        return f"{title}\n" if title and random.random() < TITLED else ""

    def _cut(self, text: str, evidence: Sequence[Range], random: np.random.Generator) -> Range:
        cropped = random.random() < CROPPED
        length = int(random.integers(SHORTEST, LONGEST)) if cropped else WHOLE
        inner = evidence[0][0], max(stop for _, stop in evidence)
        if inner[1] - inner[0] > WHOLE:
            inner = evidence[int(random.integers(len(evidence)))]
        return crop(text, inner, length, random) if len(text) > length else (0, len(text))

    def _anywhere(self, text: str, length: int, random: np.random.Generator) -> Range:
        length = max(length, SHORTEST)
        if len(text) <= length:
            return 0, len(text)
        parts = sentences(text)
        return crop(text, parts[int(random.integers(len(parts)))], length, random)

"""The eval set: questions over the seed documents with the evidence a careful reader would accept, and their checks.

A case is one line of ``eval/cases/*.jsonl``. This file reads the lines, splits them into ``dev`` and ``test``, finds
the gold quotes in the original files, and lists all that is wrong with a set. It runs no system and scores no answer.
"""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from hashlib import sha256
from itertools import combinations, pairwise
from pathlib import Path
from typing import Any

from rag.types import Span, WenjuError

CASES_DIR = Path(__file__).parent / "cases"
SEEDS_DIR = Path(__file__).parent.parent / "seeds"

MINIMUMS: Mapping[str, int] = {
    "fact": 30,
    "who": 15,
    "list": 25,
    "why": 15,
    "paraphrase": 55,
    "cross": 12,
    "comparison": 8,
    "traditional": 10,
    "english": 10,
    "typo": 10,
    "misquote": 10,
    "followup": 30,
    "near_miss": 40,
    "unexplained": 12,
    "offtopic": 10,
    "injection": 10,
}
"""The kinds there are, and how many cases of each the shipped set owes."""

UNANSWERABLE_KINDS = frozenset({"near_miss", "unexplained", "offtopic", "injection"})
MIN_CASES, MIN_UNANSWERABLE, MIN_CHAINS = 260, 75, 22

MAX_PARAPHRASE_OVERLAP = 0.2
"""A paraphrase whose question shares more than this part of its bigrams with the gold quote is only a fact question."""

MAX_QUESTION_SIMILARITY = 0.65
"""Two questions whose bigrams are more alike than this (Jaccard) are one question asked twice."""

CASE_ID = re.compile(r"[a-z_]+-\d{2,3}(\.[2-9])?")
READING_NOTE = re.compile(r"\([a-zāáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜüêńňǹ]+\)")
"""A pinyin note in the polluted Traditional seed: 歷(lì)."""

Fold = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Gold:
    """Words of an original file that answer (or, with others, help to answer) a question."""

    source: str
    quote: str


@dataclass(frozen=True, slots=True)
class Exchange:
    """One earlier turn of a conversation: what was asked and what was answered."""

    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class Case:
    """One question of the eval set and what a right answer must hold."""

    id: str
    kind: str
    question: str
    answerable: bool
    history: tuple[Exchange, ...] = ()
    standalone: str = ""
    """The same question written out in full; only with history."""
    answers: tuple[str, ...] = ()
    """Acceptable answers in Chinese, shortest first."""
    facts: tuple[tuple[str, ...], ...] = ()
    """What a full answer must contain; any string of the inner tuple counts."""
    gold: tuple[Gold, ...] = ()
    """The evidence: all of it is needed."""
    alternatives: tuple[tuple[Gold, ...], ...] = ()
    """Other sets of evidence, each as good as ``gold``."""
    note: str = ""

    @property
    def chain(self) -> str:
        """The conversation it belongs to; its own id when it stands alone. ``"followup-03.2"`` -> ``"followup-03"``."""
        return self.id.partition(".")[0]

    @property
    def split(self) -> str:
        """``dev`` (two thirds, for tuning) or ``test`` (one third, only reported); a chain is never cut in two."""
        return "test" if int(sha256(self.chain.encode()).hexdigest(), 16) % 3 == 0 else "dev"

    @property
    def full_question(self) -> str:
        """The question as it reads without the conversation."""
        return self.standalone or self.question

    @property
    def evidence(self) -> tuple[tuple[Gold, ...], ...]:
        """Every acceptable set of evidence, ``gold`` first; empty for a question the documents do not answer."""
        return (self.gold, *self.alternatives) if self.gold else ()


@dataclass(frozen=True, slots=True)
class Overlap:
    """How much of the questions' wording stands in their gold quotes: share of the question's character bigrams."""

    kind: str
    n: int
    mean: float
    highest: float


def load_cases(paths: Iterable[Path] | None = None, split: str = "all") -> list[Case]:
    """Read the given files (or all of ``eval/cases``); every malformed line is named in one ``WenjuError``."""
    if split not in {"all", "dev", "test"}:
        raise WenjuError(f"there is no split {split!r}; use dev, test or all")
    cases: list[Case] = []
    problems: list[str] = []
    for path in sorted(CASES_DIR.glob("*.jsonl")) if paths is None else paths:
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            if line.strip():
                try:
                    cases.append(case_from_json(json.loads(line)))
                except (ValueError, TypeError, KeyError) as error:
                    problems.append(f"{path.name}:{number}: {error}")
    if problems:
        raise WenjuError("the eval set has malformed lines, mend them:\n" + "\n".join(problems))
    return [case for case in cases if split in ("all", case.split)]


def case_from_json(record: Mapping[str, Any]) -> Case:
    """One decoded JSON line as a ``Case``; ``ValueError`` names a missing, unknown or ill-typed key."""
    known = {field.name for field in fields(Case)}
    required = {"id", "kind", "question", "answerable"}
    if unknown := set(record) - known:
        raise ValueError(f"unknown keys {sorted(unknown)}")
    if missing := required - set(record):
        raise ValueError(f"missing keys {sorted(missing)}")
    if not isinstance(record["answerable"], bool):
        raise ValueError(f"answerable must be true or false, not {record['answerable']!r}")
    return Case(
        id=_text(record["id"]),
        kind=_text(record["kind"]),
        question=_text(record["question"]),
        answerable=record["answerable"],
        history=tuple(Exchange(_text(turn["question"]), _text(turn["answer"])) for turn in record.get("history", ())),
        standalone=_text(record.get("standalone", "")),
        answers=tuple(_text(answer) for answer in record.get("answers", ())),
        facts=tuple(_texts(fact) for fact in record.get("facts", ())),
        gold=_golds(record.get("gold", ())),
        alternatives=tuple(_golds(golds) for golds in record.get("alternatives", ())),
        note=_text(record.get("note", "")),
    )


def case_to_json(case: Case) -> dict[str, Any]:
    """The mirror of ``case_from_json``; optional keys that are empty are left out."""
    record: dict[str, Any] = {"id": case.id, "kind": case.kind, "question": case.question}
    record["history"] = [{"question": turn.question, "answer": turn.answer} for turn in case.history]
    if case.standalone:
        record["standalone"] = case.standalone
    record |= {"answerable": case.answerable, "answers": list(case.answers)}
    record["facts"] = [list(fact) for fact in case.facts]
    record["gold"] = [{"source": gold.source, "quote": gold.quote} for gold in case.gold]
    if case.alternatives:
        record["alternatives"] = [
            [{"source": gold.source, "quote": gold.quote} for gold in golds] for golds in case.alternatives
        ]
    if case.note:
        record["note"] = case.note
    return record


def read_seeds(seeds_dir: Path = SEEDS_DIR) -> dict[str, str]:
    """File name -> original text, for every ``.txt`` of the folder."""
    return {path.name: path.read_bytes().decode("utf-8") for path in sorted(seeds_dir.glob("*.txt"))}


def gold_spans(gold: Gold, seeds: Mapping[str, str]) -> tuple[Span, ...]:
    """Every place where the quote stands in its original; a hit on any of them counts. Empty when there is none."""
    raw, spans = seeds.get(gold.source, ""), []
    start = raw.find(gold.quote) if gold.quote else -1
    while start >= 0:
        spans.append(Span(start, start + len(gold.quote)))
        start = raw.find(gold.quote, start + 1)
    return tuple(spans)


def validate(
    cases: Sequence[Case], seeds_dir: Path = SEEDS_DIR, *, fold: Fold = str, minimums: Mapping[str, int] = MINIMUMS
) -> list[str]:
    """Everything that is wrong with the set, one line each; empty when it is sound.

    ``fold`` maps Traditional to Simplified, so that wording is compared across scripts. ``minimums={}`` checks the
    cases alone and asks for no size.
    """
    seeds = read_seeds(seeds_dir)
    problems = [f"{case.id}: {problem}" for case in cases for problem in _case_problems(case, seeds, fold)]
    problems += [f"{id_}: the id is used {n} times" for id_, n in Counter(c.id for c in cases).items() if n > 1]
    problems += _chain_problems(cases)
    problems += [
        f"{one.id} and {other.id}: nearly the same question (similarity {alike:.2f})"
        for one, other, alike in near_duplicates(cases, fold)
    ]
    return problems + (_shortfalls(cases, minimums) if minimums else [])


def near_duplicates(
    cases: Sequence[Case], fold: Fold = str, above: float = MAX_QUESTION_SIMILARITY
) -> list[tuple[Case, Case, float]]:
    """Pairs of cases whose full questions have a bigram Jaccard similarity above the bar."""
    wording = [(case, bigrams(case.full_question, fold)) for case in cases]
    scored = ((one, other, len(a & b) / max(1, len(a | b))) for (one, a), (other, b) in combinations(wording, 2))
    return [pair for pair in scored if pair[2] > above]


def repeated_quotes(cases: Sequence[Case], seeds_dir: Path = SEEDS_DIR) -> list[str]:
    """Gold quotes that stand in their original more than once: sound, but a longer quote would be sharper."""
    seeds = read_seeds(seeds_dir)
    counted = ((c, gold, len(gold_spans(gold, seeds))) for c in cases for golds in c.evidence for gold in golds)
    return [f"{case.id}: stands {n} times: {gold.quote}" for case, gold, n in counted if n > 1]


def counts(cases: Iterable[Case]) -> dict[str, dict[str, int]]:
    """Kind -> {"dev": n, "test": n, "all": n}, kinds in the order of ``MINIMUMS``."""
    table = {kind: {"dev": 0, "test": 0, "all": 0} for kind in MINIMUMS}
    for case in cases:
        row = table.setdefault(case.kind, {"dev": 0, "test": 0, "all": 0})
        row[case.split] += 1
        row["all"] += 1
    return table


def overlap(case: Case, fold: Fold = str) -> float:
    """Share of the full question's character bigrams that stand in its gold quotes (the closest evidence counts).

    Question 工人说了算 has 工人 人说 说了 了算; of these the quote 由工人评 has 工人, so 1/4.
    """
    asked = bigrams(case.full_question, fold)
    shares = [len(asked & bigrams(gold_text(golds), fold)) / max(1, len(asked)) for golds in case.evidence]
    return max(shares, default=0.0)


def overlap_by_kind(cases: Iterable[Case], fold: Fold = str) -> list[Overlap]:
    """How near the questions of each kind are to their gold quotes in wording; kinds without gold are left out."""
    shares: dict[str, list[float]] = defaultdict(list)
    for case in cases:
        if case.gold:
            shares[case.kind].append(overlap(case, fold))
    return [Overlap(kind, len(values), sum(values) / len(values), max(values)) for kind, values in shares.items()]


def bigrams(text: str, fold: Fold = str) -> frozenset[str]:
    """The character bigrams of a text, without punctuation, spaces and case: ``"A股，涨"`` -> {a股, 股涨}."""
    letters = "".join(character for character in fold(text).lower() if character.isalnum())
    return frozenset(letters[i : i + 2] for i in range(len(letters) - 1))


def gold_text(golds: Iterable[Gold]) -> str:
    """The quotes in order, as read on screen: without pinyin notes, a column break closed."""
    return "".join(READING_NOTE.sub("", gold.quote) for gold in golds)


def _case_problems(case: Case, seeds: Mapping[str, str], fold: Fold) -> list[str]:
    checks = (_form_problems(case), _gold_problems(case, seeds), _fact_problems(case, fold))
    problems = [problem for found in checks for problem in found]
    if case.kind == "paraphrase" and (share := overlap(case, fold)) > MAX_PARAPHRASE_OVERLAP:
        problems.append(f"a paraphrase must not repeat the text, but {share:.0%} of its bigrams stand in the gold")
    return problems


def _form_problems(case: Case) -> list[str]:
    """Rules between the fields of one case."""
    words = (*case.answers, *case.facts, *(word for fact in case.facts for word in fact))
    owed = case.gold and case.answers and case.facts
    spare = case.gold or case.alternatives or case.answers or case.facts
    wrong = {
        "the id must read kind-number or kind-number.turn": not CASE_ID.fullmatch(case.id),
        f"unknown kind {case.kind!r}": case.kind not in MINIMUMS,
        "the question is empty": not case.question.strip(),
        "standalone and history go together": bool(case.standalone) != bool(case.history),
        "only followup cases have a history": bool(case.history) != (case.kind == "followup"),
        f"{case.kind} cases are unanswerable": case.answerable and case.kind in UNANSWERABLE_KINDS,
        "answerable without gold, answers or facts": case.answerable and not owed,
        "unanswerable, yet has gold, answers or facts": not case.answerable and bool(spare),
        "unanswerable without a note that says why": not case.answerable and not case.note,
        "an empty string among answers or facts": not all(words),
    }
    return [problem for problem, is_wrong in wrong.items() if is_wrong]


def _gold_problems(case: Case, seeds: Mapping[str, str]) -> list[str]:
    problems = []
    for gold in (gold for golds in case.evidence for gold in golds):
        if gold.source not in seeds:
            problems.append(f"no such source {gold.source!r}")
        elif not gold_spans(gold, seeds):
            problems.append(f"the quote is not in {gold.source}: {gold.quote}")
        elif "\n" in gold.quote:
            problems.append(f"a quote must not cross a line break, give one quote each side: {gold.quote!r}")
    return problems


def _fact_problems(case: Case, fold: Fold) -> list[str]:
    """Every set of evidence must itself carry every fact, or a perfect extractive answer could not be complete."""
    shown = [fold(gold_text(golds)) for golds in case.evidence]
    return [
        f"evidence {number} lacks the fact {'/'.join(fact)}"
        for number, text in enumerate(shown, start=1)
        for fact in case.facts
        if not any(fold(words) in text for words in fact)
    ]


def _chain_problems(cases: Sequence[Case]) -> list[str]:
    """Turn n of a chain has n - 1 exchanges before it, and they are those of the turn before plus its question."""
    chains: dict[str, list[Case]] = defaultdict(list)
    for case in cases:
        if case.history:
            chains[case.chain].append(case)
    problems = []
    for chain in chains.values():
        turns = sorted(chain, key=lambda case: case.id)
        problems += [
            f"{case.id}: {len(case.history)} exchanges before it do not fit its id"
            for case in turns
            if case.id != f"{case.chain}.{len(case.history) + 1}"
        ]
        problems += [
            f"{later.id}: its history does not continue {earlier.id}"
            for earlier, later in pairwise(turns)
            if later.history[:-1] != earlier.history or later.history[-1].question != earlier.question
        ]
    return problems


def _shortfalls(cases: Sequence[Case], minimums: Mapping[str, int]) -> list[str]:
    """What the set owes in size."""
    found = {kind: row["all"] for kind, row in counts(cases).items()}
    owed = [("cases", len(cases), MIN_CASES)]
    owed += [("unanswerable cases", sum(not case.answerable for case in cases), MIN_UNANSWERABLE)]
    owed += [("follow-up chains", len({case.chain for case in cases if case.history}), MIN_CHAINS)]
    owed += [(f"{kind} cases", found.get(kind, 0), least) for kind, least in minimums.items()]
    return [f"only {n} {what}, at least {least} are owed" for what, n, least in owed if n < least]


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError(f"expected a string, got {value!r}")
    return value


def _texts(values: object) -> tuple[str, ...]:
    if not isinstance(values, list):
        raise ValueError(f"expected a list of strings, got {values!r}")
    return tuple(_text(value) for value in values)


def _golds(records: Iterable[Mapping[str, Any]]) -> tuple[Gold, ...]:
    return tuple(Gold(_text(record["source"]), _text(record["quote"])) for record in records)

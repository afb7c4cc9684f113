"""A tiny world for the eval tests: one document, three cases, and a system that answers from a table."""

from __future__ import annotations

from eval.cases import Case, Exchange, Gold
from eval.records import Cited, Found, Record
from rag.types import CleanText, Source, Span

RAW = "银川市推出了13条产改举措。\n徐留平强调企业要承担责任。\n深圳有“211”体系。"
SOURCE = "a.txt"


def clean() -> CleanText:
    source = Source(SOURCE, "seeds/a.txt", RAW, "0" * 64)
    return CleanText(source, RAW, tuple(range(len(RAW))))


def span_of(words: str) -> Span:
    start = RAW.index(words)
    return Span(start, start + len(words))


def case(id_: str, words: str, *facts: str, kind: str = "fact", history: tuple[Exchange, ...] = ()) -> Case:
    return Case(
        id_, kind, f"问：{words[:4]}？", True, history, "全句" if history else "",
        (words,), tuple((fact,) for fact in facts), (Gold(SOURCE, words),),
    )  # fmt: skip


def unanswerable(id_: str) -> Case:
    return Case(id_, "near_miss", "火星上有几个工会？", False, note="文中没有")


def cited(words: str) -> Cited:
    return Cited("p", SOURCE, words, (span_of(words),), 0.9)


def found(words: str, score: float = 0.5) -> Found:
    return Found("p", SOURCE, words, (span_of(words),), score, {"dense": 1})


def answered(id_: str, words: str, confidence: float = 0.9) -> Record:
    return Record(
        id_, "问", "answered", f"{words} [1]", cited=(cited(words),), hits=(found(words),), confidence=confidence,
        milliseconds=10.0,
    )  # fmt: skip


def refused(id_: str, confidence: float = 0.1) -> Record:
    return Record(id_, "问", "no_evidence", reason="没有依据", confidence=confidence, milliseconds=5.0)


def crashed(id_: str) -> Record:
    return Record(id_, "问", "error", error="ValueError: 坏了")


FIRST_CASES = [case(f"fact-{n:02d}", RAW.split("\n")[0], "13条") for n in range(3)]

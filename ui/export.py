"""A conversation as a document to keep: Markdown with footnotes, and the plain parts that the Word export shares."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from rag.answer.markers import renumber, strip
from rag.types import Answer, Quote, Status, Verdict
from ui.library import Documents
from ui.record import Record, restore
from ui.reference import gbt7714, paragraph_number
from ui.text import say

_LINE = re.compile(r"^\s*(?:[-*•·]\s+|#{1,6}\s+)?(.*?)\s*$")


@dataclass(frozen=True, slots=True)
class Footnote:
    """One quotation: the words and where they stand."""

    words: str
    reference: str


@dataclass(frozen=True, slots=True)
class Exchange:
    """One question with its answer, markers already numbered through the whole document."""

    question: str
    lines: tuple[str, ...]
    footnotes: tuple[tuple[int, Footnote], ...]


def exchanges(records: Sequence[Record], library: Documents) -> list[Exchange]:
    """The turns with footnotes numbered from 1 through the whole conversation; every quotation checked again."""
    found: list[Exchange] = []
    number = 0
    for record in records:
        answer, lost = restore(record, library)
        own = {n: number + n for n in range(1, len(answer.quotes) + 1)}
        notes = tuple((own[n], footnote(q, library)) for n, q in enumerate(answer.quotes, 1))
        found.append(Exchange(answer.question, _lines(answer, own, lost, record.state), notes))
        number += len(answer.quotes)
    return found


def footnote(quote: Quote, library: Documents) -> Footnote:
    """The words of a quotation and its reference with the paragraph."""
    passage = quote.passage
    source = library.clean(passage.source_id).source
    article = next((a for a in library.articles(source.id) if a.id == passage.article_id), None)
    siblings = [p for p in library.passages(source.id) if p.article_id == passage.article_id]
    number = paragraph_number(passage, siblings)
    where = say("panel.paragraph", number) if number else ""
    return Footnote(quote.text, f"{gbt7714(source, article)}{where and f' {where}。'}")


def markdown(title: str, found: Sequence[Exchange], when: datetime) -> str:
    """Markdown with footnotes: ``[^3]`` in the text, the quoted original and the reference below."""
    out = [f"# {_plain(title)}", "", f"问据 Wenju 导出，{when:%Y-%m-%d %H:%M}。引文均与原文逐字核对。", ""]
    for exchange in found:
        out += [f"## {_plain(exchange.question)}", ""]
        for line in exchange.lines:
            out += [re.sub(r"\[(\d{1,4})\]", r"[^\1]", _plain(line, markers=True)), ""]
    for exchange in found:
        out += [f"[^{n}]: {_plain(note.reference)}原文：“{_plain(note.words)}”" for n, note in exchange.footnotes]
    return "\n".join(out).rstrip() + "\n"


def _lines(answer: Answer, own: dict[int, int], lost: int, state: str) -> tuple[str, ...]:
    if answer.status is not Status.ANSWERED:
        key = "refuse.check" if answer.status is Status.FAILED_CHECK else "refuse.title"
        text = [say(key) + "。"] + ([answer.reason] if answer.reason else [])
    else:
        text = [_LINE.sub(r"\1", line) for line in renumber(answer.text, own).split("\n") if line.strip()]
    if answer.engine != "extractive" and answer.status is Status.ANSWERED:
        counts = (sum(s.verdict is v for s in answer.sentences) for v in Verdict)
        text.append(say("export.model", answer.engine, *counts))
    if state in ("stopped", "cut"):
        text.append(say("state.stopped") if state == "stopped" else say("state.cut"))
    return tuple([*text, say("card.expired", lost)] if lost else text)


def _plain(text: str, *, markers: bool = False) -> str:
    """One line in which nothing is Markdown or HTML any more, except our own markers when asked."""
    kept = " ".join((text if markers else strip(text)).split())
    kept = re.sub(r"([\\`*_{}<>#|~!])", r"\\\1", kept)
    return re.sub(r"\[(?!\d{1,4}\])", r"\\[", kept) if markers else kept.replace("[", r"\[")

"""The nouns of the house: plain frozen values that cross every border. This file imports nothing of ours.

Offsets everywhere are half-open character ranges in the ORIGINAL decoded text of a source (``Source.raw``).
Every score is a float, larger is better.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class WenjuError(Exception):
    """Something the user can mend; the message says what happened, to which file or setting, and what to do."""


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Half-open range ``[start, end)`` of characters in a source's raw text."""

    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end:
            raise ValueError(f"a span needs 0 <= start < end, got [{self.start}, {self.end})")

    def __len__(self) -> int:
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class Source:
    """One file as decoded, never altered, with the facts the catalog gives about it ("" where unknown)."""

    id: str
    """The name it is cited by: the file name, or the id given in a JSONL corpus."""
    path: str
    raw: str
    sha256: str
    title: str = ""
    publication: str = ""
    date: str = ""
    page: str = ""
    kind: str = ""
    script: str = ""


@dataclass(frozen=True, slots=True)
class Repair:
    """One change that reading made to a source: what stood at ``span``, what is shown instead, and why."""

    span: Span
    shown: str
    reason: str


@dataclass(frozen=True, slots=True)
class CleanText:
    """Readable text of one source; ``origins[i]`` is the index in ``source.raw`` of clean character ``i``.

    ``origins`` is strictly increasing. Cleaning removes characters and never invents any: ``text[i]`` is
    ``source.raw[origins[i]]`` except where a ``Repair`` of the same place says which certain recognition error
    was put right. Lines of ``text`` are the layout's blocks (paragraph pieces, headings, bylines ...).
    """

    source: Source
    text: str
    origins: tuple[int, ...]
    repairs: tuple[Repair, ...] = ()

    def __post_init__(self) -> None:
        if len(self.text) != len(self.origins):
            raise ValueError(f"{len(self.text)} characters but {len(self.origins)} origins")


@dataclass(frozen=True, slots=True)
class Article:
    """One article of a newspaper page, or the whole of a speech."""

    id: str
    source_id: str
    title: str
    author: str = ""
    """Names joined by 、; "" when the text shows none."""
    author_role: str = ""
    headings: tuple[str, ...] = ()
    """Kicker, series heading or column name above the title, outermost first."""
    spans: tuple[Span, ...] = ()
    """Everything that belongs to it, in reading order: titles, bylines, paragraphs, role notes."""


class PassageKind(StrEnum):
    """What a passage is in its article."""

    PARAGRAPH = "paragraph"
    TITLE = "title"
    BYLINE = "byline"
    ROLE = "role"
    CAPTION = "caption"
    LIST = "list"


@dataclass(frozen=True, slots=True)
class Passage:
    """A paragraph (or byline, title, caption) that can be found and quoted.

    ``text`` is the cleaned raw text at ``spans`` read in order; several spans when a column break cut it.
    ``id`` is derived from content, so a link survives re-indexing.
    """

    id: str
    article_id: str
    source_id: str
    ordinal: int
    """Position in reading order within its source, from 0."""
    text: str
    spans: tuple[Span, ...]
    title: str = ""
    author: str = ""
    author_role: str = ""
    headings: tuple[str, ...] = ()
    """Kicker/series headings, then section headings above this paragraph, outermost first."""
    publication: str = ""
    date: str = ""
    kind: PassageKind = PassageKind.PARAGRAPH
    interrupted: bool = False
    """The layout cut it and no continuation was found above the bar."""


@dataclass(frozen=True, slots=True)
class OutlineItem:
    """One item of an ordinal list or a section heading: 一、 (一) 第一 一是 其一 1. ①; or the root of an article."""

    id: str
    article_id: str
    parent_id: str
    """"" for the root items of an article."""
    ordinal: int
    """Position in reading order within the source, from 0."""
    marker: str
    """The marker as printed, e.g. "一是"; "" for an introduction that only announces a list."""
    number: int
    """1 for 一/第一/1./①; 0 when there is no number (bullets)."""
    spans: tuple[Span, ...]
    """The whole item: marker and text."""
    announced: int = 0
    """How many items the text says follow ("八个对标" -> 8); 0 when it says nothing. On the parent item."""
    announced_as: str = ""
    """The words that announce it, e.g. "八个对标"."""


@dataclass(frozen=True, slots=True)
class Reading:
    """Everything the corpus room understood of one source."""

    clean: CleanText
    articles: tuple[Article, ...]
    passages: tuple[Passage, ...]
    outline: tuple[OutlineItem, ...] = ()
    repairs: tuple[Repair, ...] = ()
    furniture: tuple[Span, ...] = ()
    """Page furniture that belongs to no article: continuation marks, column names, rules."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage found for a question. ``ranks`` says why: 1-based rank per engine, e.g. {"dense": 2, "lexical": 7}."""

    passage: Passage
    score: float
    ranks: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Quote:
    """Words of a source, verified: ``text`` equals the cleaned original at ``spans`` (checked when made)."""

    passage: Passage
    text: str
    spans: tuple[Span, ...]
    score: float
    focus: str = ""
    """The exact answer inside ``text``; "" when the whole quote is the answer."""


class Status(StrEnum):
    """How an answer ended."""

    ANSWERED = "answered"
    NO_EVIDENCE = "no_evidence"
    FAILED_CHECK = "failed_check"


class Verdict(StrEnum):
    """What the check found of one sentence that a chat model wrote."""

    VERBATIM = "verbatim"
    """Word for word in the passage it cites."""
    SUPPORTED = "supported"
    """A paraphrase that the passages it cites bear out."""
    REMOVED = "removed"
    """Not borne out; it is not in the answer's text."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of a chat model's answer, with its markers as shown; ``why`` explains a removal or new citation."""

    text: str
    verdict: Verdict
    why: str = ""


@dataclass(frozen=True, slots=True)
class Timings:
    """Milliseconds spent in each step."""

    search: float = 0.0
    rerank: float = 0.0
    read: float = 0.0
    total: float = 0.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What is shown: marker [n] in ``text`` is ``quotes[n - 1]``; ``reason`` explains a refusal or a caveat."""

    question: str
    text: str
    quotes: tuple[Quote, ...]
    hits: tuple[Hit, ...]
    status: Status
    reason: str = ""
    engine: str = "extractive"
    timings: Timings = Timings()
    standalone: str = ""
    """The question as searched, when history changed it; "" otherwise."""
    sentences: tuple[Sentence, ...] = ()
    """Sentence by sentence what the check found, removed ones included; () for extractive answers: all verbatim."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One earlier exchange of a conversation."""

    question: str
    answer: str
    quotes: tuple[Quote, ...] = ()


@dataclass(frozen=True, slots=True)
class Filters:
    """Which passages may be found. Empty means no limit; dates are ISO prefixes, compared as strings."""

    sources: frozenset[str] = frozenset()
    publications: frozenset[str] = frozenset()
    authors: frozenset[str] = frozenset()
    since: str = ""
    until: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """What the chain is asked: the words, the conversation before them, and which passages may be used."""

    text: str
    history: tuple[Turn, ...] = ()
    filters: Filters = Filters()

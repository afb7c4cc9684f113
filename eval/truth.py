"""The reading of a seed by a careful person, as written down in ``tests/data/structure/*.toml``.

The files hold words; this module turns them into character ranges of the original and refuses words that are not
there, or that are there twice. It knows nothing of the program that is measured.
Format: tests/data/structure/README.md.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from rag.types import Span, WenjuError

BODY = frozenset({"paragraph", "bullet"})
"""Kinds of block that carry an article's text and have a place in its reading order."""
APART = frozenset({"label", "mark", "dateline"})
"""Kinds that may as well be filed as page furniture: column names, (上接第1版), date lines."""
SEAM_KINDS = frozenset({"adjacent", "far", "adjacent-sentence", "far-sentence"})


@dataclass(frozen=True, slots=True)
class Seam:
    """Where the layout cut a paragraph: last character of one piece, first character of the next."""

    left: int
    right: int
    kind: str
    """adjacent | far; with "-sentence" when the cut fell after a full stop, so that nothing forces the join."""

    @property
    def owed(self) -> bool:
        """Whether a reader must find it: the piece before it ends in mid-sentence."""
        return not self.kind.endswith("-sentence")

    @property
    def far(self) -> bool:
        """Whether anything but blank stands between the two halves."""
        return self.kind.startswith("far")


@dataclass(frozen=True, slots=True)
class Block:
    """One title, byline, heading, paragraph ... of an article; several spans where the layout cut a paragraph."""

    kind: str
    spans: tuple[Span, ...]
    seams: tuple[Seam, ...] = ()
    under: str = ""
    """The section heading above it."""
    interrupted: bool = False
    """It breaks off and its continuation is not in the file."""


@dataclass(frozen=True, slots=True)
class TrueArticle:
    """One article: what may be said of it (first choice first) and its blocks in reading order."""

    id: str
    titles: tuple[str, ...]
    author_sets: tuple[frozenset[str], ...]
    roles: tuple[str, ...]
    blocks: tuple[Block, ...]

    def body(self) -> tuple[Span, ...]:
        """The pieces of its text in reading order."""
        return tuple(span for block in self.blocks if block.kind in BODY for span in block.spans)


@dataclass(frozen=True, slots=True)
class TrueItem:
    """One item of an ordinal or bulleted list; ``end`` is None where a whole section hangs below its heading."""

    marker: str
    number: int
    start: int
    end: int | None


@dataclass(frozen=True, slots=True)
class TrueList:
    """The items of one list in order, the item it hangs below, and the count the text announces (0: none)."""

    article: str
    parent: int | None
    announced: int
    announced_as: str
    items: tuple[TrueItem, ...]


@dataclass(frozen=True, slots=True)
class Enumeration:
    """A count the text announces for things that carry no marker, and those things ("" items: never listed)."""

    article: str
    announced: int
    announced_as: str
    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Series:
    """A heading over several articles; it may be filed with any of them, or as furniture."""

    spans: tuple[Span, ...]
    over: frozenset[str]


@dataclass(frozen=True, slots=True)
class Truth:
    """Everything a careful person says about one source."""

    source: str
    articles: tuple[TrueArticle, ...]
    series: tuple[Series, ...]
    lists: tuple[TrueList, ...]
    enumerations: tuple[Enumeration, ...]

    def seams(self) -> tuple[Seam, ...]:
        """All true seams of the page."""
        return tuple(seam for article in self.articles for block in article.blocks for seam in block.seams)

    def spans(self) -> Iterator[Span]:
        """Every range that belongs to something."""
        for series in self.series:
            yield from series.spans
        for article in self.articles:
            for block in article.blocks:
                yield from block.spans


class _Page:
    """Finds words of the truth in the original text, and only where they are unmistakable."""

    def __init__(self, path: Path, raw: str) -> None:
        self.path = path
        self.raw = raw

    def refuse(self, what: str) -> WenjuError:
        return WenjuError(f"{self.path}: {what}")

    def once(self, words: str) -> int:
        """Offset of words that stand in the text exactly once."""
        count = self.raw.count(words)
        if not words or count != 1:
            raise self.refuse(f"“{words}” should stand in the source once, it stands there {count} times")
        return self.raw.index(words)

    def block(self, text: str, nth: int = 0) -> Span:
        """A whole block: if the words occur more often, those that fill a line; of several lines, the nth."""
        starts = [found.start() for found in re.finditer(re.escape(text), self.raw)]
        if len(starts) > 1:
            lines = re.finditer(rf"^[#\- \t]*({re.escape(text)})[ \t]*$", self.raw, re.MULTILINE)
            starts = [found.start(1) for found in lines]
        if not (1 <= nth <= len(starts) if nth else len(starts) == 1):
            raise self.refuse(f"“{text}” (nth = {nth}) stands in the source {len(starts)} times")
        start = starts[max(nth, 1) - 1]
        return Span(start, start + len(text))

    def piece(self, first: str, last: str) -> Span:
        """A piece of a paragraph by its first and last words; a piece never runs over the end of a line."""
        span = Span(self.once(first), self.once(last) + len(last))
        if "\n" in self.raw[span.start : span.end]:
            raise self.refuse(f"the piece “{first}…{last}” runs over the end of a line")
        return span

    def seam(self, left: Span, right: Span, kind: str) -> Seam:
        between = self.raw[left.end : right.start] if left.end <= right.start else "(backwards)"
        if kind not in SEAM_KINDS or kind.startswith("far") != bool(between.strip()):
            raise self.refuse(f"a seam said to be {kind} has “{between[:20]}” between its halves")
        return Seam(left.end - 1, right.start, kind)


def load_truth(path: Path, raw: str) -> Truth:
    """The truth in ``path`` about the original text ``raw``; WenjuError where words do not resolve."""
    page = _Page(path, raw)
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    articles = tuple(_article(page, table) for table in data["article"])
    known = {article.id for article in articles}
    series = tuple(
        Series(tuple(page.block(text) for text in table["text"]), frozenset(table["over"]))
        for table in data.get("series", [])
    )
    lists = tuple(_list(page, table) for table in data.get("list", []))
    enumerations = tuple(
        Enumeration(table["article"], table["announced"], table["announced_as"], tuple(table["items"]))
        for table in data.get("enumeration", [])
    )
    named = {name for one in series for name in one.over} | {one.article for one in (*lists, *enumerations)}
    if named - known:
        raise page.refuse(f"no article is called {sorted(named - known)}")
    return Truth(data["source"], articles, series, lists, enumerations)


def _article(page: _Page, table: dict[str, Any]) -> TrueArticle:
    blocks = tuple(_block(page, block) for block in table["blocks"])
    kickers = [block["text"] for block in table["blocks"] if block["kind"] == "kicker"]
    title = table["title"]
    titles = [title, *table.get("accept_titles", []), " ".join([*kickers, title]).strip()]
    authors = [frozenset(table["authors"]), *map(frozenset, table.get("accept_authors", []))]
    return TrueArticle(
        id=table["id"],
        titles=tuple(dict.fromkeys(titles)),
        author_sets=tuple(authors),
        roles=(table["author_role"], *table.get("accept_roles", [])),
        blocks=blocks,
    )


def _block(page: _Page, table: dict[str, Any]) -> Block:
    if "text" in table:
        spans = (page.block(table["text"], table.get("nth", 0)),)
    else:
        spans = tuple(page.piece(first, last) for first, last in table["pieces"])
    kinds = table.get("seams", [])
    if len(kinds) != len(spans) - 1:
        raise page.refuse(f"{len(spans)} pieces need {len(spans) - 1} seams, got {len(kinds)}: {table}")
    seams = tuple(page.seam(left, right, kind) for (left, right), kind in zip(pairwise(spans), kinds, strict=True))
    return Block(table["kind"], spans, seams, table.get("under", ""), table.get("interrupted", False))


def _list(page: _Page, table: dict[str, Any]) -> TrueList:
    items = []
    for item in table["items"]:
        end = None if item.get("section") else page.once(item["last"]) + len(item["last"])
        items.append(TrueItem(item["marker"], item["number"], page.once(item["first"]), end))
    parent = page.once(table["parent"]) if "parent" in table else None
    announced_as = table.get("announced_as", "")
    if announced_as and announced_as not in page.raw:
        raise page.refuse(f"“{announced_as}” announces a list but is not in the source")
    return TrueList(table["article"], parent, table.get("announced", 0), announced_as, tuple(items))


def uncovered(truth: Truth, raw: str) -> str:
    """Characters of the original that the truth leaves out or claims twice; "" when it accounts for the whole page.

    Blanks and the Markdown signs ``#`` and ``-`` before a line belong to nothing.
    """
    claims = [0] * len(raw)
    for span in truth.spans():
        for index in range(span.start, span.end):
            claims[index] += 1
    for sign in re.finditer(r"^[#\- \t]+(?=\S)", raw, re.MULTILINE):
        claims[sign.start() : sign.end()] = [1] * (sign.end() - sign.start())
    return "".join(char for char, claim in zip(raw, claims, strict=True) if claim != 1 and not char.isspace())

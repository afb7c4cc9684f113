"""What the page needs of the chain and its library, as protocols: tests bring scripted ones."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Protocol

from rag.types import Answer, Article, CleanText, OutlineItem, Passage, Question, Source


class Documents(Protocol):
    """Read access to the documents; every method may be called from several threads."""

    def sources(self) -> Iterable[Source]:
        """All documents."""

    def articles(self, source_id: str) -> Iterable[Article]:
        """The articles of one document in reading order."""

    def passages(self, source_id: str) -> Iterable[Passage]:
        """The passages of one document in reading order."""

    def outline(self, source_id: str) -> Iterable[OutlineItem]:
        """Headings and ordinal lists of one document."""

    def passage(self, passage_id: str) -> Passage:
        """One passage. Raises KeyError for an unknown id."""

    def clean(self, source_id: str) -> CleanText:
        """The cleaned text of one document. Raises KeyError for an unknown id."""


class Chain(Protocol):
    """Something that answers: the real QAChain, or a scripted one."""

    @property
    def library(self) -> Documents:
        """The documents it answers from, as they are now."""

    def stream(self, question: Question, /) -> Iterator[Answer]:
        """Growing answers: first hits without text, then text sentence by sentence, last the whole."""

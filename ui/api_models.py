"""What the HTTP API takes in, validated, with examples."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from rag.answer.cite import CitationError, verify
from rag.types import Filters, Quote, Span, Turn
from ui.library import Documents

MOST_TURNS = 10
"""Earlier turns that are read; older ones are passed over."""
STRICT = ConfigDict(extra="forbid")
"""A key that nobody knows is a mistake and not to be passed over in silence: ``k`` means nothing to a question."""


class FiltersIn(BaseModel):
    """Which documents may be used; empty means all. Dates are ISO prefixes."""

    model_config = STRICT
    sources: list[str] = Field(default_factory=list, max_length=1000)
    publications: list[str] = Field(default_factory=list, max_length=100)
    authors: list[str] = Field(default_factory=list, max_length=100)
    since: str = Field(default="", max_length=10)
    until: str = Field(default="", max_length=10)

    def as_filters(self) -> Filters:
        """As the search takes them."""
        sources, publications, authors = map(frozenset, (self.sources, self.publications, self.authors))
        return Filters(sources, publications, authors, self.since, self.until)


class CitationIn(BaseModel):
    """A citation as this API gave it."""

    model_config = ConfigDict(extra="ignore")
    passage_id: str = Field(max_length=200)
    quote: str = Field(max_length=20_000)
    spans: list[tuple[int, int]] = Field(max_length=50)
    focus: str = Field(default="", max_length=2000)

    def as_quote(self, library: Documents) -> Quote | None:
        """The quotation, if it still stands there word for word."""
        try:
            passage = library.passage(self.passage_id)
            quote = Quote(passage, self.quote, tuple(Span(a, b) for a, b in self.spans), 0.0, self.focus)
            verify(quote, library.clean(passage.source_id))
        except (KeyError, ValueError, CitationError):
            return None
        return quote


class TurnIn(BaseModel):
    """An earlier question and its answer, best with the citations this API gave."""

    model_config = STRICT
    question: str = Field(max_length=20_000)
    answer: str = Field(default="", max_length=100_000)
    citations: list[CitationIn] = Field(default_factory=list, max_length=100)


class AskIn(BaseModel):
    """A question, perhaps in a conversation."""

    model_config = STRICT
    question: str = Field(max_length=200_000)
    history: list[TurnIn] = Field(default_factory=list, max_length=200)
    filters: FiltersIn = Field(default_factory=FiltersIn)
    engine: Literal["auto", "extractive"] = "auto"

    def turns(self, library: Documents) -> tuple[Turn, ...]:
        """The last turns; citations that no longer stand in the documents are left out."""
        return tuple(
            Turn(turn.question, turn.answer, tuple(q for c in turn.citations if (q := c.as_quote(library)) is not None))
            for turn in self.history[-MOST_TURNS:]
        )


class SearchIn(BaseModel):
    """Words or a question to find passages for."""

    model_config = STRICT
    question: str = Field(max_length=200_000)
    k: int = Field(default=10, ge=1, le=100)
    filters: FiltersIn = Field(default_factory=FiltersIn)


class PartIn(BaseModel):
    """A part of a message; only text is read."""

    model_config = ConfigDict(extra="ignore")
    type: str = "text"
    text: str = Field(default="", max_length=200_000)


class MessageIn(BaseModel):
    """A message in OpenAI's format."""

    model_config = ConfigDict(extra="ignore")
    role: str = Field(max_length=20)
    content: str | list[PartIn] | None = Field(default="", max_length=200_000)

    @property
    def text(self) -> str:
        """Its text."""
        if isinstance(self.content, list):
            return "\n".join(part.text for part in self.content if part.type == "text")
        return self.content or ""


class ChatIn(BaseModel):
    """A chat completion request; settings of sampling are accepted and change nothing: answers are deterministic."""

    model_config = ConfigDict(extra="ignore")
    model: str = Field(default="wenju", max_length=200)
    messages: list[MessageIn] = Field(min_length=1, max_length=1000)
    stream: bool = False


ASK_EXAMPLES: dict[str, Any] = {
    "question": {"summary": "一个问题", "value": {"question": "银川市推出了多少条产改举措？"}},
    "follow-up": {
        "summary": "追问",
        "value": {
            "question": "作者是谁？",
            "history": [{"question": "银川市推出了多少条产改举措？", "answer": "提出13条举措。[1]"}],
        },
    },
    "filtered": {
        "summary": "限定出版物与日期",
        "value": {
            "question": "企业应承担什么责任？",
            "filters": {"publications": ["工人日报"], "since": "2024"},
            "engine": "extractive",
        },
    },
}
SEARCH_EXAMPLES: dict[str, Any] = {"search": {"summary": "查找段落", "value": {"question": "区域工会就业协作", "k": 5}}}
CHAT_EXAMPLES: dict[str, Any] = {
    "chat": {
        "summary": "OpenAI 格式",
        "value": {"model": "wenju", "messages": [{"role": "user", "content": "八个对标是哪些？"}], "stream": False},
    }
}

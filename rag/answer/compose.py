"""Quotes → the answer that is shown: every sentence a quotation, followed by its number."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rag.answer.language import Language, say
from rag.types import Hit, Passage, Quote


def compose(quotes: Sequence[Quote], language: Language = Language.SIMPLIFIED) -> Iterator[str]:
    """The answer's lines, each ending with its marker [n]; an English question gets an English lead.

    When the first quotation holds an exact answer (its focus), those words are said first, then the quotations.
    """
    lead = say("lead", language)
    if quotes and quotes[0].focus and quotes[0].focus != quotes[0].text.strip():
        yield (f"{lead}\n" if lead else "") + f"{quotes[0].focus}[1]"
        lead = ""
    for number, quote in enumerate(quotes, 1):
        yield (f"{lead}\n" if lead and number == 1 else "") + f"{quote.text.strip()}[{number}]"


def refusal(hits: Sequence[Hit], language: Language = Language.SIMPLIFIED) -> str:
    """Why nothing is answered, and what stands nearest, in the question's language."""
    titles = list(dict.fromkeys(_called(hit.passage) for hit in hits[:5]))[:3]
    listed, gap = (", ", " ") if language is Language.ENGLISH else ("、", "")
    where = say("nearest", language, titles=listed.join(titles)) if titles else say("none", language)
    return f"{say('refusal', language)}{gap}{where}"


def _called(passage: Passage) -> str:
    """A title in its marks; without one the author, or else the file."""
    return f"《{passage.title}》" if passage.title else passage.author or passage.source_id

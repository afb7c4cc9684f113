"""What is embedded and indexed of a passage: the whole of it under its title and headings, and each piece of it."""

from __future__ import annotations

from rag.corpus.clauses import Range, pieces, units
from rag.types import Passage


def head(passage: Passage) -> str:
    """Title, headings and author: searched and embedded with the passage, never quoted with it."""
    parts = dict.fromkeys(part for part in (*passage.headings, passage.title, passage.author) if part)
    return " ".join(parts)


def windows(text: str) -> list[Range]:
    """The pieces of all units of ``text``, in order: what has a vector of its own besides the whole passage."""
    return [piece for start, end in units(text) for piece in pieces(text, start, end)]


def embedded_texts(passage: Passage) -> list[str]:
    """The texts whose vectors stand for ``passage``: first the whole under its head, then ``windows`` in order."""
    top = head(passage)
    whole = f"{top}\n{passage.text}" if top else passage.text
    return [whole, *(passage.text[start:end] for start, end in windows(passage.text))]

"""The documents read anew for measuring, apart from any index and any chain."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from eval import metrics
from eval.cases import Gold, gold_spans
from eval.metrics import Marks, Target
from eval.records import Cited
from rag.corpus.clean import clean
from rag.corpus.load import find_files, load_catalog, load_file
from rag.corpus.spans import read_spans
from rag.types import CleanText, Span


class Originals:
    """What gold quotes are found in and what the answers' quotes are checked against."""

    def __init__(self, cleans: Mapping[str, CleanText]) -> None:
        self.cleans = cleans
        self._kept = {source: frozenset(clean.origins) for source, clean in cleans.items()}
        self._raw = {source: clean.source.raw for source, clean in cleans.items()}

    def marks(self, source: str, spans: Iterable[Span]) -> Marks:
        """The characters at ``spans`` that reading keeps: blanks and pinyin notes are nobody's evidence."""
        place = metrics.marks(source, spans)
        kept = self._kept.get(source)
        return place if kept is None else frozenset(mark for mark in place if mark[1] in kept)

    def target(self, gold: Gold) -> Target:
        """Where a gold quote stands. Raises ValueError when it stands nowhere, or only in what reading drops."""
        places = tuple(self.marks(gold.source, [span]) for span in gold_spans(gold, self._raw))
        if not any(places):
            raise ValueError(f"gold quote not found in {gold.source}: {gold.quote}")
        return tuple(place for place in places if place)

    def verbatim(self, quote: Cited) -> bool:
        """Whether the quote's text is what the original says at its offsets."""
        clean = self.cleans.get(quote.source)
        return clean is not None and bool(quote.spans) and read_spans(clean, quote.spans) == quote.text


def read_originals(documents: Path) -> dict[str, CleanText]:
    """The documents read anew from their files, apart from any index: source id -> cleaned text."""
    catalog = load_catalog(documents)
    sources = [load_file(path, catalog) for path in find_files([documents])]
    return {source.id: clean(source) for source in sources}

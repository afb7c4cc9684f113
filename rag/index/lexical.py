"""Words: a tantivy (BM25) index of character bigrams, Latin words and numbers. The only importer of tantivy.

Chinese is indexed as overlapping character pairs: on DRCD that beats word segmentation (R@1 0.94 against 0.92), and it
never disagrees with itself about where a word ends. The caller folds nothing: both sides are folded here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import log
from pathlib import Path

import tantivy

from rag.corpus.fold import fold

_RUN = re.compile(r"[a-z]+|[0-9]+(?:\.[0-9]+)?|[㐀-䶿一-鿿\U00020000-\U000323af豈-﫿〇]+")
_WHITESPACE = "wenju_terms"
HEAD_BOOST = 0.6
"""Weight of a term found in the title, headings or byline, against 1 for the text itself."""
MAX_QUERY_TERMS = 400
"""A pasted page as a question is searched by its first terms; BM25 gains nothing from more."""


def terms(text: str) -> list[str]:
    """The indexed terms of ``text``, in order.

    >>> terms("銀川推出13條")
    ['银川', '川推', '推出', '13', '条']
    """
    found: list[str] = []
    for run in _RUN.findall(fold(text)):
        if len(run) == 1 or run[0].isascii():
            found.append(run)
        else:
            found.extend(run[i : i + 2] for i in range(len(run) - 1))
    return found


@dataclass(frozen=True, slots=True)
class LexicalHit:
    """Row number of a passage and its BM25 score."""

    row: int
    score: float


class LexicalIndex:
    """BM25 over passages; rows are the passages' row numbers in the store."""

    def __init__(self, index: tantivy.Index) -> None:
        index.register_tokenizer(_WHITESPACE, tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build())
        index.reload()
        self._index = index
        self._searcher = index.searcher()

    @classmethod
    def build(cls, folder: Path, documents: Iterable[tuple[str, str]]) -> LexicalIndex:
        """Write ``(head, text)`` documents, row by row, into the empty ``folder``."""
        folder.mkdir(parents=True)
        index = tantivy.Index(_schema(), path=str(folder))
        index.register_tokenizer(_WHITESPACE, tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build())
        writer = index.writer(heap_size=64_000_000, num_threads=1)
        for row, (head, text) in enumerate(documents):
            writer.add_document(tantivy.Document(row=row, head=" ".join(terms(head)), text=" ".join(terms(text))))
        writer.commit()
        writer.wait_merging_threads()
        return cls(index)

    @classmethod
    def open(cls, folder: Path) -> LexicalIndex:
        """Open what ``build`` wrote."""
        return cls(tantivy.Index.open(str(folder)))

    def __len__(self) -> int:
        return int(self._searcher.num_docs)

    def search(self, question: str, limit: int, rows: Sequence[int] | None = None) -> list[LexicalHit]:
        """The best ``limit`` rows for ``question``, best first; only among ``rows`` when given."""
        words = list(dict.fromkeys(terms(question)))[:MAX_QUERY_TERMS]
        if not words or limit < 1 or (rows is not None and not len(rows)):
            return []
        schema = self._index.schema
        clauses = []
        for word in words:
            clauses.append((tantivy.Occur.Should, tantivy.Query.term_query(schema, "text", word, "freq")))
            head = tantivy.Query.term_query(schema, "head", word, "freq")
            clauses.append((tantivy.Occur.Should, tantivy.Query.boost_query(head, HEAD_BOOST)))
        query = tantivy.Query.boolean_query(clauses)
        if rows is not None:
            allowed = tantivy.Query.const_score_query(
                tantivy.Query.term_set_query(schema, "row", [int(r) for r in rows]), 0.0
            )
            query = tantivy.Query.boolean_query([(tantivy.Occur.Must, query), (tantivy.Occur.Must, allowed)])
        found = self._searcher.search(query, limit, count=False).hits
        numbers = self._searcher.fast_field_values("row", [address for _, address in found])
        hits = [LexicalHit(int(row or 0), float(score)) for (score, _), row in zip(found, numbers, strict=True)]
        return sorted(hits, key=lambda hit: (-hit.score, hit.row))

    def frequency(self, text: str) -> int:
        """Passages that the rarest term of ``text`` stands in: none of them need hold all of it."""
        return min((int(self._searcher.doc_freq("text", term)) for term in terms(text)), default=0)

    def idf(self, word: str) -> float:
        """BM25's inverse document frequency of one term, ``ln(1 + (N - n + 0.5) / (n + 0.5))``."""
        count = self._searcher.doc_freq("text", word)
        return log(1 + (len(self) - count + 0.5) / (count + 0.5))


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_integer_field("row", stored=False, indexed=True, fast=True)
    for name in ("head", "text"):
        builder.add_text_field(name, stored=False, tokenizer_name=_WHITESPACE, index_option="freq")
    return builder.build()

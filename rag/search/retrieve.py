"""Question in, hits out: the dense and the lexical index searched, their scores fused. A LangChain retriever."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict

from rag.index.embed import Encoder
from rag.index.lexical import terms
from rag.index.library import Library
from rag.index.windows import head
from rag.search.fuse import Weights, fuse
from rag.search.wording import asks_for_credit, content, content_terms, coverage, names_in, plain
from rag.types import Filters, Hit

CANDIDATES = 50
"""Taken from each index before fusion."""
LINE_PENALTY = 0.02
"""Taken off the cosine of titles, bylines and role notes unless the question asks for such a line: they are near every
question about their article and say nothing of it (dev Recall@1 0.60 to 0.64)."""
AUTHOR_BONUS = 0.3
"""Added to the fused score (0 to 1) of passages by an author whom the question names."""
_COVERED_BY = 3
"""Best lexical hits that are looked at to judge how literally the question quotes the documents."""


@dataclass(frozen=True, slots=True)
class Parts:
    """Which parts of retrieval are in use; switched off one by one to measure what each is worth."""

    dense: bool = True
    lexical: bool = True


class Retriever(BaseRetriever):
    """Hybrid search over a Library. ``search`` gives Hits; as a LangChain retriever it gives Documents."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    library: Library
    encoder: Encoder
    k: int = 10
    weights: Weights = Weights()
    parts: Parts = Parts()

    def search(self, question: str, filters: Filters = Filters(), k: int | None = None) -> list[Hit]:  # noqa: B008
        """The best ``k`` passages for ``question`` among those that ``filters`` allow, best first."""
        wanted = self.k if k is None else k
        depth = max(CANDIDATES, wanted)
        rows = self.library.rows_matching(filters)
        lexical: dict[int, float] = {}
        if self.parts.lexical:
            lexical = {hit.row: hit.score for hit in self.library.lexical.search(content(question), depth, rows)}
        dense: dict[int, float] = {}
        dense_ranks: dict[int, int] = {}
        if self.parts.dense:
            vector = self.encoder.encode_queries([plain(question)])[0]
            found = self.library.dense.search(vector, depth, rows)
            dense_ranks = {hit.row: rank for rank, hit in enumerate(found, 1)}
            dense = {hit.row: hit.score for hit in found}
            dense |= self.library.dense.scores(vector, [row for row in lexical if row not in dense])
        credit = asks_for_credit(question)
        if not credit:
            lines = self.library.credit_rows
            dense = {row: score - LINE_PENALTY if row in lines else score for row, score in dense.items()}
        share = self._lexical_share(question, lexical) if self.parts.dense else 1.0
        best = self._by_named_author(question, fuse(dense, lexical, share))[:wanted]
        if credit and best:
            best = self._with_credits(best, rows)[:wanted]
        passages = self.library.passages_at(row for row, _ in best)
        lexical_ranks = {row: rank for rank, row in enumerate(lexical, 1)}
        return [Hit(passages[row], score, _ranks(row, dense_ranks, lexical_ranks)) for row, score in best]

    def _by_named_author(self, question: str, best: list[tuple[int, float]]) -> list[tuple[int, float]]:
        """``best`` with the passages of an author whom the question names moved up: 徐留平认为…… is about his words."""
        names = set(names_in(question, self.library.authors()))
        if not names:
            return best
        written = {
            row for row, p in self.library.passages_at(r for r, _ in best).items() if names & set(p.author.split("、"))
        }
        raised = [(row, min(1.0, score + AUTHOR_BONUS) if row in written else score) for row, score in best]
        return sorted(raised, key=lambda item: (-item[1], item[0] not in written, item[0]))

    def _with_credits(self, best: list[tuple[int, float]], allowed: list[int] | None) -> list[tuple[int, float]]:
        """``best`` with the byline and role note of the first hit's article right behind it."""
        first, score = best[0]
        home = self.library.passages_at([first])[first]
        lines = [
            r for r in self.library.credits_of(home.article_id) if r != first and (allowed is None or r in allowed)
        ]
        return [best[0], *((row, score) for row in lines), *(item for item in best[1:] if item[0] not in lines)]

    def _lexical_share(self, question: str, lexical: dict[int, float]) -> float:
        words = content_terms(question)
        passages = self.library.passages_at(list(lexical)[:_COVERED_BY]).values()
        covered = max(
            (coverage(words, terms(f"{head(p)}\n{p.text}"), self.library.lexical.idf) for p in passages), default=0.0
        )
        return self.weights.lexical(covered)

    def _get_relevant_documents(self, query: str, *, run_manager: CallbackManagerForRetrieverRun) -> list[Document]:
        return [as_document(hit) for hit in self.search(query)]


def as_document(hit: Hit) -> Document:
    """A hit as LangChain's Document; ``metadata["spans"]`` are offsets in the original file."""
    passage = hit.passage
    metadata: dict[str, Any] = {
        "source": passage.source_id,
        "title": passage.title,
        "author": passage.author,
        "publication": passage.publication,
        "date": passage.date,
        "headings": list(passage.headings),
        "spans": [[span.start, span.end] for span in passage.spans],
        "score": hit.score,
        "ranks": dict(hit.ranks),
    }
    return Document(page_content=passage.text, id=passage.id, metadata=metadata)


def _ranks(row: int, dense: dict[int, int], lexical: dict[int, int]) -> dict[str, int]:
    ranks: dict[str, int] = {}
    if row in dense:
        ranks["dense"] = dense[row]
    if row in lexical:
        ranks["lexical"] = lexical[row]
    return ranks

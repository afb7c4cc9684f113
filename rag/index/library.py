"""An open index: the documents and both indexes over them. It never changes; a new generation is a new Library."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property, lru_cache
from pathlib import Path

from rag.corpus.load import find_files
from rag.index.dense import DenseIndex, Vectors
from rag.index.embed import Encoder
from rag.index.lexical import LexicalIndex
from rag.index.manifest import (
    REPAIR,
    Manifest,
    changed_documents,
    check_files,
    current_generation,
    read_manifest,
    sweep,
)
from rag.index.tables import Tables
from rag.types import Article, Filters, OutlineItem, Passage, PassageKind, Reading, Source, WenjuError


class Library:
    """Read access to one generation of an index; safe to share between threads."""

    def __init__(self, generation: Path, manifest: Manifest) -> None:
        self.folder = generation.parent
        self.generation = generation
        self.manifest = manifest
        self._tables = Tables.open(generation / "library.sqlite")
        self.dense = DenseIndex.open(generation / "dense.faiss")
        self.lexical = LexicalIndex.open(generation / "lexical")
        self.clean = lru_cache(maxsize=64)(self._tables.clean)
        self._passages = lru_cache(maxsize=64)(lambda source_id: tuple(self._tables.passages(source_id)))
        self.outline = lru_cache(maxsize=64)(self._outline)

    def __len__(self) -> int:
        """Number of passages."""
        return self.manifest.passages

    def sources(self) -> list[Source]:
        """All documents."""
        return self._tables.sources()

    def reading(self, source_id: str) -> Reading:
        """Everything understood of one document. Raises KeyError for an unknown name."""
        return self._tables.reading(source_id)

    def articles(self, source_id: str) -> list[Article]:
        """The articles of one document in reading order."""
        return self._tables.articles(source_id)

    def _outline(self, source_id: str) -> tuple[OutlineItem, ...]:
        """Headings and ordinal lists of one document in reading order."""
        return tuple(self._tables.outline(source_id))

    def passages(self, source_id: str | None = None) -> Iterator[Passage]:
        """Passages of one document, or of all, in reading order."""
        return self._tables.passages() if source_id is None else iter(self._passages(source_id))

    def passage(self, passage_id: str) -> Passage:
        """One passage. Raises KeyError for an unknown id."""
        return self._tables.passage(passage_id)

    def passages_at(self, rows: Iterable[int]) -> dict[int, Passage]:
        """Passages by row number of the indexes."""
        return self._tables.passages_at(rows)

    def rows_matching(self, filters: Filters) -> list[int] | None:
        """Rows that ``filters`` allow; None when they allow all."""
        return None if filters == Filters() else self._tables.rows_matching(filters)

    def vectors(self, passage_id: str) -> Vectors:
        """The vectors of one passage: its beginning under its head, then its ``windows``."""
        return self.dense.vectors(self._tables.row_of(passage_id))

    @cached_property
    def credit_rows(self) -> frozenset[int]:
        """Rows of titles, bylines and role notes: lines about an article rather than of it."""
        return frozenset(self._tables.rows_of_kind((PassageKind.TITLE, PassageKind.BYLINE, PassageKind.ROLE)))

    def lines(self) -> list[Passage]:
        """All titles, bylines and role notes, in reading order."""
        found = self.passages_at(self.credit_rows)
        return [found[row] for row in sorted(found)]

    def credits_of(self, article_id: str) -> list[int]:
        """Rows of the bylines and role notes of one article."""
        return self._tables.rows_of_kind((PassageKind.BYLINE, PassageKind.ROLE), article_id)

    @cached_property
    def _authors(self) -> tuple[str, ...]:
        return tuple(self._tables.authors())

    def authors(self) -> tuple[str, ...]:
        """All author lines."""
        return self._authors


def open_library(folder: Path, encoder: Encoder, *, allow_stale: bool = False) -> Library:
    """Open the index at ``folder``.

    Raises WenjuError, with the command that repairs it, when there is none, when it is damaged, made by another
    model, or (unless ``allow_stale``) older than its documents.
    """
    sweep(folder)
    generation = current_generation(folder)
    manifest = read_manifest(generation)
    check_files(generation, manifest)
    if manifest.model != encoder.name:
        raise WenjuError(f"索引由另一个模型建立（{manifest.model}，现在是 {encoder.name}）。{REPAIR}")
    if not allow_stale:
        stale = stale_documents(manifest)
        if stale:
            shown = "；".join(stale[:5]) + (f" 等 {len(stale)} 处" if len(stale) > 5 else "")
            raise WenjuError(f"索引比文件旧：{shown}。{REPAIR}")
    return Library(generation, manifest)


def stale_documents(manifest: Manifest) -> list[str]:
    """One line for each document that changed, vanished or appeared since the index was built."""
    roots = [Path(root) for root in manifest.roots]
    return changed_documents(manifest, find_files([root for root in roots if root.exists()]))

"""Meaning: a FAISS inner-product index of unit vectors, several a passage. The only importer of faiss.

A passage is represented by the vector of its whole paragraph and those of its sentence windows; the best one counts.
Files go through Python bytes because FAISS itself cannot open non-ASCII paths on Windows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class DenseHit:
    """Row number of a passage and the cosine of its best vector."""

    row: int
    score: float


class DenseIndex:
    """Vectors and the row of the passage that each belongs to (``rows`` ascending, one entry a vector)."""

    def __init__(self, index: Any, rows: NDArray[np.int64]) -> None:
        if index.ntotal != len(rows):
            raise ValueError(f"{index.ntotal} vectors but {len(rows)} row numbers")
        self._index = index
        self._rows = rows

    @classmethod
    def build(cls, vectors: Vectors, rows: Sequence[int]) -> DenseIndex:
        """Index ``vectors`` (float32 ``[n, dim]``, unit rows), vector ``i`` belonging to passage ``rows[i]``."""
        index = faiss.IndexFlatIP(vectors.shape[1])
        index.add(np.ascontiguousarray(vectors, dtype=np.float32))
        return cls(index, np.asarray(rows, dtype=np.int64))

    def save(self, path: Path) -> None:
        """Write ``path`` (FAISS) and ``path.rows.npy``."""
        path.write_bytes(faiss.serialize_index(self._index).tobytes())
        np.save(_rows_path(path), self._rows, allow_pickle=False)

    @classmethod
    def open(cls, path: Path) -> DenseIndex:
        """Mirror image of ``save``."""
        index = faiss.deserialize_index(np.frombuffer(path.read_bytes(), dtype=np.uint8))
        return cls(index, np.load(_rows_path(path), allow_pickle=False))

    @property
    def dim(self) -> int:
        """Length of a vector."""
        return int(self._index.d)

    def __len__(self) -> int:
        return len(self._rows)

    def search(self, vector: Vectors, limit: int, rows: Sequence[int] | None = None) -> list[DenseHit]:
        """The best ``limit`` passages for one query vector, best first; only among ``rows`` when given."""
        if not len(self) or limit < 1 or (rows is not None and not len(rows)):
            return []
        selector = None
        if rows is not None:
            ids = np.flatnonzero(np.isin(self._rows, np.asarray(rows, dtype=np.int64)))
            selector = faiss.SearchParameters(sel=faiss.IDSelectorBatch(ids))  # type: ignore[call-arg]
        # A passage has a handful of vectors, so asking for a few times as many vectors nearly always gives
        # `limit` different passages; where it does not, ask again for more.
        wanted = min(len(self), limit * 4)
        while True:
            hits = self._best_rows(vector, wanted, selector)
            if len(hits) >= limit or wanted >= len(self):
                return hits[:limit]
            wanted = min(len(self), wanted * 4)

    def vectors(self, row: int) -> Vectors:
        """All vectors of one passage, in the order in which they were given."""
        first, last = np.searchsorted(self._rows, [row, row + 1])
        return np.asarray(self._index.reconstruct_n(int(first), int(last - first)), np.float32)

    def scores(self, vector: Vectors, rows: Sequence[int]) -> dict[int, float]:
        """The cosine of the best vector of each of ``rows``."""
        blocks = ((row, self.vectors(row)) for row in rows)
        return {row: float((block @ vector.reshape(-1)).max()) for row, block in blocks if len(block)}

    def _best_rows(self, vector: Vectors, wanted: int, selector: Any) -> list[DenseHit]:
        scores, ids = self._index.search(vector.reshape(1, -1), wanted, params=selector)
        best: dict[int, float] = {}
        for score, number in zip(scores[0], ids[0], strict=True):
            if number >= 0:
                best.setdefault(int(self._rows[number]), float(score))
        return sorted((DenseHit(row, score) for row, score in best.items()), key=lambda hit: (-hit.score, hit.row))


def _rows_path(path: Path) -> Path:
    return path.with_name(path.name + ".rows.npy")

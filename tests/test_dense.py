"""The dense index against brute force over numpy."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from rag.index.dense import DenseIndex


def unit(count: int, dim: int = 16, seed: int = 0) -> np.ndarray:
    vectors = np.random.default_rng(seed).normal(size=(count, dim)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


VECTORS = unit(200)
ROWS = sorted(i % 70 for i in range(200))  # two or three vectors a passage


def brute_force(query: np.ndarray, rows: list[int] | None = None) -> list[tuple[int, float]]:
    best: dict[int, float] = {}
    for row, score in zip(ROWS, VECTORS @ query, strict=True):
        if rows is None or row in rows:
            best[row] = max(best.get(row, -1.0), float(score))
    return sorted(best.items(), key=lambda item: (-item[1], item[0]))


@pytest.mark.parametrize("rows", [None, [3], list(range(0, 70, 7))])
@pytest.mark.parametrize("limit", [1, 10, 70, 500])
def test_equal_to_brute_force(limit: int, rows: list[int] | None) -> None:
    index = DenseIndex.build(VECTORS, ROWS)
    for query in unit(5, seed=1):
        found = [(hit.row, hit.score) for hit in index.search(query, limit, rows)]
        expected = brute_force(query, rows)[:limit]
        assert [row for row, _ in found] == [row for row, _ in expected]
        assert np.allclose([s for _, s in found], [s for _, s in expected], atol=1e-6)


def test_scores_are_those_of_the_best_vector() -> None:
    query = unit(1, seed=2)[0]
    expected = dict(brute_force(query))
    scores = DenseIndex.build(VECTORS, ROWS).scores(query, [0, 5, 69, 1000])
    assert scores == pytest.approx({row: expected[row] for row in (0, 5, 69)})


def test_saved_and_opened_under_a_non_ascii_path(tmp_path: Path) -> None:
    path = tmp_path / "索引 夹" / "dense.faiss"
    path.parent.mkdir()
    index = DenseIndex.build(VECTORS, ROWS)
    index.save(path)
    query = unit(1, seed=3)[0]
    assert DenseIndex.open(path).search(query, 5) == index.search(query, 5)


def test_empty_and_misaligned() -> None:
    empty = DenseIndex.build(np.zeros((0, 16), np.float32), [])
    assert empty.search(VECTORS[0], 10) == []
    assert DenseIndex.build(VECTORS, ROWS).search(VECTORS[0], 10, rows=[]) == []
    with pytest.raises(ValueError, match="200 vectors but 199"):
        DenseIndex.build(VECTORS, ROWS[:-1])

"""Wrong passages worth learning from: those that share the question's character bigrams (BM25) or its meaning."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix  # type: ignore[import-untyped]

from rag.models.reader.text import bigrams

Rows = npt.NDArray[np.int32]
_K1, _B = 1.2, 0.75


class Bm25:
    """Robertson and Zaragoza 2009, over character bigrams, as one sparse product."""

    def __init__(self, texts: Sequence[str]) -> None:
        counts = [Counter(bigrams(text)) for text in texts]
        self._words = {word: i for i, word in enumerate(dict.fromkeys(w for c in counts for w in c))}
        lengths = np.array([sum(c.values()) for c in counts], np.float32)
        norm = _K1 * (1 - _B + _B * lengths / max(lengths.mean(), 1))
        seen = np.bincount([self._words[w] for c in counts for w in c], minlength=len(self._words))
        idf = np.log(1 + (len(texts) - seen + 0.5) / (seen + 0.5))
        entries = [
            (row, self._words[w], idf[self._words[w]] * n * (_K1 + 1) / (n + norm[row]))
            for row, c in enumerate(counts)
            for w, n in c.items()
        ]
        rows, columns, values = zip(*entries, strict=True)
        shape = (len(texts), len(self._words))
        self._weights = csr_matrix((np.array(values, np.float32), (rows, columns)), shape=shape).T.tocsr()

    def scores(self, questions: Sequence[str]) -> npt.NDArray[np.float32]:
        """[questions, texts]."""
        pairs = [(row, self._words[w]) for row, q in enumerate(questions) for w in set(bigrams(q)) if w in self._words]
        rows, columns = zip(*pairs, strict=True) if pairs else ((), ())
        asked = csr_matrix((np.ones(len(pairs), np.float32), (rows, columns)), shape=(len(questions), len(self._words)))
        found: npt.NDArray[np.float32] = (asked @ self._weights).toarray()
        return found


def best_rows(scores: npt.NDArray[np.float32], depth: int) -> Rows:
    """[questions, texts] -> the rows of the best ``depth`` texts, best first."""
    depth = min(depth, scores.shape[1])
    part = np.argpartition(-scores, depth - 1, axis=1)[:, :depth]
    order = np.take_along_axis(-scores, part, axis=1).argsort(axis=1, kind="stable")
    return np.take_along_axis(part, order, axis=1).astype(np.int32)


def search(index: Bm25, questions: Sequence[str], depth: int, share: int = 256) -> Rows:
    """The best rows for many questions, some at a time."""
    return np.concatenate(
        [best_rows(index.scores(questions[i : i + share]), depth) for i in range(0, len(questions), share)]
    )

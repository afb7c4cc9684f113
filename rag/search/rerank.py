"""Question + hits → hits in a better order: a model that reads question and passage together looks at the best."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Protocol

from rag.corpus.clauses import Range
from rag.index.onnx import MODEL_FILE
from rag.search.reader import Reader, Reading
from rag.settings import EMBEDDED_READER, Settings
from rag.types import Hit, WenjuError


class Reranker(Protocol):
    """What can look at passages: the reader model, or any sentence-transformers CrossEncoder."""

    def relevance(self, question: str, texts: Sequence[str]) -> list[float]:
        """Probability (0 to 1) that each text answers ``question``."""


@dataclass(frozen=True, slots=True)
class Budget:
    """How much is read: ``first`` hits at a time, up to ``most`` while none of them is surer than ``sure``.

    Dev Recall@1 / @5, windows of 120 characters, share 0.4: first stage 0.587 / 0.861; always 3 hits 0.653 / 0.861, 4
    0.657 / 0.861, 8 0.657 / 0.866; two at a time up to 8 until one is surer than 0.3 0.662 / 0.866, with 5.1 hits read.
    More than 8 give at best 0.871. The reader's validation articles agree on the share: R@1 0.986 from 0.2 to 0.4.
    """

    first: int = 2
    most: int = 8
    sure: float = 0.3
    share: float = 0.4
    """Weight of the relevance in a hit's new score; the rest is its first score."""


@dataclass(frozen=True, slots=True)
class Reranked:
    """The hits in their new order, and what the reader model made of each by passage id (empty for a CrossEncoder)."""

    hits: tuple[Hit, ...]
    readings: Mapping[str, Reading]


def open_reranker(settings: Settings) -> Reranker | None:
    """The model that ``settings.reader`` names; None for "off". Raises WenjuError when there is no such model."""
    if settings.reader in ("", "off"):
        return None
    folder = EMBEDDED_READER if settings.reader == "embedded" else Path(settings.reader).expanduser()
    if (folder / MODEL_FILE).is_file() and not (folder / "modules.json").is_file():
        return Reader(folder, settings.threads)
    return CrossReranker(settings.reader, settings.threads)


def rerank(
    question: str,
    hits: Sequence[Hit],
    model: Reranker,
    budget: Budget = Budget(),
    windows: Mapping[str, Range] = MappingProxyType({}),
) -> Reranked:
    """``hits`` by the sum of first score and relevance; those that were not read follow in their old order.

    ``windows``: by passage id, the characters that are read of a passage; the whole of it where there are none.
    """
    read: list[Hit] = []
    readings: dict[str, Reading] = {}
    while len(read) < min(budget.most, len(hits)):
        batch = hits[len(read) : len(read) + budget.first]
        places = [windows.get(hit.passage.id, (0, len(hit.passage.text))) for hit in batch]
        texts = [hit.passage.text[start:end] for hit, (start, end) in zip(batch, places, strict=True)]
        if isinstance(model, Reader):
            made = model.read(question, texts, [hit.passage.title for hit in batch])
            moved = (reading.moved(start) for reading, (start, _) in zip(made, places, strict=True))
            readings |= {hit.passage.id: reading for hit, reading in zip(batch, moved, strict=True)}
            values = [reading.relevance for reading in made]
        else:
            values = model.relevance(question, texts)
        read += [
            replace(hit, score=(1 - budget.share) * hit.score + budget.share * value)
            for hit, value in zip(batch, values, strict=True)
        ]
        if max(values) >= budget.sure:
            break
    order = sorted(range(len(read)), key=lambda i: (-read[i].score, i))
    ranked = [replace(read[i], ranks={**read[i].ranks, "reader": rank}) for rank, i in enumerate(order, 1)]
    rest = [replace(hit, score=(1 - budget.share) * hit.score) for hit in hits[len(read) :]]
    return Reranked((*ranked, *rest), readings)


class CrossReranker:
    """A sentence-transformers CrossEncoder, by folder or by the name of one that is already on this machine."""

    def __init__(self, model: str, threads: int) -> None:
        import torch
        from sentence_transformers import CrossEncoder

        torch.set_num_threads(threads)
        try:
            self._model = CrossEncoder(model, device="cpu", local_files_only=True)
        except (OSError, ValueError, KeyError, ImportError) as error:
            raise WenjuError(
                f"打不开重排模型 {model}：{error}\n请把 WENJU_READER 设为本机上一个 CrossEncoder 模型的目录或名称，"
                "或者设为 off。(cannot open the reranker; give a folder or a name that is on this machine, or off)"
            ) from error

    def relevance(self, question: str, texts: Sequence[str]) -> list[float]:
        """Probability (0 to 1) that each text answers ``question``."""
        from torch.nn import Sigmoid

        values = self._model.predict([(question, text) for text in texts], activation_fn=Sigmoid())
        return [float(value) for value in values]

"""What several tests share: a tiny encoder that needs no model, and the real index over the seeds, built once."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from rag.index.embed import Encoder
from rag.index.lexical import terms
from rag.settings import Settings

SEEDS = Path(__file__).parent.parent / "seeds"


class TinyEncoder(Encoder):
    """Bags of hashed terms as unit vectors: texts that share words are near. Counts what it embeds."""

    name = "tiny-1"  # type: ignore[assignment]
    dim = 64

    def __init__(self) -> None:
        self.embedded: list[str] = []

    def encode_passages(self, texts: Sequence[str], progress: Callable[[int], None] | None = None) -> np.ndarray:
        self.embedded.extend(texts)
        if progress is not None:
            progress(len(texts))
        return np.stack([self._vector(text) for text in texts]) if texts else np.zeros((0, self.dim), np.float32)

    def encode_queries(self, texts: Sequence[str]) -> np.ndarray:
        return np.stack([self._vector(text) for text in texts])

    def _vector(self, text: str) -> np.ndarray:
        vector = np.full(self.dim, 1e-3, np.float32)
        for term in terms(text):
            vector[hashlib.sha256(term.encode()).digest()[0] % self.dim] += 1
        return vector / np.linalg.norm(vector)


@pytest.fixture
def tiny() -> TinyEncoder:
    return TinyEncoder()


@pytest.fixture
def documents(tmp_path: Path) -> Path:
    """Three small documents in a folder."""
    folder = tmp_path / "文件"
    folder.mkdir()
    (folder / "甲.txt").write_text("关于渡口的通知\n\n渡口每天开放十二小时，由船工会管理。\n\n渡船共有七艘。", "utf-8")
    (folder / "乙.txt").write_text("茶园记\n\n茶园在山的南面，去年采茶三千斤。", "utf-8")
    (folder / "丙.md").write_text("# 图书室\n\n图书室藏书八百册，周一闭馆。", "utf-8")
    return folder


@pytest.fixture(scope="session")
def seed_settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings whose index is built over the five seeds with the real model, once a session."""
    from rag.index.build import build_index
    from rag.index.embed import open_encoder

    settings = Settings(index=tmp_path_factory.mktemp("seeds") / "index")
    build_index(settings.index, [SEEDS], open_encoder(settings))
    return settings

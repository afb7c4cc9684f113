"""Texts -> unit vectors: the embedded ONNX model, or any sentence-transformers model, as one ``Encoder``.

The embedded model runs on onnxruntime and tokenizers alone; torch and sentence_transformers are imported only when
another model is set (``WENJU_EMBEDDING_MODEL``). Prompts ("query: ", "passage: ") are put in front in here.
"""

from __future__ import annotations

import hashlib
import json
from abc import abstractmethod
from collections.abc import Callable, Sequence
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from langchain_core.embeddings import Embeddings

from rag.index.onnx import MODEL_FILE, TOKENIZER_FILE, open_session, open_tokenizer, run_one
from rag.settings import EMBEDDED_MODEL, Settings
from rag.types import WenjuError

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

Vectors = npt.NDArray[np.float32]
Progress = Callable[[int], None]
"""Called now and then with the number of texts done since the last call."""

ONNX_MODULE = "rag.index.onnx_module.OnnxTransformer"
_PROMPTS_FILE = "config_sentence_transformers.json"
_SHARE = 32
"""Texts between two reports of progress."""


class Encoder(Embeddings):
    """What the index and the search need of a model; LangChain programs use it as ``Embeddings``.

    Rows are float32 unit vectors in the order of the texts. The same text always gives the same vector.
    """

    dim: int

    @property
    @abstractmethod
    def name(self) -> str:
        """Which model this is, weights included: equal names make equal vectors. An index remembers it."""

    @abstractmethod
    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Questions -> [n, dim]."""

    @abstractmethod
    def encode_passages(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        """Passages -> [n, dim]."""

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """Passages, as LangChain wants them."""
        rows: list[list[float]] = self.encode_passages(texts).tolist()
        return rows

    def embed_query(self, text: str) -> list[float]:
        """A question, as LangChain wants it."""
        row: list[float] = self.encode_queries([text])[0].tolist()
        return row


def open_encoder(settings: Settings) -> Encoder:
    """The encoder that the settings name. Raises WenjuError when there is no such model on this machine."""
    folder = Path(settings.embedding_model).expanduser()
    if folder == EMBEDDED_MODEL or _is_ours(folder):
        return OnnxEncoder(folder, settings.threads)
    return TorchEncoder(settings.embedding_model, settings.threads)


def _is_ours(folder: Path) -> bool:
    """Whether the folder was written by ``rag.models.build_e5``, so that its ONNX file can be run directly."""
    try:
        modules = json.loads((folder / "modules.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(modules, list) and bool(modules) and modules[0].get("type") == ONNX_MODULE


class OnnxEncoder(Encoder):
    """The embedded model, run directly."""

    def __init__(self, folder: Path, threads: int) -> None:
        self.folder = folder
        try:
            prompts = json.loads((folder / _PROMPTS_FILE).read_text(encoding="utf-8"))["prompts"]
        except (OSError, ValueError, KeyError) as error:
            raise WenjuError(
                f"模型目录 {folder} 不完整，请重新安装 wenju。(incomplete model folder: {error})"
            ) from error
        self._query, self._passage = str(prompts["query"]), str(prompts["passage"])
        self._tokenizer = open_tokenizer(folder)
        self._session = open_session(folder, threads)
        self.dim = int(self._session.get_outputs()[0].shape[-1])
        # One question is looked at by search, by the reader's windows and by the sentence choice.
        self._question = lru_cache(maxsize=8)(lambda text: self._encode(self._query, [text], None))

    @cached_property
    def name(self) -> str:
        """Folder name and the beginning of a SHA-256 over weights, tokenizer and prompts."""
        digest = hashlib.sha256()
        for file in (MODEL_FILE, TOKENIZER_FILE, _PROMPTS_FILE):
            digest.update((self.folder / file).read_bytes())
        return f"{self.folder.name}@{digest.hexdigest()[:16]}"

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Questions -> [n, dim]."""
        return self._question(texts[0]).copy() if len(texts) == 1 else self._encode(self._query, texts, None)

    def encode_passages(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        """Passages -> [n, dim]."""
        return self._encode(self._passage, texts, progress)

    def _encode(self, prompt: str, texts: Sequence[str], progress: Progress | None) -> Vectors:
        vectors = np.empty((len(texts), self.dim), np.float32)
        for start in range(0, len(texts), _SHARE):
            share = [prompt + _encodable(text) for text in texts[start : start + _SHARE]]
            for row, encoding in enumerate(self._tokenizer.encode_batch_fast(share), start):
                mean = run_one(self._session, encoding.ids).mean(axis=0)
                vectors[row] = mean / np.linalg.norm(mean)
            if progress:
                progress(len(share))
        return vectors


class TorchEncoder(Encoder):
    """Any other sentence-transformers model, by folder or by the name of one that is already on this machine."""

    def __init__(self, model: str, threads: int) -> None:
        self._model = _load_model(model, threads)
        self._label = Path(model).name
        size = self._model.get_embedding_dimension()
        if size is None:
            raise WenjuError(f"模型 {model} 没有说明向量的维数，不能使用。(the model does not tell its dimension)")
        self.dim = size
        self._query = self._prompt("query", "query: ")
        self._passage = self._prompt("passage", self._prompt("document", "passage: "))

    def _prompt(self, name: str, e5: str) -> str:
        """The model's own prompt; E5 models need theirs and most of their folders do not say so."""
        return self._model.prompts.get(name) or (e5 if "e5" in self._label.lower() else "")

    @cached_property
    def name(self) -> str:
        """Model name and the beginning of a SHA-256 over its weights and prompts."""
        import torch

        digest = hashlib.sha256(json.dumps([self._query, self._passage]).encode())
        for key, tensor in sorted(self._model.state_dict().items()):
            if ".pooler." in key:  # unused for embeddings, and drawn at random where the folder does not have it
                continue
            digest.update(key.encode())
            digest.update(tensor.contiguous().reshape(-1).view(torch.uint8).numpy().data)
        return f"{self._label}@{digest.hexdigest()[:16]}"

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Questions -> [n, dim]."""
        return self._encode(self._query, texts)

    def encode_passages(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        """Passages -> [n, dim]."""
        shares = [texts[start : start + _SHARE] for start in range(0, len(texts), _SHARE)]
        vectors = [np.empty((0, self.dim), np.float32)]
        for share in shares:
            vectors.append(self._encode(self._passage, share))
            if progress:
                progress(len(share))
        return np.concatenate(vectors)

    def _encode(self, prompt: str, texts: Sequence[str]) -> Vectors:
        if not texts:
            return np.empty((0, self.dim), np.float32)
        clean = [_encodable(text) for text in texts]
        vectors: Vectors = self._model.encode(
            clean, prompt=prompt, batch_size=4, normalize_embeddings=True, show_progress_bar=False
        )
        return vectors.astype(np.float32, copy=False)


def _load_model(model: str, threads: int) -> SentenceTransformer:
    import torch
    from sentence_transformers import SentenceTransformer

    torch.set_num_threads(threads)
    try:
        return SentenceTransformer(model, device="cpu", local_files_only=True)
    except (OSError, ValueError, KeyError, ImportError) as error:
        raise WenjuError(
            f"打不开向量模型 {model}：{error}\n"
            "请把 WENJU_EMBEDDING_MODEL 设为本机上一个 sentence-transformers 模型的目录或名称，"
            "或者不设它，使用内置模型。"
            "(cannot open the embedding model; give a folder or a name that is on this machine)"
        ) from error


def _encodable(text: str) -> str:
    """The text without lone surrogates, which no tokenizer can take."""
    return text.encode("utf-8", "replace").decode("utf-8")

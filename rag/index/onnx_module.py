"""The first module of the embedded model's folder for sentence-transformers: the same ONNX file, run the same way.

``SentenceTransformer(folder, trust_remote_code=True)`` imports this class by the name in ``modules.json``
(sentence-transformers asks for the flag for any class outside its own package). Wenju itself never imports it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from sentence_transformers.base.modules import InputModule

from rag.index.onnx import open_session, open_tokenizer, run_one


class OnnxTransformer(InputModule):
    """Texts -> token embeddings [batch, length, hidden] and their mask, for Pooling and Normalize to finish."""

    def __init__(self, folder: Path) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.folder = folder
        self.tokenizer = open_tokenizer(folder)
        self.session = open_session(folder, torch.get_num_threads())

    def preprocess(self, inputs: Any, prompt: str | None = None, **kwargs: Any) -> dict[str, Any]:
        """Texts -> token ids, padded at the end, and their mask."""
        encodings = self.tokenizer.encode_batch_fast([(prompt or "") + text for text in inputs])
        rows = [torch.tensor(encoding.ids) for encoding in encodings]
        pad = torch.nn.utils.rnn.pad_sequence
        masks = [torch.ones_like(row) for row in rows]
        return {
            "input_ids": pad(rows, batch_first=True),
            "attention_mask": pad(masks, batch_first=True),
        }

    def forward(self, features: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        """Adds ``token_embeddings``; each text is run alone, as in ``rag.index.embed``."""
        lengths = features["attention_mask"].sum(dim=1).tolist()
        rows = [
            torch.from_numpy(run_one(self.session, ids[:length].tolist()))
            for ids, length in zip(features["input_ids"], lengths, strict=True)
        ]
        padded = torch.nn.utils.rnn.pad_sequence(rows, batch_first=True)
        features["token_embeddings"] = padded.to(features["attention_mask"].device)
        return features

    def get_embedding_dimension(self) -> int:
        """Width of a token embedding."""
        return int(self.session.get_outputs()[0].shape[-1])

    @property
    def max_seq_length(self) -> int:
        """Longest input in tokens."""
        truncation = self.tokenizer.truncation
        assert truncation is not None  # our tokenizer.json always has it
        return int(truncation["max_length"])

    def save(self, output_path: str, *args: Any, **kwargs: Any) -> None:
        """Not offered: the folder is made by ``rag.models.build_e5``."""
        raise NotImplementedError("copy the folder instead")

    @classmethod
    def load(cls, model_name_or_path: str, *args: Any, **kwargs: Any) -> OnnxTransformer:
        """The module of this folder."""
        return cls(Path(model_name_or_path))

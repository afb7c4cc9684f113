"""From the data to a reader that can be trained and the pairs it is trained on. Negatives are kept between runs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

from rag.index.onnx import open_tokenizer
from rag.models.network import read_words
from rag.models.packed import BLOCK
from rag.models.reader.data import Collection, Question, read_collection
from rag.models.reader.encoding import Encoder
from rag.models.reader.negatives import Bm25, Rows, best_rows, search
from rag.models.reader.network import Reader, Shape, open_encoder
from rag.models.reader.sampling import Sampler
from rag.models.reader.shipped import read_weights
from rag.models.reader.train import Items
from rag.models.reader.written import WrittenSampler, read_written
from rag.settings import EMBEDDED_MODEL

DEPTH = 10


def prepare(
    data: Path,
    encoder: Path | None,
    out: Path,
    seed: int,
    cloze_steps: int,
    begin: Path | None = None,
    written: Sequence[Path] = (),
) -> tuple[Reader, Items]:
    """The reader to train, new or (``begin``) as it was shipped, and its training pairs; ``written`` questions too.

    Without ``encoder`` its word table is the embedded model's. Raises WenjuError when something is absent.
    """
    torch.manual_seed(seed)
    reader = open_encoder(encoder) if encoder and not begin else open_shipped(begin)
    collection = read_collection(data)
    wrong, news = find_negatives(collection, out / "negatives.npz")
    encode = Encoder(open_tokenizer(EMBEDDED_MODEL))
    sampler = Sampler(collection, encode, wrong, news, seed, cloze_steps)
    if not written:
        return reader, sampler
    units, questions = read_written(data / "units/units.jsonl", written)
    return reader, WrittenSampler(units, questions, encode, sampler, seed)


def open_shipped(folder: Path | None = None, rate: float = 0.1) -> Reader:
    """A reader over the embedded encoder's word table, its weights those of a shipped model's ``folder``, or drawn."""
    words = read_words()
    count, size = words.codes.shape
    table = words.codes.reshape(count, -1, BLOCK).astype(np.float32) * words.scales.astype(np.float32)[..., None]
    reader = Reader(Shape(vocabulary=count, hidden=size), rate)
    reader.words.weight.data = torch.from_numpy(table.reshape(count, size))
    if folder:
        shipped = {name: torch.from_numpy(array.copy()) for name, array in read_weights(folder).items()}
        reader.load_state_dict(shipped, strict=False)
    return reader


def find_negatives(collection: Collection, kept: Path) -> tuple[list[list[int]], list[list[int]]]:
    """For every training question, rows of wrong passages and of news chunks, none with an accepted answer in it."""
    if kept.is_file():
        with np.load(kept) as arrays:
            if arrays["words"].shape[0] == len(collection.train):
                return _without_answers(collection, arrays["words"], arrays["meaning"], arrays["news"])
    questions = [question.texts[0] for question in collection.train]
    texts = [passage.texts[0] for passage in collection.passages]
    words = search(Bm25(texts), questions, DEPTH + 5)
    news = search(Bm25(collection.news[::3]), questions, DEPTH) * 3
    meaning = best_rows(similarities(questions, texts), DEPTH + 5)
    np.savez(kept, words=words, meaning=meaning, news=news)
    return _without_answers(collection, words, meaning, news)


def similarities(questions: Sequence[str], texts: Sequence[str]) -> npt.NDArray[np.float32]:
    """[questions, texts] cosines by the embedded encoder."""
    from rag.index.embed import OnnxEncoder

    model = OnnxEncoder(EMBEDDED_MODEL, 2)
    found: npt.NDArray[np.float32] = model.encode_queries(questions) @ model.encode_passages(texts).T
    return found


def _without_answers(
    collection: Collection, words: Rows, meaning: Rows, news: Rows
) -> tuple[list[list[int]], list[list[int]]]:
    wrong, chunks = [], []
    for number, question in enumerate(collection.train):
        rows = dict.fromkeys([*words[number].tolist(), *meaning[number].tolist()])
        kept = [row for row in rows if row != question.passage and _answers(question, collection, row) == 0]
        if not kept:  # an answer of one character may stand everywhere
            kept = [row for row in rows if row != question.passage]
        wrong.append(kept)
        chunks.append([n for n in news[number].tolist() if not any(a in collection.news[n] for a in question.answers)])
    return wrong, chunks


def _answers(question: Question, collection: Collection, row: int) -> int:
    return sum(answer in collection.passages[row].texts[0] for answer in question.answers)

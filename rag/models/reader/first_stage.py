"""What the project's own first stage finds for the validation questions, among all passages of the sets."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from rag.index.build import build_index
from rag.index.embed import Encoder, open_encoder
from rag.index.library import open_library
from rag.models.reader.data import Collection, Question
from rag.search.retrieve import Retriever
from rag.settings import load_settings


@dataclass(frozen=True, slots=True)
class Found:
    """A passage that the first stage found."""

    row: int
    """Of the paragraph in the collection that it is a part of."""
    text: str
    score: float


def index_passages(collection: Collection, out: Path, encoder: Encoder) -> Path:
    """The index over all passages in ``out``, each in the script of its questions; what is there already is kept.

    A passage's source is its row in the collection.
    """
    corpus, index = out / "corpus.jsonl", out / "index"
    scripts = {question.passage: question.script for question in (*collection.train, *collection.validation)}
    out.mkdir(parents=True, exist_ok=True)
    with corpus.open("w", encoding="utf-8") as file:
        for row, passage in enumerate(collection.passages):
            record = {"id": str(row), "title": passage.title, "text": passage.texts[scripts.get(row, 0)]}
            file.write(json.dumps(record, ensure_ascii=False) + "\n")
    build_index(index, [corpus], encoder, jsonl=True)
    return index


def find(collection: Collection, questions: Sequence[Question], out: Path, depth: int = 20) -> list[list[Found]]:
    """The best passages for each question as it was written; kept in ``out`` between runs."""
    kept = out / "first-stage.jsonl"
    if kept.is_file():
        lines = [json.loads(line) for line in kept.read_text(encoding="utf-8").splitlines()]
        if len(lines) == len(questions):
            return [[Found(**one) for one in line] for line in lines]
    encoder = open_encoder(load_settings())
    retriever = Retriever(library=open_library(index_passages(collection, out, encoder), encoder), encoder=encoder)
    found = []
    for question in questions:
        hits = retriever.search(question.texts[question.script], k=depth)
        found.append([Found(int(hit.passage.source_id), hit.passage.text, hit.score) for hit in hits])
    kept.write_text(
        "".join(json.dumps([asdict(one) for one in line], ensure_ascii=False) + "\n" for line in found), "utf-8"
    )
    return found

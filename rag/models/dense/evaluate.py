"""Dense search alone on the validation questions: the paragraph of a question among all, by its nearest piece.

python -m rag.models.dense.evaluate --data ../shared/data FOLDER...
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from pathlib import Path

import numpy as np
from rich.progress import Progress

from rag.index.embed import Encoder, open_encoder
from rag.index.windows import windows
from rag.models.reader.data import Collection, read_collection
from rag.settings import load_settings
from rag.types import WenjuError


def evaluate(encoder: Encoder, collection: Collection) -> dict[str, float]:
    """R@1, R@5, R@10 of the paragraphs, and the mean cosine of questions with their own and with other paragraphs."""
    texts, rows = [], []
    for row, passage in enumerate(collection.passages):
        for start, end in windows(passage.texts[0]):
            texts.append(passage.texts[0][start:end])
            rows.append(row)
    with Progress(transient=True) as progress:
        task = progress.add_task("向量 vectors", total=len(texts))
        vectors = encoder.encode_passages(texts, lambda n: progress.advance(task, n))
    asked = encoder.encode_queries([question.texts[0] for question in collection.validation])
    best = np.full((len(collection.passages), len(asked)), -1.0, np.float32)
    np.maximum.at(best, np.array(rows), vectors @ asked.T)
    own = np.array([question.passage for question in collection.validation])
    mine = best[own, np.arange(len(asked))]
    ranks = 1 + (best > mine).sum(axis=0)
    recalls = {f"R@{k}": float((ranks <= k).mean()) for k in (1, 5, 10)}
    return recalls | {"cosine with its own": float(mine.mean()), "with the others": float(np.median(best))}


def main() -> None:
    """Command line of the evaluation."""
    parser = ArgumentParser(description="Measure encoders by dense search on the validation questions.")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("folders", type=Path, nargs="+")
    options = parser.parse_args()
    collection = read_collection(options.data, news=False)
    for folder in options.folders:
        figures = evaluate(open_encoder(load_settings(embedding_model=str(folder))), collection)
        sys.stdout.write(f"{folder}: " + ", ".join(f"{name} {value:.4f}" for name, value in figures.items()) + "\n")


if __name__ == "__main__":
    try:
        main()
    except WenjuError as error:
        sys.exit(str(error))

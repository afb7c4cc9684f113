"""Make ``rag/models/seams``: counts of characters in a row, and the weights of the evidence at a seam.

    python -m eval.train_seams                      # needs ../shared/data, scikit-learn and scipy

The counts come from the Wikipedia paragraphs of DRCD and CMRC, from news-8k and from jieba's dictionary words. The
weights are a logistic regression on pairs of pieces of torn news pages: two or four articles a page, chosen at random
or alike in subject, riffled at random or in longer runs, one in five with its beginning set last. The articles that
``eval.seams`` measures on are left out of both. Deterministic.
"""

from __future__ import annotations

import json
import random
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise
from math import log2, sqrt
from pathlib import Path

import numpy as np

from eval.seams import DATA, SEED, cut, ends_a_sentence, load_news, smooth
from rag.corpus import ngrams
from rag.corpus.load import load_jsonl
from rag.corpus.seams import FEATURES, WEIGHTS, Page
from rag.corpus.words import frequencies
from rag.types import Source

WIKIPEDIA = ("drcd-dev", "drcd-test", "cmrc-trial")
KEEP = (3, 3, 4)
"""The rarest single characters, pairs and triples that are kept."""
PAGES = 150
"""Pages of each kind; there are eight kinds."""


def texts_of(data: Path, name: str) -> list[str]:
    """The smoothed texts of one corpus."""
    found = load_jsonl(data / name / "corpus.jsonl")
    return [smooth(one.raw) for one in found if isinstance(one, Source)]


def count(texts: Sequence[str]) -> tuple[Counter[str], Counter[str], Counter[str]]:
    """Single characters, pairs and triples of ``texts`` and of the dictionary's words (by the log of their count)."""
    tables: tuple[Counter[str], Counter[str], Counter[str]] = (Counter(), Counter(), Counter())
    for text in texts:
        chars = ngrams.START + ngrams.plain(text)
        for length, table in enumerate(tables):
            table.update("".join(gram) for gram in zip(*(chars[at:] for at in range(length + 1)), strict=False))
    for word, seen in frequencies().items():
        chars, times = ngrams.plain(word), max(1, round(log2(1 + seen)))
        if len(chars) > 1:
            for length, table in enumerate(tables, 1):
                table.update({chars[at : at + length]: times for at in range(len(chars) - length + 1)})
    single = {char for char, times in tables[0].items() if times >= KEEP[0]}
    kept = [
        Counter({gram: n for gram, n in table.items() if n >= least and single.issuperset(gram)})
        for table, least in zip(tables, KEEP, strict=True)
    ]
    return kept[0], kept[1], kept[2]


def riffled(articles: Sequence[str], stay: float, rng: random.Random) -> tuple[list[str], set[tuple[int, int]]]:
    """The cut articles as one column of pieces, and the pairs that are owed a join; ``stay`` makes longer runs."""
    parts = [cut(text, rng) for text in articles]
    queues = [[(which, number) for number in range(len(own))] for which, own in enumerate(parts)]
    if rng.random() < 0.2:
        turned = rng.choice(queues)
        middle = rng.randrange(len(turned))
        turned[:] = turned[middle:] + turned[:middle]
    order: list[tuple[int, int]] = []
    while any(queues):
        current = order[-1][0] if order else 0
        if not (order and queues[current] and rng.random() < stay):
            current = rng.choice([which for which, queue in enumerate(queues) for _ in queue])
        order.append(queues[current].pop(0))
    place = {key: at for at, key in enumerate(order)}
    owed = {
        (place[which, number], place[which, number + 1])
        for which, number in order
        if (which, number + 1) in place and not ends_a_sentence(parts[which][number])
    }
    return [parts[which][number] for which, number in order], owed


def torn_pages(news: Sequence[str], rng: random.Random) -> Iterator[tuple[list[str], set[tuple[int, int]]]]:
    """Pages of every kind."""
    sample = rng.sample(list(news), min(1500, len(news)))
    pairs = [{a + b for a, b in pairwise(text) if min(a, b) > "\u3400"} for text in sample]
    for size in (2, 4):
        for stay in (0.0, 0.75):
            for _ in range(PAGES * 2 // size):
                yield riffled(rng.sample(sample, size), stay, rng)
                first = rng.randrange(len(sample))
                alike = sorted(
                    (n for n in range(len(sample)) if sample[n][:60] != sample[first][:60]),
                    key=lambda n: -len(pairs[first] & pairs[n]) / sqrt(len(pairs[n]) + 1),
                )
                yield riffled([sample[first], *(sample[n] for n in alike[: size - 1])], stay, rng)


def fit(news: Sequence[str], rng: random.Random) -> dict[str, float]:
    """The weight of each feature and the bias."""
    from sklearn.linear_model import LogisticRegression

    rows: list[tuple[float, ...]] = []
    truth: list[bool] = []
    for texts, owed in torn_pages(news, rng):
        page = Page(texts)
        for left in (n for n, text in enumerate(texts) if not ends_a_sentence(text)):
            for right in range(len(texts)):
                if right != left:
                    rows.append(page.features(left, right))
                    truth.append((left, right) in owed)
    matrix = np.array(rows)
    mean, spread = matrix.mean(axis=0), np.maximum(matrix.std(axis=0), 1e-9)
    model = LogisticRegression(max_iter=3000).fit((matrix - mean) / spread, truth)
    weights = model.coef_[0] / spread
    bias = float(model.intercept_[0] - (weights * mean).sum())
    return {name: round(float(weight), 4) for name, weight in zip(FEATURES, weights, strict=True)} | {
        "bias": round(bias, 4)
    }


def main() -> None:
    """Write the table and the weights."""
    parser = ArgumentParser(prog="python -m eval.train_seams", description="Counts and weights for stitching.")
    parser.add_argument("--data", type=Path, default=DATA, help="folder with news-8k, drcd-* and cmrc-trial")
    parser.add_argument("--weights-only", action="store_true", help="keep the table of counts")
    options = parser.parse_args()
    measured_on = set(load_news(options.data, 1000, random.Random(SEED)))
    news = [text for text in texts_of(options.data, "news-8k") if text not in measured_on]
    if not options.weights_only:
        wikipedia = [text for name in WIKIPEDIA for text in texts_of(options.data, name)]
        ngrams.TABLE.parent.mkdir(parents=True, exist_ok=True)
        ngrams.pack(count([*news, *wikipedia]), ngrams.TABLE)
        ngrams.ngrams.cache_clear()
    weights = fit([text for text in news if len(text) >= 200], random.Random(1))
    WEIGHTS.write_text(json.dumps(weights, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

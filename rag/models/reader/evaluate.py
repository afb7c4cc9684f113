"""Measure an exported reader on the validation articles, and fit the calibration of its relevance.

    python -m rag.models.reader.evaluate --data ../shared/data --model build/reader/latest --out build/reader/eval
        [--checkpoint build/reader/reader.safetensors]      # also compare with fp32
        [--limit 300]                                       # questions whose best passages are reread

Writes ``figures.json`` and ``calibration.json`` into ``--out``.
"""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rich.progress import track

from rag.index.onnx import open_tokenizer
from rag.models.reader.data import Collection, Question, read_collection
from rag.models.reader.encoding import Encoder
from rag.models.reader.first_stage import Found, find
from rag.models.reader.measures import auroc, calibration_error, exact, fit_calibration, overlap_f1
from rag.models.reader.network import Reader, Shape
from rag.models.reader.reading import Read, Run, onnx_run, read, torch_run
from rag.models.reader.text import convert
from rag.settings import EMBEDDED_MODEL
from rag.types import WenjuError

Figures = dict[str, float]

SCRIPTS = ("simplified", "traditional")
LENGTHS = ((0, 200), (200, 400), (400, 10_000))
SHARES = tuple(round(0.1 * i, 1) for i in range(11))


@dataclass(frozen=True, slots=True)
class Ranked:
    """A question's passages as the first stage ranks them, each with what the reader says of it."""

    question: Question
    found: tuple[Found, ...]
    reads: tuple[Read, ...]

    @property
    def right(self) -> list[bool]:
        """Which of them belong to the question's paragraph."""
        return [one.row == self.question.passage for one in self.found]

    @property
    def holding(self) -> list[bool]:
        """Which of them hold an accepted answer, whether or not they are the right ones."""
        texts = [convert(one.text, "t2s") for one in self.found]
        return [any(answer in text for answer in self.question.answers) for text in texts]


def answers(run: Run, encode: Encoder, collection: Collection, questions: Sequence[Question]) -> Figures:
    """EM and F1 with the right passage given: by script, and by length of the passage."""
    rows: dict[str, list[tuple[float, float]]] = {}
    for question in track(questions, "读给定的段落", transient=True):
        for script, name in enumerate(SCRIPTS):
            passage = collection.passages[question.passage].texts[script]
            said = convert(read(run, encode, question.texts[script], passage).text, "t2s")
            scores = exact(said, question.answers), overlap_f1(said, question.answers)
            low, high = next(pair for pair in LENGTHS if pair[0] <= len(passage) < pair[1])
            own = "own script" if script == question.script else "converted"
            for key in ("all", name, question.source, own, f"{low}-{high} characters"):
                rows.setdefault(key, []).append(scores)
    figures: Figures = {}
    for key, scores_of in sorted(rows.items()):
        em, f1 = np.mean(scores_of, axis=0)
        figures |= {f"{key}: EM": float(em), f"{key}: F1": float(f1), f"{key}: n": float(len(scores_of))}
    return figures


def rank(run: Run, encode: Encoder, questions: Sequence[Question], found: Sequence[Sequence[Found]]) -> list[Ranked]:
    """Read everything that the first stage found."""
    ranked = []
    for question, hits in track(list(zip(questions, found, strict=True)), "重读前几段", transient=True):
        asked = question.texts[question.script]
        ranked.append(Ranked(question, tuple(hits), tuple(read(run, encode, asked, hit.text) for hit in hits)))
    return ranked


def ranking(ranked: Sequence[Ranked]) -> Figures:
    """R@1 of the first stage and of its mixtures with the reader, over all passages that were read."""
    figures: Figures = {
        "first stage R@1": float(np.mean([one.right[0] for one in ranked])),
        "first stage, all read": float(np.mean([any(one.right) for one in ranked])),
    }
    for share in SHARES:
        figures[f"R@1, share of the reader {share}"] = float(np.mean([one.right[_top(one, share)] for one in ranked]))
    return figures


def _top(one: Ranked, share: float) -> int:
    """The best place when the reader's chance has this share beside the first stage's score, both within 0 to 1."""
    chances = 1 / (1 + np.exp(-np.array([r.relevance for r in one.reads])))
    scores = np.array([f.score for f in one.found])
    return int(np.argmax(share * chances + (1 - share) * scores))


def opponents(ranked: Sequence[Ranked]) -> tuple[list[float], list[float], list[float]]:
    """Relevance of the best-ranked right passage, of the best-ranked wrong one, and the highest of all wrong ones.

    Right ones hold an answer, wrong ones do not; questions for which the first stage found no right one are left out.
    """
    right, first, highest = [], [], []
    for one in ranked:
        good = [r.relevance for r, ok, has in zip(one.reads, one.right, one.holding, strict=True) if ok and has]
        bad = [r.relevance for r, ok, has in zip(one.reads, one.right, one.holding, strict=True) if not (ok or has)]
        if good and bad:
            right.append(good[0])
            first.append(bad[0])
            highest.append(max(bad))
    return right, first, highest


def separation(right: Sequence[float], first: Sequence[float], highest: Sequence[float]) -> Figures:
    """AUROC against both kinds of wrong passages, and how well calibrated the fitted chances are."""
    temperature, bias = fit_calibration(right, first)
    logits = np.array([*right, *first])
    chances = 1 / (1 + np.exp(-(logits / temperature + bias)))
    truth = np.array([1.0] * len(right) + [0.0] * len(first))
    return {
        "AUROC right against the first stage's best wrong": auroc(right, first),
        "AUROC right against the reader's best wrong": auroc(right, highest),
        "right above the first stage's best wrong": float(np.mean(np.array(right) > np.array(first))),
        "right above every wrong": float(np.mean(np.array(right) > np.array(highest))),
        "temperature": temperature,
        "bias": bias,
        "calibration error": calibration_error(chances, truth),
    }


def compare(runs: tuple[Run, Run], encode: Encoder, collection: Collection, ranked: Sequence[Ranked]) -> Figures:
    """int8 against fp32 on these questions: EM, equal answers, equal first passage by relevance."""
    equal, tops, ems = [], [], []
    for one in track(ranked, "int8 对 fp32", transient=True):
        question = one.question
        asked, passage = question.texts[question.script], collection.passages[question.passage].texts[question.script]
        said = [read(run, encode, asked, passage).text for run in runs]
        equal.append(said[0] == said[1])
        ems.append([exact(convert(text, "t2s"), question.answers) for text in said])
        whole = [read(runs[1], encode, asked, hit.text).relevance for hit in one.found]
        tops.append(int(np.argmax(whole)) == int(np.argmax([r.relevance for r in one.reads])))
    int8, fp32 = np.mean(ems, axis=0)
    return {
        "EM int8": float(int8),
        "EM fp32": float(fp32),
        "same answer": float(np.mean(equal)),
        "same first": float(np.mean(tops)),
        "n": float(len(ranked)),
    }


def main() -> None:
    """Command line of the evaluation."""
    parser = ArgumentParser(description="Measure the reader on the validation articles.")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--model", type=Path, required=True, help="exported folder")
    parser.add_argument("--out", type=Path, default=Path("build/reader/eval"))
    parser.add_argument("--checkpoint", type=Path, help="reader.safetensors, to compare int8 with fp32")
    parser.add_argument("--limit", type=int, default=0, help="questions whose passages are reread (0: all)")
    parser.add_argument("--depth", type=int, default=8, help="passages reread for a question, up to 20")
    parser.add_argument("--compared", type=int, default=100, help="questions for the comparison with fp32")
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    collection = read_collection(options.data, news=False)
    encode, run = Encoder(open_tokenizer(EMBEDDED_MODEL)), onnx_run(options.model, options.threads)
    figures = {"answers": answers(run, encode, collection, collection.validation)}
    _write(options.out, figures)
    found = find(collection, collection.validation, options.out)
    chosen = _spread(len(collection.validation), options.limit)
    ranked = rank(run, encode, [collection.validation[i] for i in chosen], [found[i][: options.depth] for i in chosen])
    figures["ranking"] = ranking(ranked)
    figures["separation"] = separation(*opponents(ranked))
    calibration = {key: figures["separation"][key] for key in ("temperature", "bias")}
    (options.out / "calibration.json").write_text(json.dumps(calibration) + "\n", encoding="utf-8")
    _write(options.out, figures)
    if options.checkpoint:
        few = [ranked[i] for i in _spread(len(ranked), options.compared)]
        runs = run, torch_run(_open_reader(options.checkpoint))
        figures["int8 against fp32"] = compare(runs, encode, collection, few)
        _write(options.out, figures)
    sys.stdout.write(json.dumps(figures, ensure_ascii=False, indent=2) + "\n")


def _open_reader(checkpoint: Path) -> Reader:
    from safetensors.torch import load_file

    weights = load_file(checkpoint)
    reader = Reader(Shape(vocabulary=len(weights["words.weight"])))
    reader.load_state_dict(weights)
    return reader


def _spread(count: int, wanted: int) -> list[int]:
    """``wanted`` of ``count`` places, evenly; all of them when 0."""
    return sorted({int(i) for i in np.linspace(0, count - 1, min(wanted or count, count))})


def _write(out: Path, figures: dict[str, Figures]) -> None:
    rounded = {part: {key: round(value, 4) for key, value in of.items()} for part, of in figures.items()}
    (out / "figures.json").write_text(json.dumps(rounded, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    try:
        main()
    except WenjuError as error:
        sys.exit(str(error))

"""The questions to learn from: DRCD and CMRC 2018 in both scripts, news without questions, split by article.

Files are those of ``../shared/data`` (its README names sources and licences). Nothing is downloaded.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rag.models.reader.text import convert, likeliest, sentences
from rag.types import WenjuError

TRADITIONAL, SIMPLIFIED = ("drcd-dev", "drcd-test"), ("cmrc-trial",)
NEWS = "news-8k"
VALIDATION_PERCENT = 7
_DATELINE = re.compile(r"^[\d\- :]{8,}，?(?:正文：)?")


@dataclass(frozen=True, slots=True)
class Passage:
    """One paragraph in both scripts; characters stand at the same places in both."""

    title: str
    """In Simplified script."""
    texts: tuple[str, str]
    """Simplified, Traditional."""


@dataclass(frozen=True, slots=True)
class Question:
    """One question in both scripts and where its answer stands in its passage."""

    texts: tuple[str, str]
    passage: int
    start: int
    end: int
    answers: tuple[str, ...]
    """All accepted answers, Simplified."""
    source: str
    script: int
    """The script it was written in: 0 Simplified, 1 Traditional."""


@dataclass(frozen=True, slots=True)
class Collection:
    """All passages; the questions for training and, from other articles, for validation; chunks of news."""

    passages: tuple[Passage, ...]
    train: tuple[Question, ...]
    validation: tuple[Question, ...]
    news: tuple[str, ...]
    """Chunks of 80 to 320 characters, Simplified."""


def held_out(title: str, percent: int = VALIDATION_PERCENT) -> bool:
    """Whether the article belongs to validation. Only the Simplified title decides, so both scripts fall on one side.

    >>> held_out("飛機") == held_out("飞机")
    True
    """
    digest = hashlib.sha256(convert(title.strip(), "t2s").encode()).digest()
    return int.from_bytes(digest[:4], "big") % 100 < percent


def read_collection(data: Path, news: bool = True) -> Collection:
    """Everything. Raises WenjuError naming what is absent."""
    wanted = [f"{name}/corpus.jsonl" for name in (*TRADITIONAL, *SIMPLIFIED, *([NEWS] if news else []))]
    missing = [name for name in wanted if not (data / name).is_file()]
    if missing:
        raise WenjuError(
            f"{data} 里没有 {'、'.join(missing)}。训练阅读器需要这些公开数据，请用 --data 指定它们所在的目录。"
            "(training data not found; give its folder with --data)"
        )
    passages: list[Passage] = []
    sides: tuple[list[Question], list[Question]] = ([], [])
    for name in (*TRADITIONAL, *SIMPLIFIED):
        _read_set(data / name, int(name in TRADITIONAL), passages, sides)
    chunks = tuple(_chunks(data / NEWS)) if news else ()
    return Collection(tuple(passages), tuple(sides[0]), tuple(sides[1]), chunks)


def both_scripts(text: str, script: int) -> tuple[str, str]:
    """(Simplified, Traditional), of equal length; the one it was written in stays untouched."""
    return (convert(text, "t2s"), text) if script else (text, convert(text, "s2tw"))


def _read_set(folder: Path, script: int, passages: list[Passage], sides: tuple[list[Question], list[Question]]) -> None:
    rows: dict[str, int] = {}
    for record in _records(folder / "corpus.jsonl"):
        rows[record["id"]] = len(passages)
        passages.append(Passage(convert(record["title"], "t2s"), both_scripts(record["text"], script)))
    for record in _records(folder / "queries.jsonl"):
        row, asked = rows[record["gold"][0]], record["question"]
        text = passages[row].texts[script]
        answer = next((a for a in record["answers"] if a and a in text), "")
        if not answer:
            continue  # nothing to point at
        start = likeliest(text, answer, asked)
        accepted = tuple(dict.fromkeys(convert(a, "t2s") for a in record["answers"] if a))
        question = Question(both_scripts(asked, script), row, start, start + len(answer), accepted, folder.name, script)
        sides[held_out(passages[row].title)].append(question)


def _chunks(folder: Path, least: int = 80, most: int = 320) -> Iterator[str]:
    for record in _records(folder / "corpus.jsonl"):
        text = _DATELINE.sub("", record["text"])
        begin = 0
        for start, end in sentences(text):
            if end - begin > most:
                if least <= start - begin <= most:
                    yield text[begin:start]
                begin = start
        if least <= len(text) - begin <= most:
            yield text[begin:]


def _records(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            if line.strip():
                yield json.loads(line)

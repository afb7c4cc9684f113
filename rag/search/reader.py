"""The reader model: question and passage read together → whether the passage answers, and which words do.

``rag/models/reader`` trains it; here its ONNX file is run, and nothing of torch is needed.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import exp
from pathlib import Path

import numpy as np
import numpy.typing as npt

from rag.corpus.fold import to_simplified
from rag.index.onnx import open_session, open_tokenizer, run_all
from rag.models.reader.encoding import TRIMS, Encoded, Encoder
from rag.search.wording import plain
from rag.types import WenjuError

Floats = npt.NDArray[np.float32]

LONGEST = 48
"""Longest answer looked for, in tokens: as long as the longest clause that people quote as one."""

LONGEST_HEAD = 40
"""Characters of a title that are read before a text."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What the model made of one passage. Logits of two passages read for the same question may be compared."""

    relevance: float
    """Probability (0 to 1) that the passage answers the question."""
    offsets: tuple[tuple[int, int], ...]
    """Characters of the passage that each of its tokens covers."""
    start: Floats
    """Logit of each token being the answer's first."""
    end: Floats
    """Logit of each token being the answer's last."""
    trims: tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]
    """Characters to cut from the front of a first token and from the back of a last one."""
    logit: float = 0.0
    """The relevance before calibration."""
    part: Floats | None = None
    """Logit of each token standing in a sentence that is part of the answer; None for a model without that head."""

    def part_of_answer(self, begin: int, stop: int) -> float:
        """Probability (0 to 1) that characters ``begin:stop`` are part of the answer; 0 where nothing was read."""
        if self.part is None:
            return 0.0
        inside = [i for i, (left, right) in enumerate(self.offsets) if left >= begin and right <= stop and right > left]
        return probability(float(self.part[inside].mean())) if inside else 0.0

    def moved(self, by: int) -> Reading:
        """The same with every offset ``by`` characters further on: what was read was a part of a passage."""
        return replace(self, offsets=tuple((left + by, right + by) for left, right in self.offsets)) if by else self

    def best_span(self, begin: int = 0, stop: int | None = None) -> tuple[int, int, float] | None:
        """Characters of the likeliest answer among those ``begin:stop``, and its logit; None when there is no token."""
        inside = [
            i for i, (left, right) in enumerate(self.offsets) if left >= begin and (stop is None or right <= stop)
        ]
        if not inside:
            return None
        first, last = inside[0], inside[-1] + 1
        scores = self.start[first:last, None] + self.end[None, first:last]
        width = last - first
        ahead = np.arange(width)[None, :] - np.arange(width)[:, None]
        scores = np.where((ahead >= 0) & (ahead < LONGEST), scores, -np.inf)
        at = int(scores.argmax())
        row, column = divmod(at, width)
        left = self.offsets[first + row][0] + int(self.trims[0][first + row])
        right = self.offsets[first + column][1] - int(self.trims[1][first + column])
        if left >= right:
            left, right = self.offsets[first + row][0], self.offsets[first + column][1]
        return left, right, float(scores[row, column])


class Reader:
    """The model of one folder, opened once. The same question and passage always give the same reading."""

    def __init__(self, folder: Path, threads: int) -> None:
        try:
            settings = json.loads((folder / "config.json").read_text(encoding="utf-8"))
            calibration = settings["relevance"]
            self._temperature, self._bias = float(calibration["temperature"]), float(calibration["bias"])
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise WenjuError(
                f"阅读模型目录 {folder} 不完整，请重新安装 wenju，或设 WENJU_READER=off。(incomplete reader: {error})"
            ) from error
        self._encode = Encoder(open_tokenizer(folder))
        self._session = open_session(folder, threads)
        self.judges = any(output.name == "part" for output in self._session.get_outputs())
        """Whether it was taught which sentences answer, and to read them under the title of their document."""

    def read(self, question: str, texts: Sequence[str], heads: Sequence[str] = ()) -> list[Reading]:
        """Each text read for ``question``, under its head (the title of its document) where ``heads`` has one; offsets
        are those of the text alone. All is read in one script, which keeps every offset."""
        asked = plain(question)
        tops = [
            f"{to_simplified(head)[:LONGEST_HEAD]}\n" if head else ""
            for head in (heads if self.judges and heads else [""] * len(texts))
        ]
        return [
            self._read(self._encode(asked, top + to_simplified(text)), len(top))
            for top, text in zip(tops, texts, strict=True)
        ]

    def relevance(self, question: str, texts: Sequence[str]) -> list[float]:
        """Probability (0 to 1) that each text answers ``question``."""
        return [reading.relevance for reading in self.read(question, texts)]

    def _read(self, pair: Encoded, top: int) -> Reading:
        found = run_all(self._session, list(pair.ids))
        skipped = sum(left < top for left, _ in pair.offsets)
        inside = slice(pair.first + skipped, pair.first + len(pair.offsets))
        trims = [found[name][0, inside, :TRIMS].argmax(axis=-1) for name in ("trim_start", "trim_end")]
        logit = float(found["relevance"].reshape(-1)[0])
        return Reading(
            relevance=probability(logit / self._temperature + self._bias),
            offsets=tuple((left - top, right - top) for left, right in pair.offsets[skipped:]),
            start=found["start"][0, inside],
            end=found["end"][0, inside],
            trims=(trims[0], trims[1]),
            logit=logit,
            part=found["part"][0, inside] if "part" in found else None,
        )


def probability(logit: float) -> float:
    """The logistic function; logits beyond 30 count as 30."""
    return 1 / (1 + exp(-max(-30.0, min(30.0, logit))))

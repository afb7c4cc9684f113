"""How likely one character follows others in Chinese prose: counts of single characters, pairs and triples.

The counts (``rag/models/seams/ngrams.npz``) come from Wikipedia paragraphs, news and dictionary words; no text can be
got back from them. Digits count as one character, Latin words as one, blanks as none.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from math import log
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rag.corpus.fold import fold

TABLE = Path(__file__).parents[1] / "models" / "seams" / "ngrams.npz"
START = "。"
"""What stands before the first character of a sentence."""
_BACKOFF = 0.4

_NUMBER = re.compile("[0-9]+")
_WORD = re.compile("[a-z]+")
_BLANK = re.compile(r"\s+")


def plain(text: str) -> str:
    """``text`` as the table counts it: folded, without blanks, numbers as 0 and Latin words as a."""
    return _WORD.sub("a", _NUMBER.sub("0", _BLANK.sub("", fold(text))))


@dataclass(frozen=True, slots=True, eq=False)
class Ngrams:
    """Sorted keys and their counts; a key is the characters' numbers in ``chars`` to the base of its size plus one."""

    chars: dict[str, int]
    counts: tuple[NDArray[np.uint32], NDArray[np.uint32], NDArray[np.uint32]]
    keys: tuple[NDArray[np.uint64], NDArray[np.uint64], NDArray[np.uint64]]
    total: int

    def count(self, gram: str) -> int:
        """How often one, two or three characters were seen in a row; 0 when rarer than the table keeps."""
        key = 0
        for char in gram:
            number = self.chars.get(char)
            if number is None:
                return 0
            key = key * (len(self.chars) + 1) + number
        keys = self.keys[len(gram) - 1]
        at = int(np.searchsorted(keys, np.uint64(key)))
        return int(self.counts[len(gram) - 1][at]) if at < len(keys) and keys[at] == key else 0

    def pairs(self, text: str) -> tuple[NDArray[np.uint64], NDArray[np.uint32]]:
        """Keys and counts of the pairs of Chinese characters in a row in ``text`` (as ``plain`` gives it)."""
        numbers = np.array([self.chars.get(c, 0) if "\u3400" <= c <= "\u9fff" else 0 for c in text], np.uint64)
        both = (numbers[:-1] > 0) & (numbers[1:] > 0) if len(numbers) > 1 else np.zeros(0, bool)
        wanted = numbers[:-1][both] * np.uint64(len(self.chars) + 1) + numbers[1:][both]
        keys, counts = self.keys[1], self.counts[1]
        at = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
        return wanted, np.where(keys[at] == wanted, counts[at], 0)

    def follows(self, before: str, char: str) -> float:
        """Log probability of ``char`` after at most two characters (stupid backoff, Brants et al. 2007)."""
        penalty = 0.0
        for context in (before[-2:], before[-1:]):
            if context:
                joint, alone = self.count(context + char), self.count(context)
                if joint and alone:
                    return penalty + min(0.0, log(joint / alone))
                penalty += log(_BACKOFF)
        return penalty + log((self.count(char) + 0.5) / (self.total + 3000))


@lru_cache(maxsize=1)
def ngrams() -> Ngrams:
    """The table; read from disk once, in a few milliseconds."""
    with np.load(TABLE, allow_pickle=False) as data:
        chars = {char: number for number, char in enumerate(str(data["chars"]), 1)}
        keys = (data["keys1"], data["keys2"], data["keys3"])
        counts = (data["counts1"], data["counts2"], data["counts3"])
        return Ngrams(chars, counts, keys, int(counts[0].sum()))


def pack(tables: tuple[dict[str, int], dict[str, int], dict[str, int]], path: Path) -> None:
    """Write counts of one, two and three characters in a row to ``path`` (the mirror image of ``ngrams``)."""
    chars = {char: number for number, char in enumerate(sorted(tables[0]), 1)}
    arrays: dict[str, NDArray[np.uint64] | NDArray[np.uint32] | NDArray[np.str_]] = {"chars": np.array("".join(chars))}
    for length, table in enumerate(tables, 1):
        pairs = []
        for gram, count in table.items():
            key = 0
            for char in gram:
                key = key * (len(chars) + 1) + chars[char]
            pairs.append((key, count))
        pairs.sort()
        arrays[f"keys{length}"] = np.array([key for key, _ in pairs], np.uint64)
        arrays[f"counts{length}"] = np.array([count for _, count in pairs], np.uint32)
    np.savez_compressed(path, **arrays)  # type: ignore[arg-type]

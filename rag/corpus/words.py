"""Whether a string is a Chinese word, and how common: jieba's dictionary, read as plain data.

jieba itself takes 0.6 s to load because it builds every prefix. Here a single word is looked up in the file's bytes,
and the whole list (0.25 s) is parsed only when a seam asks for it.
"""

from __future__ import annotations

from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path


@lru_cache(maxsize=1)
def _lines() -> bytes:
    """jieba's dictionary as it lies on disk: ``word count tag`` lines, UTF-8 (5 MB)."""
    spec = find_spec("jieba")
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError("jieba is a dependency of wenju and is not installed")
    return b"\n" + (Path(spec.submodule_search_locations[0]) / "dict.txt").read_bytes()


@lru_cache(maxsize=4096)
def _tag(word: str) -> str:
    """Part of speech of ``word`` ("nr" is a personal name), "" when it is no entry. About a millisecond, then kept."""
    text = _lines()
    at = text.find(f"\n{word} ".encode())
    return text[at + 1 : text.find(b"\n", at + 1)].decode().rsplit(" ", 1)[-1].strip() if at >= 0 else ""


def is_word(text: str) -> bool:
    """Whether ``text`` (Simplified) is an entry of the dictionary."""
    return bool(_tag(text))


def is_common_word(text: str) -> bool:
    """Whether ``text`` (Simplified) is an entry and not a personal name: 高考 yes, 王敏 no."""
    return _tag(text) not in ("", "nr", "nrt", "nrfg")


@lru_cache(maxsize=1)
def frequencies() -> dict[str, int]:
    """Every word with its count in the dictionary's corpus."""
    pairs = (line.split(" ", 2) for line in _lines().decode().splitlines())
    return {pair[0]: int(pair[1]) for pair in pairs if len(pair) > 1}

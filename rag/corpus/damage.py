"""Damage that is certain: pinyin notes that a converter left behind each Traditional character, destroyed characters
whose pinyin survives, and an English "and" that recognition put between two Chinese words.

Nothing here fires on a text that merely contains something alike: the pinyin rules need a file that is damaged from
beginning to end, and a destroyed character comes back only when exactly one dictionary word fits.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import product

from rag.corpus.edits import Edit
from rag.corpus.fold import fold
from rag.corpus.words import is_word

_HAN = "[\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0002ebe0]"
_SYLLABLE = "[a-züāáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜńňǹḿ]{1,6}"
_NOTE = re.compile(rf"({_HAN})([(（]({_SYLLABLE})[)）])")
_LOST = re.compile(rf"(?:[?？]{_SYLLABLE}[)）])+")
_LOST_ONE = re.compile(rf"[?？]({_SYLLABLE})[)）]")
_AND = re.compile(rf"(?<={_HAN})([ \t]and[ \t])(?={_HAN})")
_FEWEST_NOTES = 20
_NOTED_SHARE = 0.8
_TONED_SHARE = 0.6
_WORD_REACH = 6


def damage_edits(raw: str) -> Iterator[Edit]:
    """The edits that put certain damage right."""
    for found in _AND.finditer(raw) if " and " in raw else ():
        yield Edit(found.start(), found.end(), "和", "两个汉语词之间的误识 and")
    readings = pinyin_damage(raw)
    if not readings:
        return
    for found in _NOTE.finditer(raw):
        yield Edit(found.start(2), found.end(2), "", "删去残留的拼音注")
    for found in _LOST.finditer(raw):
        char = _restore(raw, found, readings)
        if char:
            yield Edit(found.start(), found.end(), char, "残损的字按留下的拼音与词典补回")


def pinyin_damage(raw: str) -> dict[str, set[str]]:
    """Characters by the pinyin that follows them, when the whole file is damaged this way; {} otherwise.

    A primer notes a hard character once; this damage notes nearly every occurrence of the characters it touches, in
    all parts of the file.
    """
    if "(" not in raw and "（" not in raw:
        return {}
    notes = [(m.group(1), m.group(3), m.start()) for m in _NOTE.finditer(raw)]
    if len(notes) < _FEWEST_NOTES or len({3 * start // len(raw) for _, _, start in notes}) < 3:
        return {}
    counts = Counter(raw)
    if sum(not note.isascii() for _, note, _ in notes) < _TONED_SHARE * len(notes):
        return {}  # (a) and (b) are no pinyin
    if len(notes) < _NOTED_SHARE * sum(counts[char] for char in {char for char, _, _ in notes}):
        return {}
    readings: defaultdict[str, set[str]] = defaultdict(set)
    for char, pinyin, _ in notes:
        readings[pinyin].add(char)
    return dict(readings)


def _restore(raw: str, lost: re.Match[str], readings: dict[str, set[str]]) -> str:
    """The one character that makes a dictionary word with what stands before the damage; "" when none or several do.

    The converter also noted readings of characters that never stood there, so of several notes in a row any one may
    be the real one.
    """
    before = re.sub(r"[(（][^()（）]{1,8}[)）]", "", raw[max(0, lost.start() - 60) : lost.start()])
    candidates = {char for note in _LOST_ONE.finditer(lost.group()) for char in readings.get(note.group(1), ())}
    fitting = {
        char
        for char, length in product(candidates, range(2, _WORD_REACH + 1))
        if len(before) >= length and is_word(fold(before[-length:] + char))
    }
    return fitting.pop() if len(fitting) == 1 else ""

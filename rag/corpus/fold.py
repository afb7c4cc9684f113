"""One character in, one character out: Traditional → Simplified, full width → half width, upper → lower case.

Folding is for comparing and searching, never for showing. It keeps the length, so an offset in folded text is an
offset in the text itself. It is a per-character mapping: 後 and 后 both become 后, ①㎡ stay as they are (NFKC would
turn ①２０ into 120).
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

TABLE = "simplified.txt"
_HAN = ((0x3400, 0x4DC0), (0x4E00, 0xA000), (0xF900, 0xFB00), (0x20000, 0x2EBE1), (0x2F800, 0x2FA20))


def fold(text: str) -> str:
    """``text`` in one script, width and case; same length.

    >>> fold("《工人日報》ＡＢＣ①２０　後")
    '《工人日报》abc①20 后'
    """
    return text.lower().translate(_table()) if text.isascii() else _lower(text).translate(_table())


def is_traditional(char: str) -> bool:
    """Whether ``char`` is written differently in Simplified Chinese (書 yes, 人 no)."""
    return ord(char) in _han_table()


def to_simplified(text: str) -> str:
    """Han characters of ``text`` in Simplified, all else untouched; same length."""
    return text.translate(_han_table())


def _lower(text: str) -> str:
    lowered = text.lower()
    if len(lowered) == len(text):
        return lowered
    return "".join(low if len(low := char.lower()) == 1 else char for char in text)


@lru_cache(maxsize=1)
def _table() -> dict[int, int]:
    full_width = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
    lowered = {code: ord(chr(code - 0xFEE0).lower()) for code in range(0xFF21, 0xFF3B)}
    blanks = {0x3000: 0x20, 0xA0: 0x20}
    return {**_han_table(), **full_width, **lowered, **blanks}


@lru_cache(maxsize=1)
def _han_table() -> dict[int, int]:
    """Every Han character that OpenCC writes differently in Simplified, with that form (about 4,600).

    Kept beside this file, since opening OpenCC's converters takes longer than a search; ``derive_table`` makes it.
    """
    written, simple = (Path(__file__).with_name(TABLE).read_text(encoding="utf-8")).split()
    return dict(zip(map(ord, written), map(ord, simple), strict=True))


def derive_table() -> dict[int, int]:
    """The same table from OpenCC itself: `python -m rag.corpus.fold` writes it, a test compares it."""
    import opencc

    chars = [chr(code) for start, end in _HAN for code in range(start, end)]
    table: dict[int, int] = {}
    # A line break between characters keeps OpenCC from reading two of them as a phrase. The Taiwan and Hong Kong
    # converters know variants (裡, 綫) that the plain one leaves alone.
    for config in ("t2s", "tw2s", "hk2s"):
        converted = opencc.OpenCC(config).convert("\n".join(chars)).split("\n")
        for char, simple in zip(chars, converted, strict=True):
            if len(simple) == 1 and simple != char:
                table.setdefault(ord(char), ord(simple))
    # OpenCC reads a lone 么 as the Traditional form of 幺, but it is above all the Simplified form of 麼: 什么 must
    # fold like 什麼.
    table.pop(ord("么"), None)
    return table


if __name__ == "__main__":
    lines = ("".join(map(chr, codes)) for codes in zip(*sorted(derive_table().items()), strict=True))
    Path(__file__).with_name(TABLE).write_text("\n".join(lines) + "\n", encoding="utf-8")

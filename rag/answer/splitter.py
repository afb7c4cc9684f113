"""A stream of text pieces → whole sentences with their markers, each given out as soon as its last token has come."""

from __future__ import annotations

import re
from collections.abc import Iterator

_STOP = "。！？!?"
_PAIRS = {"“": "”", "「": "」", "『": "』", "《": "》", "（": "）"}
_TRAILING = re.compile(r"[ \t]*(?:[\[【][^\[\]【】\n]{0,20}[\]】]|[”’」』）)]|[ \t])*")
_OPEN_MARKER = re.compile(r"[ \t]*[\[【][^\]】\n]{0,20}$")
_THINK_END = "</think>"
LONGEST = 600
"""A sentence without an end is given out when it has grown this long."""


class Splitter:
    """Feed it pieces, get sentences. What a model thinks aloud in <think>…</think> is left out."""

    def __init__(self) -> None:
        self._text = ""
        self._thinking: bool | None = None

    def feed(self, piece: str) -> Iterator[str]:
        """The sentences that ``piece`` completes."""
        self._text += piece
        if self._skips_thoughts():
            return
        while (end := self._end()) > 0:
            sentence, self._text = self._text[:end], self._text[end:]
            yield sentence

    def rest(self) -> str:
        """What is left when the stream has ended: a last sentence without a stop, or ""."""
        left, self._text = self._text, ""
        return "" if self._thinking else left

    def _skips_thoughts(self) -> bool:
        """True while nothing may be given out because the model thinks aloud, or may be about to."""
        if self._thinking is None:
            start = self._text.lstrip()
            if "<think>".startswith(start[:7]) and len(start) < 7:
                return True
            self._thinking = start.startswith("<think>")
        if self._thinking:
            _, mark, answer = self._text.partition(_THINK_END)
            if not mark:
                return True
            self._text, self._thinking = answer.lstrip(), False
        return False

    def _end(self) -> int:
        """Where the first whole sentence ends; 0 when more text must come first."""
        text, closes = self._text, []
        for i, char in enumerate(text):
            if char in _PAIRS:
                closes.append(_PAIRS[char])
            elif closes and char == closes[-1]:
                closes.pop()
            elif char == "\n" and text[:i].strip():
                return i
            elif not closes and (char in _STOP or (char == "." and self._ends_english(i))):
                return self._with_markers(i + 1)
        return len(text) if len(text) > LONGEST else 0

    def _ends_english(self, at: int) -> bool:
        after = self._text[at + 1 : at + 2]
        return after.isspace() and not re.search(r"(?:^|\s)(?:\d{1,2}|[A-Z]|Mr|Ms|Dr|No)$", self._text[:at])

    def _with_markers(self, stop: int) -> int:
        """The end including markers after the stop; those are waited for only when none stands before it."""
        match = _TRAILING.match(self._text, stop)
        end = match.end() if match else stop
        if _OPEN_MARKER.match(self._text, end):
            return 0
        cited = bool(re.search(r"[\[【]\d", self._text[:stop]))
        return end if cited or end < len(self._text) else 0

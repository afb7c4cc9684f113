"""How much at once and how fast: a waiting line for questions, a token bucket for everything else."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor

LINE_PULSE = 0.4
"""Seconds between two looks at one's place in the line."""


class BusyError(Exception):
    """The line is full."""


class Gate:
    """Lets ``width`` questions in at a time; at most ``longest`` wait, in the order they came."""

    def __init__(self, width: int, longest: int) -> None:
        self.width, self.longest = width, longest
        self.inside = 0
        self.waiting: list[object] = []
        # Twice the width: a stopped stream frees its place at once, but its thread only when the model next speaks.
        self.threads = ThreadPoolExecutor(2 * width, thread_name_prefix="wenju-answer")

    async def line(self) -> AsyncIterator[int]:
        """Yields how many are ahead until it is 0, then holds the place until it is closed. Raises BusyError."""
        ticket = object()
        if self.inside >= self.width or self.waiting:
            if len(self.waiting) >= self.longest:
                raise BusyError
            self.waiting.append(ticket)
            try:
                while self.inside >= self.width or self.waiting[0] is not ticket:
                    yield self.waiting.index(ticket) + 1
                    await asyncio.sleep(LINE_PULSE if self.waiting.index(ticket) else LINE_PULSE / 8)
            finally:
                self.waiting.remove(ticket)
        self.inside += 1
        try:
            yield 0
        finally:
            self.inside -= 1


class Bucket:
    """A token bucket for each caller: ``burst`` at once, ``rate`` a second after that."""

    def __init__(self, burst: float, rate: float, callers: int = 4096) -> None:
        self.burst, self.rate, self.callers = burst, rate, callers
        self._level: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, caller: str, now: float | None = None) -> bool:
        """Whether this caller may go ahead."""
        now = time.monotonic() if now is None else now
        level, then = self._level.pop(caller, (self.burst, now))
        level = min(self.burst, level + (now - then) * self.rate)
        allowed = level >= 1
        self._level[caller] = (level - 1 if allowed else level, now)
        if len(self._level) > self.callers:
            self._level.popitem(last=False)
        return allowed

"""How much at once and how fast: a waiting line for questions, a token bucket for everything else."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor

LINE_PULSE = 0.4
"""Seconds between two words about one's place in the line."""


class BusyError(Exception):
    """The line is full."""


class Gate:
    """Lets ``width`` questions work at a time; at most ``longest`` wait, in the order they came."""

    def __init__(self, width: int, longest: int) -> None:
        self.width, self.longest = width, longest
        self.inside = 0
        self.waiting: list[Place] = []
        # Twice the width: a stopped stream frees its place at once, but its thread only when the model next speaks.
        self.threads = ThreadPoolExecutor(2 * width, thread_name_prefix="wenju-answer")

    def place(self) -> Place:
        """A place inside, or in the line. Raises BusyError when the line is full."""
        place = Place(self)
        if self.inside < self.width and not self.waiting:
            self._admit(place)
        elif len(self.waiting) < self.longest:
            self.waiting.append(place)
        else:
            raise BusyError
        return place

    def _admit(self, place: Place) -> None:
        self.inside += 1
        place.admitted.set()

    def _leave(self, place: Place) -> None:
        if place in self.waiting:
            self.waiting.remove(place)
        elif place.admitted.is_set():
            self.inside -= 1
            if self.waiting:
                self._admit(self.waiting.pop(0))


class Place:
    """One question's place at a gate."""

    def __init__(self, gate: Gate) -> None:
        self.gate = gate
        self.admitted = asyncio.Event()
        self._left = False

    async def ahead(self) -> int:
        """0 once inside; otherwise, after a moment, how many are ahead counting the one being served."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.admitted.wait(), LINE_PULSE)
        return 0 if self.admitted.is_set() else self.gate.waiting.index(self) + 1

    def leave(self) -> None:
        """Give the place to the next; a second call does nothing."""
        if not self._left:
            self._left = True
            self.gate._leave(self)


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

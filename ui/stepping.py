"""A blocking iterator, stepped in worker threads from async code; always closed, also when the client goes away."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Iterator
from typing import TypeVar

from anyio import CancelScope, CapacityLimiter, to_thread

T = TypeVar("T")


async def steps(make: Callable[[], Iterator[T]], limiter: CapacityLimiter) -> AsyncGenerator[T]:
    """The items of ``make()``. The limiter's place is held while an item is worked on."""
    source = make()
    end = object()
    try:
        while True:
            item = await to_thread.run_sync(next, source, end, limiter=limiter)
            if item is end:
                return
            yield item  # type: ignore[misc]
    finally:
        close = getattr(source, "close", None)
        if close is not None:
            with CancelScope(shield=True):
                await to_thread.run_sync(close)
